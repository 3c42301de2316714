"""Pictures whose meaning depends on place: one question above, another below."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.experiments.prior.sharing import MapLayer, halved
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice
from cnnlib.training import evaluate
from cnnlib.training.steps import fit_steps

# The four answers, as 2 · (upper digit is even) + (lower digit is 5 or more).
ANSWERS = ("odd above, small below", "odd above, large below", "even above, small below", "even above, large below")


def towers(split, count, *, seed=0):
    """Stack pairs of digits, and ask: is the upper one even, and is the lower one 5 or more?

    Parameters
    ----------
    split : Split
        Digits of 28×28 pixels.
    count : int
    seed : int
        Of the pairs.

    Returns
    -------
    images : ndarray of float32, shape (count, 1, 28, 14)
    labels : ndarray of int64, shape (count,)
        Positions in `ANSWERS`.
    """
    upper, lower = np.random.RandomState(seed).randint(len(split), size=(2, count))
    small = halved(split.images)
    images = np.concatenate([small[upper], small[lower]], axis=2)
    labels = 2 * (split.labels[upper] % 2 == 0) + (split.labels[lower] >= 5)
    return images, labels.astype(np.int64)


def swapped(images):
    """Exchange the upper and the lower half; on a torus this is a shift by 14 rows."""
    return np.roll(images, images.shape[2] // 2, axis=2)


class TowerReader(torch.nn.Module):
    """One layer of 5×5 windows with ReLU on a torus, and one of two ways to conclude.

    Parameters
    ----------
    kind : "local" or "conv"
    width : int
        Maps.
    readout : "pooled" or "dense"
        ``"pooled"`` keeps the largest value of each map, wherever it is; ``"dense"`` pools 4×2 cells and gives each of
        the 7×7 cells of each map a weight of its own for each answer.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If ``kind`` or ``readout`` is another.
    """

    def __init__(self, kind, width, readout, *, seed=0):
        super().__init__()
        self.readout = choice("TowerReader", "readout", readout, ("pooled", "dense"))
        random = np.random.RandomState(seed)
        self.layer = MapLayer(kind, (1, 32, 18), width, 5, random)
        features = width if readout == "pooled" else 49 * width
        self.weight = draw_weights(random, (len(ANSWERS), features), features)
        self.bias = torch.nn.Parameter(torch.zeros(len(ANSWERS)))

    def forward(self, x):
        """Return the logits, shape (N, 4), of towers of shape (N, 1, 28, 14)."""
        maps = gpu.relu(self.layer(torch.nn.functional.pad(x, (2, 2, 2, 2), mode="circular")))
        pooled = maps.amax(dim=(2, 3)) if self.readout == "pooled" else gpu.max_pool2d(maps, (4, 2)).flatten(1)
        return gpu.linear(pooled, self.weight, self.bias)


def ceiling():
    """Return the best accuracy of any reader that answers a tower and the swapped tower alike.

    Of the two it gets at most one right, unless both have the same answer; the ten digits are equally frequent.
    """
    digits = np.arange(10)
    answer = 2 * (digits[:, None] % 2 == 0) + (digits >= 5)
    return float(np.mean(np.where(answer == answer.T, 1, 0.5)))


def tower_accuracy(kind, width, readout, train_set, test_set, *, steps=400, seed=0):
    """Train a `TowerReader` and return its accuracy on the test towers.

    Parameters
    ----------
    kind, width, readout
        As in `TowerReader`.
    train_set, test_set : pair of ndarray
        As `towers` returns them.
    steps : int
        Of 50 towers each.
    seed : int
        Of the initial weights and of the order.

    Returns
    -------
    float
    """
    network = TowerReader(kind, width, readout, seed=seed)
    fit_steps(network, *train_set, steps=steps, learning_rate=0.01, seed=seed)
    return evaluate(network, *test_set).accuracy
