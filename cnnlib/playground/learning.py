"""Two networks small enough to learn in a page."""

import itertools
from functools import cache

import numpy as np
import traitlets

from cnnlib.data import mnist
from cnnlib.models.architecture import Architecture
from cnnlib.models.numpy_network import NumpyNetwork
from cnnlib.playground.base import Playground
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool
from cnnlib.vectorized import avg_pool2d, cross_entropy
from cnnlib.vectorized.optimizers import SGD

_SHADES = 10  # of gray, besides the paper's
_RUNS = 1, 2, 3, 5, 8, 13  # pixels of paper that half a byte can stand for
_SHOWN = {"training": 20, "held": 10}  # digits of each kind


class LearningPlayground(Playground):
    """A network of two hidden units, or of four kernels, that learns to read digits where the reader presses play.

    It learns from 200 digits of 10×10 pixels by plain gradient descent, and is tried on 100 others.

    Attributes
    ----------
    network : "kernels" or "two"
        Four kernels of 5×5, a nonlinearity, maxima over 2×2 and ten units; or two units, a nonlinearity and ten units.
    activation : "relu", "tanh" or "sigmoid"
    rate : float
        Learning rate, from 0.001 to 10.
    batch : int, 1 to 200
        Digits to a step.
    seed : int, 0 to 99
        Of the first weights and of the order of the digits.
    step : int, 0 to 600
        Steps that are done.
    weights : dict of str to ndarray of float
        After these steps, by `cnnlib.models.numpy_network`, which starts from the page's weights. Read-only.
    held_loss, held_right : float, int
        Of these weights: the mean loss of the 100 others, and how many are read correctly. Read-only.

    Examples
    --------
    >>> learner = LearningPlayground()
    >>> learner.step = 100
    >>> sorted(learner.weights)
    ['conv1.bias', 'conv1.weight', 'dense1.bias', 'dense1.weight']
    """

    script = "playground/scripts/learning"
    title = "Let a small network learn to read digits, step by step, and see its weights move."

    network = traitlets.Enum(("kernels", "two"), "kernels").tag(sync=True)
    activation = traitlets.Enum(("relu", "tanh", "sigmoid"), "relu").tag(sync=True)
    rate = traitlets.Float(0.1, min=0.001, max=10).tag(sync=True)
    batch = traitlets.Int(10, min=1, max=200).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=99).tag(sync=True)
    step = traitlets.Int(0, min=0, max=600).tag(sync=True)
    digits = traitlets.Dict().tag(sync=True)

    def __init__(self):
        super().__init__(digits={name: _packed(*_digits()[name]) for name in _SHOWN})
        self._known = None

    weights = property(lambda self: self._learned()[0])
    held_loss = property(lambda self: self._learned()[1])
    held_right = property(lambda self: self._learned()[2])

    def _learned(self):
        setting = self.network, self.activation, self.rate, self.batch, self.seed, self.step
        if self._known is None or self._known[0] != setting:
            self._known = setting, self._learn()
        return self._known[1]

    def _learn(self):
        learner = NumpyNetwork(architecture(self.network, self.activation), dtype=np.float64)
        draw = _uniform(self.seed)
        for weight in learner.parameters.values():
            bound = np.sqrt(6 / weight[0].size) if weight.ndim > 1 else 0
            weight[...] = np.reshape(
                [bound * (2 * next(draw) - 1) if bound else 0 for _ in range(weight.size)], weight.shape
            )
        images, labels = _digits()["training"]
        optimizer, order = SGD(learner.parameters, self.rate), []
        for _ in range(self.step):
            if not order:
                order = _shuffled(len(images), draw)
            batch, order = order[: self.batch], order[self.batch :]
            learner.learn(images[batch], labels[batch], optimizer)
        images, labels = _digits()["held"]
        logits = learner.forward(images)
        weights = {name: array.copy() for name, array in learner.parameters.items()}
        return weights, float(cross_entropy(logits, labels)), int((logits.argmax(axis=1) == labels).sum())


def architecture(network, activation):
    """Return the layers of one of the two networks."""
    first = {"kernels": (Conv(4, kernel=5), Activation(activation), Pool("max", kernel=2), Flatten())}
    first["two"] = Flatten(), Dense(2), Activation(activation)
    return Architecture(name=network, input_shape=(1, 10, 10), layers=(*first[network], Dense(10)))


def _uniform(seed):
    """Yield numbers from 0 to 1 as the page draws them: a linear congruential generator [1]_.

    .. [1] Press, Teukolsky, Vetterling & Flannery, *Numerical Recipes in C* (1992), Sec. 7.1.
    """
    state = seed
    for count in itertools.count():
        state = (1664525 * state + 1013904223) % 2**32
        if count >= 2:  # the first two hardly tell one seed from the next
            yield state / 2**32


def _shuffled(count, draw):
    """Return the numbers below ``count`` in an order that is drawn: each changes places with one before it."""
    order = list(range(count))
    for k in range(count - 1, 0, -1):
        other = int(next(draw) * (k + 1))
        order[k], order[other] = order[other], order[k]
    return order


@cache
def _digits():
    """Return training and held digits: the middle of each at half its size, in eleven shades."""
    digits, found = mnist(), {}
    for name, part in (("training", digits.train), ("held", digits.test)):
        chosen = np.concatenate([np.flatnonzero(part.labels == digit)[: _SHOWN[name]] for digit in range(10)])
        middle = avg_pool2d(part.images[chosen, :, 4:24, 4:24].astype(np.float64) / 255, 2)
        found[name] = np.rint(_SHADES * middle) / _SHADES, part.labels[chosen].astype(np.int64)
    return found


def _packed(images, labels):
    """Return digits as the page reads them: half a byte is a run of zeros, or the shade of another pixel."""
    halves = []
    for shade, run in itertools.groupby(np.rint(_SHADES * images).astype(int).ravel()):
        count = len([*run])
        if shade:
            halves += [len(_RUNS) - 1 + int(shade)] * count
            continue
        while count:
            kind = max(k for k, length in enumerate(_RUNS) if length <= count)
            halves.append(kind)
            count -= _RUNS[kind]
    pixels = np.array(halves + [0] * (len(halves) % 2), np.uint8).reshape(-1, 2)
    return {"pixels": memoryview((16 * pixels[:, 0] + pixels[:, 1]).tobytes()), "labels": labels.tolist()}
