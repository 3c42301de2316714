"""Readers begin alike, run the forward pass that they are given, and get the rate that suits them."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.pooling import readers

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
    assert readers.evaluate(network, x, labels).accuracy > 0.95


@pytest.mark.parametrize(
    ("best", "tried"),
    [
        (0.03, {0.01, 0.03, 0.1}),
        (0.3, {0.01, 0.03, 0.1, 0.3, 0.9}),
        (0.003333, {0.001111, 0.003333, 0.01, 0.03, 0.1}),
    ],
)
def test_the_best_rate_never_lies_at_the_edge(monkeypatch, best, tried):
    class Answer:
        def __init__(self, network):
            rate, seed = network
            self.accuracy = 1 - abs(np.log(rate / best)) / 10 + {5: 0.01, 6: -0.01}[seed]

    monkeypatch.setattr(readers, "evaluate", lambda network, *validation: Answer(network))
    rate, scores = readers.searched_rate(lambda rate, seed: (rate, seed), ([], []), seeds=(5, 6))
    assert rate == pytest.approx(best)
    assert set(scores) == tried
    assert scores[rate] == pytest.approx(1, abs=1e-3)
    assert list(scores) == sorted(scores)


def test_a_search_that_finds_no_end_gives_up(monkeypatch):
    monkeypatch.setattr(readers, "evaluate", lambda network, *validation: type("Answer", (), {"accuracy": network}))
    rate, scores = readers.searched_rate(lambda rate, seed: rate, ([], []))
    assert len(scores) == 6
    assert rate == max(scores)
