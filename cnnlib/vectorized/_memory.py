"""Memory that one training step leaves to the next.

What the system hands out anew, it hands out page by page, cleared, at the first touch of each, and what is freed may go
back to it. A training step asks for the same sizes every time: a step of LeNet with 64 digits took 1.3 times as long
without this, in `python -m benchmarks.lenet memory`, and more where nothing else had run in the process.
"""

import threading
import weakref
from collections import defaultdict
from math import prod

import numpy as np

# Bytes from which on it pays to keep memory: what is smaller, the process keeps anyway.
LEAST = 2**15

_here = threading.local()


class Memory:
    """Blocks that were arrays, to be arrays again; inside its ``with``, `empty` takes what it can from here.

    A block comes back by itself when the last view of its array is gone, so that an array that somebody keeps is never
    written over. It may be used by several threads, each with a ``with`` of its own.
    """

    def __init__(self):
        self._blocks = defaultdict(list)

    def __reduce__(self):
        return Memory, ()  # a copy begins without any

    def __enter__(self):
        _here.memory = self
        return self

    def __exit__(self, *_):
        _here.memory = None

    def empty(self, shape, dtype):
        """Return an array with any content."""
        size = _rounded(prod(shape) * dtype.itemsize)
        blocks = self._blocks[size]
        try:
            block = blocks.pop()
        except IndexError:
            block = bytearray(size)
        # A view of a view is one of the array that lies under both. A `bytearray` is none, so all views hold on to this
        # array, whose end is the end of them all.
        array = np.ndarray(shape, dtype, block)
        weakref.finalize(array, blocks.append, block).atexit = False
        return array


def empty(shape, dtype):
    """Return an array with any content, from the memory that is in use here, or else new."""
    memory, dtype = getattr(_here, "memory", None), np.dtype(dtype)
    if memory is None or prod(shape) * dtype.itemsize < LEAST:
        return np.empty(shape, dtype)
    return memory.empty(shape, dtype)


def zeros(shape, dtype):
    """Return an array of zeros, as `empty` does."""
    if getattr(_here, "memory", None) is None:
        return np.zeros(shape, dtype)  # the system's own zeros cost nothing until they are touched
    array = empty(shape, dtype)
    array.fill(0)
    return array


def like(array, *, shape=None, dtype=None):
    """Return what `numpy.empty_like` does: an array whose axes lie in memory in the order of ``array``'s."""
    order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    shape = array.shape if shape is None else shape
    lying = empty([shape[axis] for axis in order], dtype or array.dtype)
    return lying.transpose([order.index(axis) for axis in range(array.ndim)])


def _rounded(size):
    """Round a number of bytes up to three binary digits: batches of nearly the same size share their blocks."""
    step = 1 << max(0, size.bit_length() - 3)
    return -(-size // step) * step
