"""Convolution's neighbour without shared weights, forward and backward."""

import numpy as np

from cnnlib.shapes import local_geometry
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized._arrays import require_arrays, require_shape, shape_of, taps


@documented
def locally_connected2d(x, weight, bias=None, *, stride=1):
    """What `cnnlib.definition.locally_connected2d` adds up, as a matrix product for each position."""
    require_arrays("locally_connected2d", x=x, weight=weight, bias=bias)
    geometry = local_geometry("locally_connected2d", x.shape, weight.shape, shape_of(bias), stride=stride)
    y = _flat(weight) @ _columns(x, geometry)
    if bias is not None:
        y += bias[..., None]
    return np.ascontiguousarray(y.transpose(3, 2, 0, 1))


def locally_connected2d_backward(grad_y, x, weight, bias=None, *, stride=1):
    """Carry the gradient back through `locally_connected2d`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C_out, H_out, W_out)
    x, weight, bias, stride
        As in `locally_connected2d`.

    Returns
    -------
    grad_x : ndarray of float, shape (N, C_in, H, W)
    grad_weight : ndarray of float, shape (H_out, W_out, C_out, C_in, K_h, K_w)
    grad_bias : ndarray of float, shape (H_out, W_out, C_out), or None without a bias

    Raises
    ------
    ValueError, TypeError
        As `locally_connected2d` does, and if ``grad_y`` has another shape than the result.
    """
    op = "locally_connected2d_backward"
    require_arrays(op, grad_y=grad_y, x=x, weight=weight, bias=bias)
    geometry = local_geometry(op, x.shape, weight.shape, shape_of(bias), stride=stride)
    require_shape(op, "grad_y", grad_y, geometry.output_shape)
    grad_y = grad_y.transpose(2, 3, 1, 0)
    grad_weight = (grad_y @ _columns(x, geometry).transpose(0, 1, 3, 2)).reshape(weight.shape)
    grad_columns = (_flat(weight).transpose(0, 1, 3, 2) @ grad_y).reshape(*weight.shape[:2], *weight.shape[3:], -1)
    grad_x = np.zeros_like(x, order="C")
    cells = np.ndindex(geometry.kernel)
    for (i, j), (rows, columns) in zip(
        cells, taps(geometry.kernel, geometry.stride, (1, 1), geometry.output), strict=True
    ):
        grad_x[:, :, rows, columns] += grad_columns[:, :, :, i, j].transpose(3, 2, 0, 1)
    return grad_x, grad_weight, None if bias is None else grad_y.sum(axis=3)


def _flat(weight):
    """Flatten each position's filters: shape (H_out, W_out, C_out, C_in · K_h · K_w)."""
    return weight.reshape(*weight.shape[:3], -1)


def _columns(x, geometry):
    """Collect what each position sees: shape (H_out, W_out, C_in · K_h · K_w, N)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, geometry.kernel, axis=(2, 3))
    windows = windows[:, :, :: geometry.stride[0], :: geometry.stride[1]].transpose(2, 3, 1, 4, 5, 0)
    # The size in full, since -1 has no answer where the batch is empty.
    return windows.reshape(*geometry.output, geometry.in_channels * np.prod(geometry.kernel), geometry.batch)
