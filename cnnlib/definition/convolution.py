"""Convolution as networks use it: slide a bank of filters over an image, multiply, add."""

import numpy as np

from cnnlib.definition._arrays import require_arrays, shape_of, value_at
from cnnlib.shapes import conv_geometry, local_geometry


def conv1d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Cross-correlate a batch of sequences with a bank of filters [1]_.

    ``y[n, o, i] = bias[o] + sum over c, u of weight[o, c, u] · x[n, first(o) + c, S i - P + D u]``, where
    ``first(o)`` is the first channel of the group that filter o belongs to.

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, L)
        Sequences.
    weight : ndarray of float, shape (C_out, C_in // groups, K_l)
        Filters, applied unflipped.
    bias : ndarray of float, shape (C_out,), optional
    stride, padding, dilation, groups, padding_mode
        As in `conv2d`, with one spatial axis.

    Returns
    -------
    ndarray of float, shape (N, C_out, L_out)
        ``L_out = (L + 2 P - D (K_l - 1) - 1) // S + 1``.

    Raises
    ------
    ValueError, TypeError
        As `conv2d` does.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1.

    Examples
    --------
    >>> import numpy as np
    >>> conv1d(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[-1.0, 1.0]]]))
    array([[[1., 2.]]])
    """
    require_arrays("conv1d", x=x, weight=weight, bias=bias)
    geometry = conv_geometry(
        "conv1d",
        x.shape,
        weight.shape,
        shape_of(bias),
        spatial=1,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    (stride,), (dilation,), ((before, _),) = geometry.stride, geometry.dilation, geometry.padding
    group_in, group_out = weight.shape[1], weight.shape[0] // geometry.groups

    y = np.empty(geometry.output_shape, x.dtype)
    for n, o, i in np.ndindex(y.shape):
        first = o // group_out * group_in
        total = 0.0 if bias is None else float(bias[o])
        for c, u in np.ndindex(weight.shape[1:]):
            position = stride * i - before + dilation * u
            total += float(weight[o, c, u]) * value_at(x[n, first + c], position, padding_mode=padding_mode)
        y[n, o, i] = total
    return y


def conv2d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Cross-correlate a batch of images with a bank of filters [1]_.

    ``y[n, o, i, j] = bias[o] + sum over c, u, v of
    weight[o, c, u, v] · x[n, first(o) + c, S_h i - P_h + D_h u, S_w j - P_w + D_w v]``, where ``first(o)`` is
    the first channel of the group that filter o belongs to.

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, H, W)
        Images.
    weight : ndarray of float, shape (C_out, C_in // groups, K_h, K_w)
        Filters, applied unflipped.
    bias : ndarray of float, shape (C_out,), optional
    stride : int or pair of int
        Cells from one window to the next.
    padding : int, pair of int, "same" or "valid"
        Cells added at each end of an axis. "same" keeps the size (stride 1 only), "valid" adds none.
    dilation : int or pair of int
        Cells from one filter tap to the next.
    groups : int
        Number of blocks into which channels are divided; each output channel sees one block only.
    padding_mode : "zeros" or "circular"
        What lies outside the image: zeros, or the image again.

    Returns
    -------
    ndarray of float, shape (N, C_out, H_out, W_out)
        ``H_out = (H + 2 P_h - D_h (K_h - 1) - 1) // S_h + 1``; W_out likewise.

    Raises
    ------
    ValueError
        If ranks or channels disagree, an option is out of range, or a filter exceeds the padded image.
    TypeError
        If an argument is no array, dtypes differ, or an option is not an integer.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1, Eq. 9.6.

    Examples
    --------
    >>> import numpy as np
    >>> conv2d(np.ones((1, 3, 8, 6)), np.ones((4, 3, 5, 3)))[0, :, 0, 0]
    array([45., 45., 45., 45.])
    """
    require_arrays("conv2d", x=x, weight=weight, bias=bias)
    geometry = conv_geometry(
        "conv2d",
        x.shape,
        weight.shape,
        shape_of(bias),
        spatial=2,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    (stride_h, stride_w), (dilation_h, dilation_w) = geometry.stride, geometry.dilation
    (above, _), (left, _) = geometry.padding
    group_in, group_out = weight.shape[1], weight.shape[0] // geometry.groups

    y = np.empty(geometry.output_shape, x.dtype)
    for n, o, i, j in np.ndindex(y.shape):
        first = o // group_out * group_in
        total = 0.0 if bias is None else float(bias[o])
        for c, u, v in np.ndindex(weight.shape[1:]):
            row = stride_h * i - above + dilation_h * u
            column = stride_w * j - left + dilation_w * v
            pixel = value_at(x[n, first + c], row, column, padding_mode=padding_mode)
            total += float(weight[o, c, u, v]) * pixel
        y[n, o, i, j] = total
    return y


def locally_connected2d(x, weight, bias=None, *, stride=1):
    """Apply a filter bank of its own at every output position: convolution without shared weights [1]_.

    ``y[n, o, i, j] = bias[i, j, o] + sum over c, u, v of weight[i, j, o, c, u, v] · x[n, c, S_h i + u, S_w j + v]``

    Parameters
    ----------
    x : ndarray of float, shape (N, C_in, H, W)
        Images.
    weight : ndarray of float, shape (H_out, W_out, C_out, C_in, K_h, K_w)
        Filters, applied unflipped.
    bias : ndarray of float, shape (H_out, W_out, C_out), optional
        Unshared like the weights.
    stride : int or pair of int

    Returns
    -------
    ndarray of float, shape (N, C_out, H_out, W_out)
        ``H_out = (H - K_h) // S_h + 1``; W_out likewise.

    Raises
    ------
    ValueError
        If ranks, channels or positions disagree, or a filter exceeds the image.
    TypeError
        If an argument is no array, dtypes differ, or ``stride`` is not an integer.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.5, Eq. 9.9.

    Examples
    --------
    >>> weight = np.arange(3.0).reshape(1, 3, 1, 1, 1, 1)
    >>> locally_connected2d(np.full((1, 1, 1, 3), 10.0), weight)
    array([[[[ 0., 10., 20.]]]])
    """
    require_arrays("locally_connected2d", x=x, weight=weight, bias=bias)
    geometry = local_geometry("locally_connected2d", x.shape, weight.shape, shape_of(bias), stride=stride)
    stride_h, stride_w = geometry.stride

    y = np.empty(geometry.output_shape, x.dtype)
    for n, o, i, j in np.ndindex(y.shape):
        total = 0.0 if bias is None else float(bias[i, j, o])
        for c, u, v in np.ndindex(weight.shape[3:]):
            total += float(weight[i, j, o, c, u, v]) * float(x[n, c, stride_h * i + u, stride_w * j + v])
        y[n, o, i, j] = total
    return y
