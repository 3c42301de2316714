"""Equivariance as a number: how far is moving and then computing from computing and then moving?"""

import numpy as np


def shift(x, rows=0, columns=0):
    """Shift images down and to the right; what leaves at one edge comes back in at the other.

    Parameters
    ----------
    x : ndarray, shape (..., H, W)
    rows, columns : int

    Returns
    -------
    ndarray, same shape

    Examples
    --------
    >>> shift(np.array([[1, 2, 3]]), columns=1)
    array([[3, 1, 2]])
    """
    return np.roll(x, (rows, columns), axis=(-2, -1))


def equivariance_error(f, x, move, move_output=None):
    """Measure ``‖f(g(x)) − g'(f(x))‖ / ‖f(x)‖``.

    Zero means that ``f`` is equivariant to the move, as far as ``x`` can tell. Unrelated outputs of equal length
    have an error of about √2.

    Parameters
    ----------
    f : callable
        The layer, an array in and an array out.
    x : ndarray
    move : callable
        g, what happens to the input.
    move_output : callable, optional
        g', what should happen to the output: as the input if left out; the identity asks for invariance.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the two results must not be compared since their shapes differ, or ``f(x)`` is zero throughout.
    """
    still = f(x)
    expected, received = (move if move_output is None else move_output)(still), f(move(x))
    if np.shape(expected) != np.shape(received):
        raise ValueError(
            f"equivariance_error: f(move(x)) and the moved f(x) must have one shape, "
            f"received {np.shape(received)} and {np.shape(expected)}"
        )
    size = np.linalg.norm(np.ravel(still))
    if size == 0:
        raise ValueError("equivariance_error: f(x) must not be zero throughout")
    return float(np.linalg.norm(np.ravel(received - expected)) / size)
