"""Where transforms are said to be as good as the sum, they are; windows that see too little are found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.shapes import conv_geometry
from cnnlib.vectorized import _fft, _range

PATTERNS = {
    "random": lambda rng, shape: rng.standard_normal(shape),
    "positive": lambda rng, shape: rng.uniform(0.1, 1, shape),
    "constant": lambda rng, shape: np.full(shape, 0.1),
    "wave": lambda rng, shape: np.broadcast_to(np.cos(2.1 * np.arange(shape[-1])), shape),
    "one cell": lambda rng, shape: np.arange(np.prod(shape)).reshape(shape) == np.prod(shape) // 3,
    "many orders": lambda rng, shape: rng.standard_normal(shape) * 10 ** rng.uniform(-6, 6, shape),
    "half zeros": lambda rng, shape: np.maximum(rng.standard_normal(shape), 0),
    "a bump": lambda rng, shape: np.exp(-((np.arange(shape[-1]) - shape[-1] / 2) ** 2) / 9) * np.ones(shape),
}


def suits(x, weight, **options):
    return _range.suits_transforms(x, weight, conv_geometry("conv2d", x.shape, weight.shape, spatial=2, **options))


def exact_sums(x, weight, padding):
    """Correlate in extended precision: the sums and those of absolute values."""
    x, weight = (array.astype(np.longdouble) for array in (x, weight))
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return [
        np.einsum("nchwuv,ocuv->nohw", change(windows), change(weight), optimize=False)
        for change in (np.positive, np.abs)
    ]


@given(
    st.sampled_from(sorted(PATTERNS)),
    st.sampled_from(sorted(PATTERNS)),
    st.sampled_from([(17, 30), (24, 20)]),
    st.sampled_from([(9, 11), (3, 2), (17, 15)]),
    st.sampled_from([0, 1, 4]),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 2**32 - 1),
)
def test_transforms_that_are_said_to_suit_are_as_good_as_the_sum(of_x, of_weight, size, kernel, padding, dtype, seed):
    rng = np.random.default_rng(seed)
    x = PATTERNS[of_x](rng, (2, 2, *size)).astype(dtype)
    weight = PATTERNS[of_weight](rng, (3, 2, *kernel)).astype(dtype)
    geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2, padding=padding)
    expected, magnitude = exact_sums(x, weight, padding)
    y = _fft.forward(x.astype(np.float64), weight.astype(np.float64), geometry)
    norms = [np.sqrt((array.astype(np.float64) ** 2).sum(axis=(1, 2, 3))) for array in (x, weight)]
    error = _range.ERROR * _range.EPS * np.multiply.outer(*norms)[..., None, None]
    assert (abs(y - expected) <= error).all()
    tolerance = max(np.finfo(dtype).eps, weight[0].size * _range.EPS)
    if _range.suits_transforms(x, weight, geometry):
        assert (error <= 1.001 * tolerance * magnitude).all()
    elif magnitude.min() > 0:
        # Only where they are not good enough, or nearly so.
        assert not (3 * error <= tolerance * magnitude).all()


def test_what_a_window_meets_is_counted_over_all_channels():
    rng = np.random.default_rng(3)
    marks = rng.random((2, 3, 9, 12)) < 0.6
    for window in ((1, 1), (2, 5), (9, 4), (9, 12)):
        windows = np.lib.stride_tricks.sliding_window_view(marks, window, axis=(2, 3))
        assert _range._fewest(marks, window) == windows.sum(axis=(1, 4, 5)).min()


def test_the_smallest_weights_are_added_up():
    weights = np.array([[[[3.0, 1.0], [2.0, 5.0]]], [[[0.0, 0.0], [7.0, 4.0]]]])
    for count, expected in ((0, [0, 0]), (2, [3, 0]), (3, [6, 4]), (4, [11, 11])):
        np.testing.assert_array_equal(_range._sum_of_smallest(weights, count), expected)


ORDINARY = np.random.default_rng(4).standard_normal((2, 1, 30, 31)), np.ones((2, 1, 19, 18))


def test_ordinary_values_take_one_look(monkeypatch):
    monkeypatch.setattr(_range, "_sums", None)
    assert suits(*ORDINARY)
    assert suits(*(array.astype(np.float32) for array in ORDINARY), padding=9)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e20, 1e200])
@pytest.mark.parametrize("which", [0, 1])
def test_one_value_is_enough_to_spoil_it(value, which):
    arrays = [array.copy() for array in ORDINARY]
    arrays[which][1, 0, 3, 5] = value
    assert not suits(*arrays)


def test_one_dark_image_or_filter_does_not_matter_by_itself():
    x, weight = (array.copy() for array in ORDINARY)
    x[1] *= 1e-40
    weight[0] *= 1e-40
    assert suits(x, weight)
    assert not suits(x * 1e-80, weight)  # squares of it are no longer exact


def test_a_dark_corner_spoils_it_in_double_precision_only():
    x, weight = (array.copy() for array in ORDINARY)
    x[0, 0, :19, :18] = 1e-4
    assert not suits(x, weight)
    assert suits(x.astype(np.float32), weight.astype(np.float32))
    x[0, 0, :19, :18] = 0
    assert not suits(x.astype(np.float32), weight.astype(np.float32))
