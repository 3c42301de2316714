"""What a strided pooling between two convolutions saves, and what it costs in digits read."""

import torch

from cnnlib import gpu
from cnnlib.experiments.pooling.readers import trained
from cnnlib.shapes import choice

MIDDLE_POOLINGS = {
    "none": lambda maps: maps,
    "2×2 maximum": lambda maps: gpu.max_pool2d(maps, 2),
    "2×2 average": lambda maps: gpu.avg_pool2d(maps, 2),
    "one of four": lambda maps: maps[:, :, ::2, ::2],
    "four side by side": lambda maps: torch.nn.functional.pixel_unshuffle(maps, 2),
    "4×4 maximum": lambda maps: gpu.max_pool2d(maps, 4),
}


def middle_logits(layers, x, pool):
    """Return the logits of two convolutions with a pooling between them, and a dense layer.

    Parameters
    ----------
    layers : list of three pairs (weight, bias)
    x : tensor of float, shape (N, 1, 28, 28)
    pool : callable
        Takes maps of shape (N, 8, 28, 28) and returns smaller ones, or as many numbers in more maps.

    Returns
    -------
    tensor of float, shape (N, 10)
    """
    (w1, b1), (w2, b2), (w3, b3) = layers
    h = pool(gpu.relu(gpu.conv2d(x, w1, b1, padding=1)))
    h = gpu.relu(gpu.conv2d(h, w2, b2, padding=1))
    return gpu.linear(h.flatten(1), w3, b3)


def learn_pooled(kind, train, *, rate, epochs, seed):
    """Train the network with one of `MIDDLE_POOLINGS` on digits.

    Parameters
    ----------
    kind : str
        Of `MIDDLE_POOLINGS`.
    train : pair of ndarray: images (N, 1, 28, 28) float32, labels (N,) int
    rate, epochs, seed
        As in `cnnlib.experiments.pooling.readers.trained`.

    Returns
    -------
    Reader

    Raises
    ------
    ValueError
        If ``kind`` is none of `MIDDLE_POOLINGS`.
    """
    choice("learn_pooled", "kind", kind, tuple(MIDDLE_POOLINGS))
    pool = MIDDLE_POOLINGS[kind]
    maps, side = pool(torch.zeros(1, 8, 28, 28)).shape[1:3]
    shapes = (8, 1, 3, 3), (16, maps, 3, 3), (10, 16 * side**2)
    return trained(lambda layers, x: middle_logits(layers, x, pool), shapes, train, rate=rate, epochs=epochs, seed=seed)
