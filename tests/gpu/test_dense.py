from functools import partial

import numpy as np
import pytest
import torch
from oracles import HALF, assert_agrees, on_each_device

from cnnlib.gpu import cross_entropy, linear, relu, scaled_tanh, sigmoid, softmax, tanh

in_each_precision = pytest.mark.parametrize("dtype", [torch.float64, torch.float32, *HALF])


@on_each_device
@in_each_precision
@pytest.mark.parametrize("biased", [True, False])
def test_linear_and_its_gradients_are_torchs(device, dtype, biased):
    rng = np.random.default_rng(0)
    bias = rng.standard_normal(3) if biased else None
    arrays = rng.standard_normal((4, 5)), rng.standard_normal((3, 5)) / 5**0.5, bias
    assert_agrees(linear, torch.nn.functional.linear, *arrays, dtype=dtype, device=device)


@on_each_device
@in_each_precision
@pytest.mark.parametrize(
    ("ours", "oracle"),
    [
        (relu, lambda x: torch.where(x > 0, x, 0 * x)),
        (sigmoid, lambda x: (1 + torch.tanh(x / 2)) / 2),
        (tanh, lambda x: 1 - 2 / (1 + torch.exp(2 * x))),
        (scaled_tanh, lambda x: 1.7159 * (1 - 2 / (1 + torch.exp(4 / 3 * x)))),
        (softmax, lambda x: torch.exp(x) / torch.exp(x).sum(-1, keepdim=True)),
        (partial(softmax, axis=0), lambda x: torch.exp(x) / torch.exp(x).sum(0)),
    ],
)
def test_nonlinearities_and_their_gradients_follow_their_formulas(device, dtype, ours, oracle):
    x = np.array([[-4.0, -1.5, 0.0], [0.25, 3.0, 5.0]])
    assert_agrees(ours, oracle, x, dtype=dtype, device=device)


@on_each_device
@in_each_precision
@pytest.mark.parametrize("integers", [torch.int64, torch.uint8])
def test_cross_entropy_and_its_gradient_are_torchs(device, dtype, integers):
    logits = np.random.default_rng(1).standard_normal((5, 7)) * 4
    labels = torch.tensor([6, 0, 3, 3, 2], device=device)
    ours = partial(cross_entropy, labels=labels.to(integers))
    oracle = partial(torch.nn.functional.cross_entropy, target=labels)
    assert_agrees(ours, oracle, logits, dtype=dtype, device=device)


def test_cross_entropy_by_hand_where_exp_would_overflow():
    logits = torch.tensor([[1e4, 1e4 + np.log(3)], [0.0, 0.0]], dtype=torch.float64)
    loss = cross_entropy(logits, torch.tensor([0, 1]))
    torch.testing.assert_close(loss.item(), (np.log(4) + np.log(2)) / 2)
