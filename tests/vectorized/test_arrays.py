"""Borders, gaps and taps, by hand and as maps that are turned round."""

import numpy as np
import pytest

from cnnlib.vectorized._arrays import dilate, pad, taps, unpad

RNG = np.random.default_rng(12)


@pytest.mark.parametrize("mode", ["zeros", "circular", "reflect"])
@pytest.mark.parametrize("padding", [((1, 2), (2, 0)), ((0, 3), (1, 1)), ((2, 1), (0, 2)), ((3, 0), (0, 0))])
def test_unpad_is_pads_transpose(mode, padding):
    x = RNG.standard_normal((2, 3, 5, 4))
    padded = pad(x, padding, mode=mode)
    grad = RNG.standard_normal(padded.shape)
    back = unpad(grad, padding, x.shape[2:], mode=mode)
    assert back.shape == x.shape
    np.testing.assert_allclose((padded * grad).sum(), (x * back).sum(), rtol=1e-12)


def test_pad_by_hand():
    x = np.array([[1.0, 2.0, 3.0]], np.float32)
    padded = {mode: pad(x, ((2, 1),), mode=mode) for mode in ("zeros", "circular", "reflect")}
    np.testing.assert_array_equal(padded["zeros"], [[0, 0, 1, 2, 3, 0]])
    np.testing.assert_array_equal(padded["circular"], [[2, 3, 1, 2, 3, 1]])
    np.testing.assert_array_equal(padded["reflect"], [[3, 2, 1, 2, 3, 2]])
    np.testing.assert_array_equal(pad(x, ((0, 1),), fill=-np.inf), [[1, 2, 3, -np.inf]])
    assert all(each.dtype == np.float32 for each in padded.values())
    assert pad(x, ((0, 0),), mode="circular") is x


def test_dilate_by_hand():
    x = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    spread = dilate(x, (1, 3))
    np.testing.assert_array_equal(spread, [[1, 0, 0, 2], [3, 0, 0, 4]])
    np.testing.assert_array_equal(dilate(x, (2, 1)), [[1, 2], [0, 0], [3, 4]])
    assert spread.dtype == np.float32
    assert dilate(x, (1, 1)) is x


def test_taps_by_hand():
    met = [(list(range(20))[rows], list(range(20))[columns]) for rows, columns in taps((2, 3), (3, 2), (4, 1), (2, 3))]
    assert met == [
        ([0, 3], [0, 2, 4]),
        ([0, 3], [1, 3, 5]),
        ([0, 3], [2, 4, 6]),
        ([4, 7], [0, 2, 4]),
        ([4, 7], [1, 3, 5]),
        ([4, 7], [2, 4, 6]),
    ]
