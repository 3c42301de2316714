from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import HALF, assert_agrees
from strategies import pool_cases

from cnnlib.gpu import avg_pool2d, max_pool2d

F = torch.nn.functional
few = settings(max_examples=max(10, settings.default.max_examples // 5))  # An interpreted kernel is slow.
triton_max, triton_avg = partial(max_pool2d, algorithm="triton"), partial(avg_pool2d, algorithm="triton")


def test_pools_by_hand(device):
    x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 12.0]]]], device=device)
    assert triton_max(x, (2, 1)).tolist() == [[[[4.0, 5.0, 12.0]]]]
    assert triton_avg(x, 2, stride=1).tolist() == [[[[3.0, 5.5]]]]


@few
@given(case=pool_cases(dilated=True), ties=st.booleans())
def test_max_pool2d_and_its_gradient_are_torchs(device, case, ties):
    arguments = {"kernel_size": case.kernel_size, **case.options}
    x = np.round(case.x) if ties else case.x
    assert_agrees(partial(triton_max, **arguments), partial(F.max_pool2d, **arguments), x, device=device)


@few
@given(case=pool_cases(), count_include_pad=st.booleans())
def test_avg_pool2d_and_its_gradient_are_torchs(device, case, count_include_pad):
    arguments = {"kernel_size": case.kernel_size, "count_include_pad": count_include_pad, **case.options}
    assert_agrees(partial(triton_avg, **arguments), partial(F.avg_pool2d, **arguments), case.x, device=device)


POOLS = [(triton_max, F.max_pool2d), (triton_avg, F.avg_pool2d)]
each_pool = pytest.mark.parametrize(("pool", "oracle"), POOLS, ids=["max", "avg"])


@each_pool
@pytest.mark.parametrize("dtype", [torch.float32, *HALF])
def test_pools_in_every_precision(device, pool, oracle, dtype):
    # Whole numbers up to 120 times a power of two are exact in bfloat16: rounding makes no tie; sums leave float16.
    x = np.random.default_rng(2).permutation(2 * 3 * 5 * 4).reshape(2, 3, 5, 4) * 256.0 - 12_000
    options = {"kernel_size": (3, 2), "stride": 2, "padding": 1, "ceil_mode": True}
    assert_agrees(partial(pool, **options), partial(oracle, **options), x, dtype=dtype, device=device)


@each_pool
@pytest.mark.parametrize("layout", ["last", "turned"])
def test_any_memory_layout_is_read_and_channels_last_kept(device, pool, oracle, layout):
    # More cells in an image than a block holds.
    x = torch.randn((2, 5, 19, 23), generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(device)
    laid = {
        "last": x.contiguous(memory_format=torch.channels_last),
        "turned": x.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0),
    }[layout].requires_grad_()
    x.requires_grad_()
    y, expected = pool(laid, 3, stride=2), oracle(x, 3, stride=2)
    (grad,), (reference) = torch.autograd.grad(y.sum(), laid), torch.autograd.grad(expected.sum(), x)
    torch.testing.assert_close((y, grad), (expected, *reference))
    if layout == "last":
        assert y.is_contiguous(memory_format=torch.channels_last)


def test_a_window_with_nan_has_no_maximum_and_one_of_negative_infinity_has(device):
    x = torch.tensor([[[[1.0, torch.nan, -torch.inf, -torch.inf], [2.0, 3.0, -torch.inf, -torch.inf]]]], device=device)
    x.requires_grad_()
    y = triton_max(x, 2)
    y.sum().backward()
    torch.testing.assert_close(y.detach().cpu(), torch.tensor([[[[torch.nan, -torch.inf]]]]), equal_nan=True)
    assert x.grad.tolist() == [[[[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]]
