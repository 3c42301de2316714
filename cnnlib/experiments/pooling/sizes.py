"""One network for images of every size: what changes is the distance between its pooling regions."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.experiments.pooling.readers import Reader
from cnnlib.experiments.pooling.scaling import pillow
from cnnlib.shapes import choice, integer
from cnnlib.training import Recipe, fit

SIDES = (20, 24, 28, 32, 36, 40, 48, 56, 64)  # pixels of the images that are read
GRIDS = {
    "grid of 4×4": (4, lambda maps: gpu.adaptive_avg_pool2d(maps, 4)),
    "global average": (1, lambda maps: gpu.adaptive_avg_pool2d(maps, 1)),
    "global maximum": (1, lambda maps: gpu.adaptive_max_pool2d(maps, 1)),
}


def resized(images, size):
    """Rescale images with Pillow's bilinear filter, which averages where it shrinks.

    Parameters
    ----------
    images : ndarray of float32, shape (N, 1, H, W)
    size : int
        Side of the results, in pixels.

    Returns
    -------
    ndarray of float32, shape (N, 1, size, size)
    """
    return pillow(images, integer("resized", "size", size, minimum=1), "BILINEAR")


def on_paper(images, size):
    """Put images, as large as they are, into the middle of a larger sheet of paper.

    Parameters
    ----------
    images : ndarray of float32, shape (N, 1, H, W)
        Paper is 0.
    size : int
        Side of the sheet, in pixels, no smaller than the images.

    Returns
    -------
    ndarray of float32, shape (N, 1, size, size)
    """
    integer("on_paper", "size", size, minimum=max(images.shape[2:]))
    room = [(size - side) // 2 for side in images.shape[2:]]
    rest = [size - side - before for side, before in zip(images.shape[2:], room, strict=True)]
    return np.pad(images, ((0, 0), (0, 0), (room[0], rest[0]), (room[1], rest[1])))


def any_size_logits(layers, x, pool, spread=1, finer=1):
    """Return the logits of two convolutions, a pooling to a fixed number of regions, and a dense layer.

    Parameters
    ----------
    layers : list of three pairs (weight, bias)
    x : tensor of float, shape (N, 1, H, W)
    pool : callable
        Takes maps of shape (N, 24, H_maps, W_maps) and returns as many numbers for every size.
    spread : int
        By how much the first kernels are spread and the first pooling's windows enlarged: with 2, the network sees
        an image of twice the size as it sees the original with 1.
    finer : int
        A divisor of ``spread``: by how much the steps of the pooling are shortened, and the next kernels spread in
        their place. The units see what they saw, and the maps have more of them.

    Returns
    -------
    tensor of float, shape (N, 10)
    """
    (w1, b1), (w2, b2), (w3, b3) = layers
    h = gpu.relu(gpu.conv2d(x, w1, b1, dilation=spread))
    h = gpu.max_pool2d(h, 2 * spread, stride=2 * spread // finer)
    h = gpu.relu(gpu.conv2d(h, w2, b2, dilation=finer))
    return gpu.linear(pool(h).flatten(1), w3, b3)


def learn_sizes(kind, train, *, rate, epochs=4, seed=0, sides=(28,), forward=any_size_logits):
    """Train a network with one of `GRIDS` on digits, enlarged or shrunk or as they are.

    Parameters
    ----------
    kind : str
        Of `GRIDS`.
    train : pair of ndarray: images (N, 1, 28, 28) float32, labels (N,) int
    rate : float
        Peak of the learning rate.
    epochs : int
    seed : int
        Of weights, order and sizes.
    sides : sequence of int
        Each batch of 50 has a size drawn from these.
    forward : callable
        As `any_size_logits`.

    Returns
    -------
    Reader

    Raises
    ------
    ValueError
        If ``kind`` is none of `GRIDS`.
    """
    choice("learn_sizes", "kind", kind, tuple(GRIDS))
    grid, pool = GRIDS[kind]
    shapes = (12, 1, 5, 5), (24, 12, 5, 5), (10, 24 * grid**2)
    network = Reader(lambda layers, x: forward(layers, x, pool), shapes, seed=seed)

    def at_a_size(batch, random):
        side = sides[random.randint(len(sides))]
        return batch if len(sides) == 1 else torch.from_numpy(resized(batch.numpy(), side))

    recipe = Recipe(epochs, 50, rate, seed)
    fit(network, train, recipe, augment=at_a_size, device="cpu", progress=False)
    return network
