"""``algorithm="auto"`` means what the sum means, whatever the values are and however it is computed."""

from unittest import mock

import numpy as np
import pytest
from extremes import assert_as_good_as_the_sum, convolution_by_loops, extreme_calls
from hypothesis import given
from hypothesis import strategies as st

from cnnlib import definition
from cnnlib.vectorized import _auto, _fft, conv1d, conv1d_backward, conv2d, conv2d_backward

RNG = np.random.default_rng(11)
# Small cases never pay; without the threshold, transforms are a question of the values alone.
whatever_pays = pytest.mark.parametrize("threshold", [0, _fft.PRODUCTS_PER_VALUE])
in_both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def assert_both_directions_are_as_good_as_the_sum(forward, backward, call, spatial, threshold):
    grad_y, x, weight, options = call
    of_y, of_x, of_weight = convolution_by_loops(grad_y, x, weight, spatial=spatial, **options)
    with mock.patch.object(_fft, "PRODUCTS_PER_VALUE", threshold), np.errstate(all="ignore"):
        y = forward(x, weight, **options)
        grad_x, grad_weight, _ = backward(grad_y, x, weight, **options)
    assert y.dtype == grad_x.dtype == grad_weight.dtype == x.dtype
    taps = weight[0].size
    assert_as_good_as_the_sum(y, of_y, taps)
    assert_as_good_as_the_sum(grad_x, of_x, taps * weight.shape[0])
    assert_as_good_as_the_sum(grad_weight, of_weight, y[:, 0].size)


@whatever_pays
@in_both_precisions
@given(data=st.data())
def test_conv2d_is_as_good_as_the_sum(dtype, threshold, data):
    call = data.draw(extreme_calls(2, dtype))
    assert_both_directions_are_as_good_as_the_sum(conv2d, conv2d_backward, call, 2, threshold)


@whatever_pays
@in_both_precisions
@given(data=st.data())
def test_conv1d_is_as_good_as_the_sum(dtype, threshold, data):
    call = data.draw(extreme_calls(1, dtype))
    assert_both_directions_are_as_good_as_the_sum(conv1d, conv1d_backward, call, 1, threshold)


@given(data=st.data())
def test_what_is_no_finite_number_lies_where_the_definition_has_it(data):
    _, x, weight, options = data.draw(extreme_calls(2, np.float32))
    with np.errstate(all="ignore"), mock.patch.object(_fft, "PRODUCTS_PER_VALUE", 0):
        y, expected = conv2d(x, weight, **options), definition.conv2d(x, weight, **options)
    np.testing.assert_array_equal(np.where(np.isfinite(y), 0, y), np.where(np.isfinite(expected), 0, expected))


@pytest.fixture
def picture_and_kernel():
    """A picture and a kernel so large that transforms pay."""
    x, weight = (RNG.standard_normal(shape).astype(np.float32) for shape in ((1, 1, 200, 180), (1, 1, 63, 61)))
    with mock.patch.object(_fft, "forward", wraps=_fft.forward) as transforms:
        conv2d(x, weight)
    transforms.assert_called_once()
    return x, weight


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_bad_pixel_stays_in_the_windows_that_hold_it(picture_and_kernel, value):
    x, weight = picture_and_kernel
    x[0, 0, 90, 10] = value
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(conv2d(x, weight)[0, 0])
        assert not np.isfinite(conv2d(x, weight, algorithm="fft")).any()
    expected = np.zeros_like(bad)
    expected[28:91, :11] = True
    np.testing.assert_array_equal(bad, expected)


def test_a_large_pixel_rounds_nobody_elses_output(picture_and_kernel):
    x, weight = picture_and_kernel
    x[0, 0, 90, 10] = 1e6
    exact = conv2d(x.astype(np.float64), weight.astype(np.float64), algorithm="im2col")
    error = np.abs(conv2d(x, weight) - exact)[0, 0, :, 11:].max()
    assert error < 1e-4
    assert np.abs(conv2d(x, weight, algorithm="fft") - exact)[0, 0, :, 11:].max() > 1e-2


def test_what_sees_nothing_is_nothing(picture_and_kernel):
    x, weight = picture_and_kernel
    x[0, 0, :, :110] = 0
    assert not conv2d(x, weight)[0, 0, :, :50].any()
    assert conv2d(x, weight, algorithm="fft")[0, 0, :, :50].any()


def test_a_sum_that_overflows_on_its_way_comes_back():
    x, weight = np.full((1, 1, 1, 4), 1e30, np.float32), np.array([[[[1e30, -1e30, 1]]]], np.float32)
    np.testing.assert_array_equal(conv2d(x, weight), np.float32([[[[1e30, 1e30]]]]))
    with np.errstate(over="ignore", invalid="ignore"):
        assert not np.isfinite(conv2d(x, weight, algorithm="im2col")).any()


def test_zeros_between_values_make_no_gradient():
    """With stride 2 some pixels are in no window of the infinite gradient; a rewriting multiplies it by zero there."""
    x, weight = np.ones((1, 1, 1, 7)), np.ones((1, 1, 1, 3))
    grad_y = np.array([[[[0, np.inf, 0]]]])
    np.testing.assert_array_equal(
        conv2d_backward(grad_y, x, weight, stride=(1, 2))[0], [[[[0, 0, np.inf, np.inf, np.inf, 0, 0]]]]
    )


@in_both_precisions
@pytest.mark.parametrize("change", [np.positive, lambda array: np.maximum(array, 0)], ids=["dense", "rectified"])
def test_transforms_are_good_enough_for_ordinary_values(dtype, change):
    """In both directions, and beside a border of zeros."""
    x, grad_y = (change(RNG.standard_normal(shape).astype(dtype)) for shape in ((3, 4, 40, 44), (3, 5, 40, 44)))
    weight, padding = RNG.standard_normal((5, 4, 15, 13)).astype(dtype), (7, 6)
    with mock.patch.object(_fft, "PRODUCTS_PER_VALUE", 0):
        y = conv2d(x, weight, padding=padding)
        grad_x, grad_weight, _ = conv2d_backward(grad_y, x, weight, padding=padding)
    wide = [array.astype(np.float64) for array in (grad_y, x, weight)]
    expected = conv2d(*wide[1:], padding=padding, algorithm="fft")
    expected_x, expected_weight, _ = conv2d_backward(*wide, padding=padding, algorithm="fft")
    np.testing.assert_array_equal(y, expected.astype(dtype))
    np.testing.assert_array_equal(grad_x, expected_x.astype(dtype))
    np.testing.assert_array_equal(grad_weight, expected_weight.astype(dtype))


def test_values_are_not_looked_at_where_transforms_do_not_pay():
    with mock.patch.object(_auto, "suits_transforms", side_effect=AssertionError):
        conv2d(np.ones((1, 1, 9, 8)), np.ones((1, 1, 3, 3)))
