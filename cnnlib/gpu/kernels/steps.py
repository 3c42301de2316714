"""A convolution in steps from the formula to the chip: kernels to read, for the appendix on speed.

Each computes ``y[n, o, i, j] = Σ over c, u, v of x[n, c, i + u − P, j + v − P] · w[o, c, u, v]``, stride 1, zeros
around; the fast ones, with strides, groups and gradients, are in `cnnlib.gpu.kernels.convolution`. A kernel says what
one program does; a grid of them runs at once, in no promised order.
"""

import triton
import triton.language as tl


@triton.jit
def naive(
    x_ptr, w_ptr, y_ptr,
    outputs, channels_out, height, width, height_out, width_out, pad,
    x_n, x_c, x_h, x_w, w_o, w_c, w_u, w_v, y_n, y_o, y_h, y_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr,
    BLOCK: tl.constexpr,
):  # fmt: skip
    """Step 1: every output by itself, with all that it asks for."""
    number = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    live = number < outputs
    j = number % width_out
    i = number // width_out % height_out
    o = number // (width_out * height_out) % channels_out
    n = number // (width_out * height_out * channels_out)
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    for c in range(CHANNELS):
        for u in range(K_H):
            for v in range(K_W):
                row, column = i + u - pad, j + v - pad
                inside = (row >= 0) & (row < height)
                inside = inside & (column >= 0) & (column < width)
                x = n * x_n + c * x_c + row * x_h + column * x_w
                w = o * w_o + c * w_c + u * w_u + v * w_v
                a = tl.load(x_ptr + x, mask=live & inside, other=0.0)
                b = tl.load(w_ptr + w, mask=live, other=0.0)
                total = tl.fma(a, b, total)
    y = n * y_n + o * y_o + i * y_h + j * y_w
    tl.store(y_ptr + y, total, mask=live)


@triton.jit
def tiled(
    x_ptr, w_ptr, y_ptr,
    positions, channels_out, height, width, height_out, width_out, pad,
    x_n, x_c, x_h, x_w, w_o, w_c, w_u, w_v, y_n, y_o, y_h, y_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_O: tl.constexpr,
):  # fmt: skip
    """Step 2: a program computes BLOCK_M positions x BLOCK_O filters."""
    m = tl.program_id(0) * BLOCK_M + tl.arange(0, BLOCK_M)
    o = tl.program_id(1) * BLOCK_O + tl.arange(0, BLOCK_O)
    live, wanted = m < positions, o < channels_out
    j = m % width_out
    i = m // width_out % height_out
    n = m // (width_out * height_out)
    total = tl.zeros((BLOCK_M, BLOCK_O), dtype=tl.float32)
    for c in range(CHANNELS):
        for u in range(K_H):
            for v in range(K_W):
                row, column = i + u - pad, j + v - pad
                inside = live & (row >= 0) & (row < height)
                inside = inside & (column >= 0) & (column < width)
                x = n * x_n + c * x_c + row * x_h + column * x_w
                w = o * w_o + c * w_c + u * w_u + v * w_v
                a = tl.load(x_ptr + x, mask=inside, other=0.0)
                b = tl.load(w_ptr + w, mask=wanted, other=0.0)
                # M + O numbers in, M * O products of them
                total = tl.fma(a[:, None], b[None, :], total)
    y = (n * y_n + i * y_h + j * y_w)[:, None] + (o * y_o)[None, :]
    tl.store(y_ptr + y, total, mask=live[:, None] & wanted[None, :])


@triton.jit
def tile_of(number, rows, columns, GROUP: tl.constexpr):
    """Say which tile a program computes, GROUP rows of tiles at a time."""
    group = number // (GROUP * columns)
    high = tl.minimum(rows - group * GROUP, GROUP)
    within = number - group * GROUP * columns
    return group * GROUP + within % high, within // high


