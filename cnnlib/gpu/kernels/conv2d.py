"""Convolution and its gradients for autograd, on the kernels of `cnnlib.gpu.kernels.convolution`."""

from dataclasses import replace
from math import gcd, prod

import torch
import triton
from torch.autograd.function import once_differentiable

from cnnlib.gpu._tensors import wide
from cnnlib.gpu.kernels.convolution import correlate_tiles, weight_gradient
from cnnlib.gpu.kernels.launch import empty_images, launch, product_formats, product_tilings

# The weight gradient is computed in shares of the positions: enough programs for a device of a hundred
# multiprocessors, of enough positions each that adding up the shares costs little beside them.
_PROGRAMS = 512
_SHARE_POSITIONS = 1024


class TritonConv2d(torch.autograd.Function):
    """Convolution of x (N, C_in, H, W) with zeros around it, bias and, if asked for, rectification: one kernel."""

    @staticmethod
    def forward(ctx, x, weight, bias, geometry, relu=False):
        """Compute the output, in channels-last memory where an argument lies in it."""
        y = empty_images(geometry.output_shape, x, weight)
        origin = [-before for before, _ in geometry.padding]
        _correlate(x, _by_group(weight, geometry), bias, y, origin, geometry.stride, geometry.dilation, relu=relu)
        ctx.save_for_backward(x, weight, y if relu else None)
        ctx.geometry = geometry
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        """Return the gradients of x, weight and bias."""
        x, weight, y = ctx.saved_tensors
        if y is not None:
            grad_y = grad_y.masked_fill(y <= 0, 0)
        return *conv2d_gradients(grad_y, x, weight, ctx.geometry, ctx.needs_input_grad), None, None


def conv2d_gradients(grad_y, x, weight, geometry, needed):
    """Return the gradients of x, weight and bias, None where ``needed`` has False."""
    return (
        _input_gradient(grad_y, x, weight, geometry) if needed[0] else None,
        _filter_gradient(grad_y, x, weight, geometry) if needed[1] else None,
        grad_y.sum((0, 2, 3)) if needed[2] else None,
    )


def without_padding(geometry):
    """Describe the same convolution of an input that already holds its padding."""
    size = tuple(n + before + after for n, (before, after) in zip(geometry.size, geometry.padding, strict=True))
    return replace(geometry, size=size, padding=((0, 0), (0, 0)))


def _by_group(weight, geometry):
    """View the filters as (G, C_out / G, C_in / G, K_h, K_w)."""
    return weight.unflatten(0, (geometry.groups, -1))


def _correlate(x, filters, bias, y, origin, stride, tap, *, relu=False):
    """Fill ``y`` by `correlate_tiles`; filters are (G, channels of y per group, channels of x per group, …)."""
    positions = y.shape[0] * prod(y.shape[2:])
    groups, channels_out, channels, *kernel = filters.shape
    if positions:
        launch(
            correlate_tiles,
            lambda meta: (_tiles(positions, meta["BLOCK_M"]) * _tiles(channels_out, meta["BLOCK_O"]), groups),
            *(x, filters, x if bias is None else bias, y),
            *(positions, *x.shape[2:], *y.shape[2:], channels_out),
            *(*x.stride(), *filters.stride(), *y.stride()),
            *(*origin, *stride, *tap),
            *(channels, *kernel, bias is not None, relu),
            **product_formats(x.dtype),
            tilings=product_tilings(x.dtype, channels, BLOCK_M=positions, BLOCK_O=channels_out, BLOCK_K=prod(kernel)),
            key=("positions", "channels_out", "CHANNELS", "K_H", "K_W", "stride_h", "x_c", "y_c"),
        )


