"""What a LeNet's accuracy depends on: its parts, how many digits it was shown, and which were held out."""

import numpy as np

from cnnlib.models.lenet import LeNet
from cnnlib.shapes import integer
from cnnlib.training import Recipe, evaluate, fit

ACTIVATIONS = ("sigmoid", "tanh", "relu")
POOLINGS = ("average", "max")


def lenet_accuracy(activation, pooling, train, test, *, rate, epochs=10, seed=0):
    """Train a LeNet from scratch and return its accuracy on ``test``.

    Parameters
    ----------
    activation, pooling : str
        As `LeNet` takes them.
    train, test : pair of ndarray: images (N, 1, 28, 28), labels (N,)
    rate : float
        Peak of the one-cycle schedule.
    epochs, seed : int

    Returns
    -------
    float
    """
    network = LeNet(activation, pooling, seed=seed)
    fit(network, train, Recipe(epochs, 50, rate, seed), device="cpu", progress=False)
    return evaluate(network, *test).accuracy


def folds(labels, count, *, seed=0):
    """Cut a set into parts of nearly equal size with equal shares of each class.

    Parameters
    ----------
    labels : ndarray of int, shape (N,)
    count : int
        At least 2.
    seed : int
        Of the order within a class.

    Yields
    ------
    kept, held_out : ndarray of int
        Indices; every index is held out once.
    """
    integer("folds", "count", count, minimum=2)
    rng = np.random.RandomState(seed)
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    part = np.empty(len(labels), int)
    # Dealt out class by class, like cards.
    part[order] = np.arange(len(labels)) % count
    for number in range(count):
        yield np.flatnonzero(part != number), np.flatnonzero(part == number)
