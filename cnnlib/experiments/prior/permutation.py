"""What a network loses when the pixels of all images are shuffled in one and the same way."""

import numpy as np

from cnnlib.models.architecture import Architecture
from cnnlib.models.catalogue import lenet
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Dense, Flatten
from cnnlib.training import Recipe, evaluate, fit

# 61,225 parameters, where LeNet has 61,706.
MLP = Architecture("MLP", (1, 28, 28), (Flatten(), Dense(77), Activation("relu"), Dense(10)))
TRAINED_READERS = {"MLP": MLP, "LeNet": lenet("relu", "max")}


def pixel_order(seed=0):
    """Draw an order of the 784 pixels, shape (784,)."""
    return np.random.RandomState(seed).permutation(784)


def permute(images, order):
    """Put pixel ``order[k]`` of every image in place k.

    Parameters
    ----------
    images : ndarray, shape (N, 1, 28, 28)
    order : ndarray of int, shape (784,)

    Returns
    -------
    ndarray, same shape
    """
    return images.reshape(len(images), 784)[:, order].reshape(images.shape)


def trained_reader(name, train, *, epochs=3, seed=0, order=None):
    """Train one of `TRAINED_READERS` on images as they are, or permuted.

    Parameters
    ----------
    name : "MLP" or "LeNet"
    train : pair of ndarray
        Images (N, 1, 28, 28) and labels.
    epochs : int
    seed : int
        Of the initial weights and of the batches.
    order : ndarray of int, shape (784,), optional
        Permutation of the pixels.

    Returns
    -------
    Network
    """
    images, labels = train
    network = Network(TRAINED_READERS[name], seed=seed)
    recipe = Recipe(epochs=epochs, batch_size=50, learning_rate=0.003, seed=seed)
    fit(network, (images if order is None else permute(images, order), labels), recipe, progress=False)
    return network


def permuted_accuracy(network, test, order=None):
    """Return the accuracy on images as they are, or permuted."""
    images, labels = test
    return evaluate(network, images if order is None else permute(images, order), labels).accuracy
