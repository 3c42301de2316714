"""AlexNet for digits has its source's sizes; coloured digits are digits in colour."""

import numpy as np
import pytest

from cnnlib.data import as_float, mnist
from cnnlib.experiments.ideas.digits_alexnet import coloured_digits, digits_alexnet, train_and_tell
from cnnlib.training import Recipe


def test_sizes_and_parameters_are_those_of_the_source():
    report = digits_alexnet().trace()
    dense = (32 * 12 * 12 + 1) * 2048 + 2049 * 1024 + 1025 * 10
    convolutions = 26 * 32 + (32 * 9 + 1) * 64 + (64 * 9 + 1) * 96 + (96 * 9 + 1) * 64 + (64 * 9 + 1) * 32
    assert sum(row.parameters for row in report) == dense + convolutions == 11_696_202
    assert [row.output_shape for row in report if row.name.startswith("pool")] == [(64, 13, 13), (32, 12, 12)]


def test_a_slim_one_keeps_its_share():
    slim = digits_alexnet(0.25)
    assert slim.weight_shapes()["conv3.weight"] == (24, 16, 3, 3)
    assert slim.weight_shapes()["dense2.weight"] == (256, 512)
    assert "0.25 of the width" in slim.name
    with pytest.raises(ValueError, match=r"digits_alexnet: width .* received 0"):
        digits_alexnet(0)


def test_a_comparison_reports_what_it_trained():
    split = mnist().train
    digits = as_float(split.images[:300]), split.labels[:300]
    recipe = Recipe(5, 20, 0.005, 1)
    row, again = (train_and_tell(digits_alexnet(0.125), digits, digits, recipe=recipe) for _ in range(2))
    assert row.pop("seconds") > 0
    again.pop("seconds")
    assert row == again
    assert row["parameters"] == 184_338
    assert row["multiply_adds"] == sum(layer.multiply_adds for layer in digits_alexnet(0.125).trace())
    assert row["accuracy"] > 0.3


def test_coloured_digits_show_the_photograph_where_there_is_no_ink_and_one_colour_where_there_is():
    digits = np.zeros((3, 1, 28, 28), np.float32)
    digits[:, :, 10:14, 5:9] = 1
    images = coloured_digits(digits, seed=4)
    blank = coloured_digits(np.zeros_like(digits), seed=4)
    assert images.shape == (3, 3, 32, 32)
    assert images.dtype == np.float32
    assert 0 <= images.min() <= images.max() <= 1
    ink = images[:, :, 12:16, 7:11]
    assert np.ptp(ink, axis=(2, 3)).max() == 0
    assert len({tuple(colour) for colour in ink[:, :, 0, 0].tolist()}) == 3
    images[:, :, 12:16, 7:11] = blank[:, :, 12:16, 7:11]
    np.testing.assert_array_equal(images, blank)
    assert blank.std((2, 3)).max() > 0.05
    np.testing.assert_array_equal(blank, coloured_digits(np.zeros_like(digits), seed=4))
