"""Local response normalisation, forward and backward, in one pass over the cells each.

Its numbers are compiled in: as arguments they would be rounded to float32.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from cnnlib.gpu._tensors import wide
from cnnlib.gpu.kernels.launch import cell_of, empty_images, launch_over_cells


@triton.jit
def power(base, exponent: tl.constexpr):
    """Raise positive numbers to a power."""
    return tl.exp2(exponent * tl.log2(base))


@triton.jit
def normalize(
    x_ptr, y_ptr, scale_ptr,
    channels, height, width, x_n, x_c, x_h, x_w, y_n, y_c, y_h, y_w,
    BEFORE: tl.constexpr, SIZE: tl.constexpr, SHARE: tl.constexpr, BETA: tl.constexpr, K: tl.constexpr,
    TOTAL: tl.constexpr, LAST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Compute ``y[c] = x[c] · d[c]^−β`` with ``d[c] = k + s · Σ over m of x[m]²`` and s = α / size, and keep d."""
    n = tl.program_id(0).to(tl.int64)
    number = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    live = number < channels * height * width
    c, h, w = cell_of(number, channels, height, width, LAST)
    column = x_ptr + n * x_n + (h * x_h + w * x_w)
    energy = tl.zeros((BLOCK,), dtype=TOTAL)
    for m in range(0, SIZE):
        channel = c - BEFORE + m
        value = tl.load(column + channel * x_c, mask=live & (channel >= 0) & (channel < channels), other=0.0).to(TOTAL)
        energy += value * value
    scale = K + SHARE * energy
    value = tl.load(column + c * x_c, mask=live, other=0.0).to(TOTAL)
    y = n * y_n + (c * y_c + h * y_h + w * y_w)
    tl.store(y_ptr + y, (value * power(scale, -BETA)).to(y_ptr.dtype.element_ty), mask=live)
    tl.store(scale_ptr + y, scale, mask=live)


@triton.jit
def normalize_gradient(
    grad_ptr, x_ptr, scale_ptr, out_ptr,
    channels, height, width, x_n, x_c, x_h, x_w, y_n, y_c, y_h, y_w, g_n, g_c, g_h, g_w,
    AFTER: tl.constexpr, SIZE: tl.constexpr, SHARE: tl.constexpr, BETA: tl.constexpr,
    TOTAL: tl.constexpr, LAST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Compute ``∂x[c] = ∂y[c] · d[c]^−β − 2 s β · x[c] · Σ over m of ∂y[m] · x[m] · d[m]^(−β − 1)``.

    Here m runs over the channels whose own windows hold c: the window turned about.
    """
    n = tl.program_id(0).to(tl.int64)
    number = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    live = number < channels * height * width
    c, h, w = cell_of(number, channels, height, width, LAST)
    x = x_ptr + n * x_n + (h * x_h + w * x_w)
    scales = scale_ptr + n * y_n + (h * y_h + w * y_w)
    grads = grad_ptr + n * g_n + (h * g_h + w * g_w)
    shared = tl.zeros((BLOCK,), dtype=TOTAL)
    for m in range(0, SIZE):
        channel = c - AFTER + m
        exists = live & (channel >= 0) & (channel < channels)
        value = tl.load(x + channel * x_c, mask=exists, other=0.0).to(TOTAL)
        grad = tl.load(grads + channel * g_c, mask=exists, other=0.0).to(TOTAL)
        shared += grad * value * power(tl.load(scales + channel * y_c, mask=exists, other=1.0), -BETA - 1)
    value = tl.load(x + c * x_c, mask=live, other=0.0).to(TOTAL)
    grad = tl.load(grads + c * g_c, mask=live, other=0.0).to(TOTAL)
    own = grad * power(tl.load(scales + c * y_c, mask=live, other=1.0), -BETA)
    out = out_ptr + n * y_n + (c * y_c + h * y_h + w * y_w)
    tl.store(out, (own - 2 * SHARE * BETA * value * shared).to(out_ptr.dtype.element_ty), mask=live)


class TritonLocalResponseNorm(torch.autograd.Function):
    """Normalisation across channels; the divisors' base d is kept for the backward pass."""

    @staticmethod
    def forward(ctx, x, before, size, alpha, beta, k):
        """Normalise x (N, C, H, W), over the ``size`` channels from c - ``before`` on."""
        y = empty_images(x.shape, x)
        scale = torch.empty_like(y, dtype=wide(x.dtype))
        options = before, size, alpha / size, float(beta), float(k)
        launch_over_cells(normalize, y, x, y, scale, *x.shape[1:], *x.stride(), *y.stride(), *options)
        ctx.save_for_backward(x, scale)
        ctx.options = size - 1 - before, size, alpha / size, float(beta)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        """Return the gradient of x."""
        x, scale = ctx.saved_tensors
        out = torch.empty_like(scale, dtype=x.dtype)
        strides = *x.stride(), *out.stride(), *grad_y.stride()
        launch_over_cells(normalize_gradient, out, grad_y, x, scale, out, *x.shape[1:], *strides, *ctx.options)
        return out, None, None, None, None, None
