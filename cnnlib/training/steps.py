"""A training loop that counts steps, so that few images are seen as often as many."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.training import one_cycle


def train(network, images, labels, *, steps, batch_size=50, learning_rate=0.003, seed=0, augment=None):
    """Train ``network`` in place with Adam on the mean cross-entropy, for a given number of steps.

    Experiments that compare training sets of different size give each network the same number of steps; an epoch
    (`cnnlib.training.fit`) would give the smaller set fewer.

    Parameters
    ----------
    network : torch.nn.Module
    images : ndarray of float32, shape (N, C, H, W)
    labels : ndarray of int, shape (N,)
    steps : int
    batch_size : int
        Images a step; all of them where there are fewer.
    learning_rate : float
        Peak of the one-cycle schedule.
    seed : int
        Of the order of the images, and of what ``augment`` draws.
    augment : callable, optional
        Takes a batch (N, C, H, W) and a `numpy.random.RandomState`; returns the batch to train on.

    Returns
    -------
    torch.nn.Module
        The network itself.
    """
    random = np.random.RandomState(seed)
    images, labels = torch.tensor(images), torch.tensor(labels)
    optimizer = torch.optim.Adam(network.parameters())
    network.train()
    for step, batch in enumerate(_batches(len(labels), batch_size, steps, random)):
        x = images[batch] if augment is None else augment(images[batch], random)
        for group in optimizer.param_groups:
            group["lr"] = one_cycle(step / steps, learning_rate)
        loss = gpu.cross_entropy(network(x), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network


def _batches(count, size, steps, random):
    """Yield positions of images, in a new random order whenever all have come."""
    size, order = min(size, count), np.empty(0, int)
    for _ in range(steps):
        if len(order) < size:
            order = np.concatenate([order, random.permutation(count)])
        yield torch.from_numpy(order[:size])
        order = order[size:]


def draw_weights(random, shape, fan_in):
    """Draw a parameter for a layer of ReLUs, uniform in ``±sqrt(6 / fan_in)`` [1]_.

    Parameters
    ----------
    random : numpy.random.RandomState
    shape : tuple of int
    fan_in : int
        Inputs of one unit.

    Returns
    -------
    torch.nn.Parameter of float32

    References
    ----------
    .. [1] He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015), Eq. 10.
    """
    bound = np.sqrt(6 / fan_in)
    return torch.nn.Parameter(torch.from_numpy(random.uniform(-bound, bound, shape).astype(np.float32)))
