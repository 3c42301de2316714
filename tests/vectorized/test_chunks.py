"""How convolution cuts its work to size: no result shows it, only time and memory."""

import numpy as np
import pytest

from cnnlib.shapes import conv_geometry
from cnnlib.vectorized import _fft, _im2col, _winograd
from cnnlib.vectorized._arrays import Scratch, parts

X = np.zeros((10, 4, 9, 14))
# Ten images; output (5, 10); two groups of two channels in, three out.
GEOMETRY = conv_geometry("conv2d", X.shape, (6, 2, 3, 5), spatial=2, stride=(2, 1), padding=(1, 0), groups=2)


def images_of(slices, n=10):
    """List which of ``n`` images each slice holds."""
    return [list(range(n))[part] for part in slices]


def test_a_batch_is_cut_into_equal_parts_within_the_budget():
    assert images_of(parts(10, 3, 9)) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert images_of(parts(10, 3, 8)) == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]
    assert images_of(parts(10, 2, 16)) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]  # not eight and two
    assert images_of(parts(3, 100, 10)) == [[0], [1], [2]]  # one image, be it too large
    assert parts(10, 3, 30) == [slice(0, 10)]
    assert parts(10, 0, 30) == [slice(0, 10)]
    assert parts(0, 3, 30) == []