def _input_gradient(grad_y, x, weight, geometry):
    """Convolve the output's gradient: ``∂x[h] = Σ over i, u with i·S + u·D − P = h of ∂y[i] · w[u]`` on each axis.

    Pixels that leave the same remainder when divided by the stride meet the same taps, and for them alone this is a
    convolution without a stride: with the taps that they meet, running backwards, and with input and output channels
    exchanged. So there are S_h · S_w of them, on the kernel of the forward pass.
    """
    grad_x = empty_images(x.shape, x, weight)
    axes = geometry.size, geometry.kernel, geometry.stride, geometry.padding, geometry.dilation
    rows, columns = (_remainders(*axis) for axis in zip(*axes, strict=True))
    if None in rows + columns:
        grad_x.zero_()  # Some pixels meet no tap.
    filters = _by_group(weight, geometry).transpose(1, 2)
    for h, row in enumerate(rows):
        for w, column in enumerate(columns):
            if row and column:
                taps, origin, step = zip(row, column, strict=True)
                pixels = grad_x[:, :, h :: geometry.stride[0], w :: geometry.stride[1]]
                _correlate(grad_y, filters[:, :, :, taps[0], taps[1]], None, pixels, origin, (1, 1), step)
    return grad_x


def _remainders(size, kernel, stride, padding, dilation):
    """Find, for each remainder r below the stride S, the taps that pixels ``h = r + S·t`` meet on one axis.

    Let u₀ be the first tap for which S divides ``r + P − u₀·D``, if there is one; the next is ``S / gcd(S, D)``
    further on. The pixel meets u₀ at output ``(r + P − u₀·D) / S + t``, and each next tap ``D / gcd(S, D)`` before.

    Returns
    -------
    list of (slice, int, int) or None
        The taps, the output for u₀ and t = 0, the outputs from one tap to the next; None where there is no tap.
    """
    common = gcd(stride, dilation)
    found = []
    for r in range(min(stride, size)):
        starts = {u: r + padding[0] - u * dilation for u in range(kernel)}
        first = next((u for u, start in starts.items() if start % stride == 0), None)
        taps = slice(first, None, stride // common)
        found.append(None if first is None else (taps, starts[first] // stride, -(dilation // common)))
    return found


def _filter_gradient(grad_y, x, weight, geometry):
    """Correlate the input with the output's gradient: ``∂w[u] = Σ over i of ∂y[i] · x[i·S + u·D − P]`` on each axis."""
    (kernel_h, kernel_w), groups = geometry.kernel, geometry.groups
    channels_out, channels = geometry.out_channels // groups, geometry.in_channels // groups
    positions, terms = len(x) * prod(geometry.output), channels * kernel_h * kernel_w
    tiles = groups * _tiles(channels_out, 64) * _tiles(terms, 64)
    shares = max(1, min(_PROGRAMS // tiles, positions // _SHARE_POSITIONS))
    sums = x.new_empty((shares, geometry.out_channels, kernel_h, kernel_w, channels), dtype=wide(x.dtype))

    def grid(meta):
        steps = terms if meta["FLAT"] else channels
        steps = _tiles(steps, meta["BLOCK_K"]) * (1 if meta["FLAT"] else kernel_h * kernel_w)
        return _tiles(channels_out, meta["BLOCK_O"]) * steps, groups, shares

    launch(
        weight_gradient,
        grid,
        *(grad_y, x, sums, positions, _tiles(positions, shares)),
        *(*x.shape[2:], *geometry.output, channels_out),
        *(*x.stride(), *grad_y.stride()),
        *(-before for before, _ in geometry.padding),
        *(*geometry.stride, *geometry.dilation),
        *(channels, kernel_h, kernel_w),
        **product_formats(x.dtype),
        tilings=product_tilings(
            x.dtype, channels, BLOCK_O=channels_out, BLOCK_K=kernel_h * kernel_w, BLOCK_M=positions
        ),
        key=("positions", "channels_out", "CHANNELS", "K_H", "K_W", "stride_h", "x_c", "y_c"),
    )
    return sums.sum(0).to(weight.dtype).permute(0, 3, 1, 2)


def _tiles(size, tile):
    return triton.cdiv(size, tile)
