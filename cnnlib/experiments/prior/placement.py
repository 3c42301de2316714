"""Pictures whose meaning depends on place: a digit above, another below."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.experiments.prior.sharing import MapLayer, halved
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice
from cnnlib.training import evaluate
from cnnlib.training.steps import fit_steps


def stacks(split, count, *, seed=0):
    """Stack pairs of digits, each a 0 or a 1, so that the four answers are equally frequent.

    Parameters
    ----------
    split : Split
        Digits of 28×28 pixels.
    count : int
        A multiple of 4.
    seed : int
        Of the pairs.

    Returns
    -------
    images : ndarray of float32, shape (count, 1, 28, 14)
    labels : ndarray of int64, shape (count,)
        2 · (upper digit) + (lower digit).
    """
    random, small = np.random.RandomState(seed), halved(split.images)
    labels = np.arange(count, dtype=np.int64) % 4
    places = [np.flatnonzero(split.labels == digit) for digit in (0, 1)]
    upper, lower = ([random.choice(places[digit]) for digit in half] for half in (labels // 2, labels % 2))
    return np.concatenate([small[upper], small[lower]], axis=2), labels


def swapped(images):
    """Exchange the upper and the lower half; on a ring this is a shift by 14 rows."""
    return np.roll(images, images.shape[2] // 2, axis=2)


def both_ways(images, labels):
    """Add each stack once more, with its halves exchanged and the answers with them."""
    return np.concatenate([images, swapped(images)]), np.concatenate([labels, 2 * (labels % 2) + labels // 2])


class StackReader(torch.nn.Module):
    """One layer with ReLU on stacks that are closed into a ring both ways, and one of two ways to conclude.

    Parameters
    ----------
    kind : "local" or "conv"
    maps : int
    readout : "largest" or "every place"
        ``"largest"`` keeps the largest value of each map, wherever it is; ``"every place"`` pools 4×2 cells and gives
        each of the 7×7 cells of each map a weight of its own for each answer.
    row : bool
        Add a second channel that says in which row each pixel is, from −1 to 1.
    kernel : int, odd
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If ``kind`` or ``readout`` is another.
    """

    def __init__(self, kind, maps, readout, *, row=False, kernel=7, seed=0):
        super().__init__()
        self.readout = choice("StackReader", "readout", readout, ("largest", "every place"))
        self.reach, random = kernel // 2, np.random.RandomState(seed)
        self.rows = torch.linspace(-1, 1, 28).reshape(1, 1, 28, 1) if row else None
        self.layer = MapLayer(kind, (1 + row, 27 + kernel, 13 + kernel), maps, kernel, random)
        features = maps if readout == "largest" else 49 * maps
        self.weight = draw_weights(random, (4, features), features)
        self.bias = torch.nn.Parameter(torch.zeros(4))

    def forward(self, x):
        """Return the logits, shape (N, 4), of stacks of shape (N, 1, 28, 14)."""
        if self.rows is not None:
            x = torch.cat([x, self.rows.expand_as(x)], dim=1)
        maps = gpu.relu(self.layer(torch.nn.functional.pad(x, 4 * [self.reach], mode="circular")))
        read = maps.amax(dim=(2, 3)) if self.readout == "largest" else gpu.max_pool2d(maps, (4, 2)).flatten(1)
        return gpu.linear(read, self.weight, self.bias)


def trained_stack_reader(kind, maps, readout, train, *, steps, rate, seed=0, **options):
    """Train a `StackReader` on stacks and their labels, ``steps`` of 50 stacks each; return it."""
    network = StackReader(kind, maps, readout, seed=seed, **options)
    return fit_steps(network, *train, steps=steps, learning_rate=rate, seed=seed)


def accuracies_by_answer(network, stacks_and_labels):
    """Return the accuracy on all stacks, on those whose halves have one answer, and on the others."""
    images, labels = stacks_and_labels
    right = evaluate(network, images, labels).predictions == labels
    alike = labels % 3 == 0
    return float(right.mean()), float(right[alike].mean()), float(right[~alike].mean())
