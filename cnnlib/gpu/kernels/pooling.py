"""Pooling by maximum and by mean: each program owns a block of cells, in the order in which they lie in memory.

Forward, a cell is an output and visits the inputs of its window. Backward, a cell is an input and visits the windows
that it lies in; so no two programs write to one place, and sums come in the same order every time.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from cnnlib.gpu.kernels.launch import cell_of, empty_images, launch_over_cells


@triton.jit
def in_window(i, stride, before, kernel, size, INCLUDE_PAD: tl.constexpr):
    """Count the cells of window i on an axis: those of the input, or of input and padding."""
    first = i * stride - before
    if INCLUDE_PAD:
        count = tl.minimum(first + kernel, size + before) - first
    else:
        count = tl.minimum(first + kernel, size) - tl.maximum(first, 0)
    return count


@triton.jit
def max_pool(
    x_ptr, y_ptr, taken_ptr,
    channels, height, width, height_out, width_out, x_n, x_c, x_h, x_w, y_n, y_c, y_h, y_w,
    stride_h, stride_w, before_h, before_w, tap_h, tap_w,
    K_H: tl.constexpr, K_W: tl.constexpr, TOTAL: tl.constexpr, LAST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Keep the largest value of each window, and which tap of the window held it, the first of equals."""
    n = tl.program_id(0).to(tl.int64)
    number = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    live = number < channels * height_out * width_out
    c, i, j = cell_of(number, channels, height_out, width_out, LAST)
    largest = tl.full((BLOCK,), float("-inf"), dtype=TOTAL)
    taken = tl.full((BLOCK,), -1, dtype=tl.int32)
    for tap in range(0, K_H * K_W):
        row = i * stride_h - before_h + tap // K_W * tap_h
        column = j * stride_w - before_w + tap % K_W * tap_w
        inside = live & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        x = x_ptr + n * x_n + (c * x_c + row * x_h + column * x_w)
        value = tl.load(x, mask=inside, other=float("-inf")).to(TOTAL)
        # Not a number wins over every number, and a window of nothing but -inf has a first cell, too.
        wins = (value > largest) | ((value != value) & (largest == largest)) | (taken < 0)
        taken = tl.where(inside & wins, tap, taken)
        largest = tl.where(inside & wins, value, largest)
    y = n * y_n + (c * y_c + i * y_h + j * y_w)
    tl.store(y_ptr + y, largest.to(y_ptr.dtype.element_ty), mask=live)
    tl.store(taken_ptr + y, taken.to(taken_ptr.dtype.element_ty), mask=live)


