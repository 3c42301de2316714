"""Keep the cores at work on a batch: a part of it for each thread, with products of its own.

NumPy copies with one thread only, and BLAS's threads share every product, however small, and wait for each other in
between. Threads that each take a part of the batch and multiply alone do neither.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from threadpoolctl import ThreadpoolController

# Products of a call that are worth starting threads for, in `python -m benchmarks.operators`: fewer are done before
# the threads have begun.
WORTH_THREADS = 2**26

_cores = Lock()
_blas = ThreadpoolController().select(user_api="blas")


def share(function, n, products):
    """Call ``function`` with slices that make up a batch, at the same time where that pays; return the results.

    Parameters
    ----------
    function : callable
        Takes a slice of the batch; may be called from several threads, with slices that do not overlap.
    n : int
        Images in the batch.
    products : int
        Multiplications of the whole call.

    Returns
    -------
    list
        One result for each slice, in the order of the batch.
    """
    whole = slice(0, n)
    # The limit holds for the whole process, and only the thread that set it can take it back. So one call at a
    # time sets it and has the cores; another that comes meanwhile makes do with its own thread.
    if not _cores.acquire(blocking=False):
        return [function(whole)]
    try:
        threads = _available()
        if products >= WORTH_THREADS and n < threads:
            return [function(whole)]  # too few images to share: leave the cores to BLAS
        with _blas.limit(limits=1):
            if products < WORTH_THREADS or threads == 1:
                return [function(whole)]
            ends = [n * i // threads for i in range(threads + 1)]
            # A pool for this call only: one that is kept would be dead in a forked process.
            with ThreadPoolExecutor(threads) as pool:
                return list(pool.map(function, map(slice, ends[:-1], ends[1:])))
    finally:
        _cores.release()


def _available():
    """Return as many threads as BLAS is allowed now; where threadpoolctl does not know the library, one."""
    return max((each["num_threads"] for each in _blas.info()), default=1)
