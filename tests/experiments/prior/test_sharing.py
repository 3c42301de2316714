"""Three kinds of layer with the same units; digits that wander."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.prior.sharing import KINDS, DigitReader, MapLayer, halved, reading_error


def layers(seed=0):
    return {kind: MapLayer(kind, (2, 5, 7), 3, 4, np.random.RandomState(seed)) for kind in KINDS}


def test_the_kinds_have_the_same_units_and_ever_fewer_weights():
    assert {layer.out_shape for layer in layers().values()} == {(3, 2, 4)}
    counts = {kind: sum(p.numel() for p in layer.parameters()) for kind, layer in layers().items()}
    assert counts == {"dense": 24 * (70 + 1), "local": 24 * (32 + 1), "conv": 3 * (32 + 1)}
    x = torch.ones(6, 2, 5, 7)
    assert all(layer(x).shape == (6, 3, 2, 4) for layer in layers().values())


def test_a_local_layer_with_equal_weights_is_a_convolution_and_a_dense_one_can_be():
    dense, local, conv = layers().values()
    x = torch.from_numpy(np.random.RandomState(1).normal(size=(6, 2, 5, 7)).astype(np.float32))
    with torch.no_grad():
        conv.bias += torch.tensor([1.0, -2.0, 3.0])
        local.weight[:] = conv.weight
        local.bias[:] = conv.bias
        # Each dense unit's weights are what the convolution makes of single bright pixels.
        pixels = torch.eye(70).reshape(70, 2, 5, 7)
        dense.weight[:] = (conv(pixels) - conv.bias[:, None, None]).flatten(1).T
        dense.bias[:] = conv.bias.repeat_interleave(8)
        torch.testing.assert_close(local(x), conv(x))
        torch.testing.assert_close(dense(x), conv(x))


def test_the_readers_have_equal_width_and_the_documented_parameters():
    counts = {}
    for kind in KINDS:
        network = DigitReader(kind)
        assert np.prod(network.first.out_shape) == 1152
        assert np.prod(network.second.out_shape) == 256
        assert network(torch.zeros(3, 1, 14, 14)).shape == (3, 10)
        counts[kind] = sum(p.numel() for p in network.parameters())
    assert counts == {"dense": 301_578, "local": 30_858, "conv": 1_898}


def test_halved_digits_wander_as_far_as_they_may():
    images = np.random.RandomState(0).randint(0, 256, (200, 1, 28, 28)).astype(np.uint8)
    still, moved = halved(images), halved(images, wander=2, seed=5)
    assert still.dtype == moved.dtype == np.float32
    np.testing.assert_allclose(still[3, 0, 1, 2], images[3, 0, 2:4, 4:6].mean() / 255, rtol=1e-5)
    places = np.random.RandomState(5).randint(-2, 3, (200, 2))
    assert places.min() == -2
    assert places.max() == 2
    for before, after, (rows, columns) in zip(still[:, 0], moved[:, 0], places, strict=True):
        np.testing.assert_array_equal(after, np.roll(before, (rows, columns), axis=(0, 1)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_learns(kind):
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 120)
    images = random.uniform(0, 0.2, (120, 1, 14, 14)).astype(np.float32)
    images[labels == 1, :, 4:10, 6] += 0.8  # a stroke, or none
    whole = images, labels
    assert reading_error(kind, whole, whole, 60, steps=60) <= 0.1


def test_another_kind_is_refused():
    message = "MapLayer: kind must be one of 'dense', 'local', 'conv', received 'shared'"
    with pytest.raises(ValueError, match=exactly(message)):
        MapLayer("shared", (1, 5, 5), 1, 3, np.random.RandomState(0))
