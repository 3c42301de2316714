"""From bytes to what the network sees, on the device: crop, mirror, recolour, normalise."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlib.data import DataError
from cnnlib.models.trained import Colours, picture_side
from cnnlib.training.augmentation import color_components, color_jitter, random_crop, random_flip


def measure_colours(images):
    """Find mean, spread and principal directions of colours.

    Parameters
    ----------
    images : tensor of uint8, shape (N, C, H, W)

    Returns
    -------
    Colours

    Examples
    --------
    >>> half_lit = torch.tensor([0, 255], dtype=torch.uint8).reshape(1, 1, 1, 2)
    >>> measure_colours(half_lit)
    Colours(mean=array([0.5]), std=array([0.5]), components=None)
    """
    pixels = images.cpu().double() / 255
    mean, std = (torch.mean(pixels, (0, 2, 3)), torch.std(pixels, (0, 2, 3), correction=0))
    components = color_components(pixels) if images.shape[1] == 3 else None
    return Colours(mean.numpy(), std.clamp(min=1 / 255).numpy(), components)


def colours_of(source, processes, channels, *, count=500):
    """Measure the colours of some pictures of a source; the first process does, the others are told.

    Parameters
    ----------
    source : Arrays, Synthetic or Pictures
    processes : Processes
    channels : int
        Of the network; a gray picture is repeated for it.
    count : int
        Pictures at most.

    Returns
    -------
    Colours

    Raises
    ------
    DataError
        If none of the pictures can be read.
    """
    values = torch.zeros(2 * channels + 9, dtype=torch.float64)
    if processes.first:
        positions = np.random.RandomState(0).choice(len(source), min(count, len(source)), replace=False)
        images, _, damaged = source.__getitems__(positions.tolist())
        if not len(images):
            reason = source.why_not(int(damaged[0]))
            raise DataError(f"none of {len(set(damaged.tolist()))} pictures can be read, the first of them: {reason}")
        apart = max(1, images.shape[2] // 64)  # neighbouring pixels say little more
        colours = measure_colours(images[:, :, ::apart, ::apart].expand(-1, channels, -1, -1))
        values = torch.from_numpy(np.concatenate([colours.mean, colours.std, colours.components.ravel()]))
    values = processes.from_first(values).numpy()
    return Colours(values[:channels], values[channels : 2 * channels], values[2 * channels :].reshape(3, 3))


class Share:
    """Random numbers for some rows of a joint batch: drawn for all its rows, whoever computes which.

    Parameters
    ----------
    rng : numpy.random.RandomState
    batch_size : int
        Rows of the joint batch.
    rows : slice
        The ones that are wanted.

    Examples
    --------
    >>> whole = np.random.RandomState(5).random_sample((6, 2))
    >>> own = Share(np.random.RandomState(5), 6, slice(2, 4)).random_sample((2, 2))
    >>> bool((own == whole[2:4]).all())
    True
    """

    def __init__(self, rng, batch_size, rows):
        self.rng, self.batch_size, self.rows = rng, batch_size, rows

    def random_sample(self, shape):
        """Draw from 0 to 1, for each row."""
        return self._own(self.rng.random_sample, shape)

    def standard_normal(self, shape):
        """Draw from the standard normal distribution, for each row."""
        return self._own(self.rng.standard_normal, shape)

    def _own(self, draw, shape):
        per_row = shape[1:] if isinstance(shape, tuple) else ()
        return draw((self.batch_size, *per_row))[self.rows]


@dataclass(frozen=True, eq=False)
class Preparation:
    """Turn pictures of bytes into a network's input.

    Attributes
    ----------
    input_shape : tuple of int, (C, S_h, S_w)
        Of the network. A gray picture is repeated for a network that takes colours.
    side : int
        Pictures are scaled to this before the crop, unless they have it.
    colours : Colours or None
        None leaves the values at 0 to 1.
    mirror : bool
        Mirror half of the training pictures.
    jitter : float
        Of the colours, see `cnnlib.training.color_jitter`; 0 for none.
    """

    input_shape: tuple
    side: int
    colours: Colours | None = None
    mirror: bool = False
    jitter: float = 0.0

    @classmethod
    def of(cls, architecture, colours, **options):
        """Return the preparation of an architecture's input; options as the attributes are named."""
        return cls(architecture.input_shape, picture_side(architecture.input_shape[1]), colours, **options)

    def __call__(self, images, rng=None):
        """Prepare a batch.

        Parameters
        ----------
        images : tensor of uint8, shape (N, C, H, W)
        rng : numpy.random.RandomState or Share, optional
            For training; without it the middle is cut out and nothing else changes.

        Returns
        -------
        tensor of float32, shape (N, C, S_h, S_w), on the images' device
        """
        x = images.expand(-1, self.input_shape[0], -1, -1)
        if x.shape[2:] != (self.side, self.side):
            x = torch.nn.functional.interpolate(x.float(), (self.side, self.side), mode="bilinear")
        x = self._cropped(x, rng).float() / 255
        if rng is not None and self.mirror:
            x = random_flip(x, rng)
        if self.colours is None:
            return x
        if rng is not None and self.jitter and self.colours.components is not None:
            x = color_jitter(x, rng, self.colours.components, strength=self.jitter)
        # Single precision before it moves: not every device knows double.
        spread = (torch.as_tensor(value, dtype=x.dtype) for value in (self.colours.mean, self.colours.std))
        mean, std = (value.to(x.device)[:, None, None] for value in spread)
        return (x - mean) / std

    def _cropped(self, x, rng):
        height, width = self.input_shape[1:]
        if rng is not None:
            return random_crop(x, rng, (height, width))
        top, left = (self.side - height) // 2, (self.side - width) // 2
        return x[:, :, top : top + height, left : left + width]
