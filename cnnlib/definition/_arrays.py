"""What an array is to this package, and what lies beyond its edge."""

import numpy as np

from cnnlib.shapes import float_arrays


def require_arrays(op, **arrays):
    """Require NumPy arrays that share float32 or float64; only a bias may be None."""
    float_arrays(op, np.ndarray, ("float32", "float64"), **arrays)


def shape_of(array):
    """Return an optional array's shape, None where there is no array."""
    return None if array is None else array.shape


def value_at(signal, *index, padding_mode="zeros"):
    """Read a signal that goes on for ever: zero outside its array, or the array repeated in a circle."""
    if padding_mode == "circular":
        index = tuple(i % n for i, n in zip(index, signal.shape, strict=True))
    elif not all(0 <= i < n for i, n in zip(index, signal.shape, strict=True)):
        return 0.0
    return float(signal[index])
