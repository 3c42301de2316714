"""Towers of two digits, and who can tell what is above."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.data import Split
from cnnlib.experiments.prior.placement import ANSWERS, TowerReader, ceiling, swapped, tower_accuracy, towers
from cnnlib.experiments.prior.sharing import halved

RANDOM = np.random.RandomState(0)
SPLIT = Split(RANDOM.randint(0, 256, (30, 1, 28, 28)).astype(np.uint8), RANDOM.randint(0, 10, 30))


def test_a_tower_holds_its_digits_and_the_answers_to_both_questions():
    images, labels = towers(SPLIT, 50, seed=3)
    assert images.shape == (50, 1, 28, 14)
    assert labels.dtype == np.int64
    small = halved(SPLIT.images)[:, 0]
    for image, label in zip(images[:, 0], labels, strict=True):
        upper, lower = (
            int(SPLIT.labels[np.flatnonzero((small == half).all(axis=(1, 2)))[0]]) for half in (image[:14], image[14:])
        )
        parity, size = ("odd", "even")[upper % 2 == 0], ("small", "large")[lower >= 5]
        assert ANSWERS[label] == f"{parity} above, {size} below"


def test_swapping_exchanges_the_halves():
    images = RANDOM.normal(size=(2, 1, 6, 3))
    np.testing.assert_array_equal(swapped(images), np.concatenate([images[:, :, 3:], images[:, :, :3]], axis=2))


def test_the_ceiling_by_counting():
    answers = {(a, b): (a % 2 == 0, b >= 5) for a in range(10) for b in range(10)}
    both = sum(1 if answers[a, b] == answers[b, a] else 0.5 for a, b in answers)
    assert ceiling() == pytest.approx(both / 100)
    assert ceiling() == pytest.approx(0.63)


@pytest.mark.parametrize(
    ("kind", "readout", "alike"), [("conv", "pooled", True), ("conv", "dense", False), ("local", "pooled", False)]
)
def test_only_a_pooled_convolution_confuses_above_and_below(kind, readout, alike):
    reader = TowerReader(kind, 3, readout, seed=1)
    images = RANDOM.uniform(size=(4, 1, 28, 14)).astype(np.float32)
    with torch.no_grad():
        first, second = reader(torch.from_numpy(images)), reader(torch.from_numpy(swapped(images)))
    assert first.shape == (4, 4)
    assert torch.allclose(first, second, atol=1e-5) == alike


def test_a_reader_learns_where_to_look():
    labels = RANDOM.randint(0, 4, 80)
    images = RANDOM.uniform(0, 0.1, (80, 1, 28, 14)).astype(np.float32)
    images[labels >= 2, :, 5:9, 5:9] = 1
    images[labels % 2 == 1, :, 19:23, 5:9] = 1
    both = images, labels
    assert tower_accuracy("local", 8, "pooled", both, both, steps=150) >= 0.9
    assert tower_accuracy("conv", 8, "pooled", both, both, steps=150) <= 0.85


def test_another_readout_is_refused():
    message = "TowerReader: readout must be one of 'pooled', 'dense', received 'mean'"
    with pytest.raises(ValueError, match=exactly(message)):
        TowerReader("conv", 1, "mean")
