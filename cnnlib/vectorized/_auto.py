"""What ``algorithm="auto"`` stands for: the fastest way that is as good as adding up the products of each window.

As good means: what lies outside a window has no part in its output, be it a NaN, an infinity or a value a million
times as large, and rounding is bounded beside the window's own products. Matrix products have this by nature, as long
as no partial sum overflows. Transforms have it where the values allow it, so we look at them first. The band of a
Toeplitz matrix has it where all values are finite, so we look at its result.
"""

import numpy as np

from cnnlib.vectorized import _fft, _im2col, _toeplitz, _transposed
from cnnlib.vectorized._arrays import is_batch_last
from cnnlib.vectorized._range import suits_transforms


def forward(x, weight, geometry):
    """Cross-correlate ``x`` with ``weight``; arguments and result as in `_im2col.forward`."""
    if _may_transform(geometry):
        groups = zip(np.split(x, geometry.groups, axis=1), np.split(weight, geometry.groups), strict=True)
        if all(suits_transforms(*group, geometry) for group in groups):
            return _in_double(_fft.forward, x, weight, geometry)
    if _is_banded(x, geometry) and (y := _if_finite(_toeplitz.forward, x, weight, geometry)) is not None:
        return y
    return _without_overflow(_im2col.forward, x, weight, geometry)


def grad_weight(grad_y, x, geometry):
    """Carry ``grad_y`` back to the weight of `forward`."""
    # The gradient of a weight is a window's sum too: the window is as large as grad_y, the batch are its channels.
    if _may_transform(geometry) and suits_transforms(x.swapaxes(0, 1), grad_y.swapaxes(0, 1), geometry):
        return _in_double(_fft.grad_weight, grad_y, x, geometry)
    if _is_banded(grad_y, geometry) and (grad := _if_finite(_toeplitz.grad_weight, grad_y, x, geometry)) is not None:
        return grad
    return _without_overflow(_im2col.grad_weight, grad_y, x, geometry)


def grad_input(grad_y, weight, geometry):
    """Carry ``grad_y`` back to the input of `forward`."""
    if _is_banded(grad_y, geometry):
        grad = _if_finite(_toeplitz.grad_input, grad_y, weight, geometry)
    else:
        grad = _if_finite(_transposed.grad_input, grad_y, weight, geometry, forward)
    if grad is not None:
        return grad
    # The zeros that it writes around and between values make NaN of infinities that do not belong there.
    return _in_double(_transposed.scatter, grad_y, weight, geometry)


def _may_transform(geometry):
    # Transforms compute every position and every offset: steps waste what they save.
    return {*geometry.stride, *geometry.dilation} == {1} and _fft.pays(geometry)


def _is_banded(x, geometry):
    """Tell whether the band is fastest: where the batch lies last already. Groups would make it mostly zero."""
    return geometry.groups == 1 and is_batch_last(x) and not _may_transform(geometry)


def _if_finite(compute, *arguments):
    """Call ``compute``; return None in place of a result with infinities or NaN, which may not belong there."""
    with np.errstate(over="ignore", invalid="ignore"):
        y = compute(*arguments)
    return y if _is_finite(y) else None


def _without_overflow(compute, *arguments):
    """Call ``compute``, and again in double precision if the result is not finite.

    Single precision ends at 3e38. A sum that gets there on its way does not come back, even if its value is small; the
    definition, which adds up in double precision, does not get there.
    """
    if arguments[0].dtype == np.float64:
        return compute(*arguments)
    y = _if_finite(compute, *arguments)
    return _in_double(compute, *arguments) if y is None else y


def _is_finite(array):
    """Tell whether there is no infinity and no NaN, nor a number whose square is one: the fastest look there is."""
    flat = array.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.vdot(flat, flat)))


def _in_double(compute, *arguments):
    """Call ``compute`` with arrays of float64, and round the result to their dtype."""
    *arrays, geometry = arguments
    return compute(*(array.astype(np.float64, copy=False) for array in arrays), geometry).astype(arrays[0].dtype)
