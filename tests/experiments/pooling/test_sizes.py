"""Any size fits; a doubled image under spread kernels is the image again, on maps of either size."""

import numpy as np
import pytest
import torch
from messages import exactly
from PIL import Image

from cnnlib.experiments.pooling import sizes
from cnnlib.experiments.pooling.readers import Reader


def network(kind, seed=0):
    grid, pool = sizes.GRIDS[kind]
    shapes = (12, 1, 5, 5), (24, 12, 5, 5), (10, 24 * grid**2)
    return Reader(
        lambda layers, x, **options: sizes.any_size_logits(layers, x, pool, **options), shapes, seed=seed
    ), pool


def test_resized_is_pillow_without_bytes():
    images = np.random.RandomState(0).uniform(-1, 2, (2, 1, 6, 9)).astype(np.float32)
    small = sizes.resized(images, 4)
    assert small.shape == (2, 1, 4, 4)
    assert small.dtype == np.float32
    expected = np.asarray(Image.fromarray(images[1, 0]).resize((4, 4), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(small[1, 0], expected)
    assert np.abs(small - small.round(2)).max() > 0


def test_a_constant_stays_constant_at_every_size():
    images = np.full((1, 1, 28, 28), 0.25, np.float32)
    for size in (20, 28, 64):
        np.testing.assert_allclose(sizes.resized(images, size), 0.25, atol=1e-6)


def test_on_paper_is_in_the_middle():
    images = np.ones((2, 1, 3, 4), np.float32)
    sheet = sizes.on_paper(images, 7)
    assert sheet.shape == (2, 1, 7, 7)
    assert sheet.sum() == images.sum()
    assert sheet[1, 0, 2:5, 1:5].all()
    np.testing.assert_array_equal(sizes.on_paper(sheet, 7), sheet)


@pytest.mark.parametrize("kind", sizes.GRIDS)
@pytest.mark.parametrize("shape", [(28, 28), (20, 31), (64, 45)])
def test_every_size_gives_ten_logits(kind, shape):
    assert network(kind)[0](torch.zeros(3, 1, *shape)).shape == (3, 10)


def test_at_its_own_size_it_is_an_ordinary_network():
    x = torch.from_numpy(np.random.RandomState(1).uniform(size=(2, 1, 28, 28)).astype(np.float32))
    functional = torch.nn.functional
    reader, _ = network("grid of 4×4", seed=3)
    (w1, b1), (w2, b2), (w3, b3) = reader.layers
    h = functional.max_pool2d(functional.conv2d(x, w1, b1).relu(), 2)
    h = functional.avg_pool2d(functional.conv2d(h, w2, b2).relu(), 2)  # 8×8 to 4×4
    torch.testing.assert_close(reader(x), functional.linear(h.flatten(1), w3, b3))


def test_spread_kernels_see_a_doubled_image_as_the_image():
    x = np.random.RandomState(2).uniform(size=(2, 1, 28, 24)).astype(np.float32)
    doubled = torch.from_numpy(np.kron(x, np.ones((2, 2), np.float32)))
    reader, pool = network("grid of 4×4", seed=1)
    with torch.no_grad():
        once = reader(torch.from_numpy(x))
        twice = sizes.any_size_logits(reader.layers, doubled, pool, spread=2)
        other = reader(doubled)
    torch.testing.assert_close(twice, once)
    assert (other - once).abs().max() > 0.01


def test_shorter_steps_give_more_units_that_see_the_same():
    x = torch.from_numpy(np.random.RandomState(3).uniform(size=(1, 1, 56, 56)).astype(np.float32))
    reader, _ = network("grid of 4×4")
    maps = []

    def keep(h):
        maps.append(h)
        return h[:, :, :4, :4]

    with torch.no_grad():
        for finer in (1, 2):
            sizes.any_size_logits(reader.layers, x, keep, spread=2, finer=finer)
    assert [each.shape[-1] for each in maps] == [8, 15]
    torch.testing.assert_close(maps[1][:, :, ::2, ::2], maps[0])


def test_training_shows_every_size(monkeypatch):
    seen = []

    def watched(layers, x, pool):
        seen.append(x.shape[-1])
        return sizes.any_size_logits(layers, x, pool)

    digits = np.zeros((1000, 1, 28, 28), np.float32), np.arange(1000) % 10
    sizes.learn_sizes("global average", digits, rate=0.01, epochs=1, sides=(20, 32), forward=watched)
    assert set(seen) == {20, 32}
    assert len(seen) == 20
    seen.clear()
    sizes.learn_sizes("global average", digits, rate=0.01, epochs=1, forward=watched)
    assert set(seen) == {28}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sizes.resized(np.zeros((1, 1, 4, 4), np.float32), 0), "resized: size must be at least 1, received 0"),
        (lambda: sizes.on_paper(np.zeros((1, 1, 4, 5)), 4), "on_paper: size must be at least 5, received 4"),
        (
            lambda: sizes.learn_sizes("x", None, rate=0.1),
            "learn_sizes: kind must be one of 'grid of 4×4', 'global average', 'global maximum', received 'x'",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
