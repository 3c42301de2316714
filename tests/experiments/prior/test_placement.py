"""Stacks of two digits, and who can tell what is above."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.data import Split
from cnnlib.experiments.prior.placement import (
    StackReader,
    accuracies_by_answer,
    both_ways,
    stacks,
    swapped,
    trained_stack_reader,
)
from cnnlib.experiments.prior.sharing import halved

RANDOM = np.random.RandomState(0)
SPLIT = Split(RANDOM.randint(0, 256, (60, 1, 28, 28)).astype(np.uint8), np.arange(60) % 10)


def test_a_stack_holds_its_digits():
    images, labels = stacks(SPLIT, 40, seed=3)
    assert images.shape == (40, 1, 28, 14)
    assert np.bincount(labels).tolist() == [10, 10, 10, 10]
    small = halved(SPLIT.images)[:, 0]
    for image, label in zip(images[:, 0], labels, strict=True):
        upper, lower = (
            int(SPLIT.labels[np.flatnonzero((small == half).all(axis=(1, 2)))[0]]) for half in (image[:14], image[14:])
        )
        assert label == 2 * upper + lower


def test_swapping_exchanges_the_halves_and_the_answers():
    images = RANDOM.normal(size=(4, 1, 6, 3))
    there = swapped(images)
    np.testing.assert_array_equal(there, np.concatenate([images[:, :, 3:], images[:, :, :3]], axis=2))
    both, labels = both_ways(images, np.arange(4))
    np.testing.assert_array_equal(both, np.concatenate([images, there]))
    assert labels.tolist() == [0, 1, 2, 3, 0, 2, 1, 3]


@pytest.mark.parametrize(
    ("kind", "readout", "row", "alike"),
    [
        ("conv", "largest", False, True),
        ("conv", "every place", False, False),
        ("local", "largest", False, False),
        ("conv", "largest", True, False),
    ],
)
def test_only_a_convolution_that_keeps_the_largest_confuses_above_and_below(kind, readout, row, alike):
    reader = StackReader(kind, 3, readout, row=row, seed=1)
    images = RANDOM.uniform(size=(4, 1, 28, 14)).astype(np.float32)
    with torch.no_grad():
        first, second = reader(torch.from_numpy(images)), reader(torch.from_numpy(swapped(images)))
    assert first.shape == (4, 4)
    assert torch.allclose(first, second, atol=1e-5) == alike


def test_the_row_is_told_from_minus_one_to_one():
    reader = StackReader("conv", 1, "largest", row=True)
    with torch.no_grad():
        reader.layer.weight.zero_()
        reader.layer.weight[0, 1, 3, 3] = 1.0  # the middle of the second channel's slice
        reader.weight[:] = 1.0
        logits = reader(torch.zeros(2, 1, 28, 14))
    assert torch.allclose(logits, torch.ones(2, 4))  # the largest row


def test_a_reader_learns_where_to_look():
    labels = RANDOM.randint(0, 4, 80)
    images = RANDOM.uniform(0, 0.1, (80, 1, 28, 14)).astype(np.float32)
    images[labels >= 2, :, 5:9, 5:9] = 1
    images[labels % 2 == 1, :, 19:23, 5:9] = 1
    learned = {
        kind: accuracies_by_answer(
            trained_stack_reader(kind, 8, "largest", (images, labels), steps=150, rate=0.01), (images, labels)
        )
        for kind in ("local", "conv")
    }
    assert learned["local"][0] >= 0.9
    # To the convolution there is a square somewhere, or none.
    assert learned["conv"][0] <= 0.8


def test_accuracies_by_hand():
    class Says(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = torch.nn.Parameter(torch.zeros(1))

        def forward(self, x):
            return torch.eye(4)[[0, 1, 1, 3, 3, 2]][: len(x)]

    labels = np.array([0, 1, 2, 3, 0, 1])
    everything, alike, unlike = accuracies_by_answer(Says(), (np.zeros((6, 1, 28, 14), np.float32), labels))
    assert (everything, alike, unlike) == pytest.approx((3 / 6, 2 / 3, 1 / 3))


def test_another_readout_is_refused():
    message = "StackReader: readout must be one of 'largest', 'every place', received 'mean'"
    with pytest.raises(ValueError, match=exactly(message)):
        StackReader("conv", 1, "mean")
