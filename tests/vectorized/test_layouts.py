"""Layers leave a batch in memory as they found it, and what they compute does not depend on it."""

import numpy as np
import pytest
from strategies import batch_last

from cnnlib.shapes import conv_geometry
from cnnlib.vectorized import _toeplitz, conv2d
from cnnlib.vectorized._arrays import is_batch_last
from cnnlib.vectorized.layers import (
    AvgPool2d,
    Conv2d,
    Flatten,
    MaxPool2d,
    ReLU,
    ScaledTanh,
    Sequential,
    Sigmoid,
    Tanh,
)

RNG = np.random.default_rng(3)


def test_a_batch_that_lies_last_stays_there_whatever_layers_do_to_it():
    network = Sequential(
        {
            "conv": Conv2d(RNG.standard_normal((3, 2, 3, 2)), RNG.standard_normal(3), padding=1),
            **{f"f{i}": layer() for i, layer in enumerate((Sigmoid, Tanh, ScaledTanh, ReLU))},
            "average": AvgPool2d(2),
            "max": MaxPool2d((1, 2), stride=1, padding=(0, 1)),
            "conv2": Conv2d(RNG.standard_normal((4, 3, 2, 2)), RNG.standard_normal(4), stride=(1, 2)),
            "alone": Sigmoid(),
        }
    )
    x = RNG.standard_normal((5, 2, 8, 9))
    both = []
    for images in (x, batch_last(x)):
        arrays = [images]
        for layer in network.layers.values():
            arrays.append(layer.forward(arrays[-1]))
        grads = [np.empty_like(arrays[-1])]
        grads[0][...] = np.sin(arrays[-1])
        for layer in reversed(network.layers.values()):
            grads.append(layer.backward(grads[-1]))
        assert all(is_batch_last(each) == (images is not x) for each in arrays + grads)
        both.append([*arrays, *grads, *network.gradients.values()])
    for first, last in zip(*both, strict=True):
        np.testing.assert_allclose(first, last, rtol=1e-12, atol=1e-12)


def test_rows_of_images_come_back_as_images_that_lie_as_they_did():
    x = RNG.standard_normal((5, 2, 3, 4))
    for images in (x, batch_last(x)):
        layer = Flatten()
        np.testing.assert_array_equal(layer.forward(images), x.reshape(5, 24))
        grad = layer.backward(x.reshape(5, 24))
        np.testing.assert_array_equal(grad, x)
        assert grad.strides == images.strides


def test_what_lies_otherwise_is_convolved_as_before():
    """Only a batch that lies last has the other way's result, which would surprise whoever did not ask for it."""
    x, weight = RNG.standard_normal((5, 2, 8, 9)), RNG.standard_normal((3, 2, 3, 2))
    assert conv2d(x, weight).flags.c_contiguous
    assert conv2d(np.asfortranarray(x), weight).flags.c_contiguous
    assert is_batch_last(conv2d(batch_last(x), weight))
    assert is_batch_last(conv2d(x, weight, algorithm="toeplitz"))


@pytest.mark.parametrize(
    ("filters", "width", "tiles", "tile"), [(1, 11, 1, 11), (6, 28, 14, 2), (5, 7, 3, 3), (16, 10, 10, 1)]
)
def test_few_filters_share_a_product_between_columns(filters, width, tiles, tile):
    geometry = conv_geometry("conv2d", (8, 2, 9, width + 2), (filters, 2, 3, 3), spatial=2)
    band = _toeplitz._Band(geometry)
    assert (band.tiles, band.shape) == (tiles, (tile * filters, (tile + 2) * 2 * 3))


def test_the_matrix_is_a_band_of_the_kernel():
    weight = np.array([[[[1.0, 2.0]]]])
    geometry = conv_geometry("conv2d", (1, 1, 1, 4), weight.shape, spatial=2)
    np.testing.assert_array_equal(_toeplitz._Band(geometry).matrix(weight), [[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]])


def test_columns_of_a_chunk_fit_its_budget(monkeypatch):
    x, weight = RNG.standard_normal((4, 2, 9, 12)), RNG.standard_normal((16, 2, 3, 3))
    asked = []
    parts = _toeplitz.parts
    monkeypatch.setattr(_toeplitz, "parts", lambda *arguments: asked.append(arguments) or parts(*arguments))
    conv2d(x, weight, algorithm="toeplitz")
    # Seven rows of the output; for each, 3 rows of the input: 12 columns of 2 channels of 4 images.
    assert asked == [(7, 3 * 12 * 2 * 4 * 8, _toeplitz.CHUNK_BYTES)]
