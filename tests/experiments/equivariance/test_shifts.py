"""A shift and an error that a person can check."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.experiments.equivariance.shifts import equivariance_error, shift


def test_a_shift_goes_down_and_to_the_right():
    image = np.array([[1, 2, 3], [4, 5, 6]])
    assert shift(image, rows=1).tolist() == [[4, 5, 6], [1, 2, 3]]
    assert shift(image, columns=1).tolist() == [[3, 1, 2], [6, 4, 5]]
    assert shift(np.stack([image, 2 * image]), -1, -1)[1].tolist() == [[10, 12, 8], [4, 6, 2]]


def test_the_error_is_relative_to_the_output():
    x = np.array([3.0, 4.0])

    def weigh(values):
        return values * [1.0, 2.0]  # each place has a weight of its own

    # f(x) = (3, 8); moved (8, 3), but f of the moved (4, 3) is (4, 6).
    expected = np.hypot(4 - 8, 6 - 3) / np.hypot(3, 8)
    assert equivariance_error(weigh, x, np.flip) == pytest.approx(expected, rel=1e-15)
    assert equivariance_error(np.square, x, np.flip) == 0


def test_invariance_is_asked_for_by_leaving_the_output_alone():
    x = np.array([3.0, 4.0])
    assert equivariance_error(np.sum, x, np.flip, lambda y: y) == 0
    assert equivariance_error(np.square, x, np.flip, lambda y: y) == pytest.approx(np.hypot(7, 7) / np.hypot(9, 16))


def test_what_cannot_be_compared_is_refused():
    message = "equivariance_error: f(move(x)) and the moved f(x) must have one shape, received (3, 2) and (2, 3)"
    with pytest.raises(ValueError, match=exactly(message)):
        equivariance_error(np.square, np.ones((2, 3)), np.transpose, lambda y: y)
    with pytest.raises(ValueError, match=exactly("equivariance_error: f(x) must not be zero throughout")):
        equivariance_error(np.square, np.zeros(3), np.flip)
