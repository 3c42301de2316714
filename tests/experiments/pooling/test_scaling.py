"""Every way of scaling makes 7×7 pixels, and the nearest neighbour is the nearest."""

import numpy as np
import pytest

from cnnlib.experiments.pooling.scaling import WAYS, nearest_neighbour, pillow

PICTURES = np.random.RandomState(0).uniform(0, 1, (3, 1, 28, 28)).astype(np.float32)


@pytest.mark.parametrize("name", WAYS)
def test_a_way_makes_seven_by_seven_and_keeps_what_is_even(name):
    assert WAYS[name](PICTURES).shape == (3, 1, 7, 7)
    even = WAYS[name](np.full_like(PICTURES, 0.5))
    np.testing.assert_allclose(even[:, :, 1:-1, 1:-1], 0.5, atol=1e-6)


def test_pillows_box_is_the_average_of_the_pixels_under_it():
    np.testing.assert_allclose(pillow(PICTURES, 7, "BOX"), WAYS["average 4×4"](PICTURES), atol=1e-6)


def test_the_neighbour_is_the_one_with_the_smallest_sum_of_squares():
    known = np.array([[0.0, 0.0], [3.0, 3.0], [0.0, 4.0]]), np.array([5, 6, 7])
    new = np.array([[1.0, 0.0], [2.0, 3.0], [0.0, 3.0], [0.0, 1.9]]), np.array([5, 6, 7, 7])
    assert nearest_neighbour(known, new) == 0.75
