"""Pooling windows of a fixed size, forward and backward.

Windows are rectangles and their sums, means and maxima can be taken along one axis after the other, which
costs K_h + K_w passes over the feature maps instead of K_h · K_w. Results lie in memory as the arrays that they are
made from, with the channels or the batch last if those have them so.
"""

import numpy as np

from cnnlib.shapes import pool_geometry, positive
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized._arrays import masked, pad, require_arrays, require_shape, tap, taps, unpad
from cnnlib.vectorized._memory import like


@documented
def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """What `cnnlib.definition.max_pool2d` finds, first down the rows and then along the columns."""
    require_arrays("max_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    geometry = pool_geometry("max_pool2d", x.shape, kernel_size, **options)
    return _reduce(np.maximum, pad(x, geometry.reach, fill=-np.inf), geometry)


def max_pool2d_backward(grad_y, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Carry the gradient back through `max_pool2d`, to the cell that won each window, the first one on a tie.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x, kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``.

    Raises
    ------
    ValueError, TypeError
        As `max_pool2d` does, and if ``grad_y`` has another shape than the result.

    Examples
    --------
    >>> max_pool2d_backward(np.ones((1, 1, 1, 1)), np.array([[[[1.0, 3.0, 3.0]]]]), (1, 3))
    array([[[[0., 1., 0.]]]])
    """
    require_arrays("max_pool2d_backward", grad_y=grad_y, x=x)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    geometry = pool_geometry("max_pool2d_backward", x.shape, kernel_size, **options)
    require_shape("max_pool2d_backward", "grad_y", grad_y, geometry.output_shape)
    reach = geometry.reach
    padded = pad(x, reach, fill=-np.inf)
    cells = list(taps(geometry.kernel, geometry.stride, geometry.dilation, geometry.output))

    largest = _reduce(np.maximum, padded, geometry)
    grad = like(padded)
    grad.fill(0)
    left = like(largest, dtype=bool)
    left.fill(True)

    def give(cell, wins):
        wins &= left
        np.logical_xor(left, wins, out=left)
        grad[:, :, *cell] += masked(grad_y, wins)

    for cell in cells:
        give(cell, padded[:, :, *cell] == largest)
    if left.any():  # a NaN equals nothing, and of several the last one wins, as in PyTorch
        for cell in reversed(cells):
            give(cell, np.isnan(padded[:, :, *cell]))
    return unpad(grad, reach, geometry.size)


@documented
def avg_pool2d(x, kernel_size, *, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """What `cnnlib.definition.avg_pool2d` finds, adding down the rows and then along the columns."""
    require_arrays("avg_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("avg_pool2d", x.shape, kernel_size, **options)
    y = _reduce(np.add, pad(x, geometry.reach), geometry)
    y /= _counts(geometry, x.dtype, include_pad=count_include_pad)
    return y


def avg_pool2d_backward(grad_y, x, kernel_size, *, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Carry the gradient back through `avg_pool2d`: each window hands out equal shares.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x, kernel_size, stride, padding, ceil_mode, count_include_pad
        As in `avg_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``.

    Raises
    ------
    ValueError, TypeError
        As `avg_pool2d` does, and if ``grad_y`` has another shape than the result.
    """
    require_arrays("avg_pool2d_backward", grad_y=grad_y, x=x)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("avg_pool2d_backward", x.shape, kernel_size, **options)
    require_shape("avg_pool2d_backward", "grad_y", grad_y, geometry.output_shape)
    share = grad_y / _counts(geometry, x.dtype, include_pad=count_include_pad)
    return unpad(_spread(share, geometry), geometry.reach, geometry.size)


@documented
def lp_pool2d(x, kernel_size, *, norm_type=2, stride=None, padding=0, ceil_mode=False):
    """What `cnnlib.definition.lp_pool2d` finds, with the powers added down the rows and then along the columns."""
    require_arrays("lp_pool2d", x=x)
    power = positive("lp_pool2d", "norm_type", norm_type)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("lp_pool2d", x.shape, kernel_size, **options)
    return _lp(x, power, geometry)


def lp_pool2d_backward(grad_y, x, kernel_size, *, norm_type=2, stride=None, padding=0, ceil_mode=False):
    """Carry the gradient back through `lp_pool2d`; a window of zeros, where the root has none, passes zero.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x, kernel_size, norm_type, stride, padding, ceil_mode
        As in `lp_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``: ``x ** (p - 1)`` times the sum of ``grad_y · y ** (1 - p)`` over windows.

    Raises
    ------
    ValueError, TypeError
        As `lp_pool2d` does, and if ``grad_y`` has another shape than the result.
    """
    require_arrays("lp_pool2d_backward", grad_y=grad_y, x=x)
    power = positive("lp_pool2d_backward", "norm_type", norm_type)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("lp_pool2d_backward", x.shape, kernel_size, **options)
    require_shape("lp_pool2d_backward", "grad_y", grad_y, geometry.output_shape)
    y = _lp(x, power, geometry)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        slope = np.where(y == 0, 0, y ** (1 - power))
        grad = _spread(grad_y * slope * _overhang(geometry, x.dtype), geometry)
        return unpad(grad, geometry.reach, geometry.size) * x ** (power - 1)


def _lp(x, power, geometry):
    # What overflows is infinite and what is not real is NaN, as in PyTorch, without a word.
    with np.errstate(invalid="ignore", over="ignore"):
        total = _reduce(np.add, pad(x**power, geometry.reach), geometry)
        return (total * _overhang(geometry, x.dtype)) ** (1 / power)


def _reduce(ufunc, padded, geometry):
    """Combine the cells of every window by ``ufunc``, along one axis after the other."""
    for axis in _by_stride(padded):
        k, s, d, o = (field[axis] for field in _moves(geometry))
        first, *others = (padded[_along(axis, tap(i, s, d, o))] for i in range(k))
        padded = like(first)
        if not others:
            padded[...] = first
        for i, other in enumerate(others):
            ufunc(padded if i else first, other, out=padded)
    return padded


def _spread(grad_y, geometry):
    """Hand ``grad_y`` to every cell of its window, the transpose of `_reduce` with np.add; keeps the padding."""
    padded = [n + before + after for n, (before, after) in zip(geometry.size, geometry.reach, strict=True)]
    for axis in reversed(_by_stride(grad_y)):
        k, s, d, o = (field[axis] for field in _moves(geometry))
        shape = list(grad_y.shape)
        shape[2 + axis] = padded[axis]
        grad = like(grad_y, shape=shape)
        if not k == s == padded[axis] / o:  # else windows lie side by side, and every cell is in one
            grad.fill(0)
        for i in range(k):
            cells = grad[_along(axis, tap(i, s, d, o))]
            cells[...] = grad_y if k <= s else cells + grad_y  # side by side, there is nothing to add up
        grad_y = grad
    return grad_y


def _by_stride(x):
    """Order the two spatial axes: first the one along which the larger parts of the memory lie together."""
    return sorted((0, 1), key=lambda axis: -x.strides[2 + axis])


def _along(axis, cells):
    """Index these cells of one spatial axis, and all of the others."""
    return (..., cells, slice(None)) if axis == 0 else (..., cells)


def _moves(geometry):
    return geometry.kernel, geometry.stride, geometry.dilation, geometry.output


def _counts(geometry, dtype, *, include_pad):
    """Count each window's cells in the image, and in its padding too where asked: shape (H_out, W_out) or, if all
    windows have as many, a number.
    """
    counts = np.multiply.outer(*geometry.cell_counts(include_padding=include_pad)).astype(dtype)
    return counts.flat[0] if counts.size and (counts == counts.flat[0]).all() else counts


def _overhang(geometry, dtype):
    """Divide the window's size by what `_counts` finds: 1, but for windows that hang over the padding's edge."""
    kernel_h, kernel_w = geometry.kernel
    return kernel_h * kernel_w / _counts(geometry, dtype, include_pad=True)
