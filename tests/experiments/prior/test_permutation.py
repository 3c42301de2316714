"""One order of the pixels for all images."""

import numpy as np
import pytest

from cnnlib.experiments.prior.permutation import (
    TRAINED_READERS,
    permute,
    permuted_accuracy,
    pixel_order,
    trained_reader,
)

RANDOM = np.random.RandomState(0)
IMAGES = RANDOM.uniform(size=(40, 1, 28, 28)).astype(np.float32)
LABELS = (IMAGES[:, 0, 5, 7] > 0.5).astype(np.int64)


def test_an_order_says_where_each_pixel_comes_from():
    order = pixel_order(3)
    assert sorted(order) == list(range(784))
    permuted = permute(IMAGES, order)
    assert permuted.shape == IMAGES.shape
    assert permuted[4, 0, 0, 2] == IMAGES[4].ravel()[order[2]]
    assert (pixel_order(3) == order).all()
    assert (pixel_order(4) != order).any()


def test_the_networks_are_about_equally_large():
    counts = {
        name: sum(int(np.prod(shape)) for shape in network.weight_shapes().values())
        for name, network in TRAINED_READERS.items()
    }
    assert counts == {"MLP": 61_225, "LeNet": 61_706}


@pytest.mark.parametrize("name", TRAINED_READERS)
def test_permuted_images_are_what_is_trained_and_tested_on(name):
    order = pixel_order()
    by_argument = trained_reader(name, (IMAGES, LABELS), epochs=2, seed=1, order=order)
    by_hand = trained_reader(name, (permute(IMAGES, order), LABELS), epochs=2, seed=1)
    for one, other in zip(by_argument.weights().values(), by_hand.weights().values(), strict=True):
        np.testing.assert_array_equal(one, other)
    expected = permuted_accuracy(by_hand, (permute(IMAGES, order), LABELS))
    assert permuted_accuracy(by_argument, (IMAGES, LABELS), order) == expected
