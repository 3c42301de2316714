"""Readers of one-dimensional digits: no hidden layer, dense ones, convolutions, and these on shuffled samples."""

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


def _dense(units):
    return (Flatten(), Dense(units), Activation("relu"), Dense(units), Activation("relu"), Dense(10))


MODELS = {
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
RATES_TRIED = (0.001, 0.003, 0.01, 0.03, 0.1)
_ASIDE = 800  # of the training signals, by which a rate is chosen


def architecture(name):
    """Return one of `MODELS` as an `Architecture` for signals of 40 samples."""
    return Architecture(name, _INPUT, MODELS[name])


def signals(shuffled=False):
    """Return MNIST-1D as ``(train, test)``, pairs of signals (N, 1, 1, 40) float32 and labels (N,).

    Parameters
    ----------
    shuffled : bool
        Put the samples of every signal into one and the same random order.
    """
    dataset = mnist1d()
    order = np.random.RandomState(0).permutation(40) if shuffled else np.arange(40)
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
        As for `signals`.

    Returns
    -------
    ndarray, shape (seeds,)
    """
    train, test = signals(shuffled)
    return _accuracies(name, seeds, recipe, train, test)


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
    (images, labels), _ = signals(shuffled)
    train, aside = (images[_ASIDE:], labels[_ASIDE:]), (images[:_ASIDE], labels[:_ASIDE])
    return {
        rate: float(_accuracies(name, seeds, replace(recipe, learning_rate=rate), train, aside).mean())
        for rate in RATES_TRIED
    }


def _accuracies(name, seeds, recipe, train, test):
    reached = []
    for seed in seeds:
        network = Network(architecture(name), seed=seed)
        fit(network, train, replace(recipe, seed=seed), progress=False)
        reached.append(evaluate(network, *test).accuracy)
    return np.array(reached)
