"""Convolution as products with the banded matrix of `cnnlib.vectorized.toeplitz`, over a batch that lies innermost.

Let images lie in memory as (W, C, H, N): one column after another, of all images. What row i of the kernel meets in
one column is then one run of H_out · N numbers, and K_h such runs for each column and channel are all that is copied,
K_w times less than in im2col. What an output column sees are neighbours in this copy, and so is what two of them see
together: a view, multiplied by a matrix in which the kernel stands twice, the second time a step further along. That
is the band of a Toeplitz matrix, zeros included. With few filters, one product with the zeros of a few output columns
is faster than several without.
"""

from math import prod

import numpy as np

from cnnlib.vectorized._arrays import Scratch, pad, parts, tap, unpad
from cnnlib.vectorized._memory import empty, zeros
from cnnlib.vectorized._products import inner, times
from cnnlib.vectorized._threads import share

# Rows of the matrix: a product with fewer is slower than the zeros that more of them bring, in
# `python -m benchmarks.operators`.
FEWEST_ROWS = 12
# Bytes of the copied columns of one product; more do not stay in cache until they are multiplied, and take more memory
# than they are worth.
CHUNK_BYTES = 5 * 2**16


def forward(x, weight, geometry, *, tile=None):
    """Cross-correlate ``x`` with ``weight``; as `_im2col.forward`, with a result that is batch last.

    ``tile`` is how many columns of the output the matrix makes; None takes as few as make `FEWEST_ROWS`.
    """
    band = _Band(geometry, tile)
    matrix, images = band.matrix(weight), band.images(x)
    out = empty((band.tiles, len(matrix), geometry.output[0], len(x)), x.dtype)

    def fill(part):
        scratch = Scratch(x.dtype)
        for rows in band.chunks(part, x.itemsize):
            times(matrix, band.seen(images, rows, scratch), _flat(out[:, :, rows]))

    share(fill, geometry.output[0], band.products)
    return band.image(out)


def grad_weight(grad_y, x, geometry):
    """Carry ``grad_y`` back to the weight of `forward`: the gradient of the matrix, added up along its band."""
    band = _Band(geometry)
    grad_y, images = band.tiled(grad_y), band.images(x)

    def add_up(part):
        scratch, grad = Scratch(x.dtype), np.zeros(band.shape[::-1], x.dtype)
        for rows in band.chunks(part, x.itemsize):
            # The gradient of the matrix transposed: with LeNet's second layer twice as fast as the other way round.
            grad += inner(band.seen(images, rows, scratch), _flat(grad_y[:, :, rows])).sum(axis=0)
        return grad.T

    return band.along(sum(share(add_up, geometry.output[0], band.products)))


def grad_input(grad_y, weight, geometry):
    """Carry ``grad_y`` back to the input of `forward`: to each column, from all columns of the result that saw it.

    They are neighbours, so this is a band, too, with the kernel turned round in it. What the K_h rows of each product
    say belongs to as many rows of the input.
    """
    circular = geometry.padding_mode == "circular"
    rows, columns = geometry.padding
    # Zeros beside the input want no gradient; copies of its other side do.
    first, count = (0, geometry.size[1] + sum(columns)) if circular else (columns[0], geometry.size[1])
    turned, met = _turned(weight, geometry), _met(grad_y, first, count, geometry)
    grad = zeros((count, geometry.in_channels, geometry.size[0] + sum(rows), len(grad_y)), grad_y.dtype)
    parts_of_product = (geometry.in_channels, geometry.kernel[0], geometry.output[0], len(grad_y))

    def fill(part):
        scratch = Scratch(grad_y.dtype)
        for chunk in _chunks(part, len(turned) * met.shape[2] * met.itemsize):
            product = scratch.array("product", (chunk.stop - chunk.start, len(turned), met.shape[2]))
            times(turned, met[chunk], product)
            product = product.reshape(len(product), *parts_of_product)
            for i, taken in enumerate(_taken(geometry)):
                grad[chunk, :, taken] += product[:, :, i]

    share(fill, count, met.size * len(turned))
    padding = (columns if circular else (0, 0), (0, 0), rows, (0, 0))
    size = (geometry.size[1], geometry.in_channels, geometry.size[0], len(grad_y))
    return _contiguous(unpad(grad, padding, size, mode=geometry.padding_mode)).transpose(3, 1, 2, 0)


