"""Matrix products with few rows, in pieces that OpenBLAS multiplies as they lie.

Large products have their factors copied into another order first; for processors with AVX-512, OpenBLAS multiplies
products of at most a million multiply-adds by other code, which does not copy [1]_. Where rows are few, in single
precision, that code was up to four times as fast, in `python -m benchmarks.few_rows`. With the code for other
processors pieces cost some hundredths of the time and gain nothing.

.. [1] OpenBLAS, ``kernel/x86_64/sgemm_small_kernel_permit_skylakex.c``, which also has the bound on the size of a
   product with a transposed factor.
"""

import numpy as np

# Multiply-adds, and numbers in the result of `inner`, up to which OpenBLAS does not copy.
AS_THEY_LIE, SMALL_RESULT = 10**6, 1200
# With more rows, or pieces of fewer columns, the way of large products is faster.
FEW_ROWS, FEWEST_COLUMNS = 32, 96
# Numbers that a register of AVX-512 holds: a piece is a multiple of them.
REGISTER = 16


def times(a, b, out):
    """Write ``a @ b`` into ``out``, as `numpy.matmul` does: shapes (…, M, K), (…, K, N) and (…, M, N)."""
    rows, common = a.shape[-2:]
    few = rows <= FEW_ROWS and rows * common * FEWEST_COLUMNS <= AS_THEY_LIE
    for piece in _pieces(b.shape[-1], rows * common, few and a.dtype == np.float32):
        np.matmul(a, b[..., piece], out=out[..., piece])


def inner(a, b):
    """Return ``a @ b.swapaxes(-1, -2)``: how the rows of ``a`` (…, M, K) and ``b`` (…, N, K) go together."""
    size = a.shape[-2] * b.shape[-2]
    first, *others = _pieces(a.shape[-1], size, size <= SMALL_RESULT and a.dtype == np.float32)
    result = a[..., first] @ b[..., first].swapaxes(-1, -2)
    for piece in others:
        result += a[..., piece] @ b[..., piece].swapaxes(-1, -2)
    return result


def _pieces(length, products_each, pays):
    """Cut an axis whose every number stands for ``products_each`` multiply-adds into nearly equal slices if it pays."""
    if not pays or length * products_each <= AS_THEY_LIE:
        return [slice(None)]
    most = max(1, AS_THEY_LIE // (products_each * REGISTER))
    count = -(-length // (most * REGISTER))
    step = -(-length // (count * REGISTER)) * REGISTER
    return [slice(start, start + step) for start in range(0, length, step)]
