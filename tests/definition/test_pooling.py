import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import tensor, torch_blur
from strategies import pool_cases

from cnnlib.definition import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    blur_pool2d,
    lp_pool2d,
    max_pool2d,
)

F = torch.nn.functional
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}


def test_pools_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 12.0]]]])
    np.testing.assert_array_equal(max_pool2d(x, (2, 1)), [[[[4.0, 5.0, 12.0]]]])
    np.testing.assert_array_equal(avg_pool2d(x, 2, stride=1), [[[[3.0, 5.5]]]])
    np.testing.assert_array_equal(lp_pool2d(x, (1, 2), norm_type=1, stride=1), [[[[3.0, 5.0], [9.0, 17.0]]]])
    np.testing.assert_allclose(lp_pool2d(x[..., 1:], (1, 2)), [[[[13**0.5], [13.0]]]], **TOLERANCE)


def test_average_may_leave_the_padding_out_of_the_count():
    x = np.array([[[[6.0, 12.0]]]])
    np.testing.assert_array_equal(avg_pool2d(x, (1, 2), stride=1, padding=(0, 1)), [[[[3.0, 9.0, 6.0]]]])
    np.testing.assert_array_equal(
        avg_pool2d(x, (1, 2), stride=1, padding=(0, 1), count_include_pad=False), [[[[6.0, 9.0, 12.0]]]]
    )


@given(case=pool_cases(dilated=True))
def test_max_pool2d_is_torchs(case):
    expected = F.max_pool2d(tensor(case.x), case.kernel_size, **case.options)
    np.testing.assert_array_equal(max_pool2d(case.x, case.kernel_size, **case.options), expected)


@given(case=pool_cases(), count_include_pad=st.booleans())
def test_avg_pool2d_is_torchs(case, count_include_pad):
    options = {**case.options, "count_include_pad": count_include_pad}
    expected = F.avg_pool2d(tensor(case.x), case.kernel_size, **options)
    np.testing.assert_allclose(avg_pool2d(case.x, case.kernel_size, **options), expected, **TOLERANCE)


@given(case=pool_cases(), norm_type=st.sampled_from([1, 2, 3, 0.5, 2.5]))
def test_lp_pool2d_is_torchs(case, norm_type):
    options = dict(case.options)
    top, left = np.broadcast_to(options.pop("padding"), 2)
    assume(not options["ceil_mode"] or top == left == 0)
    # PyTorch's has no padding; zeros that are part of its input do the same, unless the last window hangs over.
    padded = F.pad(tensor(case.x), (left, left, top, top))
    expected = F.lp_pool2d(padded, norm_type, case.kernel_size, **options)
    y = lp_pool2d(case.x, case.kernel_size, norm_type=norm_type, **case.options)
    np.testing.assert_allclose(y, expected, **TOLERANCE)


def test_pools_take_a_window_larger_than_the_input_in_ceil_mode():
    x = np.arange(6.0).reshape(1, 1, 2, 3)
    options = {"stride": 4, "ceil_mode": True}
    np.testing.assert_array_equal(max_pool2d(x, 5, **options), F.max_pool2d(tensor(x), 5, **options))
    np.testing.assert_array_equal(avg_pool2d(x, 5, **options), F.avg_pool2d(tensor(x), 5, **options))
    np.testing.assert_allclose(lp_pool2d(x, 5, **options), F.lp_pool2d(tensor(x), 2, 5, **options), **TOLERANCE)


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    output_size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    seed=st.integers(0, 999),
)
def test_adaptive_pools_are_torchs(size, output_size, seed):
    x = np.random.default_rng(seed).standard_normal((2, 3, *size))
    expected = F.adaptive_avg_pool2d(tensor(x), output_size)
    np.testing.assert_allclose(adaptive_avg_pool2d(x, output_size), expected, **TOLERANCE)
    np.testing.assert_array_equal(adaptive_max_pool2d(x, output_size), F.adaptive_max_pool2d(tensor(x), output_size))


@pytest.mark.parametrize("pool", [lambda x: max_pool2d(x, 2), lambda x: adaptive_max_pool2d(x, (1, 2))])
def test_a_window_with_nan_has_no_maximum(pool):
    x = np.array([[[[1.0, np.nan, 5.0, 6.0], [2.0, 3.0, 7.0, 8.0]]]])
    np.testing.assert_array_equal(pool(x), [[[[np.nan, 8.0]]]])


def test_blur_pool2d_by_hand():
    x = np.array([[[[1.0, 2.0, 4.0, 8.0]]]])
    # Reflected: 2 | 1 2 4 8 | 4; weights 1/4, 1/2, 1/4; positions 0 and 2.
    np.testing.assert_array_equal(blur_pool2d(x, (1, 3)), [[[[1.5, 4.5]]]])
    # Weights 1/2, 1/2 and no cell before: 1 2 | 2 4 | 4 8 | 8 4.
    np.testing.assert_array_equal(blur_pool2d(x, (1, 2), stride=1), [[[[1.5, 3.0, 6.0, 6.0]]]])


@pytest.mark.parametrize("kernel_size", [3, (1, 4), (5, 2)])
@pytest.mark.parametrize("stride", [1, 2, (3, 1)])
def test_blur_pool2d_is_a_depthwise_convolution(kernel_size, stride):
    pascal = {1: [1], 2: [1, 1], 3: [1, 2, 1], 4: [1, 3, 3, 1], 5: [1, 4, 6, 4, 1]}
    rows, columns = (tensor(pascal[k]) / sum(pascal[k]) for k in np.broadcast_to(kernel_size, 2))
    x = np.random.default_rng(4).standard_normal((2, 3, 6, 7))
    expected = torch_blur(tensor(x), torch.outer(rows, columns), stride)
    np.testing.assert_allclose(blur_pool2d(x, kernel_size, stride=stride), expected, **TOLERANCE)
