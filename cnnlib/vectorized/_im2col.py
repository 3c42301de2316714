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

from cnnlib.shapes import output_size

# One chunk's strips should still be in the processor's cache when the product reads them;
# `python -m benchmarks.operators` compares.
CHUNK_BYTES = 2**21


def forward(x, weight, *, stride, dilation, groups):
    """Cross-correlate the padded images ``x`` with ``weight``.

    Parameters
    ----------
    x : ndarray, shape (N, C_in, H, W)
    weight : ndarray, shape (C_out, C_in // groups, K_h, K_w)
    stride, dilation : pair of int
    groups : int

    Returns
    -------
    ndarray, shape (N, C_out, H_out, W_out)
    """
    filters, channels, *kernel = weight.shape
    height, width = _output(x, kernel, stride, dilation)
    out = np.empty((len(x), filters, height, width), x.dtype)
    bank = weight.reshape(groups, 1, filters // groups, channels, *kernel)
    bank = bank.transpose(0, 1, 2, 4, 3, 5).reshape(groups, 1, filters // groups, -1)
    for first, step, sub_stride in _undilated(stride[0], dilation[0], height):
        _forward_rows(
            x[:, :, first * stride[0] :: dilation[0]],
            bank,
            out[:, :, first::step],
            kernel=kernel,
            stride=(sub_stride, stride[1]),
            dilation=dilation[1],
        )
    return out


def _forward_rows(x, bank, out, *, kernel, stride, dilation):
    """Fill ``out``; ``bank`` has shape (groups, 1, C_out // groups, K_h · C_in // groups · K_w)."""
    groups, _, filters, taps = bank.shape
    height, width = out.shape[2:]
    strip = x.shape[1] // groups * kernel[1]
    rows = (height - 1) * stride[0] + kernel[0]
    chunk = _chunk(x, rows * groups * strip * width)
    strips = np.empty(rows * groups * strip * width * chunk, x.dtype)
    product = np.empty(groups * height * filters * width * chunk, x.dtype)
    for start in range(0, len(x), chunk):
        images = x[start : start + chunk]
        n = len(images)
        view = _strips(images, groups, rows, kernel[1], width, stride[1], dilation)
        block = strips[: view.size].reshape(groups, rows, -1, kernel[1], n, width)
        np.copyto(block, view.transpose(1, 3, 2, 4, 0, 5))
        group, row, _, line, _, item = block.strides
        columns = np.lib.stride_tricks.as_strided(
            block, (groups, height, taps, n * width), (group, row * stride[0], line, item), writeable=False
        )
        y = product[: groups * height * filters * n * width].reshape(groups, height, filters, n * width)
        np.matmul(bank, columns, out=y)
        y = y.reshape(groups, height, filters, n, width).transpose(3, 0, 2, 1, 4)
        target = out[start : start + chunk]
        np.copyto(target.reshape(n, groups, filters, height, width), y)


def grad_weight(grad_y, x, kernel, *, stride, dilation, groups):
    """Carry ``grad_y`` back to the weight of `forward`: shape (C_out, C_in // groups, K_h, K_w)."""
    filters, channels = grad_y.shape[1] // groups, x.shape[1] // groups
    grad = np.zeros((kernel[0], groups, filters, channels * kernel[1]), x.dtype)
    for first, step, sub_stride in _undilated(stride[0], dilation[0], grad_y.shape[2]):
        _grad_rows(
            grad_y[:, :, first::step],
            x[:, :, first * stride[0] :: dilation[0]],
            grad,
            stride=(sub_stride, stride[1]),
            dilation=dilation[1],
        )
    grad = grad.reshape(kernel[0], groups * filters, channels, kernel[1])
    return np.ascontiguousarray(grad.transpose(1, 2, 0, 3))


def _grad_rows(grad_y, x, grad, *, stride, dilation):
    """Add to ``grad``, of shape (K_h, groups, C_out // groups, C_in // groups · K_w)."""
    kernel_h, groups, filters, strip = grad.shape
    channels = x.shape[1] // groups
    kernel_w = strip // channels
    height, width = grad_y.shape[2:]
    chunk = _chunk(x, x.shape[2] * groups * strip * width)
    for start in range(0, len(x), chunk):
        images = x[start : start + chunk]
        n = len(images)
        y = grad_y[start : start + chunk].reshape(n, groups, filters, height, width)
        y = y.transpose(1, 2, 3, 0, 4).reshape(groups, filters, -1)
        # Rows that one cell of the kernel meets lie stride apart: sort them by remainder, and they are neighbours.
        for remainder in range(min(stride[0], kernel_h)):
            sub = images[:, :, remainder :: stride[0]]
            view = _strips(sub, groups, sub.shape[2], kernel_w, width, stride[1], dilation)
            columns = view.transpose(1, 2, 4, 3, 0, 5).reshape(groups, strip, -1)
            for i in range(remainder, kernel_h, stride[0]):
                begin = i // stride[0] * n * width
                window = columns[:, :, begin : begin + height * n * width]
                grad[i] += y @ window.transpose(0, 2, 1)


def _output(x, kernel, stride, dilation):
    sizes = zip(x.shape[2:], kernel, stride, dilation, strict=True)
    return [output_size(n, k, stride=s, dilation=d) for n, k, s, d in sizes]


def _undilated(stride, dilation, height):
    """Split a dilated convolution along one axis into undilated ones on every ``dilation``-th row.

    Output row ``first + t * step`` meets rows ``first * stride + (t * sub_stride + i) * dilation``.
    """
    step = dilation // gcd(stride, dilation)
    return [(first, step, stride * step // dilation) for first in range(min(step, height))]


def _chunk(x, columns_per_image):
    return max(1, min(len(x), CHUNK_BYTES // max(1, columns_per_image * x.itemsize)))


def _strips(x, groups, rows, kernel, width, stride, dilation):
    """View (N, groups, C // groups, rows, K_w, W_out) of ``x``: each row, as seen by each column of the kernel."""
    n, c, h, w = x.strides
    channels = x.shape[1] // groups
    shape = (len(x), groups, channels, rows, kernel, width)
    strides = (n, c * channels, c, h, w * dilation, w * stride)
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
