"""Folds that hold out everything once, and runs that a seed repeats."""

import numpy as np
import pytest

from cnnlib.experiments.lenet5.ablation import folds, lenet_accuracy

LABELS = np.random.RandomState(0).permutation(np.repeat([0, 1, 2], [30, 20, 11]))


def test_folds_hold_out_everything_once_and_keep_the_rest():
    parts = list(folds(LABELS, 4))
    assert len(parts) == 4
    np.testing.assert_array_equal(np.sort(np.concatenate([out for _, out in parts])), np.arange(61))
    for kept, out in parts:
        np.testing.assert_array_equal(np.sort(np.concatenate([kept, out])), np.arange(61))


def test_every_fold_has_its_share_of_every_class():
    for _, out in folds(LABELS, 4):
        counts = np.bincount(LABELS[out], minlength=3)
        assert np.all(np.abs(counts - np.array([30, 20, 11]) / 4) < 1), counts
        assert 15 <= len(out) <= 16


def test_the_seed_decides_who_is_with_whom():
    first, again, other = (next(folds(LABELS, 4, seed=seed))[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_one_fold_is_none():
    with pytest.raises(ValueError, match="folds: count must be at least 2, received 1"):
        next(folds(LABELS, 1))


def test_accuracy_is_of_a_run_that_can_be_repeated():
    rng = np.random.RandomState(1)
    labels = rng.randint(0, 10, 120)
    images = rng.uniform(0, 0.1, (120, 1, 28, 28)).astype(np.float32)
    images[np.arange(120), 0, 2 + 2 * labels, 5:20] += 0.9  # a bar whose height is the label
    bars = images, labels
    first, again, other = (
        lenet_accuracy("relu", "max", bars, bars, rate=0.003, epochs=3, seed=seed) for seed in (0, 0, 1)
    )
    assert first == again != other
    assert lenet_accuracy("relu", "max", bars, bars, rate=0.003, epochs=8) > 0.9
