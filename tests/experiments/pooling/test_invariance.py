"""What changes is counted among what says something; both measures by hand."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.experiments.pooling.invariance import compare_values, relative_change


def test_a_case_by_hand():
    before = np.array([[0.0, 2.0, -1.0], [0.1, 0.0, 0.3]])
    after = np.array([[0.0, 1.9, 1.0], [0.0, 0.15, 0.1]])
    changed, share = compare_values(before, after)  # by more than 0.2
    assert changed.tolist() == [[False, False, True], [False, False, False]]
    # 2.0, −1.0 and 0.3 exceed 0.2, one of them changes.
    assert share == 1 / 3
    assert relative_change(before, after) == pytest.approx((0.1 + 2.0 + 0.1 + 0.15 + 0.2) / 3.4)


def test_the_threshold_is_a_share_of_the_largest():
    before, after = np.array([10.0, 0.0]), np.array([10.0, 2.0])
    assert compare_values(before, after, threshold=0.19)[1] == 0.5
    assert compare_values(before, after, threshold=0.21)[1] == 0.0


def test_what_appears_counts_as_much_as_what_disappears():
    before, after = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.0])
    changed, share = compare_values(before, after)
    assert changed.tolist() == [True, False, True, False]
    assert share == 2 / 3
    assert relative_change(before, after) == 1.0


@pytest.mark.parametrize("measure", [compare_values, relative_change])
def test_bad_arguments_are_named(measure):
    name = measure.__name__
    message = f"{name}: before and after must have equal shapes, received (2,) and (3,)"
    with pytest.raises(ValueError, match=exactly(message)):
        measure(np.ones(2), np.ones(3))
    message = f"{name}: before must hold a value other than zero, received shape (3,)"
    with pytest.raises(ValueError, match=exactly(message)):
        measure(np.zeros(3), np.ones(3))
