import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from vectorized.agreement import TOLERANCE, central_difference, frozen

from cnnlib import vectorized
from cnnlib.vectorized import convolve, convolve_backward, correlate, correlate_backward


@st.composite
def signals(draw):
    """Draw two signals of one to three axes, either of them the larger, and a mode that they allow."""
    axes = draw(st.integers(1, 3))
    sizes = [draw(st.lists(st.integers(1, 6), min_size=axes, max_size=axes)) for _ in range(2)]
    mode = draw(st.sampled_from(["full", "same", "valid"]))
    if mode == "valid":
        small, large = (sorted(pair) for pair in (sizes[0], sizes[1]))
        sizes = [np.minimum(small, large).tolist(), np.maximum(small, large).tolist()]
        if draw(st.booleans()):
            sizes.reverse()
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.standard_normal(sizes[0]), rng.standard_normal(sizes[1]), mode


@given(signals())
def test_convolve_and_correlate_agree_with_scipy(case):
    *arrays, mode = case
    for dtype, tolerance in TOLERANCE.items():
        x, kernel = (frozen(array, dtype) for array in arrays)
        for name in ("convolve", "correlate"):
            y = getattr(vectorized, name)(x, kernel, mode=mode)
            expected = getattr(signal, name)(x, kernel, mode=mode, method="direct")
            assert y.dtype == dtype
            np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance)


@given(signals())
def test_gradients_agree_with_central_differences(case):
    x, kernel, mode = (frozen(case[0]), frozen(case[1]), case[2])
    for forward, backward in ((convolve, convolve_backward), (correlate, correlate_backward)):
        grad_y = frozen(np.random.default_rng(1).standard_normal(forward(x, kernel, mode=mode).shape))
        grad_x, grad_kernel = backward(grad_y, x, kernel, mode=mode)
        # Bilinear, so that a step of one makes no error.
        of_x = central_difference(lambda a, f=forward: f(a, kernel, mode=mode), x, grad_y, step=1.0)
        of_kernel = central_difference(lambda a, f=forward: f(x, a, mode=mode), kernel, grad_y, step=1.0)
        np.testing.assert_allclose(grad_x, of_x, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(grad_kernel, of_kernel, rtol=1e-10, atol=1e-10)


def test_by_hand():
    x, kernel = np.array([[1.0, 2.0, 3.0]]), np.array([[10.0, 1.0]])
    np.testing.assert_array_equal(convolve(x, kernel, mode="valid"), [[21, 32]])
    np.testing.assert_array_equal(correlate(x, kernel, mode="valid"), [[12, 23]])


def test_long_signals_agree_with_scipy():
    rng = np.random.default_rng(0)
    x, kernel = rng.standard_normal((60, 70)), rng.standard_normal((31, 23))
    for mode in ("full", "same", "valid"):
        np.testing.assert_allclose(
            convolve(x, kernel, mode=mode), signal.convolve(x, kernel, mode=mode), rtol=1e-10, atol=1e-10
        )


@pytest.mark.parametrize("backward", [convolve_backward, correlate_backward])
def test_backward_names_a_gradient_of_the_wrong_shape(backward):
    with pytest.raises(ValueError, match=r"_backward: grad_y must have shape \(4,\), received \(3,\)"):
        backward(np.ones(3), np.ones(3), np.ones(2))
