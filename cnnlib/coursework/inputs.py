"""Arguments written down as literals: what a case draws from its seed, or reads from the packaged digits."""

from functools import cache

import numpy as np

from cnnlib.data import as_float, mnist
from cnnlib.models.architecture import initial_weights
from cnnlib.models.catalogue import lenet


class Source(str):
    """A function argument: the text of a NumPy expression. ``function`` makes the function."""

    __slots__ = ()

    def function(self):
        """Evaluate the expression, in which ``np`` is NumPy."""
        return eval(str(self), {"np": np})


class Drawn:
    """An argument that is made when a case is run. Prints as the call that made it."""

    def __init__(self, kind, *options):
        self._kind, self._options = kind, options

    def draw(self, random):
        """Make the argument; ``random`` is a ``numpy.random.RandomState``."""
        return _KINDS[self._kind](random, *self._options)

    def __repr__(self):
        return f"{self._kind}({', '.join(map(repr, self._options))})"


def normal(*shape):
    """Numbers from the standard normal distribution, float64.

    Parameters
    ----------
    *shape : int

    Returns
    -------
    Drawn
    """
    return Drawn("normal", *shape)


def integers(low, high, *shape):
    """Whole numbers from ``low`` to below ``high``, as float64.

    Parameters
    ----------
    low, high, *shape : int

    Returns
    -------
    Drawn
    """
    return Drawn("integers", low, high, *shape)


def labels(classes, count):
    """Class numbers from 0 on.

    Parameters
    ----------
    classes, count : int

    Returns
    -------
    Drawn
    """
    return Drawn("labels", classes, count)


def array(values):
    """The given numbers, as float64.

    Parameters
    ----------
    values : nested list of numbers

    Returns
    -------
    Drawn
    """
    return Drawn("array", values)


def function(source):
    """A function.

    Parameters
    ----------
    source : str
        NumPy expression that makes it, with NumPy as ``np``.

    Returns
    -------
    Drawn
    """
    return Drawn("function", source)


def lenet_weights(scale=1.0):
    """LeNet's weights and biases, random and float64, as a dict; no bias is zero.

    Parameters
    ----------
    scale : float
        Factor of the weights.

    Returns
    -------
    Drawn
    """
    return Drawn("lenet_weights", scale)


def digits(part, start, stop, shift=0):
    """Packaged digits, images (N, 1, 28, 28) float32 with paper 0 and ink 1.

    Parameters
    ----------
    part : "train" or "test"
    start, stop : int
        Which of them.
    shift : int
        Pixels to move them to the right.

    Returns
    -------
    Drawn
    """
    return Drawn("digits", part, start, stop, shift)


def digit_labels(part, start, stop):
    """The labels of `digits`, int64.

    Parameters
    ----------
    part : "train" or "test"
    start, stop : int
        Which of them.

    Returns
    -------
    Drawn
    """
    return Drawn("digit_labels", part, start, stop)


def redrawn_digits(part, count, seed, shift=0):
    """Packaged digits that nobody has seen: drawn from all of them, and each turned, slanted and sized a little anew.

    Whoever knows the packaged digits by heart does not know these.

    Parameters
    ----------
    part : "train" or "test"
    count : int
    seed : int
        Which digits, and how each is redrawn.
    shift : int
        Pixels to move them to the right.

    Returns
    -------
    Drawn
        Images (count, 1, 28, 28) float32 with paper 0 and ink 1.
    """
    return Drawn("redrawn_digits", part, count, seed, shift)


def redrawn_labels(part, count, seed):
    """The labels of `redrawn_digits`, int64.

    Parameters
    ----------
    part : "train" or "test"
    count, seed : int

    Returns
    -------
    Drawn
    """
    return Drawn("redrawn_labels", part, count, seed)


@cache
def _packaged():
    return mnist()


def _draw_digits(_, part, start, stop, shift):
    return _moved(as_float(getattr(_packaged(), part).images[start:stop]), shift)


def _moved(images, shift):
    moved = np.zeros_like(images)
    moved[..., shift:] = images[..., : images.shape[-1] - shift]
    return moved


def _drawn(part, count, seed):
    """Return which digits are drawn, and the stream that they are redrawn by."""
    random = np.random.RandomState(seed)
    return random.permutation(len(getattr(_packaged(), part).labels))[:count], random


def _draw_redrawn_digits(_, part, count, seed, shift):
    chosen, random = _drawn(part, count, seed)
    images = as_float(getattr(_packaged(), part).images[chosen])
    # Each cell of the new picture takes its value from a place of the old one: y = A x about the middle.
    turn, slant = (random.uniform(-0.08, 0.08, count) for _ in range(2))
    size = random.uniform(0.95, 1.05, count)
    rows = np.stack([np.cos(turn), np.sin(turn)], axis=1) / size[:, None]
    columns = np.stack([slant - np.sin(turn), np.cos(turn)], axis=1) / size[:, None]
    middle = (images.shape[-1] - 1) / 2
    grid = np.indices(images.shape[2:]) - middle
    return _moved(
        _between(images, np.tensordot(rows, grid, 1) + middle, np.tensordot(columns, grid, 1) + middle), shift
    )


def _between(images, row, column):
    """Read images at places between their cells, from the four cells around; beyond the edge is paper."""
    inside = np.pad(images[:, 0], ((0, 0), (1, 1), (1, 1)))
    row, column = (
        np.clip(place + 1, 0, size - 1.001) for place, size in zip((row, column), inside.shape[1:], strict=True)
    )
    top, left = row.astype(int), column.astype(int)
    down, right = row - top, column - left
    number = np.arange(len(images))[:, None, None]
    upper = (1 - right) * inside[number, top, left] + right * inside[number, top, left + 1]
    lower = (1 - right) * inside[number, top + 1, left] + right * inside[number, top + 1, left + 1]
    return ((1 - down) * upper + down * lower)[:, None].astype(np.float32)


def _draw_lenet_weights(random, scale):
    weights = initial_weights(lenet("relu"), seed=random.randint(1000), dtype=np.float64)
    return {
        name: random.uniform(-0.5, 0.5, value.shape) if name.endswith("bias") else scale * value
        for name, value in weights.items()
    }


_KINDS = {
    "normal": lambda random, *shape: random.normal(size=shape),
    "integers": lambda random, low, high, *shape: random.randint(low, high, shape).astype(np.float64),
    "labels": lambda random, classes, count: random.randint(0, classes, count),
    "array": lambda _, values: np.array(values, np.float64),
    "function": lambda _, source: Source(source),
    "lenet_weights": _draw_lenet_weights,
    "digits": _draw_digits,
    "redrawn_digits": _draw_redrawn_digits,
    "redrawn_labels": lambda _, part, count, seed: getattr(_packaged(), part).labels[_drawn(part, count, seed)[0]],
    "digit_labels": lambda _, part, start, stop: getattr(_packaged(), part).labels[start:stop].copy(),
}
