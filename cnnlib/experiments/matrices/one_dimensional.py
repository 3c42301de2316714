"""Readers of one-dimensional digits: dense, locally connected, convolutional; in order, and on shuffled samples."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.data import mnist1d
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network, draw_weights
from cnnlib.shapes import Activation, Conv, Dense, Flatten
from cnnlib.training import evaluate, fit

# A signal is an image of one row, and a 1-D kernel one of height 1.
_INPUT = (1, 1, 40)


def _conv(channels):
    return Conv(channels, kernel=(1, 5), stride=(1, 2), padding=(0, 2))


def _dense(units):
    return (Flatten(), Dense(units), Activation("relu"), Dense(units), Activation("relu"), Dense(10))


_LAYERS = {
    "logistic regression": (Flatten(), Dense(10)),
    "dense": _dense(100),
    "dense, fewer units": _dense(65),
    "convolutional": (
        _conv(25),
        Activation("relu"),
        _conv(25),
        Activation("relu"),
        _conv(25),
        Activation("relu"),
        Flatten(),
        Dense(10),
    ),
}
# As wide as the convolutional network, and with about as many parameters.
LOCAL_CHANNELS = {"locally connected": 25, "locally connected, fewer channels": 9}
MODELS = (*_LAYERS, *LOCAL_CHANNELS)
RATES_TRIED = (0.001, 0.003, 0.01, 0.03, 0.1)
_ASIDE = 800  # of the training signals, by which a rate is chosen


class LocalReader(torch.nn.Module):
    """The convolutional network, with weights and biases of its own at every position.

    Parameters
    ----------
    channels : int
        Of each of the three layers.
    seed : int
        Of the initial weights.
    """

    def __init__(self, channels, *, seed=0):
        super().__init__()
        random = np.random.RandomState(seed)
        shapes = zip((20, 10, 5), pairwise((1, channels, channels, channels)), strict=True)
        # Positions, and channels out and in: (1, length, C_out, C_in, 1, 5).
        self.weights = torch.nn.ParameterList(
            draw_weights(random, (1, length, c_out, c_in, 1, 5), 5 * c_in) for length, (c_in, c_out) in shapes
        )
        self.biases = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(w.shape[:3])) for w in self.weights)
        self.readout = draw_weights(random, (10, 5 * channels), 5 * channels)
        self.readout_bias = torch.nn.Parameter(torch.zeros(10))

    def forward(self, x):
        """Return the logits, shape (N, 10), of signals of shape (N, 1, 1, 40)."""
        for weight, bias in zip(self.weights, self.biases, strict=True):
            around = torch.nn.functional.pad(x, (2, 2))
            x = gpu.relu(gpu.locally_connected2d(around, weight, bias, stride=(1, 2)))
        return gpu.linear(x.flatten(1), self.readout, self.readout_bias)


def network(name, *, seed=0):
    """Make one of `MODELS` for signals of shape (N, 1, 1, 40), with random weights by ``seed``."""
    if name in LOCAL_CHANNELS:
        return LocalReader(LOCAL_CHANNELS[name], seed=seed)
    return Network(Architecture(name, _INPUT, _LAYERS[name]), seed=seed)


def signals(order=None):
    """Return MNIST-1D as ``(train, test)``, pairs of signals (N, 1, 1, 40) float32 and labels (N,).

    Parameters
    ----------
    order : int, optional
        Seed of a random order, one and the same for the samples of every signal; without it they stay as they are.
    """
    dataset = mnist1d()
    order = np.arange(40) if order is None else np.random.RandomState(order).permutation(40)
    return tuple(
        (split.images.astype(np.float32)[:, :, None, order], split.labels) for split in (dataset.train, dataset.test)
    )


def accuracies(name, seeds, *, recipe, shuffled=False):
    """Train one of `MODELS` from several seeds; return the test accuracy of each.

    Parameters
    ----------
    name : str
    seeds : iterable of int
        Of initial weights and of the order of the signals.
    recipe : Recipe
    shuffled : bool
        Put the samples into a random order, another one for each seed.

    Returns
    -------
    ndarray, shape (seeds,)
    """
    runs = ((seed, *signals(seed if shuffled else None)) for seed in seeds)
    return np.array([_accuracy(name, seed, recipe, train, test) for seed, train, test in runs])


def accuracies_by_rate(name, seeds, *, recipe, shuffled=False):
    """Try `RATES_TRIED` on signals kept aside from the training ones; the test signals are not looked at.

    Parameters
    ----------
    name, seeds, recipe, shuffled
        As for `accuracies`; the recipe's own rate does not count.

    Returns
    -------
    dict of float to float
        Mean accuracy by rate.
    """
    tried = {rate: [] for rate in RATES_TRIED}
    for seed in seeds:
        (images, labels), _ = signals(seed if shuffled else None)
        train, aside = (images[_ASIDE:], labels[_ASIDE:]), (images[:_ASIDE], labels[:_ASIDE])
        for rate, reached in tried.items():
            reached.append(_accuracy(name, seed, replace(recipe, learning_rate=rate), train, aside))
    return {rate: float(np.mean(reached)) for rate, reached in tried.items()}


def _accuracy(name, seed, recipe, train, test):
    reader = network(name, seed=seed)
    fit(reader, train, replace(recipe, seed=seed), progress=False)
    return evaluate(reader, *test).accuracy
