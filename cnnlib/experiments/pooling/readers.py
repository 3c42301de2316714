"""What the networks of the chapter have in common: layers, and how they are trained."""

import numpy as np
import torch

from cnnlib.models.torch_network import draw_weights
from cnnlib.training import Recipe, fit


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
