"""What the networks of the chapter have in common: two convolutions, a dense layer, and a search for their rate."""

import numpy as np
import torch

from cnnlib.models.torch_network import draw_weights
from cnnlib.training import Recipe, evaluate, fit

FIRST_RATES = (0.01, 0.03, 0.1)


class Reader(torch.nn.Module):
    """Weights and biases, and a forward pass that somebody else wrote.

    Parameters
    ----------
    forward : callable
        Takes the layers, a list of pairs (weight, bias), and images (N, 1, H, W); returns logits (N, classes).
    shapes : sequence of tuple of int
        Of the weights: (C_out, C_in, K_h, K_w) of a convolution, (units, inputs) of a dense layer.
    seed : int
        Of the initial weights; biases begin at zero.
    """

    def __init__(self, forward, shapes, *, seed=0):
        super().__init__()
        random = np.random.RandomState(seed)
        self.weights = torch.nn.ParameterList(draw_weights(random, shape, np.prod(shape[1:])) for shape in shapes)
        self.biases = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(shape[0])) for shape in shapes)
        self.forward_pass = forward

    @property
    def layers(self):
        """The pairs (weight, bias), first layer first."""
        return list(zip(self.weights, self.biases, strict=True))

    def forward(self, x):
        """Return the logits, shape (N, classes)."""
        return self.forward_pass(self.layers, x)


def trained(forward, shapes, train, *, rate, epochs, seed):
    """Return a `Reader` after training with Adam, one-cycle rates and batches of 50.

    Parameters
    ----------
    forward, shapes
        As in `Reader`.
    train : pair of ndarray: images (N, 1, H, W) float32, labels (N,) int
    rate : float
        Peak of the learning rate.
    epochs : int
    seed : int
        Of weights and order.

    Returns
    -------
    Reader
    """
    network = Reader(forward, shapes, seed=seed)
    fit(network, train, Recipe(epochs, 50, rate, seed), progress=False)
    return network


def searched_rate(train_with, validation, *, rates=FIRST_RATES, seeds=(100,)):
    """Return the rate whose networks read most of the validation pictures, on average over some seeds.

    Where the best rate lies at an end of the rates, the next one beyond, three times as large or as small, is tried.

    Parameters
    ----------
    train_with : callable
        Takes a rate and a seed, returns a network.
    validation : pair of ndarray
        Images and labels.
    rates : sequence of float
        In rising order, at least three.
    seeds : sequence of int

    Returns
    -------
    rate : float
    scores : dict of float to float
        Mean validation accuracy of every rate that was tried.
    """
    scores = {}

    def score(rate):
        read = [evaluate(train_with(rate, seed), *validation).accuracy for seed in seeds]
        scores[rate] = float(np.mean(read))

    for rate in rates:
        score(rate)
    while True:
        best = max(scores, key=scores.get)
        ends = {min(scores): round(best / 3, 6), max(scores): round(best * 3, 6)}
        if best not in ends or len(scores) > len(rates) + 2:
            return best, dict(sorted(scores.items()))
        score(ends[best])
