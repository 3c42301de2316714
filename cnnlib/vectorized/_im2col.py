"""Convolution as matrix products: copy the image's windows into columns, then multiply by the filters [1]_.

The classical im2col copies every pixel K_h · K_w times. That is little beside the products when there are many
filters, but much when there are few. Then the copy spreads the windows out along the width only: *strips* hold, for
each row of the image, the K_w shifted versions of that row. Laid out row by row, the K_h strips below one another
that make the windows of one output row are one contiguous block, so the full matrix is there as an overlapping view
and K_h times less is copied.

.. [1] Chellapilla, Puri & Simard, *High performance convolutional neural networks for document processing*
   (2006), Sec. 2.
"""

from math import gcd, prod

import numpy as np

from cnnlib.vectorized import _transposed
from cnnlib.vectorized._arrays import Scratch, pad, parts
from cnnlib.vectorized._memory import empty
from cnnlib.vectorized._products import inner, times
from cnnlib.vectorized._threads import share

# With so many filters the copy no longer matters beside the products, and one large product beats many small ones.
MANY_FILTERS = 64

# Bytes of one chunk's strips. Below the first, calls cost more than their work; beyond the second, strips leave the
# cache before their use.
SMALLEST_CHUNK, LARGEST_CHUNK = 2**18, 2**23
# Bytes of the columns of one product: a large image is cut into bands of rows.
LARGEST_COLUMNS = 2**22


def forward(x, weight, geometry):
    """Cross-correlate ``x`` with ``weight``.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H, W)
    weight : ndarray, shape (C_out, C_in // groups, K_h, K_w)
    geometry : ConvGeometry
        Of the call, for two spatial axes.

    Returns
    -------
    ndarray, shape (N, C_out, H_out, W_out)
    """
    out = empty(geometry.output_shape, x.dtype)
    many = geometry.out_channels // geometry.groups >= MANY_FILTERS
    fill = _by_columns if many else _by_strips
    share(lambda part: fill(x[part], weight, out[part], geometry), len(x), out.size * prod(weight.shape[1:]))
    return out


