from functools import partial

import numpy as np
import pytest
import torch
from oracles import HALF, assert_agrees

from cnnlib.gpu import local_response_norm

triton_norm = partial(local_response_norm, algorithm="triton")


def test_local_response_norm_by_hand(device):
    x = torch.tensor([3.0, 4.0, 2.0], device=device).reshape(1, 3, 1, 1)
    y = triton_norm(x, 2, alpha=2.0, beta=1.0)
    torch.testing.assert_close(y.flatten().cpu(), torch.tensor([3 / 10, 4 / 26, 2 / 21]))


@pytest.mark.parametrize("size", [1, 2, 5, 9])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, *HALF])
def test_local_response_norm_and_its_gradient_are_torchs(device, size, dtype):
    x = np.random.default_rng(0).standard_normal((2, 7, 3, 4)) * 300
    options = {"size": size, "alpha": 0.3, "beta": 0.6, "k": 1.5}
    oracle = partial(torch.nn.functional.local_response_norm, **options)
    assert_agrees(partial(triton_norm, **options), oracle, x, dtype=dtype, device=device)


def test_channels_last_is_kept_and_an_empty_batch_is_empty(device):
    x = torch.randn(2, 20, 9, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(device)
    last = x.contiguous(memory_format=torch.channels_last).requires_grad_()
    y, expected = triton_norm(last, 5), local_response_norm(x.requires_grad_(), 5)
    assert y.is_contiguous(memory_format=torch.channels_last)
    grads = [torch.autograd.grad(normed.square().sum(), of)[0] for normed, of in ((y, last), (expected, x))]
    torch.testing.assert_close((y, grads[0]), (expected, grads[1]))
    assert triton_norm(x[:0], 5).shape == (0, 20, 9, 7)
