import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.definition import convolve, correlate

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}


@st.composite
def signals(draw):
    """Two signals of one to three axes, either of which may be the longer on any axis."""
    axes = draw(st.integers(1, 3))
    shape, kernel = ([draw(st.integers(1, 5)) for _ in range(axes)] for _ in range(2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.standard_normal(shape), rng.standard_normal(kernel)


@pytest.mark.parametrize("mode", ["full", "same"])
@given(pair=signals())
def test_full_and_same_are_scipys(mode, pair):
    x, kernel = pair
    np.testing.assert_allclose(
        convolve(x, kernel, mode=mode), scipy.signal.convolve(x, kernel, mode, "direct"), **TOLERANCE
    )
    np.testing.assert_allclose(
        correlate(x, kernel, mode=mode), scipy.signal.correlate(x, kernel, mode, "direct"), **TOLERANCE
    )


@given(pair=signals(), swap=st.booleans())
def test_valid_is_scipys_whichever_signal_is_the_longer(pair, swap):
    x, kernel = pair
    kernel = kernel[tuple(slice(n) for n in x.shape)]
    if swap:
        x, kernel = kernel, x
    np.testing.assert_allclose(
        convolve(x, kernel, mode="valid"), scipy.signal.convolve(x, kernel, "valid", "direct"), **TOLERANCE
    )
    np.testing.assert_allclose(
        correlate(x, kernel, mode="valid"), scipy.signal.correlate(x, kernel, "valid", "direct"), **TOLERANCE
    )


def test_convolution_multiplies_polynomials():
    # (1 + 2 t + 3 t²)(4 + 5 t) = 4 + 13 t + 22 t² + 15 t³
    np.testing.assert_array_equal(convolve(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0])), [4.0, 13.0, 22.0, 15.0])


def test_correlation_leaves_the_kernel_as_it_is():
    x, kernel = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(convolve(x, kernel, mode="same"), [[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]])
    np.testing.assert_array_equal(correlate(x, kernel, mode="valid"), [[4.0, 3.0]])
