"""Convolution as textbooks define it, on signals of any number of axes, and its unflipped twin."""

import numpy as np

from cnnlib.definition._arrays import require_arrays, value_at
from cnnlib.shapes import signal_geometry


def convolve(x, kernel, *, mode="full"):
    """Convolve two signals: ``y[i] = sum over m of kernel[m] · x[i - m]``, with i and m multi-indices [1]_.

    Parameters
    ----------
    x : ndarray of float, any shape
        A signal, zero outside its array.
    kernel : ndarray of float, as many axes as ``x``
        Another signal; it runs against ``x``, so it is applied *flipped*.
    mode : "full", "same" or "valid"
        Keep every position where the signals overlap (N + K - 1 on an axis), the N in the middle, or only
        those where one lies wholly inside the other (abs(N - K) + 1). As in ``scipy.signal.convolve``.

    Returns
    -------
    ndarray of float, as many axes as ``x``

    Raises
    ------
    ValueError
        If a signal is empty, their numbers of axes differ, ``mode`` is unknown, or, when it is "valid",
        neither signal fits into the other.
    TypeError
        If an argument is no array, or dtypes differ.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1, Eq. 9.5.

    Examples
    --------
    >>> convolve(np.array([1.0, 2.0, 3.0]), np.array([10.0, 1.0]))
    array([10., 21., 32.,  3.])
    """
    require_arrays("convolve", x=x, kernel=kernel)
    geometry = signal_geometry("convolve", x.shape, kernel.shape, mode=mode)
    y = np.empty(geometry.output, x.dtype)
    for position in np.ndindex(y.shape):
        total = 0.0
        for m in np.ndindex(kernel.shape):
            index = (p + s - a for p, s, a in zip(position, geometry.start, m, strict=True))
            total += float(kernel[m]) * value_at(x, *index)
        y[position] = total
    return y


def correlate(x, kernel, *, mode="full"):
    """Correlate two signals: ``y[i] = sum over m of kernel[m] · x[i + m]``, with i and m multi-indices [1]_.

    The convolution with the kernel flipped on every axis. In "full" mode i starts at ``1 - K``, where the
    signals begin to overlap.

    Parameters
    ----------
    x : ndarray of float, any shape
        A signal, zero outside its array.
    kernel : ndarray of float, as many axes as ``x``
        Another signal, applied unflipped.
    mode : "full", "same" or "valid"
        As in `convolve` and ``scipy.signal.correlate``.

    Returns
    -------
    ndarray of float, as many axes as ``x``

    Raises
    ------
    ValueError, TypeError
        As `convolve` does.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1, Eq. 9.6.

    Examples
    --------
    >>> correlate(np.array([1.0, 2.0, 3.0]), np.array([10.0, 1.0]))
    array([ 1., 12., 23., 30.])
    """
    require_arrays("correlate", x=x, kernel=kernel)
    geometry = signal_geometry("correlate", x.shape, kernel.shape, mode=mode)
    y = np.empty(geometry.output, x.dtype)
    for position in np.ndindex(y.shape):
        total = 0.0
        for m in np.ndindex(kernel.shape):
            index = (p + s + 1 - k + a for p, s, k, a in zip(position, geometry.start, kernel.shape, m, strict=True))
            total += float(kernel[m]) * value_at(x, *index)
        y[position] = total
    return y
