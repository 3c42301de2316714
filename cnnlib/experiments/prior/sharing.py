"""Dense, locally connected, convolutional: the same units in the same places, and ever fewer free weights."""

from functools import partial

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.data import as_float
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice
from cnnlib.training import evaluate
from cnnlib.training.steps import fit_steps

KINDS = ("dense", "local", "conv")  # each but the first with one assumption more than the one before
POOLS = {
    "max": lambda x: gpu.max_pool2d(x, 2),
    "average": lambda x: gpu.avg_pool2d(x, 2),
    "every second": lambda x: x[:, :, ::2, ::2],
}


class MapLayer(torch.nn.Module):
    """Maps in, maps out, by one of four kinds of layer with equally many units.

    Parameters
    ----------
    kind : "dense", "local", "shared" or "conv"
        Dense units read all of the input, each with weights of its own; local ones a window, each with weights of its
        own; shared ones all of the input, and have one weight for each offset in common with the units of their map;
        convolutional ones a window with the weights of their map.
    in_shape : tuple of int, (C_in, H, W)
    out_channels, kernel : int
        Maps of H − kernel + 1 rows and W − kernel + 1 columns.
    random : numpy.random.RandomState

    Raises
    ------
    ValueError
        If ``kind`` is another.
    """

    def __init__(self, kind, in_shape, out_channels, kernel, random):
        super().__init__()
        self.kind = choice("MapLayer", "kind", kind, (*KINDS, "shared"))
        channels, height, width = in_shape
        self.out_shape = (out_channels, height - kernel + 1, width - kernel + 1)
        places, units = self.out_shape[1:], int(np.prod(self.out_shape))
        # Offsets to pixels run from minus the last place to the last pixel: outside there are zeros.
        self.outside = tuple(size - 1 for size in places) if kind == "shared" else 0
        if kind == "dense":
            shape, fan_in, biases = (units, channels * height * width), channels * height * width, (units,)
        elif kind == "shared":
            offsets = (height + places[0] - 1, width + places[1] - 1)
            shape, fan_in, biases = (out_channels, channels, *offsets), channels * height * width, (out_channels,)
        else:
            fan_in = channels * kernel**2
            shape, biases = (out_channels, channels, kernel, kernel), (out_channels,)
            if kind == "local":
                shape, biases = (*places, *shape), (*places, *biases)
        self.weight = draw_weights(random, shape, fan_in)
        self.bias = torch.nn.Parameter(torch.zeros(biases))

    def forward(self, x):
        if self.kind == "dense":
            return gpu.linear(x.flatten(1), self.weight, self.bias).unflatten(1, self.out_shape)
        if self.kind == "local":
            return gpu.locally_connected2d(x, self.weight, self.bias)
        return gpu.conv2d(x, self.weight, self.bias, padding=self.outside)


class DigitReader(torch.nn.Module):
    """Two layers of one kind, each with ReLU and 2×2 pooling, then ten dense units.

    14×14 pixels become maps of 12×12, pooled to 6×6, and of 4×4, pooled to 2×2. With 8 maps in the first layer and 16
    in the second, the network has 1,152 units in the first layer and 256 in the second, whatever the kind.

    Parameters
    ----------
    kind : "dense", "local", "shared" or "conv"
        As `MapLayer` has them.
    maps : int
        Of the first layer; the second has twice as many.
    pool : "max", "average" or "every second"
        Keep the largest of each block of 2×2, their mean, or the first.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If ``kind`` or ``pool`` is another.
    """

    def __init__(self, kind, maps=8, *, pool="max", seed=0):
        super().__init__()
        self.pool = choice("DigitReader", "pool", pool, POOLS)
        random = np.random.RandomState(seed)
        self.first = MapLayer(kind, (1, 14, 14), maps, 3, random)
        self.second = MapLayer(kind, (maps, 6, 6), 2 * maps, 3, random)
        self.weight = draw_weights(random, (10, 8 * maps), 8 * maps)
        self.bias = torch.nn.Parameter(torch.zeros(10))

    def forward(self, x):
        """Return the logits, shape (N, 10), of images of shape (N, 1, 14, 14)."""
        for layer in (self.first, self.second):
            x = POOLS[self.pool](gpu.relu(layer(x)))
        return gpu.linear(x.flatten(1), self.weight, self.bias)


class DenseReader(torch.nn.Module):
    """One dense hidden layer on 14×14 pixels, with ReLU and without pooling, then ten dense units."""

    def __init__(self, units, *, seed=0):
        super().__init__()
        random = np.random.RandomState(seed)
        self.hidden = MapLayer("dense", (1, 14, 14), units, 14, random)
        self.weight = draw_weights(random, (10, units), units)
        self.bias = torch.nn.Parameter(torch.zeros(10))

    def forward(self, x):
        """Return the logits, shape (N, 10), of images of shape (N, 1, 14, 14)."""
        return gpu.linear(gpu.relu(self.hidden(x)).flatten(1), self.weight, self.bias)


# Four of equal width; a convolution with about the parameters of the locally connected network, that network with as
# many maps, and a dense network with about the parameters of the first convolution; eight with another pooling.
DIGIT_READERS = {
    "dense": partial(DigitReader, "dense"),
    "local": partial(DigitReader, "local"),
    "conv": partial(DigitReader, "conv"),
    "shared": partial(DigitReader, "shared"),
    "conv, 39 maps": partial(DigitReader, "conv", 39),
    "local, 39 maps": partial(DigitReader, "local", 39),
    "dense, 9 units": partial(DenseReader, 9),
    **{
        f"{kind}, {pool}": partial(DigitReader, kind, pool=pool)
        for pool in ("every second", "average")
        for kind in (*KINDS, "shared")
    },
}


def halved(images, wander=0, *, seed=0):
    """Halve the resolution of digits, and let them wander.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, 1, 28, 28)
    wander : int
        Largest number of pixels, of the 14, by which each digit is moved up or down and to the left or right; what
        leaves at one edge comes back in at the other.
    seed : int
        Of the moves.

    Returns
    -------
    ndarray of float32, shape (N, 1, 14, 14)
        From 0, paper, to 1, ink.
    """
    small = as_float(images).reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    moves = np.random.RandomState(seed).randint(-wander, wander + 1, (len(small), 2))
    rows, columns = ((np.arange(14) - moves[:, [axis]]) % 14 for axis in (0, 1))
    return small[np.arange(len(small))[:, None, None], 0, rows[:, :, None], columns[:, None, :]][:, None]


def reading_errors(name, train, test, *, steps, rate, seed=0):
    """Train one of `DIGIT_READERS`; return its error rates on the test digits and on those that it was trained on.

    Parameters
    ----------
    name : str
    train, test : pair of ndarray
        Images (N, 1, 14, 14) as `halved` returns them, and labels (N,).
    steps : int
        Of 50 digits each, however many there are.
    rate : float
        Peak of the learning rate.
    seed : int
        Of the initial weights and of the order.

    Returns
    -------
    error, training_error : float
        The second on the first 10,000 of the training digits.
    """
    network = DIGIT_READERS[name](seed=seed)
    fit_steps(network, *train, steps=steps, learning_rate=rate, seed=seed)
    seen = tuple(array[:10_000] for array in train)
    return 1 - evaluate(network, *test).accuracy, 1 - evaluate(network, *seen).accuracy
