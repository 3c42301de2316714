from functools import partial

import numpy as np
import pytest
import torch
from oracles import HALF, assert_agrees, on_each_device

from cnnlib.gpu import local_response_norm


@on_each_device
@pytest.mark.parametrize("size", [1, 2, 5, 9])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, *HALF])
def test_local_response_norm_and_its_gradient_are_torchs(device, size, dtype):
    x = np.random.default_rng(0).standard_normal((2, 7, 3, 4)) * 300
    options = {"size": size, "alpha": 0.3, "beta": 0.6, "k": 1.5}
    oracle = partial(torch.nn.functional.local_response_norm, **options)
    assert_agrees(partial(local_response_norm, **options), oracle, x, dtype=dtype, device=device)


def test_local_response_norm_by_hand():
    x = torch.tensor([3.0, 4.0, 2.0]).reshape(1, 3, 1, 1)
    y = local_response_norm(x, 2, alpha=2.0, beta=1.0, k=0.0)
    torch.testing.assert_close(y.flatten(), torch.tensor([3 / 9, 4 / 25, 2 / 20]))
