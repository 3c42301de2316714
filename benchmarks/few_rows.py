"""Time matrix products with few rows, whole and in pieces: ``python -m benchmarks.few_rows``.

Writes ``results/few-rows.json``: for products A B and A Bᵀ of the sizes that convolutions of few filters ask for, how
many times as long NumPy takes for the whole one as `cnnlib.vectorized._products` takes for its pieces, with one thread.
With ``OPENBLAS_CORETYPE=Haswell`` in the environment, OpenBLAS takes that processor's code, and the record is
``results/few-rows-haswell.json``.
"""

# ruff: noqa: E402  (NumPy's BLAS reads the number of threads when it is imported)

import os

for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"

from functools import partial

import numpy as np

from benchmarks.operators import race
from benchmarks.record import write_record
from cnnlib.vectorized._products import inner, times

# (M, K, N) of A B: rows, what is summed over, columns.
PRODUCTS = [
    (6, 150, 2048),
    (6, 400, 896),
    (12, 75, 2048),
    (16, 72, 4064),
    (16, 150, 640),
    (24, 300, 640),
    (30, 80, 640),
]
# (M, N, K) of A Bᵀ: the result's rows and columns, and what is summed over.
INNER_PRODUCTS = [(6, 25, 12800), (16, 30, 6400), (16, 72, 4064), (32, 32, 4096)]


def main():
    rng, results = np.random.default_rng(0), []
    for kind, sizes in (("A B", PRODUCTS), ("A B transposed", INNER_PRODUCTS)):
        for size in sizes:
            whole, pieces = _contenders(kind, size, rng)
            milliseconds = race({"whole": whole, "pieces": pieces})
            ratio = milliseconds["whole"] / milliseconds["pieces"]
            results.append({"product": kind, "size": size, "milliseconds": milliseconds, "whole_over_pieces": ratio})
            print(f"{kind} {size}: {ratio:.2f}", flush=True)
    cores = os.environ.get("OPENBLAS_CORETYPE", "")
    name, setting = (f"few-rows-{cores.lower()}", f"OPENBLAS_CORETYPE={cores} ") if cores else ("few-rows", "")
    print(f"written to {write_record(name, f'{setting}python -m benchmarks.few_rows', results)}")


def _contenders(kind, size, rng):
    def normal(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    if kind == "A B":
        m, k, n = size
        a, b, out = normal(m, k), normal(k, n), normal(m, n)
        return partial(np.matmul, a, b, out=out), partial(times, a, b, out)
    m, n, k = size
    a, b = normal(m, k), normal(n, k)
    return partial(np.matmul, a, b.T), partial(inner, a, b)


if __name__ == "__main__":
    main()