@triton.jit
def implicit_gemm(
    x_ptr, w_ptr, y_ptr,
    positions, channels_out, height, width, height_out, width_out, pad,
    x_n, x_c, x_h, x_w, w_o, w_c, w_u, w_v, y_n, y_o, y_h, y_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_O: tl.constexpr, BLOCK_K: tl.constexpr,
    GROUP: tl.constexpr,
):  # fmt: skip
    """Step 3: multiply tiles of the im2col matrix, never written."""
    rows = (positions + BLOCK_M - 1) // BLOCK_M
    columns = (channels_out + BLOCK_O - 1) // BLOCK_O
    tile_m, tile_o = tile_of(tl.program_id(0), rows, columns, GROUP)
    m = tile_m * BLOCK_M + tl.arange(0, BLOCK_M)
    o = tile_o * BLOCK_O + tl.arange(0, BLOCK_O)
    live, wanted = m < positions, o < channels_out
    j = m % width_out
    i = m // width_out % height_out
    n = m // (width_out * height_out)
    total = tl.zeros((BLOCK_M, BLOCK_O), dtype=tl.float32)
    for first in range(0, CHANNELS * K_H * K_W, BLOCK_K):
        # The terms of the sum, counted through: k = (u, v, c).
        k = first + tl.arange(0, BLOCK_K)
        c, v = k % CHANNELS, k // CHANNELS % K_W
        u = k // (CHANNELS * K_W)
        row = i[:, None] + u[None, :] - pad
        column = j[:, None] + v[None, :] - pad
        inside = live[:, None] & (u < K_H)[None, :]
        inside = inside & (row >= 0) & (row < height)
        inside = inside & (column >= 0) & (column < width)
        x = (n * x_n)[:, None] + (c * x_c)[None, :]
        a = tl.load(x_ptr + x + row * x_h + column * x_w,
                    mask=inside, other=0.0)  # fmt: skip
        w = (c * w_c + u * w_u + v * w_v)[:, None]
        b = tl.load(w_ptr + w + (o * w_o)[None, :], other=0.0,
                    mask=(u < K_H)[:, None] & wanted[None, :])  # fmt: skip
        total = tl.dot(a, b, total, input_precision="ieee")
    y = (n * y_n + i * y_h + j * y_w)[:, None] + (o * y_o)[None, :]
    tl.store(y_ptr + y, total, mask=live[:, None] & wanted[None, :])


@triton.jit
def fused(
    x_ptr, w_ptr, bias_ptr, y_ptr,
    positions, channels_out, height, width, height_out, width_out, pad,
    x_n, x_c, x_h, x_w, w_o, w_c, w_u, w_v, y_n, y_o, y_h, y_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_O: tl.constexpr, BLOCK_K: tl.constexpr,
    GROUP: tl.constexpr,
):  # fmt: skip
    """Step 4: convolve, keep the largest of 2x2, add a bias, rectify."""
    rows = (positions + BLOCK_M - 1) // BLOCK_M
    columns = (channels_out + BLOCK_O - 1) // BLOCK_O
    tile_m, tile_o = tile_of(tl.program_id(0), rows, columns, GROUP)
    m = tile_m * BLOCK_M + tl.arange(0, BLOCK_M)
    o = tile_o * BLOCK_O + tl.arange(0, BLOCK_O)
    live, wanted = m < positions, o < channels_out
    j = m % width_out
    i = m // width_out % height_out
    n = m // (width_out * height_out)
    largest = tl.full((BLOCK_M, BLOCK_O), float("-inf"), tl.float32)
    for cell in range(4):
        top, left = 2 * i + cell // 2 - pad, 2 * j + cell % 2 - pad
        total = tl.zeros((BLOCK_M, BLOCK_O), dtype=tl.float32)
        for first in range(0, CHANNELS * K_H * K_W, BLOCK_K):
            k = first + tl.arange(0, BLOCK_K)
            c, v = k % CHANNELS, k // CHANNELS % K_W
            u = k // (CHANNELS * K_W)
            row = top[:, None] + u[None, :]
            column = left[:, None] + v[None, :]
            inside = live[:, None] & (u < K_H)[None, :]
            inside = inside & (row >= 0) & (row < height)
            inside = inside & (column >= 0) & (column < width)
            x = (n * x_n)[:, None] + (c * x_c)[None, :]
            a = tl.load(x_ptr + x + row * x_h + column * x_w,
                        mask=inside, other=0.0)  # fmt: skip
            w = (c * w_c + u * w_u + v * w_v)[:, None]
            b = tl.load(w_ptr + w + (o * w_o)[None, :], other=0.0,
                        mask=(u < K_H)[:, None] & wanted[None, :])  # fmt: skip
            total = tl.dot(a, b, total, input_precision="ieee")
        largest = tl.maximum(largest, total)
    bias = tl.load(bias_ptr + o, mask=wanted, other=0.0)
    # Both grow with their argument: they may follow the maximum.
    largest = tl.maximum(largest + bias[None, :], 0.0)
    y = (n * y_n + i * y_h + j * y_w)[:, None] + (o * y_o)[None, :]
    tl.store(y_ptr + y, largest, mask=live[:, None] & wanted[None, :])
