"""Convolution as matrix products: copy the image's windows into columns, then multiply by the filters.

The classical im2col copies every pixel K_h · K_w times [1]_. Here the copy spreads the windows out along the
width only: *strips* hold, for each row of the image, the K_w shifted versions of that row. Laid out row by row,
the K_h strips below one another that make the windows of one output row are one contiguous block, so the
full matrix is there as an overlapping view and K_h times less is copied.

.. [1] Chellapilla, Puri & Simard, *High performance convolutional neural networks for document processing*
   (2006), Sec. 2.
"""

from math import gcd

import numpy as np

from cnnlib.vectorized._arrays import Scratch, pad, parts

# A chunk's strips: so many that the products are wide, so few that memory stays within a few images' columns.
# `python -m benchmarks.operators` shows both.
CHUNK_BYTES = 2**22


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
    groups, (stride, _), (dilation, _) = geometry.groups, geometry.stride, geometry.dilation
    out = np.empty(geometry.output_shape, x.dtype)
    bank = weight.reshape(groups, 1, len(weight) // groups, *weight.shape[1:])
    bank = bank.transpose(0, 1, 2, 4, 3, 5).reshape(*bank.shape[:3], -1)
    scratch = Scratch(x.dtype)
    for part in parts(len(x), _bytes_per_image(x, geometry), CHUNK_BYTES):
        images = pad(x[part], geometry.padding, mode=geometry.padding_mode)
        for first, step, sub_stride in _undilated(stride, dilation, geometry.output[0]):
            rows = images[:, :, first * stride :: dilation]
            _multiply(rows, bank, out[part, :, first::step], sub_stride, geometry, scratch)
    return out


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
    np.matmul(bank, columns, out=product)
    product = product.reshape(groups, height, filters, n, width).transpose(3, 0, 2, 1, 4)
    np.copyto(out.reshape(product.shape), product)


def grad_weight(grad_y, x, geometry):
    """Carry ``grad_y``, of the shape of the result, back to the weight of `forward`."""
    groups, kernel, (stride, _), (dilation, _) = geometry.groups, geometry.kernel, geometry.stride, geometry.dilation
    filters, channels = geometry.out_channels // groups, geometry.in_channels // groups
    grad = np.zeros((kernel[0], groups, filters, channels * kernel[1]), x.dtype)
    scratch = Scratch(x.dtype)
    for part in parts(len(x), _bytes_per_image(x, geometry), CHUNK_BYTES):
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
            grad[i] += y @ window.swapaxes(1, 2)


def _bytes_per_image(x, geometry):
    """Count the bytes of one image's strips."""
    rows = geometry.size[0] + sum(geometry.padding[0])
    return rows * geometry.in_channels * geometry.kernel[1] * geometry.output[1] * x.itemsize


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
