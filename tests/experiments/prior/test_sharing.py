"""Three kinds of layer with the same units; digits that wander."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.prior.sharing import DIGIT_READERS, KINDS, POOLS, DigitReader, MapLayer, halved, reading_errors


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


def test_a_shared_layer_reads_everything_and_with_all_but_a_window_at_zero_is_a_convolution():
    shared, conv = (MapLayer(kind, (2, 5, 7), 3, 4, np.random.RandomState(0)) for kind in ("shared", "conv"))
    x = torch.from_numpy(np.random.RandomState(1).normal(size=(6, 2, 5, 7)).astype(np.float32))
    assert shared.weight.shape == (3, 2, 6, 10)  # offsets -1 to 4 and -3 to 6
    x.requires_grad_()
    shared(x)[:, :, 1, 2].sum().backward()
    assert x.grad.ne(0).all()
    with torch.no_grad():
        shared.weight.zero_()
        shared.weight[:, :, 1:5, 3:7] = conv.weight
        torch.testing.assert_close(shared(x), conv(x))


def test_a_pool_keeps_the_largest_or_the_first_of_each_block():
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert POOLS["max"](x).flatten().tolist() == [5, 7, 13, 15]
    assert POOLS["average"](x).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert POOLS["every second"](x).flatten().tolist() == [0, 2, 8, 10]
    with pytest.raises(
        ValueError, match=exactly("DigitReader: pool must be one of 'max', 'average', 'every second', received 'mean'")
    ):
        DigitReader("conv", pool="mean")


def test_the_readers_have_equal_width_or_about_as_many_parameters():
    counts = {}
    for name, reader in DIGIT_READERS.items():
        network = reader(seed=0)
        if name.split(", ")[-1] in (*KINDS, "shared", *POOLS):
            assert np.prod(network.first.out_shape) == 1152
            assert np.prod(network.second.out_shape) == 256
        assert network(torch.zeros(3, 1, 14, 14)).shape == (3, 10)
        counts[name] = sum(p.numel() for p in network.parameters())
    width = {"dense": 301_578, "local": 30_858, "conv": 1_898, "shared": 16_042}
    others = {f"{name}, {pool}": width[name] for pool in ("every second", "average") for name in width}
    # Locally connected, 39 and 78 maps: weights of 3×3 and biases at 144 and 16 places, and ten dense units.
    local = 39 * 144 * (9 + 1) + 78 * 16 * (39 * 9 + 1) + 10 * (78 * 4 + 1)
    rest = {"conv, 39 maps": 30_976, "local, 39 maps": local, "dense, 9 units": 1_873}
    assert counts == width | others | rest


def test_a_convolution_of_more_maps_has_them_in_both_layers():
    network = DigitReader("conv", 5)
    assert network.first.out_shape == (5, 12, 12)
    assert network.second.out_shape == (10, 4, 4)


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


@pytest.mark.parametrize("name", DIGIT_READERS)
def test_each_reader_learns(name):
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 120)
    images = random.uniform(0, 0.2, (120, 1, 14, 14)).astype(np.float32)
    images[labels == 1, :, 4:10, 6] += 0.8  # a stroke, or none
    error, training_error = reading_errors(
        name, (images[:60], labels[:60]), (images[60:], labels[60:]), steps=100, rate=0.01
    )
    assert error <= 0.1
    assert training_error <= 0.05


def test_the_training_error_is_of_the_training_digits():
    random = np.random.RandomState(0)
    images, labels = random.uniform(size=(80, 1, 14, 14)).astype(np.float32), random.randint(0, 10, 80)
    # Nothing can be learned of others from labels drawn at random; those seen can be learned by heart.
    error, training_error = reading_errors(
        "dense", (images[:40], labels[:40]), (images[40:], labels[40:]), steps=150, rate=0.003
    )
    assert training_error < 0.2 < error


def test_another_kind_is_refused():
    message = "MapLayer: kind must be one of 'dense', 'local', 'conv', 'shared', received 'tied'"
    with pytest.raises(ValueError, match=exactly(message)):
        MapLayer("tied", (1, 5, 5), 1, 3, np.random.RandomState(0))
