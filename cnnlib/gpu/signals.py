"""Convolution as textbooks define it, on signals of any number of axes, and its unflipped twin."""

import torch

from cnnlib.gpu._tensors import extend, require_tensors
from cnnlib.shapes import signal_geometry


def convolve(x, kernel, *, mode="full"):
    """Convolve two signals: ``y[i] = sum over m of kernel[m] · x[i - m]``, with i and m multi-indices [1]_.

    Parameters
    ----------
    x : tensor of float, any shape
        A signal, zero outside its tensor.
    kernel : tensor of float, as many axes as ``x``
        Another signal; it runs against ``x``, so it is applied *flipped*.
    mode : "full", "same" or "valid"
        Keep every position where the signals overlap (N + K - 1 on an axis), the N in the middle, or only
        those where one lies wholly inside the other (abs(N - K) + 1). As in ``scipy.signal.convolve``.

    Returns
    -------
    tensor of float, as many axes as ``x``

    Raises
    ------
    ValueError
        If a signal is empty, their numbers of axes differ, ``mode`` is unknown, or, when it is "valid",
        neither signal fits into the other.
    TypeError
        If an argument is no tensor, or dtypes differ.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1, Eq. 9.5.

    Examples
    --------
    >>> convolve(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 1.0]))
    tensor([10., 21., 32.,  3.])
    """
    require_tensors("convolve", x=x, kernel=kernel)
    geometry = signal_geometry("convolve", x.shape, kernel.shape, mode=mode)
    return _slide(x, kernel.flip(tuple(range(kernel.ndim))), geometry)


def correlate(x, kernel, *, mode="full"):
    """Correlate two signals: ``y[i] = sum over m of kernel[m] · x[i + m]``, with i and m multi-indices [1]_.

    Parameters
    ----------
    x : tensor of float, any shape
        A signal, zero outside its tensor.
    kernel : tensor of float, as many axes as ``x``
        Another signal, applied unflipped.
    mode : "full", "same" or "valid"
        As in `convolve` and ``scipy.signal.correlate``.

    Returns
    -------
    tensor of float, as many axes as ``x``

    Raises
    ------
    ValueError, TypeError
        As `convolve` does.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1, Eq. 9.6.

    Examples
    --------
    >>> correlate(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 1.0]))
    tensor([ 1., 12., 23., 30.])
    """
    require_tensors("correlate", x=x, kernel=kernel)
    return _slide(x, kernel, signal_geometry("correlate", x.shape, kernel.shape, mode=mode))


def _slide(x, kernel, geometry):
    """Multiply every window of ``x`` that starts at ``geometry.start + 1 - K`` or later with the kernel."""
    padding = []
    for n, k, start, count in zip(x.shape, kernel.shape, geometry.start, geometry.output, strict=True):
        before = k - 1 - start
        padding.append((before, count + k - 1 - n - before))
    windows = extend(x, padding)
    for axis, k in enumerate(kernel.shape):
        windows = windows.unfold(axis, k, 1)
    return torch.tensordot(windows, kernel, dims=kernel.ndim)
