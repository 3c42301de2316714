"""The readers of one-dimensional digits: their sizes, their data, and that they learn."""

import numpy as np
import pytest

from cnnlib.experiments.matrices import one_dimensional
from cnnlib.training import Recipe


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("logistic regression", 40 * 10 + 10),
        ("dense", 40 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10),
        # Lengths 40, 20, 10, 5.
        ("convolutional", (5 + 1) * 25 + 2 * (25 * 5 + 1) * 25 + 25 * 5 * 10 + 10),
    ],
)
def test_parameters(name, parameters):
    assert sum(row.parameters for row in one_dimensional.architecture(name).trace()) == parameters


def test_signals_are_images_one_pixel_high():
    (images, labels), (test_images, test_labels) = one_dimensional.signals()
    assert images.shape == (4000, 1, 1, 40)
    assert test_images.shape == (1000, 1, 1, 40)
    assert images.dtype == np.float32
    assert (len(labels), len(test_labels)) == (4000, 1000)


def test_every_seed_is_a_run_of_its_own_that_can_be_repeated():
    recipe = Recipe(epochs=3, batch_size=200, learning_rate=0.01)
    runs = one_dimensional.accuracies("logistic regression", (0, 1, 0), recipe=recipe)
    assert runs.shape == (3,)
    assert runs[0] == runs[2] != runs[1]
    assert np.all(runs > 0.15)  # guessing reads 0.1