def _by_columns(x, weight, out, geometry):
    """Fill ``out`` with one product for each image, or for some rows of a large one."""
    groups, height = geometry.groups, geometry.output[0]
    bank = weight.reshape(groups, len(weight) // groups, -1)
    scratch = Scratch(x.dtype)
    for part in (slice(n, n + 1) for n in range(len(x))):
        images = pad(x[part], geometry.padding, mode=geometry.padding_mode)
        windows = _windows(images, geometry)
        for rows in parts(height, windows[..., 0, :].size * x.itemsize, LARGEST_COLUMNS):
            block, y = windows[..., rows, :], out[part, :, rows]
            columns = scratch.array("columns", block.shape)
            np.copyto(columns, block)
            columns = columns.reshape(groups, bank.shape[2], -1)
            product = scratch.array("product", (*bank.shape[:2], columns.shape[2]))
            np.matmul(bank, columns, out=product)
            np.copyto(y, product.reshape(len(weight), len(y), *y.shape[2:]).swapaxes(0, 1))


def _windows(x, geometry):
    """View (groups, C // groups, K_h, K_w, N, H_out, W_out) of padded images: every cell of every window."""
    n, c, h, w = x.strides
    channels = x.shape[1] // geometry.groups
    shape = (geometry.groups, channels, *geometry.kernel, len(x), *geometry.output)
    (s_h, s_w), (d_h, d_w) = geometry.stride, geometry.dilation
    strides = (c * channels, c, h * d_h, w * d_w, n, h * s_h, w * s_w)
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def _by_strips(x, weight, out, geometry):
    """Fill ``out`` chunk by chunk, with one product for each row of it."""
    groups, (stride, _), (dilation, _) = geometry.groups, geometry.stride, geometry.dilation
    bank = weight.reshape(groups, 1, len(weight) // groups, *weight.shape[1:])
    bank = bank.transpose(0, 1, 2, 4, 3, 5).reshape(*bank.shape[:3], -1)
    scratch = Scratch(x.dtype)
    for part in _parts(x, geometry):
        images = pad(x[part], geometry.padding, mode=geometry.padding_mode)
        for first, step, sub_stride in _undilated(stride, dilation, geometry.output[0]):
            rows = images[:, :, first * stride :: dilation]
            _multiply(rows, bank, out[part, :, first::step], sub_stride, geometry, scratch)


def _multiply(x, bank, out, stride, geometry, scratch):
    """Fill ``out`` from padded images without dilation along H, where they have a ``stride`` of their own."""
    n, (groups, _, filters, taps) = len(x), bank.shape
    height, width = out.shape[2:]
    view = _strips(x, geometry).transpose(1, 3, 2, 4, 0, 5)
    strips = scratch.array("strips", view.shape)
    np.copyto(strips, view)
    group, row, _, line, _, item = strips.strides
    columns = np.lib.stride_tricks.as_strided(
        strips, (groups, height, taps, n * width), (group, row * stride, line, item), writeable=False
    )
    product = scratch.array("product", (groups, height, filters, n * width))
    times(bank, columns, product)
    product = product.reshape(groups, height, filters, n, width).transpose(3, 0, 2, 1, 4)
    np.copyto(out.reshape(product.shape), product)


def grad_weight(grad_y, x, geometry):
    """Carry ``grad_y``, of the shape of the result, back to the weight of `forward`."""
    products = grad_y.size * geometry.in_channels // geometry.groups * prod(geometry.kernel)
    return sum(share(lambda part: _grad_weight(grad_y[part], x[part], geometry), len(x), products))


def grad_input(grad_y, weight, geometry):
    """Carry ``grad_y`` back to the input of `forward`, by `forward` itself."""
    return _transposed.grad_input(grad_y, weight, geometry, forward)


def _grad_weight(grad_y, x, geometry):
    """Sum over the images of one part of the batch."""
    groups, kernel, (stride, _), (dilation, _) = geometry.groups, geometry.kernel, geometry.stride, geometry.dilation
    filters, channels = geometry.out_channels // groups, geometry.in_channels // groups
    grad = np.zeros((kernel[0], groups, filters, channels * kernel[1]), x.dtype)
    scratch = Scratch(x.dtype)
    for part in _parts(x, geometry):
        images = pad(x[part], geometry.padding, mode=geometry.padding_mode)
        for first, step, sub_stride in _undilated(stride, dilation, geometry.output[0]):
            rows = images[:, :, first * stride :: dilation]
            _accumulate(grad_y[part, :, first::step], rows, grad, sub_stride, geometry, scratch)
    grad = grad.reshape(kernel[0], groups * filters, channels, kernel[1])
    return np.ascontiguousarray(grad.transpose(1, 2, 0, 3))


def _accumulate(grad_y, x, grad, stride, geometry, scratch):
    """Add to ``grad``, of shape (K_h, groups, C_out // groups, C_in // groups · K_w); the rest as in `_multiply`."""
    kernel, groups, filters, taps = grad.shape
    n, _, height, width = grad_y.shape
    y = scratch.array("y", (groups, filters, height, n, width))
    np.copyto(y, grad_y.reshape(n, groups, filters, height, width).transpose(1, 2, 3, 0, 4))
    y = y.reshape(groups, filters, height * n * width)
    # Rows that one cell of the kernel meets lie ``stride`` apart; sorted by remainder they are neighbours.
    for remainder in range(min(stride, kernel)):
        view = _strips(x[:, :, remainder::stride], geometry).transpose(1, 2, 4, 3, 0, 5)
        strips = scratch.array("strips", view.shape)
        np.copyto(strips, view)
        columns = strips.reshape(groups, taps, -1)
        for i in range(remainder, kernel, stride):
            begin = i // stride * n * width
            window = columns[:, :, begin : begin + height * n * width]
            grad[i] += inner(y, window)


def _parts(x, geometry):
    """Cut the batch so that a chunk's strips and results stay in cache, and within four images' columns in memory."""
    rows = geometry.size[0] + sum(geometry.padding[0])
    width, positions = geometry.output[1], prod(geometry.output)
    strips = rows * geometry.in_channels * geometry.kernel[1] * width
    columns = geometry.in_channels * prod(geometry.kernel) * positions
    budget = min(max(4 * columns * x.itemsize, SMALLEST_CHUNK), LARGEST_CHUNK)
    return parts(len(x), (strips + geometry.out_channels * positions) * x.itemsize, budget)


def _undilated(stride, dilation, height):
    """Split a dilated convolution along one axis into undilated ones on every ``dilation``-th row.

    Output row ``first + t * step`` meets rows ``first * stride + (t * sub_stride + i) * dilation``.
    """
    step = dilation // gcd(stride, dilation)
    return [(first, step, stride * step // dilation) for first in range(min(step, height))]


def _strips(x, geometry):
    """View (N, groups, C // groups, H, K_w, W_out) of padded ``x``: each row, as each column of the kernel sees it."""
    n, c, h, w = x.strides
    channels = x.shape[1] // geometry.groups
    shape = (len(x), geometry.groups, channels, x.shape[2], geometry.kernel[1], geometry.output[1])
    strides = (n, c * channels, c, h, w * geometry.dilation[1], w * geometry.stride[1])
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
