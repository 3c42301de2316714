"""Readers begin alike, run the forward pass that they are given, and learn."""

import numpy as np
import torch

from cnnlib.experiments.pooling import readers
from cnnlib.training import evaluate

SHAPES = (3, 1, 2, 2), (4, 5)


def test_a_reader_runs_what_it_is_given_on_its_own_layers():
    network = readers.Reader(lambda layers, x: x @ layers[1][0].T + layers[1][1], SHAPES, seed=2)
    assert [tuple(weight.shape) for weight, _ in network.layers] == list(SHAPES)
    assert [tuple(bias.shape) for _, bias in network.layers] == [(3,), (4,)]
    x = torch.ones(2, 5)
    torch.testing.assert_close(network(x), (x @ network.weights[1].T))
    bound = np.sqrt(6 / 5)
    assert 0.7 * bound < network.weights[1].abs().max() <= bound
    again = readers.Reader(None, SHAPES, seed=2)
    assert torch.equal(network.weights[0], again.weights[0])


def linear(layers, x):
    return x.flatten(1) @ layers[0][0].T + layers[0][1]


def test_training_lowers_the_loss():
    random = np.random.RandomState(0)
    x = random.normal(size=(200, 1, 2, 2)).astype(np.float32)
    labels = (x[:, 0, 0, 0] > 0).astype(int)
    network = readers.trained(linear, [(2, 4)], (x, labels), rate=0.1, epochs=20, seed=0)
    assert evaluate(network, x, labels).accuracy > 0.95
