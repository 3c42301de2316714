"""An algorithm that is asked for by name rounds as its description says, over values of many magnitudes."""

import numpy as np
import pytest
from extremes import assert_as_good_as_the_sum, convolution_by_loops, extreme_calls, overflows
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib.vectorized import conv2d, conv2d_backward

in_both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def computed(call, algorithm):
    """Return the result and the gradients of ``x`` and ``weight``."""
    grad_y, x, weight, options = call
    grad_x, grad_weight, _ = conv2d_backward(grad_y, x, weight, algorithm=algorithm, **options)
    return conv2d(x, weight, algorithm=algorithm, **options), grad_x, grad_weight


def finite_calls(dtype):
    def is_finite(call):
        return all(np.isfinite(array).all() for array in call[:3]) and not overflows(*call[:3], dtype=dtype)

    return extreme_calls(2, dtype).filter(is_finite)


@in_both_precisions
@pytest.mark.parametrize("algorithm", ["im2col", "toeplitz"])
@given(data=st.data())
def test_matrix_products_round_beside_each_window(algorithm, dtype, data):
    call = data.draw(finite_calls(dtype))
    sums = convolution_by_loops(*call[:3], spatial=2, **call[3])
    terms = call[2][0].size, call[2].size, call[0][:, 0].size
    for ours, pair, count in zip(computed(call, algorithm), sums, terms, strict=True):
        assert_as_good_as_the_sum(ours, pair, count)


def norms(array, *axes):
    return np.sqrt((array.astype(np.float64) ** 2).sum(axis=axes or None))


def assert_within(ours, expected, allowed):
    info = np.finfo(ours.dtype)
    # Products of spectra, or of transformed tiles, may underflow, and each is part of many outputs.
    error = np.abs(ours.astype(np.float64) - expected)
    assert (error <= allowed + 1e3 * float(info.smallest_subnormal)).all(), (error / allowed).max()


@in_both_precisions
@given(data=st.data())
def test_fft_rounds_beside_the_whole_image_and_filter(dtype, data):
    grad_y, x, weight, options = call = data.draw(finite_calls(dtype))
    # Squares, of which spectra are full, have a narrower range.
    assume(all(norms(array) < np.sqrt(np.finfo(dtype).max) / 1e3 for array in (grad_y, x, weight)))
    sums = convolution_by_loops(grad_y, x, weight, spatial=2, **options)
    wraps = 4 if options["padding_mode"] == "circular" else 1  # the image is there again beyond its border
    eps = 4 * np.finfo(dtype).eps * wraps
    allowed = (
        eps * np.multiply.outer(norms(x, 1, 2, 3), norms(weight, 1, 2, 3))[..., None, None],
        eps * norms(grad_y, 1, 2, 3)[:, None, None, None] * norms(weight),
        eps * norms(grad_y, 0, 2, 3)[:, None, None, None] * norms(x),
    )
    for ours, (expected, _), each in zip(computed(call, "fft"), sums, allowed, strict=True):
        assert_within(ours, expected, each)


@in_both_precisions
@given(data=st.data())
def test_winograd_rounds_beside_the_tile(dtype, data):
    size, padding = data.draw(st.tuples(st.integers(3, 11), st.integers(3, 11))), data.draw(st.integers(0, 1))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    orders = data.draw(st.sampled_from([0, 3, 8]))
    x, weight = (
        (rng.standard_normal(shape) * 10 ** rng.uniform(-orders, orders, shape)).astype(dtype)
        for shape in ((2, 3, *size), (2, 3, 3, 3))
    )
    y = conv2d(x, weight, padding=padding, algorithm="winograd")
    expected = conv2d(x.astype(np.float64), weight.astype(np.float64), padding=padding, algorithm="im2col")
    # An output lies in a tile of four by four, whose inputs reach three cells beyond its window at most.
    far = np.pad(np.abs(x), [(0, 0), (0, 0), (padding + 3, padding + 3), (padding + 3, padding + 3)])
    largest = np.lib.stride_tricks.sliding_window_view(far, (9, 9), axis=(2, 3)).max(axis=(4, 5)).astype(np.float64)
    each = np.einsum("nchw,oc->nohw", largest, np.abs(weight.astype(np.float64)).sum(axis=(2, 3)))

    assert_within(y, expected, 40 * np.finfo(dtype).eps * each)


def test_what_each_does_with_a_nan():
    x, weight = np.ones((1, 1, 14, 13)), np.ones((1, 1, 3, 3))
    x[0, 0, 6, 2] = np.nan
    names = ("auto", "im2col", "toeplitz", "fft", "winograd")
    bad = {name: np.isnan(conv2d(x, weight, algorithm=name)[0, 0]) for name in names}
    windows = np.zeros((12, 11), bool)
    windows[4:7, :3] = True
    np.testing.assert_array_equal(bad["auto"], windows)
    np.testing.assert_array_equal(bad["im2col"], windows)
    # A matrix makes eleven columns of the output at once, and each of its products meets all that any of them sees.
    np.testing.assert_array_equal(bad["toeplitz"], np.broadcast_to(windows.any(axis=1)[:, None], (12, 11)))
    assert bad["fft"].all()
    tiles = np.zeros((12, 11), bool)
    tiles[4:8, :4] = True  # the one tile of outputs, of four by four, whose six by six inputs hold it
    np.testing.assert_array_equal(bad["winograd"], tiles)
