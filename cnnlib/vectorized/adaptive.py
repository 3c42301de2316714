"""Pooling to a size fixed in advance, and pooling that guards against aliasing, forward and backward."""

from functools import reduce

import numpy as np

from cnnlib.shapes import adaptive_windows, blur_geometry
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized._arrays import pad, require_arrays, require_shape, unpad
from cnnlib.vectorized.convolution import conv2d, conv2d_backward


@documented
def adaptive_avg_pool2d(x, output_size):
    """What `cnnlib.definition.adaptive_avg_pool2d` finds, as means down the rows of means along the columns."""
    require_arrays("adaptive_avg_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_avg_pool2d", x.shape, output_size)
    x = np.stack([x[:, :, start:stop].mean(axis=2) for start, stop in rows], axis=2)
    return np.stack([x[:, :, :, start:stop].mean(axis=3) for start, stop in columns], axis=3)


def adaptive_avg_pool2d_backward(grad_y, x, output_size):
    """Carry the gradient back through `adaptive_avg_pool2d`: each window hands out equal shares.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x, output_size
        As in `adaptive_avg_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``.

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool2d` does, and if ``grad_y`` has another shape than the result.
    """
    rows, columns = _windows("adaptive_avg_pool2d_backward", grad_y, x, output_size)
    across = np.zeros((*grad_y.shape[:3], x.shape[3]), x.dtype)
    for j, (start, stop) in enumerate(columns):
        across[:, :, :, start:stop] += grad_y[:, :, :, j : j + 1] / (stop - start)
    grad = np.zeros_like(x, order="C")
    for i, (start, stop) in enumerate(rows):
        grad[:, :, start:stop] += across[:, :, i : i + 1] / (stop - start)
    return grad


@documented
def adaptive_max_pool2d(x, output_size):
    """What `cnnlib.definition.adaptive_max_pool2d` finds, first down the rows and then along the columns."""
    require_arrays("adaptive_max_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_max_pool2d", x.shape, output_size)
    x = np.stack([x[:, :, start:stop].max(axis=2) for start, stop in rows], axis=2)
    return np.stack([x[:, :, :, start:stop].max(axis=3) for start, stop in columns], axis=3)


def adaptive_max_pool2d_backward(grad_y, x, output_size):
    """Carry the gradient back through `adaptive_max_pool2d`, to the first of each window's largest cells.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x, output_size
        As in `adaptive_max_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``.

    Raises
    ------
    ValueError, TypeError
        As `adaptive_max_pool2d` does, and if ``grad_y`` has another shape than the result.
    """
    rows, columns = _windows("adaptive_max_pool2d_backward", grad_y, x, output_size)
    grad = np.zeros_like(x, order="C")
    n, c = np.ogrid[: x.shape[0], : x.shape[1]]
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(columns):
            cells = (bottom - top) * (right - left)
            winner = x[:, :, top:bottom, left:right].reshape(*x.shape[:2], cells).argmax(axis=2)
            row, column = np.divmod(winner, right - left)
            grad[n, c, top + row, left + column] += grad_y[:, :, i, j]
    return grad


@documented
def blur_pool2d(x, kernel_size=3, *, stride=2):
    """What `cnnlib.definition.blur_pool2d` finds, as a `conv2d` with the filter written out."""
    require_arrays("blur_pool2d", x=x)
    geometry = blur_geometry("blur_pool2d", x.shape, kernel_size, stride=stride)
    planes, kernel = _planes(x, geometry)
    return conv2d(planes, kernel, stride=geometry.stride).reshape(geometry.output_shape)


def blur_pool2d_backward(grad_y, x, kernel_size=3, *, stride=2):
    """Carry the gradient back through `blur_pool2d`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H_out, W_out)
    x, kernel_size, stride
        As in `blur_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``.

    Raises
    ------
    ValueError, TypeError
        As `blur_pool2d` does, and if ``grad_y`` has another shape than the result.
    """
    require_arrays("blur_pool2d_backward", grad_y=grad_y, x=x)
    geometry = blur_geometry("blur_pool2d_backward", x.shape, kernel_size, stride=stride)
    require_shape("blur_pool2d_backward", "grad_y", grad_y, geometry.output_shape)
    planes, kernel = _planes(x, geometry)
    grad_y = grad_y.reshape(-1, 1, *geometry.output)
    grad = conv2d_backward(grad_y, planes, kernel, stride=geometry.stride)[0]
    return unpad(grad, geometry.padding, geometry.size, mode="reflect").reshape(x.shape)


def _windows(op, grad_y, x, output_size):
    require_arrays(op, grad_y=grad_y, x=x)
    rows, columns = adaptive_windows(op, x.shape, output_size)
    require_shape(op, "grad_y", grad_y, (*x.shape[:2], len(rows), len(columns)))
    return rows, columns


def _planes(x, geometry):
    """Return every channel of every image as an image of its own, reflected, and the filter that blurs it."""
    padded = pad(x, geometry.padding, mode="reflect")
    # Convolving (1, 1) with itself K - 1 times gives row K - 1 of Pascal's triangle.
    rows, columns = (reduce(np.convolve, [[1, 1]] * (k - 1), np.ones(1)) / 2 ** (k - 1) for k in geometry.kernel)
    kernel = np.multiply.outer(rows, columns).astype(x.dtype)
    return padded.reshape(-1, 1, *padded.shape[2:]), kernel[None, None]