def test_scratch_memory_is_used_again_by_its_name_alone():
    scratch = Scratch(np.float32)
    first = scratch.array("a", (2, 3))
    assert (first.shape, first.dtype) == ((2, 3), np.float32)
    again, other = scratch.array("a", (5, 1)), scratch.array("b", (2, 3))
    assert again.shape == (5, 1)
    assert np.shares_memory(first, again)
    assert np.shares_memory(first, scratch.array("a", (3, 2)))
    assert not np.shares_memory(first, other)
    larger = scratch.array("a", (7,))
    assert not np.shares_memory(first, larger)
    assert np.shares_memory(larger, scratch.array("a", (2, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_strips_and_results_of_a_chunk_fit_its_budget(dtype, monkeypatch):
    monkeypatch.setattr(_im2col, "parts", lambda *arguments: arguments)
    monkeypatch.setattr(_im2col, "SMALLEST_CHUNK", 0)
    x, size = X.astype(dtype), np.dtype(dtype).itemsize
    # Strips: 11 padded rows, 4 channels, 5 columns of the kernel, 10 of the output; results: 6 · 50 values.
    each = (11 * 4 * 5 * 10 + 6 * 50) * size
    # Four images' columns: 4 channels, 3 · 5 cells, 50 windows.
    columns = 4 * (4 * 15 * 50) * size
    assert _im2col._parts(x, GEOMETRY) == (10, each, columns)
    monkeypatch.setattr(_im2col, "LARGEST_CHUNK", columns - 1)
    assert _im2col._parts(x, GEOMETRY) == (10, each, columns - 1)
    monkeypatch.setattr(_im2col, "LARGEST_CHUNK", 10**9)
    monkeypatch.setattr(_im2col, "SMALLEST_CHUNK", columns + 1)
    assert _im2col._parts(x, GEOMETRY) == (10, each, columns + 1)


def test_columns_of_a_large_image_are_cut_into_bands(monkeypatch):
    asked = []

    def recorded(*arguments):
        asked.append(arguments)
        return parts(*arguments)

    monkeypatch.setattr(_im2col, "parts", recorded)
    _im2col._by_columns(X[:2], np.zeros((6, 2, 3, 5)), np.empty((2, 6, 5, 10)), GEOMETRY)
    # Five rows for each image, and in each row 4 channels' 15 cells for 10 windows.
    assert asked == [(5, 4 * 15 * 10 * 8, _im2col.LARGEST_COLUMNS)] * 2


def test_many_filters_take_one_product_an_image(monkeypatch):
    for filters, expected in ((126, "strips"), (128, "columns")):  # 63 and 64 in each of two groups
        used = []
        monkeypatch.setattr(_im2col, "_by_strips", lambda *_, used=used: used.append("strips"))
        monkeypatch.setattr(_im2col, "_by_columns", lambda *_, used=used: used.append("columns"))
        geometry = conv_geometry("conv2d", X.shape, (filters, 2, 3, 5), spatial=2, groups=2)
        _im2col.forward(X, np.zeros((filters, 2, 3, 5)), geometry)
        assert used == [expected]


def test_a_dilated_axis_falls_into_as_few_undilated_ones_as_it_can():
    # (first row of the output, rows to the next, stride in every dilation-th row of the input)
    assert _im2col._undilated(2, 4, 10) == [(0, 2, 1), (1, 2, 1)]
    assert _im2col._undilated(3, 2, 10) == [(0, 2, 3), (1, 2, 3)]
    assert _im2col._undilated(4, 2, 10) == [(0, 1, 2)]
    assert _im2col._undilated(1, 3, 2) == [(0, 3, 1), (1, 3, 1)]


def test_nobody_can_write_through_the_views_of_an_image():
    # Cells overlap: what is written to one would be found in others.
    assert not _im2col._windows(X, GEOMETRY).flags.writeable
    assert not _im2col._strips(X, GEOMETRY).flags.writeable


def test_transforms_have_the_next_length_of_small_factors():
    def smooth(n):
        for factor in (2, 3, 5):
            while n % factor == 0:
                n //= factor
        return n == 1

    for n in range(1, 400):
        assert _fft._smooth(n) == next(length for length in range(n, 2 * n + 1) if smooth(length))
    assert _fft._lengths(GEOMETRY) == [12, 15]  # 9 + 2 · 1 rows and 14 columns


def test_spectra_of_a_chunk_fit_its_budget(monkeypatch):
    each = (4 + 6) * 12 * 15 * 8
    assert _fft._bytes_per_image(X, GEOMETRY, [12, 15]) == each
    seen = []
    pad = _fft.pad
    monkeypatch.setattr(_fft, "pad", lambda x, *rest, **options: seen.append(len(x)) or pad(x, *rest, **options))
    monkeypatch.setattr(_fft, "CHUNK_BYTES", 3 * each)
    _fft.forward(X, np.zeros((6, 2, 3, 5)), GEOMETRY)
    assert seen == [3, 3, 3, 1]
    _fft.grad_weight(np.zeros(GEOMETRY.output_shape), X, GEOMETRY)
    assert seen[4:] == [3, 3, 3, 1]


def test_spectra_pay_where_the_sum_has_enough_products(monkeypatch):
    # 10 images of 6 · 4 / 2 filters of 15 cells for 50 windows; spectra of 10 · (4 + 6) images and 12 filters.
    products, values = 10 * 12 * 15 * 50, (100 + 12) * 12 * 15
    monkeypatch.setattr(_fft, "PRODUCTS_PER_VALUE", products / values)
    assert not _fft.pays(GEOMETRY)
    monkeypatch.setattr(_fft, "PRODUCTS_PER_VALUE", 0.999 * products / values)
    assert _fft.pays(GEOMETRY)


def winograd(output, tile=None):
    geometry = conv_geometry("conv2d", (10, 4, output[0] + 2, output[1] + 2), (6, 4, 3, 3), spatial=2)
    return _winograd._Plan(geometry, tile, np.float64)


def test_winograds_tile_is_the_one_asked_for_or_that_of_fewer_products():
    assert [winograd((7, 12), tile).m for tile in (2, 4)] == [2, 4]
    assert winograd((7, 12)).m == 4  # 2 · 3 tiles of 36 products, not 4 · 6 of 16
    assert winograd((2, 8)).m == 2  # 1 · 4 tiles of 16, not 1 · 2 of 36
    assert winograd((7, 12)).count == [2, 3]


def test_tiles_and_products_of_a_chunk_fit_its_budget(monkeypatch):
    # Tiles of 4 channels, before and after their transform, and products of 6, in 36 cells of 2 · 3 tiles.
    monkeypatch.setattr(_winograd, "CHUNK_BYTES", 3 * (2 * 4 + 6) * 36 * 6 * 8)
    assert images_of(winograd((7, 12)).parts(X)) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
