"""Convolution as textbooks define it, on signals of any number of axes, and its unflipped twin."""

import torch

from cnnlib.gpu._tensors import documented, extend, require_tensors
from cnnlib.shapes import signal_geometry


@documented
def convolve(x, kernel, *, mode="full"):
    """`cnnlib.definition.convolve` on tensors, with autograd: every window times the flipped kernel.

    Examples
    --------
    >>> convolve(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 1.0]))
    tensor([10., 21., 32.,  3.])
    """
    require_tensors("convolve", x=x, kernel=kernel)
    geometry = signal_geometry("convolve", x.shape, kernel.shape, mode=mode)
    return _slide(x, kernel.flip(tuple(range(kernel.ndim))), geometry)


@documented
def correlate(x, kernel, *, mode="full"):
    """`cnnlib.definition.correlate` on tensors, with autograd: every window times the kernel.

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
