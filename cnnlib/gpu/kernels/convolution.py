"""Convolution as a matrix product whose left factor is never written down: implicit GEMM, in two kernels.

The definition, for group g of G, with C channels in and O channels out in each::

    y[n, gO + o, i, j] = Σ over c, u, v of  x[n, gC + c, i·S_h + u·D_h − P_h, j·S_w + v·D_w − P_w] · w[gO + o, c, u, v]

Number the positions m = (n, i, j) and the terms k = (u, v, c). Then ``Y[m, o] = Σ over k of A[m, k] · B[k, o]``.
A holds every input value K_h · K_w times [1]_; a program reads, out of x, just the tile of A that it is about to
multiply. Every tensor comes with its strides, so that channels-first and channels-last memory are both read where they
lie; channels-last is faster, for neighbouring terms k are then neighbours in memory.

References
----------
.. [1] Chetlur et al., *cuDNN: Efficient primitives for deep learning* (2014), Sec. 3.1.
"""

import triton
import triton.language as tl


@triton.jit
def terms_of(
    step, lanes,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr, LANES: tl.constexpr, FLAT: tl.constexpr,
):  # fmt: skip
    """Say which tap (u, v) and channel c each of a step's lanes stands for, and whether there is such a term.

    FLAT counts all terms k = (u, v, c) through, so that few channels leave no lane idle. Otherwise a step is LANES
    channels of one tap: u and v are plain numbers then, and addresses cost less.
    """
    if FLAT:
        k = step * LANES + lanes
        c = k % CHANNELS
        u = k // (CHANNELS * K_W)
        v = k // CHANNELS % K_W
        real = u < K_H
    else:
        STEPS: tl.constexpr = (CHANNELS + LANES - 1) // LANES
        c = step % STEPS * LANES + lanes
        u = step // STEPS // K_W
        v = step // STEPS % K_W
        real = c < CHANNELS
    return u, v, c, real


