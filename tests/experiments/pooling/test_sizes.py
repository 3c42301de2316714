"""Any size fits; a doubled image under spread kernels is the image again."""

import numpy as np
import pytest
import torch
from messages import exactly
from PIL import Image

from cnnlib.experiments.pooling.sizes import AnySize, resized


def test_resized_is_pillow_without_bytes():
    images = np.random.RandomState(0).uniform(-1, 2, (2, 1, 6, 9)).astype(np.float32)
    small = resized(images, 4)
    assert small.shape == (2, 1, 4, 4)
    assert small.dtype == np.float32
    expected = np.asarray(Image.fromarray(images[1, 0]).resize((4, 4), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(small[1, 0], expected)
    assert np.abs(small - small.round(2)).max() > 0


def test_a_constant_stays_constant_at_every_size():
    images = np.full((1, 1, 28, 28), 0.25, np.float32)
    for size in (20, 28, 64):
        np.testing.assert_allclose(resized(images, size), 0.25, atol=1e-6)


@pytest.mark.parametrize("grid", [1, 2, 4])
@pytest.mark.parametrize("shape", [(28, 28), (20, 31), (64, 45)])
def test_every_size_gives_ten_logits(grid, shape):
    network = AnySize(grid)
    assert network(torch.zeros(3, 1, *shape)).shape == (3, 10)
    assert network.weights()["dense1.weight"].shape == (10, 24 * grid**2)


def test_at_its_own_size_it_is_an_ordinary_network():
    x = torch.from_numpy(np.random.RandomState(1).uniform(size=(2, 1, 28, 28)).astype(np.float32))
    for grid in (1, 2, 4):
        network = AnySize(grid, seed=3)
        plain = list(network.activations(x).values())[-1]  # the pooling as its architecture writes it
        torch.testing.assert_close(network(x), plain)


def test_spread_kernels_see_a_doubled_image_as_the_image():
    x = np.random.RandomState(2).uniform(size=(2, 1, 28, 24)).astype(np.float32)
    doubled = np.kron(x, np.ones((2, 2), np.float32))
    network = AnySize(4, seed=1)
    with torch.no_grad():
        once, twice = network(torch.from_numpy(x)), network(torch.from_numpy(doubled), scale=2)
        other = network(torch.from_numpy(doubled))
    torch.testing.assert_close(twice, once)
    assert (other - once).abs().max() > 0.01


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AnySize(0), "AnySize: grid must be at least 1, received 0"),
        (lambda: resized(np.zeros((1, 1, 4, 4), np.float32), 0), "resized: size must be at least 1, received 0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
