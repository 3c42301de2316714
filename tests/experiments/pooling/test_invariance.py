"""A move is a move, and its size is counted in distances between pictures; both by hand."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.experiments.pooling.invariance import distance_to_another, moved_right


def test_paper_comes_in_and_ink_is_lost():
    images = np.arange(12.0).reshape(1, 2, 2, 3)
    assert moved_right(images, 2)[0, :, :, 2].tolist() == [[0, 3], [6, 9]]
    assert not moved_right(images, 2)[..., :2].any()
    np.testing.assert_array_equal(moved_right(images, 0), images)
    assert not moved_right(images, 3).any()
    assert images[0, 0, 0, 1] == 1  # the argument stays


def test_a_case_by_hand():
    before = np.array([[0.0, 1.0], [2.0, 1.0], [2.0, 4.0]])
    after = np.array([[0.0, 2.0], [2.0, 1.0], [1.5, 4.0]])
    # To the next in the list: 2, 3 and, from the first back to the last, 2 + 3.
    assert distance_to_another(before, after) == pytest.approx(1.5 / 10)
    assert distance_to_another(before, after, power=2) == pytest.approx(1.25 / (4 + 9 + 13))


def test_nothing_changed_is_zero_and_another_picture_is_one():
    before = np.random.RandomState(0).normal(size=(5, 2, 3, 4))
    assert distance_to_another(before, before) == 0
    for power in (1, 2):
        assert distance_to_another(before, np.roll(before, 1, axis=0), power=power) == pytest.approx(1)
        # The unit goes with the values: no representation is favoured by its scale.
        assert distance_to_another(9 * before, 9 * before + 9, power=power) == pytest.approx(
            distance_to_another(before, before + 1, power=power)
        )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moved_right(np.ones((1, 1, 2, 3)), 4), "moved_right: pixels must be at most the width 3, received 4"),
        (
            lambda: distance_to_another(np.ones((2, 2)), np.ones((2, 3))),
            "distance_to_another: before and after must have equal shapes, received (2, 2) and (2, 3)",
        ),
        (
            lambda: distance_to_another(np.ones((2, 2)), np.ones((2, 2))),
            "distance_to_another: before must hold pictures that differ, received (2, 2)",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
