"""Convolution as textbooks define it, on signals of any number of axes, its unflipped twin, and their gradients."""

import numpy as np

from cnnlib.shapes import signal_geometry
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized._arrays import require_arrays, require_shape


@documented
def convolve(x, kernel, *, mode="full"):
    """What `cnnlib.definition.convolve` adds up, one shifted copy of the larger signal for each cell of the smaller."""
    require_arrays("convolve", x=x, kernel=kernel)
    return _convolve(x, kernel, signal_geometry("convolve", x.shape, kernel.shape, mode=mode))


def convolve_backward(grad_y, x, kernel, *, mode="full"):
    """Carry the gradient back through `convolve`.

    Parameters
    ----------
    grad_y : ndarray of float, shape of the result
    x, kernel, mode
        As in `convolve`.

    Returns
    -------
    grad_x : ndarray of float, shape of ``x``
        ``grad_y`` correlated with ``kernel``.
    grad_kernel : ndarray of float, shape of ``kernel``
        ``grad_y`` correlated with ``x``.

    Raises
    ------
    ValueError, TypeError
        As `convolve` does, and if ``grad_y`` has another shape than the result.
    """
    return _backward("convolve_backward", grad_y, x, kernel, kernel, mode)


@documented
def correlate(x, kernel, *, mode="full"):
    """What `cnnlib.definition.correlate` adds up, as a `convolve` with the kernel flipped."""
    require_arrays("correlate", x=x, kernel=kernel)
    return _convolve(x, np.flip(kernel), signal_geometry("correlate", x.shape, kernel.shape, mode=mode))


def correlate_backward(grad_y, x, kernel, *, mode="full"):
    """Carry the gradient back through `correlate`.

    Parameters
    ----------
    grad_y : ndarray of float, shape of the result
    x, kernel, mode
        As in `correlate`.

    Returns
    -------
    grad_x : ndarray of float, shape of ``x``
    grad_kernel : ndarray of float, shape of ``kernel``

    Raises
    ------
    ValueError, TypeError
        As `correlate` does, and if ``grad_y`` has another shape than the result.
    """
    grad_x, grad_flipped = _backward("correlate_backward", grad_y, x, kernel, np.flip(kernel), mode)
    return grad_x, np.flip(grad_flipped)


def _backward(op, grad_y, x, kernel, flipped, mode):
    """Return the gradients of ``x * flipped``; ``kernel`` is what the caller was given."""
    require_arrays(op, grad_y=grad_y, x=x, kernel=kernel)
    geometry = signal_geometry(op, x.shape, kernel.shape, mode=mode)
    require_shape(op, "grad_y", grad_y, geometry.output)
    # What ``mode`` cut away has no gradient: put zeros back there.
    full = np.zeros([n + k - 1 for n, k in zip(x.shape, kernel.shape, strict=True)], x.dtype)
    full[_part(geometry.start, geometry.output)] = grad_y
    return tuple(
        _convolve(full, np.flip(other), signal_geometry(op, full.shape, other.shape, mode="valid"))
        for other in (flipped, x)
    )


def _convolve(x, kernel, geometry):
    """Add the shifted copies of the larger signal, one for each cell of the smaller."""
    if x.size < kernel.size:
        x, kernel = kernel, x
    stop = [s + o for s, o in zip(geometry.start, geometry.output, strict=True)]
    y = np.zeros(geometry.output, x.dtype)
    for m in np.ndindex(kernel.shape):
        # Full-size positions m to m + N - 1 meet this copy; keep those from start to stop.
        first = [max(s, a) for s, a in zip(geometry.start, m, strict=True)]
        last = [min(t, a + n) for t, a, n in zip(stop, m, x.shape, strict=True)]
        count = [max(0, b - a) for a, b in zip(first, last, strict=True)]
        source = _part([f - a for f, a in zip(first, m, strict=True)], count)
        target = _part([f - s for f, s in zip(first, geometry.start, strict=True)], count)
        y[target] += kernel[m] * x[source]
    return y


def _part(start, count):
    return tuple(slice(s, s + c) for s, c in zip(start, count, strict=True))
