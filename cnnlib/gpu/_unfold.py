"""Convolution as a matrix product over unfolded windows, with its backward pass written out."""

import math

import torch
from torch.autograd.function import once_differentiable

from cnnlib.gpu._tensors import sliding_windows, wide

# The columns hold every value K_h · K_w times. This many values at once (128 MiB of float32) keep a
# device busy; a whole batch of AlexNet's would fill its memory.
_COLUMN_VALUES = 2**25


class UnfoldConv2d(torch.autograd.Function):
    """``y = W · columns(x)``, with x of shape (N, C_in, H, W) already padded.

    Per image and group, W is (C_out / G, C_in / G · K_h · K_w) and the columns are
    (C_in / G · K_h · K_w, H_out · W_out). Only x and W are kept for the backward pass: columns are cheaper to
    copy again than to hold.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, geometry):
        """Multiply the filters with the windows of a few images at a time."""
        ctx.save_for_backward(x, weight)
        ctx.geometry = geometry
        y = x.new_empty(geometry.output_shape)
        rows = _filter_rows(weight, geometry)
        for images in chunks(geometry):
            y[images] = (rows @ _columns(x[images], geometry)).view_as(y[images])
        return y if bias is None else y.add_(bias[:, None, None])

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        """Return the gradients of x, weight and bias."""
        return *gradients(grad_y, *ctx.saved_tensors, ctx.geometry, ctx.needs_input_grad), None


def gradients(grad_y, x, weight, geometry, needed):
    """Return the gradients of x, weight and bias, None where ``needed`` has False.

    ``∂W = ∂y · columnsᵀ`` and ``∂columns = Wᵀ · ∂y``; the gradient of a pixel is the sum of the gradients
    of its copies, that of a bias the sum over all positions.
    """
    rows = _filter_rows(weight, geometry)
    grad_x = torch.zeros_like(x, dtype=wide(x.dtype)) if needed[0] else None
    grad_rows = torch.zeros_like(rows, dtype=wide(x.dtype)) if needed[1] else None
    for images in chunks(geometry) if needed[0] or needed[1] else ():
        grad = grad_y[images].reshape(-1, geometry.groups, rows.shape[1], math.prod(geometry.output))
        if grad_rows is not None:
            grad_rows += (grad @ _columns(x[images], geometry).mT).sum(0, dtype=wide(x.dtype))
        if grad_x is not None:
            _add_columns(grad_x[images], rows.mT @ grad, geometry)
    return (
        None if grad_x is None else grad_x.to(x.dtype),
        None if grad_rows is None else grad_rows.to(x.dtype).view(weight.shape),
        grad_y.sum((0, 2, 3)) if needed[2] else None,
    )


def _filter_rows(weight, geometry):
    """Lay out the filters as matrices, (G, C_out / G, C_in / G · K_h · K_w)."""
    return weight.reshape(geometry.groups, weight.shape[0] // geometry.groups, -1)


def chunks(geometry):
    """Slice the batch so that the columns of one slice stay small."""
    per_image = geometry.in_channels * math.prod(geometry.kernel) * math.prod(geometry.output)
    step = max(1, _COLUMN_VALUES // per_image)
    return [slice(start, start + step) for start in range(0, geometry.batch, step)]


def _columns(x, geometry):
    """Copy the windows into columns, (N, G, C_in / G · K_h · K_w, H_out · W_out)."""
    windows = sliding_windows(x, geometry.kernel, geometry.stride, geometry.dilation)
    return windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), geometry.groups, -1, math.prod(geometry.output))


def _add_columns(images, columns, geometry):
    """Add every column entry to the pixel it was copied from: the transpose of `_columns`."""
    (kernel_h, kernel_w), (out_h, out_w) = geometry.kernel, geometry.output
    (stride_h, stride_w), (dilation_h, dilation_w) = geometry.stride, geometry.dilation
    taps = columns.reshape(*images.shape[:2], kernel_h, kernel_w, out_h, out_w)
    for u in range(kernel_h):
        rows = slice(u * dilation_h, u * dilation_h + (out_h - 1) * stride_h + 1, stride_h)
        for v in range(kernel_w):
            left = v * dilation_w
            images[:, :, rows, left : left + (out_w - 1) * stride_w + 1 : stride_w] += taps[:, :, u, v]
