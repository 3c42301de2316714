from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import HALF, assert_agrees, on_each_device, tensor, torch_blur
from strategies import pool_cases

from cnnlib.gpu import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    blur_pool2d,
    lp_pool2d,
    max_pool2d,
)

F = torch.nn.functional


def test_pools_by_hand():
    x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 12.0]]]])
    assert max_pool2d(x, (2, 1)).tolist() == [[[[4.0, 5.0, 12.0]]]]
    assert avg_pool2d(x, 2, stride=1).tolist() == [[[[3.0, 5.5]]]]
    assert lp_pool2d(x, (1, 2), norm_type=1, stride=1).tolist() == [[[[3.0, 5.0], [9.0, 17.0]]]]


@on_each_device
@given(case=pool_cases(dilated=True))
def test_max_pool2d_and_its_gradient_are_torchs(device, case):
    arguments = {"kernel_size": case.kernel_size, **case.options}
    assert_agrees(partial(max_pool2d, **arguments), partial(F.max_pool2d, **arguments), case.x, device=device)


@on_each_device
@given(case=pool_cases(dilated=True))
def test_of_equal_values_the_first_gets_the_gradient_as_in_torch(device, case):
    arguments = {"kernel_size": case.kernel_size, **case.options}
    x = np.round(case.x)
    assert_agrees(partial(max_pool2d, **arguments), partial(F.max_pool2d, **arguments), x, device=device)


@on_each_device
@given(case=pool_cases(), count_include_pad=st.booleans())
def test_avg_pool2d_and_its_gradient_are_torchs(device, case, count_include_pad):
    arguments = {"kernel_size": case.kernel_size, "count_include_pad": count_include_pad, **case.options}
    assert_agrees(partial(avg_pool2d, **arguments), partial(F.avg_pool2d, **arguments), case.x, device=device)


@on_each_device
@given(case=pool_cases(), norm_type=st.sampled_from([1, 2, 3, 1.5]))
def test_lp_pool2d_and_its_gradient_are_torchs(device, case, norm_type):
    options = dict(case.options)
    top, left = (int(p) for p in np.broadcast_to(options.pop("padding"), 2))
    assume(not options["ceil_mode"] or top == left == 0)

    def oracle(x):
        # PyTorch's has no padding; zeros that are part of its input do the same, unless the last window hangs over.
        return F.lp_pool2d(F.pad(x, (left, left, top, top)), norm_type, case.kernel_size, **options)

    ours = partial(lp_pool2d, kernel_size=case.kernel_size, norm_type=norm_type, **case.options)
    assert_agrees(ours, oracle, np.abs(case.x), device=device)


def test_the_gradient_of_a_root_of_zero_is_zero():
    x = torch.zeros(1, 1, 2, 4, requires_grad=True)
    y = lp_pool2d(x, 2)
    y.sum().backward()
    assert y.tolist() == [[[[0.0, 0.0]]]]
    assert torch.equal(x.grad, torch.zeros_like(x))


@on_each_device
@pytest.mark.parametrize("output_size", [1, (3, 2), (5, 9)])
def test_adaptive_pools_and_their_gradients_are_torchs(device, output_size):
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 5)).round(1)  # with a tie here and there
    for ours, torchs in (
        (adaptive_avg_pool2d, F.adaptive_avg_pool2d),
        (adaptive_max_pool2d, F.adaptive_max_pool2d),
    ):
        assert_agrees(
            partial(ours, output_size=output_size), partial(torchs, output_size=output_size), x, device=device
        )


@pytest.mark.parametrize("pool", [partial(max_pool2d, kernel_size=2), partial(adaptive_max_pool2d, output_size=(1, 2))])
def test_a_window_with_nan_has_no_maximum(pool):
    x = torch.tensor([[[[1.0, torch.nan, 5.0, 6.0], [2.0, 3.0, 7.0, 8.0]]]])
    torch.testing.assert_close(pool(x), torch.tensor([[[[torch.nan, 8.0]]]]), equal_nan=True)


@on_each_device
@pytest.mark.parametrize("kernel_size", [3, (1, 4), (5, 2)])
@pytest.mark.parametrize("stride", [1, 2, (3, 1)])
def test_blur_pool2d_and_its_gradient_are_a_depthwise_convolutions(device, kernel_size, stride):
    pascal = {1: [1], 2: [1, 1], 3: [1, 2, 1], 4: [1, 3, 3, 1], 5: [1, 4, 6, 4, 1]}
    rows, columns = (tensor(pascal[k]).to(device) / sum(pascal[k]) for k in np.broadcast_to(kernel_size, 2))
    x = np.random.default_rng(1).standard_normal((2, 3, 6, 7))
    oracle = partial(torch_blur, kernel=torch.outer(rows, columns), stride=stride)
    assert_agrees(partial(blur_pool2d, kernel_size=kernel_size, stride=stride), oracle, x, device=device)


POOLS = [
    partial(max_pool2d, kernel_size=(3, 2), stride=2, padding=1, ceil_mode=True),
    partial(avg_pool2d, kernel_size=(3, 2), stride=2, padding=1, ceil_mode=True),
    partial(lp_pool2d, kernel_size=(3, 2), stride=2, ceil_mode=True),
    partial(adaptive_avg_pool2d, output_size=(3, 2)),
    partial(adaptive_max_pool2d, output_size=(3, 2)),
    partial(blur_pool2d, kernel_size=(2, 3)),
]
each_pool = pytest.mark.parametrize("pool", [pytest.param(pool, id=pool.func.__name__) for pool in POOLS])


@each_pool
def test_pools_pass_gradcheck(pool):
    # Values far apart, so that no step of a finite difference changes which one is largest.
    x = torch.randperm(2 * 3 * 5 * 4, generator=torch.Generator().manual_seed(0)).double() / 10 + 0.1
    assert torch.autograd.gradcheck(pool, x.reshape(2, 3, 5, 4).requires_grad_())


@on_each_device
@each_pool
@pytest.mark.parametrize("dtype", [torch.float32, *HALF])
def test_pools_in_every_precision(device, pool, dtype):
    # Whole numbers up to 120 times a power of two are exact in bfloat16: rounding makes no tie that the oracle
    # does not see. In float16 the sum of a window and the squares are beyond the largest number.
    x = np.random.default_rng(2).permutation(2 * 3 * 5 * 4).reshape(2, 3, 5, 4) * 256.0
    assert_agrees(pool, pool, x, dtype=dtype, device=device)
