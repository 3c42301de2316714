import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.data import Split, as_float
from cnnlib.data.dataset import balanced_order


def test_a_split_is_read_only_and_leaves_the_callers_arrays_alone():
    images, labels = np.zeros((3, 1, 4, 5), np.uint8), np.arange(3)
    split = Split(images, labels)
    with pytest.raises(ValueError, match="read-only"):
        split.images[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        split.labels[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        split.images = images
    images[0], labels[0] = 1, 1


def test_a_split_says_how_much_it_holds():
    split = Split(np.zeros((3, 2, 4, 5), np.uint8), np.arange(3))
    assert len(split) == 3
    assert repr(split) == "Split(images=uint8 (3, 2, 4, 5), labels=int64 (3,))"


def test_a_split_wants_one_label_per_picture():
    with pytest.raises(ValueError, match=r"received labels \(4,\) for images \(3, 1, 4, 5\)"):
        Split(np.zeros((3, 1, 4, 5), np.uint8), np.arange(4))
    with pytest.raises(ValueError, match=r"received labels \(3, 1\)"):
        Split(np.zeros((3, 1, 4, 5), np.uint8), np.zeros((3, 1), int))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_as_float_divides_every_byte_by_255(dtype):
    images = np.arange(256, dtype=np.uint8).reshape(1, 1, 8, 32)
    scaled = as_float(images, dtype=dtype)
    assert scaled.dtype == dtype
    assert scaled.shape == (1, 1, 8, 32)
    np.testing.assert_array_equal(scaled.ravel(), np.array([b / 255 for b in range(256)]).astype(dtype))
    assert images.dtype == np.uint8


def test_as_float_defaults_to_single_precision():
    assert as_float(np.zeros((2, 3), np.uint8)).dtype == np.float32


@pytest.mark.parametrize("images", [np.zeros(3, np.float32), np.zeros(3, int), [0, 255]])
def test_as_float_refuses_what_may_be_scaled_already(images):
    with pytest.raises(TypeError, match=r"as_float: images must be .* uint8, received (float32|int64|list)"):
        as_float(images)


def test_as_float_refuses_other_dtypes():
    with pytest.raises(TypeError, match="as_float: dtype must be float32 or float64, received"):
        as_float(np.zeros(3, np.uint8), dtype=np.int32)


@given(classes=st.integers(1, 5), rounds=st.integers(1, 6), seed=st.integers(0, 99))
def test_every_prefix_of_a_balanced_order_is_balanced(classes, rounds, seed):
    labels = np.repeat(np.arange(classes), rounds)
    order = balanced_order(labels, seed)
    assert sorted(order) == list(range(classes * rounds))
    for n in range(1, len(order) + 1):
        counts = np.bincount(labels[order[:n]], minlength=classes)
        assert counts.max() - counts.min() <= 1


def test_a_balanced_order_depends_on_the_seed_alone():
    labels = np.repeat(np.arange(4), 5)
    np.testing.assert_array_equal(balanced_order(labels, 1), balanced_order(labels, 1))
    assert (balanced_order(labels, 1) != balanced_order(labels, 2)).any()
