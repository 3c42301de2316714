"""Fields are where gradients reach, paths are counted by a network of ones, and random weights follow the paths."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib import gpu
from cnnlib.experiments.alexnet.receptive_fields import core, fields, paths, reach
from cnnlib.models.architecture import Architecture, run
from cnnlib.models.catalogue import alexnet2012
from cnnlib.shapes import Activation, Conv, Flatten, Pool

OBLONG = Architecture(
    "Oblong",
    (2, 23, 30),
    (
        Conv(3, (3, 2), stride=2, padding=(1, 0)),
        Activation("relu"),
        Pool("max", 3, stride=(1, 2)),
        Conv(4, (2, 3), padding=1),
        Pool("average", 2),
        Flatten(),
    ),
)
MAPS = ["conv1", "pool1", "conv2", "pool2"]


def counted(architecture, layer, row, column):
    """Gradient of one unit with all weights one and pooling by sums: the number of ways from each pixel."""
    layers = tuple(
        Pool("average", each.kernel, each.stride, each.padding) if isinstance(each, Pool) else each
        for each in architecture.layers
        if not isinstance(each, Activation)
    )
    plain = Architecture("Plain", architecture.input_shape, layers)
    weights = {name: torch.ones(shape, dtype=torch.float64) for name, shape in plain.weight_shapes().items()}
    pixels = torch.zeros(1, *architecture.input_shape, dtype=torch.float64, requires_grad=True)
    run(plain, weights, pixels, ops=gpu)[layer][0, 0, row, column].backward()
    return pixels.grad[0, 0].numpy()


@pytest.mark.parametrize("name", MAPS)
def test_a_unit_sees_its_field_and_no_more(name):
    field = next(field for field in fields(OBLONG) if field.name == name)
    last = (field.units[0] - 1, field.units[1] - 1)
    for row, column in ((0, 0), (1, last[1] - 1), last):
        top, bottom, left, right = field.of(row, column)
        expected = np.zeros((23, 30), bool)
        expected[max(0, top) : bottom, max(0, left) : right] = True
        np.testing.assert_array_equal(counted(OBLONG, name, row, column) > 0, expected)


def test_alexnets_fields_by_hand():
    by_name = {field.name: field for field in fields(alexnet2012())}
    assert list(by_name) == ["conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool3"]
    assert by_name["conv1"].of(1, 2) == (4, 15, 8, 19)
    # Conv2 pads by two units that lie eight pixels apart.
    assert by_name["conv2"].of(0, 0) == (-16, 35, -16, 35)
    assert by_name["pool3"].of(5, 0) == (96, 291, -64, 131)


@pytest.mark.parametrize("name", MAPS)
def test_paths_are_counted_by_a_network_of_ones(name):
    field = next(field for field in fields(OBLONG) if field.name == name)
    expected = counted(OBLONG, name, field.units[0] // 2, field.units[1] // 2)
    np.testing.assert_allclose(paths(OBLONG, name), expected / expected.sum(), rtol=1e-12, atol=1e-15)


def test_what_reaches_a_unit_follows_the_paths():
    images = np.random.RandomState(0).normal(size=(8, 2, 23, 30)).astype(np.float32)
    measured = reach(OBLONG, "conv2", images=images, seeds=range(40))
    expected = paths(OBLONG, "conv2")
    assert measured.sum() == pytest.approx(1)
    assert np.all((measured > 0) <= (expected > 0))
    assert np.corrcoef(measured.ravel(), expected.ravel())[0, 1] > 0.95
    assert core(measured, 0.5) == pytest.approx(core(expected, 0.5), rel=0.15)


def test_one_seed_is_one_result():
    images = np.random.RandomState(0).normal(size=(2, 2, 23, 30)).astype(np.float32)
    first, again, other = (reach(OBLONG, "pool1", images=images, seeds=[seed]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_core_is_the_fewest_pixels_that_hold_a_part():
    shares = np.array([[0.5, 0.05, 0.05], [0.0, 0.3, 0.1]])
    assert [core(shares, part) for part in (0.4, 0.5, 0.8, 0.95, 1.0)] == [1, 1, 2, 4, 5]


@pytest.mark.parametrize("measure", [paths, lambda *arguments: reach(*arguments, images=np.zeros((1, 2, 23, 30)))])
def test_only_layers_with_maps_have_a_middle(measure):
    listed = ["conv1", "relu1", "pool1", "conv2", "pool2"]
    message = f"Oblong: layer must be one with maps, of {listed}, received 'flatten1'"
    with pytest.raises(ValueError, match=exactly(message)):
        measure(OBLONG, "flatten1")