def _turned(weight, geometry):
    """Write ``weight`` as a matrix (C_in · K_h, columns · C_out), its columns last first and zeros between them."""
    groups, spacing, reach = geometry.groups, geometry.dilation[1], _reach(geometry)
    matrix = np.zeros((geometry.in_channels, geometry.kernel[0], reach, geometry.out_channels), weight.dtype)
    c, o = geometry.in_channels // groups, geometry.out_channels // groups
    for g in range(groups):
        own = weight[g * o : (g + 1) * o].transpose(1, 2, 3, 0)[:, :, ::-1]
        matrix[g * c : (g + 1) * c, :, ::spacing, g * o : (g + 1) * o] = own
    return matrix.reshape(geometry.in_channels * geometry.kernel[0], -1)


def _met(grad_y, first, count, geometry):
    """View (count, columns · C_out, H_out · N): for each input column, all columns of ``grad_y`` that met it."""
    step, reach = geometry.stride[1], _reach(geometry)
    n, filters, height, width = grad_y.shape
    spread = zeros((count + reach - 1, filters, height, n), grad_y.dtype)
    # Column q of grad_y began at column q · step of the input; the first that the first one met lies before it.
    start = first - reach + 1
    begin, end = max(0, -(-start // step)), min(width, (start + len(spread) - 1) // step + 1)
    if begin < end:
        spread[begin * step - start : end * step - start : step] = grad_y.transpose(3, 1, 2, 0)[begin:end]
    column, row, _, item = spread.strides
    shape = (count, reach * filters, height * n)
    return np.ndarray(shape, spread.dtype, spread, strides=(column, row, item))


def _reach(geometry):
    return geometry.dilation[1] * (geometry.kernel[1] - 1) + 1


def _taken(geometry):
    """Slice out, for each row of the kernel, the rows of the padded input that it meets."""
    return [tap(i, geometry.stride[0], geometry.dilation[0], geometry.output[0]) for i in range(geometry.kernel[0])]


def _flat(matrices):
    """View (…, rows, N) as (…, rows · N)."""
    *outer, rows, n = matrices.shape
    flat = matrices.view()
    flat.shape = *outer, rows * n  # raises where it would take a copy
    return flat


def _contiguous(array):
    """Copy an array where it does not lie in memory as it is read."""
    if array.flags.c_contiguous:
        return array
    copy = empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def _chunks(part, bytes_each):
    """Cut a slice of rows or columns so that what is copied or computed for a chunk stays in cache."""
    chunks = parts(part.stop - part.start, bytes_each, CHUNK_BYTES)
    return [slice(part.start + chunk.start, min(part.start + chunk.stop, part.stop)) for chunk in chunks]


class _Band:
    """How the columns of an output are cut into ``tiles`` for the products of the band."""

    def __init__(self, geometry, tile=None):
        self._geometry = geometry
        channels, filters, width = geometry.in_channels, geometry.out_channels, geometry.output[1]
        (_, self._step), (_, spacing) = geometry.stride, geometry.dilation
        tile = min(tile or -(-FEWEST_ROWS // filters), width)
        self.tiles = -(-width // tile)
        self._tile = -(-width // self.tiles)
        self._offsets = [j * spacing for j in range(geometry.kernel[1])]
        self._seen = (self._tile - 1) * self._step + self._offsets[-1] + 1
        self._axes = (self._tile, filters, self._seen, channels, geometry.kernel[0])
        self.shape = (self._tile * filters, self._seen * channels * geometry.kernel[0])
        self._width = (self.tiles - 1) * self._tile * self._step + self._seen
        self.products = self.tiles * prod(self.shape) * geometry.output[0] * geometry.batch

    def matrix(self, weight):
        """Write ``weight`` along the band: shape (tile · C_out, columns seen · C_in · K_h)."""
        matrix = np.zeros(self._axes, weight.dtype)
        for cells, filters, j in self._cells():
            matrix[cells] = weight[filters, :, :, j]
        return matrix.reshape(self.shape)

    def along(self, grad):
        """Add up a gradient of `matrix` along the band: shape (C_out, C_in // groups, K_h, K_w)."""
        _, filters, _, channels, _ = self._axes
        grad_weight = np.zeros((filters, channels // self._geometry.groups, *self._geometry.kernel), grad.dtype)
        for cells, filters, j in self._cells():
            grad_weight[filters, :, :, j] += grad.reshape(self._axes)[cells]
        return grad_weight

    def _cells(self):
        """Yield where the weights of some filters stand in the matrix, those filters, and the kernel's column."""
        groups = self._geometry.groups
        o, c = self._axes[1] // groups, self._axes[3] // groups
        for t in range(self._tile):
            for j, offset in enumerate(self._offsets):
                for g in range(groups):
                    filters = slice(g * o, (g + 1) * o)
                    yield (t, filters, t * self._step + offset, slice(g * c, (g + 1) * c)), filters, j

    def chunks(self, part, itemsize):
        """Cut the slice ``part`` of the output's rows so that the columns that are copied for them stay in cache."""
        return _chunks(part, self._width * prod(self._axes[3:]) * self._geometry.batch * itemsize)

    def images(self, x):
        """Return ``x`` as (W, C, H, N), on a ring with what it meets beyond its ends."""
        x = x.transpose(3, 1, 2, 0)
        if self._geometry.padding_mode == "circular":
            rows, columns = self._geometry.padding
            x = pad(x, (columns, (0, 0), rows, (0, 0)), mode="circular")
        return _contiguous(x)

    def tiled(self, grad_y):
        """Return ``grad_y`` as (tiles, tile · C_out, H_out, N), with zeros beyond the last column."""
        missing = self.tiles * self._tile - self._geometry.output[1]
        grad_y = pad(grad_y.transpose(3, 1, 2, 0), ((0, missing), (0, 0), (0, 0), (0, 0)))
        return _contiguous(grad_y).reshape(self.tiles, self.shape[0], *grad_y.shape[2:])

    def image(self, y):
        """Return an array as `tiled` makes it as the (N, C_out, H_out, W_out) that it stands for."""
        columns = y.reshape(self.tiles * self._tile, self._geometry.out_channels, *y.shape[2:])
        return columns[: self._geometry.output[1]].transpose(3, 1, 2, 0)

    def seen(self, images, rows, scratch):
        """Copy what ``rows`` of the output see, K_h times; view it as (tiles, columns of `matrix`, rows · N)."""
        (step, _), (spacing, _), (k_h, _) = self._geometry.stride, self._geometry.dilation, self._geometry.kernel
        height, n = rows.stop - rows.start, images.shape[3]
        padded = self._padded(images, rows.start * step, (height - 1) * step + spacing * (k_h - 1) + 1, scratch)
        copies = scratch.array("columns", (self._width, *self._axes[3:], height, n))
        column, channel, row, item = padded.strides
        met = (column, channel, row * spacing, row * step, item)
        copies[...] = np.lib.stride_tricks.as_strided(padded, copies.shape, met, writeable=False)
        column, _, row, *_, item = copies.strides
        shape = (self.tiles, self.shape[1], height * n)
        return np.ndarray(shape, copies.dtype, copies, strides=(self._tile * self._step * column, row, item))

    def _padded(self, images, start, count, scratch):
        """Return ``count`` rows of padded ``images`` from ``start`` on, with all columns that the tiles see."""
        ring = self._geometry.padding_mode == "circular"
        (above, _), (left, _) = ((0, 0), (0, 0)) if ring else self._geometry.padding
        (width, channels, height, n), first = images.shape, start - above
        if first >= 0 and first + count <= height and left == 0 and self._width <= width:
            return images[: self._width, :, first : first + count]
        padded = scratch.array("padded", (self._width, channels, count, n))
        padded[...] = 0
        inside = images[: self._width - left, :, max(0, first) : max(0, first + count)]
        at = max(0, -first)
        padded[left : left + len(inside), :, at : at + inside.shape[2]] = inside
        return padded
