"""The step of gradient descent that is under every loop in PyTorch, and a loop that counts steps."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.training.schedules import one_cycle


def descend(optimizer, batches, rates, gradients):
    """Take a step of gradient descent for each batch, and yield what was seen on the way, after the step.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
    batches : iterable
    rates : iterable of float
        The learning rate of each step, as many as there are batches.
    gradients : callable
        Takes a batch, adds its gradients to the parameters', and returns what the caller wants to know of it.

    Yields
    ------
    object
        What ``gradients`` returned.
    """
    for batch, rate in zip(batches, rates, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        seen = gradients(batch)
        optimizer.step()
        yield seen


def fit_steps(network, images, labels, *, steps, batch_size=50, learning_rate=0.003, seed=0, augment=None):
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

    def gradients(batch):
        x = images[batch] if augment is None else augment(images[batch], random)
        gpu.cross_entropy(network(x), labels[batch]).backward()

    network.train()
    rates = (one_cycle(step / steps, learning_rate) for step in range(steps))
    batches = shuffled_batches(len(labels), batch_size, steps, random)
    for _ in descend(torch.optim.Adam(network.parameters()), batches, rates, gradients):
        pass
    return network


def shuffled_batches(count, size, steps, random):
    """Draw which images each step sees, in a new random order whenever all have come.

    Parameters
    ----------
    count : int
        Images in all.
    size : int
        Images a step; ``count`` where that is smaller.
    steps : int
    random : numpy.random.RandomState

    Yields
    ------
    tensor of int, shape (size,)
    """
    size, order = min(size, count), np.empty(0, int)
    for _ in range(steps):
        if len(order) < size:
            order = np.concatenate([order, random.permutation(count)])
        yield torch.from_numpy(order[:size])
        order = order[size:]
