"""Dense, locally connected, convolutional: the same units in the same places, and ever fewer free weights."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.data import as_float
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice
from cnnlib.training import evaluate
from cnnlib.training.steps import fit_steps

KINDS = ("dense", "local", "conv")


class MapLayer(torch.nn.Module):
    """Maps in, maps out, by one of three kinds of layer with equally many units.

    Parameters
    ----------
    kind : "dense", "local" or "conv"
        Dense units read all of the input; local ones a window, each with weights of its own; convolutional ones a
        window with the weights of their map.
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
        self.kind = choice("MapLayer", "kind", kind, KINDS)
        channels, height, width = in_shape
        self.out_shape = (out_channels, height - kernel + 1, width - kernel + 1)
        places, units = self.out_shape[1:], int(np.prod(self.out_shape))
        if kind == "dense":
            shape, fan_in, biases = (units, channels * height * width), channels * height * width, (units,)
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
        return (gpu.conv2d if self.kind == "conv" else gpu.locally_connected2d)(x, self.weight, self.bias)


class DigitReader(torch.nn.Module):
    """Two layers of one kind with 8 and 16 maps, each with ReLU and 2×2 max pooling, then ten dense units.

    14×14 pixels become maps of 12×12, pooled to 6×6, and of 4×4, pooled to 2×2. Whatever the kind, the network has
    1,152 units in the first layer and 256 in the second.

    Parameters
    ----------
    kind : "dense", "local" or "conv"
    seed : int
        Of the initial weights.
    """

    def __init__(self, kind, *, seed=0):
        super().__init__()
        random = np.random.RandomState(seed)
        self.first = MapLayer(kind, (1, 14, 14), 8, 3, random)
        self.second = MapLayer(kind, (8, 6, 6), 16, 3, random)
        self.readout = draw_weights(random, (10, 64), 64)
        self.bias = torch.nn.Parameter(torch.zeros(10))

    def forward(self, x):
        """Return the logits, shape (N, 10), of images of shape (N, 1, 14, 14)."""
        for layer in (self.first, self.second):
            x = gpu.max_pool2d(gpu.relu(layer(x)), 2)
        return gpu.linear(x.flatten(1), self.readout, self.bias)


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


# Peak learning rates: for each kind the best of 0.001, 0.003, 0.01 and 0.03, trained on 1,000 packaged training
# digits and judged by another 1,000 of them, centred and wandering.
LEARNING_RATES = {"dense": 0.01, "local": 0.03, "conv": 0.03}


def reading_error(kind, train_set, test_set, count, *, steps=300, seed=0):
    """Train a `DigitReader` on ``count`` digits drawn by ``seed``; return its error rate on the test digits.

    Parameters
    ----------
    kind : "dense", "local" or "conv"
    train_set, test_set : pair of ndarray
        Images (N, 1, 14, 14) as `halved` returns them, and labels (N,).
    count : int
    steps : int
        Of 50 digits each, however many there are.
    seed : int
        Of the draw, of the initial weights and of the order.

    Returns
    -------
    float
    """
    chosen = np.random.RandomState(seed).permutation(len(train_set[1]))[:count]
    network = DigitReader(kind, seed=seed)
    images, labels = (array[chosen] for array in train_set)
    fit_steps(network, images, labels, steps=steps, learning_rate=LEARNING_RATES[kind], seed=seed)
    return 1 - evaluate(network, *test_set).accuracy
