import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from hypothesis import given
from hypothesis import strategies as st
from strategies import pool_cases
from vectorized.agreement import assert_agrees, central_difference

from cnnlib import definition
from cnnlib.vectorized import (
    avg_pool2d,
    avg_pool2d_backward,
    lp_pool2d,
    lp_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)

X = np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 6.0], [9.0, 7.0, 1.0, 2.0]]]])


def test_pooling_by_hand():
    np.testing.assert_array_equal(max_pool2d(X, (2, 2), stride=(1, 2)), [[[[5, 8], [9, 8]]]])
    np.testing.assert_array_equal(avg_pool2d(X, (2, 2), stride=(1, 2)), [[[[3.25, 4], [5.75, 4.25]]]])
    np.testing.assert_allclose(lp_pool2d(X, (1, 2)), np.sqrt([[[[26, 4], [25, 100], [130, 5]]]]))


def test_max_pool2d_backward_by_hand():
    grad = max_pool2d_backward(np.array([[[[1.0, 2.0], [4.0, 8.0]]]]), X, (2, 2), stride=(1, 2))
    np.testing.assert_array_equal(grad, [[[[0, 1, 0, 0], [0, 0, 10, 0], [4, 0, 0, 0]]]])


@given(pool_cases(dilated=True))
def test_max_pool2d_agrees_with_torch(case):
    assert_agrees(
        lambda x: max_pool2d(x, case.kernel_size, **case.options),
        lambda grad_y, x: max_pool2d_backward(grad_y, x, case.kernel_size, **case.options),
        lambda x: F.max_pool2d(x, case.kernel_size, **case.options),
        case.x,
    )


@given(pool_cases(), st.booleans())
def test_avg_pool2d_agrees_with_torch(case, count_include_pad):
    options = {**case.options, "count_include_pad": count_include_pad}
    assert_agrees(
        lambda x: avg_pool2d(x, case.kernel_size, **options),
        lambda grad_y, x: avg_pool2d_backward(grad_y, x, case.kernel_size, **options),
        lambda x: F.avg_pool2d(x, case.kernel_size, **options),
        case.x,
    )


@given(pool_cases(), st.sampled_from([1, 2, 3, 2.5]))
def test_lp_pool2d_agrees_with_torch(case, norm_type):
    # PyTorch's own has no padding; positive values keep away from roots of negative numbers.
    options = {**case.options, "padding": 0}
    height, width = case.x.shape[2:]
    kernel = np.minimum(case.kernel_size, (height, width)).tolist()
    assert_agrees(
        lambda x: lp_pool2d(x, kernel, norm_type=norm_type, **options),
        lambda grad_y, x: lp_pool2d_backward(grad_y, x, kernel, norm_type=norm_type, **options),
        lambda x: F.lp_pool2d(x, norm_type, kernel, options.get("stride"), options["ceil_mode"]),
        np.abs(case.x) + 0.1,
    )


@given(pool_cases())
def test_lp_pool2d_agrees_with_its_definition(case):
    y = lp_pool2d(case.x, case.kernel_size, norm_type=4, **case.options)
    expected = definition.lp_pool2d(case.x, case.kernel_size, norm_type=4, **case.options)
    np.testing.assert_allclose(y, expected, rtol=1e-10)


def test_lp_pool2d_backward_agrees_with_central_differences_through_padding():
    options = {"norm_type": 2, "stride": (2, 1), "padding": (1, 1), "ceil_mode": True}
    grad_y = np.random.default_rng(0).standard_normal(lp_pool2d(X, (2, 3), **options).shape)
    expected = central_difference(lambda x: lp_pool2d(x, (2, 3), **options), X, grad_y)
    np.testing.assert_allclose(lp_pool2d_backward(grad_y, X, (2, 3), **options), expected, atol=1e-7)


def test_lp_pool2d_backward_passes_zero_where_the_root_has_no_slope():
    np.testing.assert_array_equal(lp_pool2d_backward(np.ones((1, 1, 1, 1)), np.zeros((1, 1, 2, 3)), (2, 3)), 0)


@pytest.mark.parametrize("window", [[2.0, 7.0, 7.0], [np.nan, 9.0, 1.0], [1.0, np.nan, 3.0], [-np.inf, -np.inf, 0.0]])
def test_max_pool2d_treats_ties_and_nan_as_torch(window):
    x = np.array(window).reshape(1, 1, 1, 3)
    assert_agrees(
        lambda x: max_pool2d(x, (1, 3)),
        lambda grad_y, x: max_pool2d_backward(grad_y, x, (1, 3)),
        lambda x: F.max_pool2d(x, (1, 3)),
        x,
    )


def test_pooling_takes_views():
    x = np.random.default_rng(0).standard_normal((7, 6, 3, 2)).transpose(3, 2, 0, 1)[:, ::-1, ::2]
    tensor = torch.tensor(x.copy())
    np.testing.assert_allclose(max_pool2d(x, 2), F.max_pool2d(tensor, 2).numpy())
    np.testing.assert_allclose(avg_pool2d(x, 2), F.avg_pool2d(tensor, 2).numpy())
