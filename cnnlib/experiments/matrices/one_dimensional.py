"""Three readers of one-dimensional digits: no hidden layer, a dense one, convolutions."""

from dataclasses import replace

import numpy as np

from cnnlib.data import mnist1d
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten
from cnnlib.training import evaluate, fit

# A signal is an image of one row, and a 1-D kernel one of height 1.
_INPUT = (1, 1, 40)


def _conv(channels):
    return Conv(channels, kernel=(1, 5), stride=(1, 2), padding=(0, 2))


MODELS = {
    "logistic regression": (Flatten(), Dense(10)),
    "dense": (Flatten(), Dense(100), Activation("relu"), Dense(100), Activation("relu"), Dense(10)),
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


def architecture(name):
    """Return one of `MODELS` as an `Architecture` for signals of 40 samples."""
    return Architecture(name, _INPUT, MODELS[name])


def signals():
    """Return MNIST-1D as ``(train, test)``, pairs of signals (N, 1, 1, 40) float32 and labels (N,)."""
    dataset = mnist1d()
    return tuple(
        (split.images.astype(np.float32)[:, :, None, :], split.labels) for split in (dataset.train, dataset.test)
    )


def accuracies(name, seeds, *, recipe):
    """Train one of `MODELS` from several seeds; return the test accuracy of each.

    Parameters
    ----------
    name : str
    seeds : iterable of int
        Of initial weights and of the order of the signals.
    recipe : Recipe

    Returns
    -------
    ndarray, shape (seeds,)
    """
    train, test = signals()
    reached = []
    for seed in seeds:
        network = Network(architecture(name), seed=seed)
        fit(network, train, replace(recipe, seed=seed), progress=False)
        reached.append(evaluate(network, *test).accuracy)
    return np.array(reached)
