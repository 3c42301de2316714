"""What is kept is counted once, and weights and inputs are not."""

import pytest
import torch
from torch import nn

from cnnlib.experiments.alexnet.memory import kept_bytes


def test_kept_bytes_by_hand():
    # ReLU keeps its output, which the next convolution keeps as its input: once, 2 × 3 × 4 × 5 numbers of 4 bytes.
    network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 2))
    assert kept_bytes(network, torch.zeros(2, 1, 6, 7)) == 2 * 3 * 4 * 5 * 4


def test_what_several_layers_keep_is_added():
    network = nn.Sequential(nn.Linear(3, 5), nn.Sigmoid(), nn.Linear(5, 7), nn.Sigmoid())
    assert kept_bytes(network, torch.zeros(4, 3)) == 4 * (5 + 7) * 4
    assert kept_bytes(network.double(), torch.zeros(4, 3, dtype=torch.float64)) == 4 * (5 + 7) * 8


@pytest.mark.parametrize("first", [nn.Linear(3, 5), nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 5)).eval()])
def test_nothing_is_kept_of_weights_buffers_and_inputs(first):
    with torch.no_grad():
        assert kept_bytes(first, torch.zeros(4, 3)) == 0
    assert kept_bytes(nn.Linear(3, 5), torch.zeros(4, 3)) == 0
