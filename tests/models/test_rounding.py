"""Weights in a few bits."""

import numpy as np
import pytest

from cnnlib.models.rounding import restored, rounded
from cnnlib.playground.rounded import packed_layers

rng = np.random.RandomState(0)


@pytest.mark.parametrize("bits", range(2, 9))
def test_no_scale_that_was_tried_has_a_smaller_error(bits):
    weight, largest = rng.standard_normal((5, 3, 4, 2)), 2 ** (bits - 1) - 1
    whole, scale = rounded(weight, bits)
    assert (whole.shape, whole.dtype, scale.shape) == (weight.shape, np.int8, (5,))
    assert np.abs(whole).max() == largest
    error = ((restored(whole, scale) - weight) ** 2).sum(axis=(1, 2, 3))
    rows = weight.reshape(5, -1)
    for share in np.linspace(0.4, 1, 61):
        tried = share * np.abs(rows).max(axis=1, keepdims=True) / largest
        other = ((np.clip(np.rint(rows / tried), -largest, largest) * tried - rows) ** 2).sum(axis=1)
        assert (error <= other + 1e-6).all()


def test_whole_numbers_come_back_and_zeros_stay():
    whole = rng.randint(-15, 16, (3, 7)).astype(np.int8)
    whole[:, 0], whole[2] = 15, 0
    scale = np.array([0.25, 2, 1], np.float32)
    found, scales = rounded(restored(whole, scale), 5)
    np.testing.assert_array_equal(found, whole)
    np.testing.assert_allclose(scales, scale)
    assert restored(whole, scale).dtype == np.float32


def test_what_cannot_be_rounded_is_refused():
    with pytest.raises(ValueError, match="bits must be from 2 to 8, received 9"):
        rounded(np.ones((2, 3)), 9)
    with pytest.raises(ValueError, match=r"weight must have shape \(units, ...\), received \(0, 3\)"):
        rounded(np.ones((0, 3)), 4)


def test_a_packet_holds_every_number_in_its_bits():
    one, two = (rng.randint(-7, 8, shape).astype(np.int8) for shape in ((2, 3, 3), (3, 5)))
    units = rng.standard_normal(9).astype(np.float32)
    packet = packed_layers({"a": (one, units[:2], units[2:4], 4), "b": (two, units[4:7], units[7:], 6)})
    assert packet["layers"] == [["a", [2, 3, 3], 4, 2], ["b", [3, 5], 6, 2]]
    stream = "".join(f"{byte:08b}" for byte in packet["bytes"])
    first = [int(stream[4 * k : 4 * k + 4], 2) - 8 for k in range(18)]
    second = [int(stream[72 + 6 * k : 78 + 6 * k], 2) - 32 for k in range(15)]
    assert (first, second) == (one.ravel().tolist(), two.ravel().tolist())
    assert packet["units"]["shape"] == [9]
    np.testing.assert_array_equal(np.frombuffer(packet["units"]["data"], "<f4"), units)
