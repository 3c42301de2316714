"""From the LeNet-5 of 1998 to the LeNet of courses, one change after the other."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.bitmaps import digit_bitmaps
from cnnlib.models.lenet5 import C3_TABLE, discriminative_loss, lenet5_images
from cnnlib.models.torch_network import Weights
from cnnlib.shapes import choice, integer
from cnnlib.training import Recipe, evaluate, fit

# In order; each network has all changes up to its own.
CHANGES = ("softmax", "full C3", "plain average", "padding", "starting weights", "sigmoid")
# Whether S2 and S4 multiply the mean of a window by a learned number and add one, and whether they squash it; the first
# is the published one, the last that of the courses.
SUBSAMPLINGS = {
    "learned and squashed": (True, True),
    "squashed": (False, True),
    "learned": (True, False),
    "plain": (False, False),
}


class Successor(torch.nn.Module):
    """LeNet-5 after the first ``count`` of `CHANGES`: with none it is the network of 1998, with all the courses'.

    Parameters
    ----------
    count : int
        From 0 to 6.
    seed : int
        Of the initial weights: uniform in ``±2.4 / fan_in``, as in 1998, until ``"starting weights"`` makes them
        uniform in ``±sqrt(6 / (fan_in + fan_out))`` with biases of zero.
    subsampling : str, optional
        One of `SUBSAMPLINGS`, in place of what ``count`` says.

    Raises
    ------
    ValueError
        If there is no such change, or no such subsampling.
    """

    def __init__(self, count, *, seed=0, subsampling=None):
        super().__init__()
        if integer("Successor", "count", count, minimum=0) > len(CHANGES):
            raise ValueError(f"Successor: count must be at most {len(CHANGES)}, received {count}")
        self.changes = frozenset(CHANGES[:count])
        published = "plain" if "plain average" in self.changes else "learned and squashed"
        choice("Successor", "subsampling", subsampling or published, SUBSAMPLINGS)
        self.learns_pooling, self.squashes_pooling = SUBSAMPLINGS[subsampling or published]
        # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
        rng = np.random.RandomState(seed)
        for name, (shape, inputs, outputs) in self._shapes().items():
            layer = Weights()
            units = shape[:1]
            if "starting weights" in self.changes:
                bound, bias = np.sqrt(6 / (inputs + outputs)), np.zeros(units)
            else:
                bound, bias = 2.4 / inputs, rng.uniform(-2.4, 2.4, units) / inputs
            bound = np.reshape(bound, (-1, *(1 for _ in shape[1:])))  # of each unit, or of all
            layer.weight = torch.nn.Parameter(torch.from_numpy(rng.uniform(-bound, bound, shape)).float())
            layer.bias = torch.nn.Parameter(torch.from_numpy(bias).float())
            self.add_module(name, layer)
        joined = torch.zeros(16, 6, 1, 1)
        for out, into in enumerate(C3_TABLE):
            joined[out, list(into)] = 1
        self.register_buffer("joined", torch.ones_like(joined) if "full C3" in self.changes else joined)
        self.register_buffer("targets", torch.from_numpy(digit_bitmaps().reshape(10, 84)))

    def _shapes(self):
        """Return weight shape, inputs and outputs of a unit for each layer; inputs of each unit where they differ."""
        read = 6 if "full C3" in self.changes else np.array([len(maps) for maps in C3_TABLE])
        shapes = {"c1": ((6, 1, 5, 5), 25, 150), "c3": ((16, 6, 5, 5), 25 * read, 400)}
        if self.learns_pooling:
            shapes |= {"s2": ((6,), 4, 1), "s4": ((16,), 4, 1)}
        shapes |= {"c5": ((120, 400), 400, 120), "f6": ((84, 120), 120, 84)}
        if "softmax" in self.changes:
            shapes["output"] = ((10, 84), 84, 10)
        return shapes

    def forward(self, x):
        """Return scores of which the largest wins, shape (N, 10), of images as `prepare` makes them."""
        padding = 2 if "padding" in self.changes else 0
        x = self._pool(self._squash(gpu.conv2d(x, self.c1.weight, self.c1.bias, padding=padding)), "s2")
        x = self._pool(self._squash(gpu.conv2d(x, self.c3.weight * self.joined, self.c3.bias)), "s4")
        for layer in (self.c5, self.f6):
            x = self._squash(gpu.linear(x.flatten(1), layer.weight, layer.bias))
        if "softmax" in self.changes:
            return gpu.linear(x, self.output.weight, self.output.bias)
        return -((x[:, None] - self.targets) ** 2).sum(dim=2)

    def _squash(self, x):
        return gpu.sigmoid(x) if "sigmoid" in self.changes else gpu.scaled_tanh(x)

    def _pool(self, x, name):
        x = gpu.avg_pool2d(x, 2)
        if self.learns_pooling:
            layer = self.get_submodule(name)
            x = 4 * x * layer.weight[:, None, None] + layer.bias[:, None, None]
        return self._squash(x) if self.squashes_pooling else x

    def prepare(self, images):
        """Return the digits, images (N, 1, 28, 28) from 0 to 1, as this network reads them: framed, until padding."""
        return images if "padding" in self.changes else lenet5_images(images)

    @property
    def loss(self):
        """The loss to train with: Eq. 9 of 1998 for distances, cross-entropy for a softmax."""
        return gpu.cross_entropy if "softmax" in self.changes else discriminative_loss

    def learned(self):
        """Count the parameters that the table of C3 lets learn."""
        silent = int((self.joined == 0).sum()) * 25
        return sum(value.numel() for value in self.parameters()) - silent


def successor_accuracy(count, train, held_out, *, epochs, rate, seed=0, subsampling=None):
    """Train the network after ``count`` changes and return its accuracy.

    Parameters
    ----------
    count, subsampling
        As `Successor` takes them.
    train, held_out : pair of ndarray: images (N, 1, 28, 28) from 0 to 1, labels (N,)
    epochs, seed : int
    rate : float
        Peak of the one-cycle schedule.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no such change or subsampling, or a number is out of range.
    """
    network = Successor(count, seed=seed, subsampling=subsampling)
    recipe = Recipe(epochs, 50, rate, seed)
    images, labels = train
    fit(network, (network.prepare(images), labels), recipe, loss=network.loss, device="cpu", progress=False)
    return evaluate(network, network.prepare(held_out[0]), held_out[1]).accuracy
