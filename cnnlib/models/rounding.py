"""Weights in a few bits: whole numbers, and one scale for each unit."""

import numpy as np


def rounded(weight, bits):
    """Write each unit's weights as whole numbers times a scale.

    Of 61 scales, from that which holds the largest weight down to two fifths of it, each unit gets the one with the
    least squared error; what lies beyond its largest number is cut off.

    Parameters
    ----------
    weight : ndarray of float, shape (units, ...)
    bits : int, 2 to 8
        The whole numbers run from ``1 - 2**(bits - 1)`` to ``2**(bits - 1) - 1``.

    Returns
    -------
    whole : ndarray of int8, shape (units, ...)
    scale : ndarray of float32, shape (units,)

    Raises
    ------
    ValueError
        If there are no units, or no such number of bits.

    Examples
    --------
    >>> whole, scale = rounded(np.array([[1.0, -3.0], [1.5, 0.5]]), 3)
    >>> whole.tolist(), scale.tolist()
    ([[1, -3], [3, 1]], [1.0, 0.5])
    """
    if not 2 <= bits <= 8:
        raise ValueError(f"rounded: bits must be from 2 to 8, received {bits}")
    if weight.ndim < 1 or not weight.size:
        raise ValueError(f"rounded: weight must have shape (units, ...), received {weight.shape}")
    largest = 2 ** (bits - 1) - 1
    rows = weight.reshape(len(weight), -1).astype(np.float64)
    widest = np.abs(rows).max(axis=1)
    best, scale = np.full(len(rows), np.inf), np.ones(len(rows), np.float32)
    for share in np.linspace(1, 0.4, 61):
        tried = np.where(widest > 0, share * widest / largest, 1).astype(np.float32)
        error = ((_whole(rows, tried, largest) * tried[:, None] - rows) ** 2).sum(axis=1)
        better = error < best
        best[better], scale[better] = error[better], tried[better]
    return _whole(rows, scale, largest).astype(np.int8).reshape(weight.shape), scale


def _whole(rows, scale, largest):
    return np.clip(np.rint(rows / scale[:, None]), -largest, largest)


def restored(whole, scale):
    """Return the weights that `rounded` wrote, as float32.

    Parameters
    ----------
    whole : ndarray of int8, shape (units, ...)
    scale : ndarray of float32, shape (units,)

    Returns
    -------
    ndarray of float32, shape (units, ...)
    """
    return whole * scale.reshape(-1, *(1,) * (whole.ndim - 1)).astype(np.float32)