@triton.jit
def max_pool_gradient(
    grad_ptr, taken_ptr, out_ptr,
    channels, height, width, height_out, width_out,
    x_n, x_c, x_h, x_w, y_n, y_c, y_h, y_w, g_n, g_c, g_h, g_w,
    stride_h, stride_w, before_h, before_w, tap_h, tap_w,
    K_H: tl.constexpr, K_W: tl.constexpr, TOTAL: tl.constexpr, LAST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Give each input the gradients of the windows that took it."""
    n = tl.program_id(0).to(tl.int64)
    number = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    live = number < channels * height * width
    c, h, w = cell_of(number, channels, height, width, LAST)
    total = tl.zeros((BLOCK,), dtype=TOTAL)
    for tap in range(0, K_H * K_W):
        top = h + before_h - tap // K_W * tap_h
        left = w + before_w - tap % K_W * tap_w
        i, j = top // stride_h, left // stride_w
        meets = live & (top >= 0) & (left >= 0) & (top % stride_h == 0) & (left % stride_w == 0)
        meets = meets & (i < height_out) & (j < width_out)
        taken = tl.load(taken_ptr + n * y_n + (c * y_c + i * y_h + j * y_w), mask=meets, other=0).to(tl.int32)
        grad = grad_ptr + n * g_n + (c * g_c + i * g_h + j * g_w)
        total += tl.load(grad, mask=meets & (taken == tap), other=0.0).to(TOTAL)
    out = out_ptr + n * x_n + (c * x_c + h * x_h + w * x_w)
    tl.store(out, total.to(out_ptr.dtype.element_ty), mask=live)


@triton.jit
def avg_pool(
    x_ptr, y_ptr,
    channels, height, width, height_out, width_out, x_n, x_c, x_h, x_w, y_n, y_c, y_h, y_w,
    stride_h, stride_w, before_h, before_w,
    K_H: tl.constexpr, K_W: tl.constexpr, INCLUDE_PAD: tl.constexpr,
    TOTAL: tl.constexpr, LAST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Take the mean of each window."""
    n = tl.program_id(0).to(tl.int64)
    number = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    live = number < channels * height_out * width_out
    c, i, j = cell_of(number, channels, height_out, width_out, LAST)
    total = tl.zeros((BLOCK,), dtype=TOTAL)
    for tap in range(0, K_H * K_W):
        row = i * stride_h - before_h + tap // K_W
        column = j * stride_w - before_w + tap % K_W
        inside = live & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        x = x_ptr + n * x_n + (c * x_c + row * x_h + column * x_w)
        total += tl.load(x, mask=inside, other=0.0).to(TOTAL)
    rows = in_window(i, stride_h, before_h, K_H, height, INCLUDE_PAD)
    mean = total / (rows * in_window(j, stride_w, before_w, K_W, width, INCLUDE_PAD)).to(TOTAL)
    y = y_ptr + n * y_n + (c * y_c + i * y_h + j * y_w)
    tl.store(y, mean.to(y_ptr.dtype.element_ty), mask=live)


@triton.jit
def avg_pool_gradient(
    grad_ptr, out_ptr,
    channels, height, width, height_out, width_out, x_n, x_c, x_h, x_w, g_n, g_c, g_h, g_w,
    stride_h, stride_w, before_h, before_w,
    K_H: tl.constexpr, K_W: tl.constexpr, INCLUDE_PAD: tl.constexpr,
    TOTAL: tl.constexpr, LAST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Give each input its share of the gradients of the windows that it lies in."""
    n = tl.program_id(0).to(tl.int64)
    number = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    live = number < channels * height * width
    c, h, w = cell_of(number, channels, height, width, LAST)
    total = tl.zeros((BLOCK,), dtype=TOTAL)
    for tap in range(0, K_H * K_W):
        top = h + before_h - tap // K_W
        left = w + before_w - tap % K_W
        i, j = top // stride_h, left // stride_w
        meets = live & (top >= 0) & (left >= 0) & (top % stride_h == 0) & (left % stride_w == 0)
        meets = meets & (i < height_out) & (j < width_out)
        rows = in_window(i, stride_h, before_h, K_H, height, INCLUDE_PAD)
        count = rows * in_window(j, stride_w, before_w, K_W, width, INCLUDE_PAD)
        grad = tl.load(grad_ptr + n * g_n + (c * g_c + i * g_h + j * g_w), mask=meets, other=0.0).to(TOTAL)
        total += tl.where(meets, grad / tl.where(meets, count, 1).to(TOTAL), 0.0)
    out = out_ptr + n * x_n + (c * x_c + h * x_h + w * x_w)
    tl.store(out, total.to(out_ptr.dtype.element_ty), mask=live)


class TritonMaxPool2d(torch.autograd.Function):
    """Pooling by maximum; which tap of its window held it is kept for the backward pass."""

    @staticmethod
    def forward(ctx, x, geometry):
        """Pool x (N, C, H, W), in the memory format that it has."""
        y = empty_images(geometry.output_shape, x)
        taps = geometry.kernel[0] * geometry.kernel[1]
        taken = torch.empty_like(y, dtype=torch.uint8 if taps <= 256 else torch.int32)
        arguments = (*_sizes(geometry), *x.stride(), *y.stride(), *_steps(geometry), *geometry.dilation)
        launch_over_cells(max_pool, y, x, y, taken, *arguments, *geometry.kernel)
        ctx.save_for_backward(taken)
        ctx.geometry = geometry
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        """Return the gradient of x."""
        return max_pool2d_gradient(grad_y, *ctx.saved_tensors, ctx.geometry), None


def max_pool2d_gradient(grad_y, taken, geometry):
    """Return the gradient of the pooled images, from that of the maxima and from the taps that were taken."""
    out = empty_images((geometry.batch, geometry.channels, *geometry.size), grad_y, taken)
    strides = *out.stride(), *taken.stride(), *grad_y.stride()
    arguments = (*_sizes(geometry), *strides, *_steps(geometry), *geometry.dilation)
    launch_over_cells(max_pool_gradient, out, grad_y, taken, out, *arguments, *geometry.kernel)
    return out


class TritonAvgPool2d(torch.autograd.Function):
    """Pooling by mean."""

    @staticmethod
    def forward(ctx, x, geometry, count_include_pad):
        """Pool x (N, C, H, W), in the memory format that it has."""
        y = empty_images(geometry.output_shape, x)
        arguments = (*_sizes(geometry), *x.stride(), *y.stride(), *_steps(geometry))
        launch_over_cells(avg_pool, y, x, y, *arguments, *geometry.kernel, count_include_pad)
        ctx.options = geometry, count_include_pad
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        """Return the gradient of x."""
        geometry, count_include_pad = ctx.options
        out = empty_images((geometry.batch, geometry.channels, *geometry.size), grad_y)
        arguments = (*_sizes(geometry), *out.stride(), *grad_y.stride(), *_steps(geometry))
        launch_over_cells(avg_pool_gradient, out, grad_y, out, *arguments, *geometry.kernel, count_include_pad)
        return out, None, None


def _sizes(geometry):
    return geometry.channels, *geometry.size, *geometry.output


def _steps(geometry):
    return *geometry.stride, *(before for before, _ in geometry.padding)
