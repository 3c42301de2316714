"""Ten units that read digits, trained in NumPy: what the chapter's first figure shows before a loop is explained."""

import numpy as np

from cnnlib.vectorized import softmax


def linear_reader(images, labels, *, epochs, rate, batch_size=50, seed=0):
    """Train one unit for each digit, from weights of zero, by plain steps on batches.

    Parameters
    ----------
    images : ndarray of float, shape (N, 784)
    labels : ndarray of int, shape (N,)
        From 0 to 9.
    epochs : int
    rate : float
    batch_size : int
    seed : int
        Of the order of the digits.

    Returns
    -------
    weight : ndarray, shape (10, 784)
    bias : ndarray, shape (10,)
    """
    weight, bias = np.zeros((10, images.shape[1]), images.dtype), np.zeros(10, images.dtype)
    order, wanted = np.random.RandomState(seed), np.eye(10, dtype=images.dtype)[labels]
    for _ in range(epochs):
        shuffled = order.permutation(len(images))
        for first in range(0, len(images), batch_size):
            rows = shuffled[first : first + batch_size]
            surplus = (softmax(images[rows] @ weight.T + bias) - wanted[rows]) / len(rows)
            weight -= rate * surplus.T @ images[rows]
            bias -= rate * surplus.sum(axis=0)
    return weight, bias