@triton.jit
def position_of(m, height, width):
    """Take position numbers m = (n, i, j) apart; images count in 64 bits, for a batch can exceed 2³¹ values."""
    return (m // (height * width)).to(tl.int64), m // width % height, m % width


@triton.jit
def product_tile(
    x_ptr, w_ptr, n, top, left, live, o, group, height, width, channels_out,
    x_n, x_c, x_h, x_w, w_g, w_o, w_c, w_u, w_v, tap_h, tap_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr, FLAT: tl.constexpr,
    TOTAL: tl.constexpr, FACTOR: tl.constexpr, PRECISION: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_O: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    """Add up A[m, k] · B[k, o] for a tile of positions (n, top, left) and filters o, BLOCK_K terms at a time."""
    x_rows = x_ptr + n[:, None] * x_n + group * CHANNELS * x_c
    w_columns = w_ptr + group * w_g + o[None, :] * w_o
    lanes = tl.arange(0, BLOCK_K)
    STEPS: tl.constexpr = (
        (CHANNELS * K_H * K_W + BLOCK_K - 1) // BLOCK_K if FLAT else (CHANNELS + BLOCK_K - 1) // BLOCK_K * K_H * K_W
    )
    total = tl.zeros((BLOCK_M, BLOCK_O), dtype=TOTAL)
    for step in range(0, STEPS):
        u, v, c, real = terms_of(step, lanes[None, :], CHANNELS, K_H, K_W, BLOCK_K, FLAT)
        row = top[:, None] + u * tap_h
        column = left[:, None] + v * tap_w
        inside = live[:, None] & real & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        a = tl.load(x_rows + (row * x_h + column * x_w + c * x_c), mask=inside, other=0.0)

        u, v, c, real = terms_of(step, lanes[:, None], CHANNELS, K_H, K_W, BLOCK_K, FLAT)
        wanted = real & (o < channels_out)[None, :]
        b = tl.load(w_columns + (u * w_u + v * w_v + c * w_c), mask=wanted, other=0.0)
        total = tl.dot(a.to(FACTOR), b.to(FACTOR), total, input_precision=PRECISION, out_dtype=TOTAL)
    return total


@triton.jit
def correlate_tiles(
    x_ptr, w_ptr, bias_ptr, y_ptr,
    positions, height, width, height_out, width_out, channels_out,
    x_n, x_c, x_h, x_w, w_g, w_o, w_c, w_u, w_v, y_n, y_c, y_h, y_w,
    origin_h, origin_w, stride_h, stride_w, tap_h, tap_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr, BIAS: tl.constexpr, RELU: tl.constexpr,
    TOTAL: tl.constexpr, FACTOR: tl.constexpr, PRECISION: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_O: tl.constexpr, BLOCK_K: tl.constexpr, FLAT: tl.constexpr,
):  # fmt: skip
    """Compute a tile of Y, BLOCK_M positions by BLOCK_O filters of one group, with bias and rectification.

    Window (i, j) begins at row ``origin_h + i · stride_h`` and column ``origin_w + j · stride_w``; its taps are
    ``tap_h`` and ``tap_w`` apart, or less than nothing, when the window runs backwards.
    """
    # Programs that run at the same time share the windows and differ in the filters: what one reads, all find in cache.
    blocks = tl.cdiv(channels_out, BLOCK_O)
    m = tl.program_id(0) // blocks * BLOCK_M + tl.arange(0, BLOCK_M)
    o = tl.program_id(0) % blocks * BLOCK_O + tl.arange(0, BLOCK_O)
    group = tl.program_id(1).to(tl.int64)
    n, i, j = position_of(m, height_out, width_out)
    live = m < positions
    total = product_tile(
        x_ptr, w_ptr, n, origin_h + i * stride_h, origin_w + j * stride_w, live, o, group, height, width, channels_out,
        x_n, x_c, x_h, x_w, w_g, w_o, w_c, w_u, w_v, tap_h, tap_w,
        CHANNELS, K_H, K_W, FLAT, TOTAL, FACTOR, PRECISION, BLOCK_M, BLOCK_O, BLOCK_K,
    )  # fmt: skip
    channel = group * channels_out + o
    if BIAS:
        total += tl.load(bias_ptr + channel, mask=o < channels_out, other=0.0).to(TOTAL)[None, :]
    if RELU:
        total = tl.where(total < 0.0, 0.0, total)  # and not the maximum, which may drop a NaN
    y = y_ptr + (n * y_n + i * y_h + j * y_w)[:, None] + (channel * y_c)[None, :]
    tl.store(y, total.to(y_ptr.dtype.element_ty), mask=live[:, None] & (o < channels_out)[None, :])


@triton.jit
def weight_gradient(
    grad_ptr, x_ptr, sums_ptr,
    positions, share, height, width, height_out, width_out, channels_out,
    x_n, x_c, x_h, x_w, y_n, y_c, y_h, y_w,
    origin_h, origin_w, stride_h, stride_w, tap_h, tap_w,
    CHANNELS: tl.constexpr, K_H: tl.constexpr, K_W: tl.constexpr,
    TOTAL: tl.constexpr, FACTOR: tl.constexpr, PRECISION: tl.constexpr,
    BLOCK_O: tl.constexpr, BLOCK_K: tl.constexpr, BLOCK_M: tl.constexpr, FLAT: tl.constexpr,
):  # fmt: skip
    """Compute a tile of ``∂W[o, k] = Σ over m of ∂Y[m, o] · A[m, k]`` over one share of the positions.

    Positions are many and weights few: only shares keep a whole device busy. Each writes its sums to a place of its
    own, (share, C_out, K_h, K_w, C), so that the order in which they are added up is always the same.
    """
    blocks = tl.cdiv(channels_out, BLOCK_O)
    o = tl.program_id(0) % blocks * BLOCK_O + tl.arange(0, BLOCK_O)
    u, v, c, real = terms_of(
        tl.program_id(0) // blocks, tl.arange(0, BLOCK_K)[None, :], CHANNELS, K_H, K_W, BLOCK_K, FLAT
    )
    group = tl.program_id(1).to(tl.int64)
    channel = group * channels_out + o
    first = tl.program_id(2) * share
    last = tl.minimum(first + share, positions)
    total = tl.zeros((BLOCK_O, BLOCK_K), dtype=TOTAL)
    for step in range(0, tl.cdiv(share, BLOCK_M)):
        m = first + step * BLOCK_M + tl.arange(0, BLOCK_M)
        live = (m < last)[:, None]
        n, i, j = position_of(m, height_out, width_out)
        grads = grad_ptr + (n * y_n + i * y_h + j * y_w)[:, None] + (channel * y_c)[None, :]
        grad = tl.load(grads, mask=live & (o < channels_out)[None, :], other=0.0)

        row = (origin_h + i * stride_h)[:, None] + u * tap_h
        column = (origin_w + j * stride_w)[:, None] + v * tap_w
        inside = live & real & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        x_rows = x_ptr + n[:, None] * x_n + group * CHANNELS * x_c
        a = tl.load(x_rows + (row * x_h + column * x_w + c * x_c), mask=inside, other=0.0)
        total = tl.dot(tl.trans(grad).to(FACTOR), a.to(FACTOR), total, input_precision=PRECISION, out_dtype=TOTAL)
    filters = (tl.program_id(2).to(tl.int64) * tl.num_programs(1) * channels_out + channel)[:, None]
    sums = sums_ptr + filters * (K_H * K_W * CHANNELS) + ((u * K_W + v) * CHANNELS + c)
    tl.store(sums, total, mask=(o < channels_out)[:, None] & real)
