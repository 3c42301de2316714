"""The gradient of a convolution with respect to its input: a convolution of stride 1 with the filters turned round.

With stride S, input rows whose index leaves remainder r modulo S meet only the kernel's rows S m + r. All remainders
together are one convolution with S_h · S_w times the channels, whose results interleave [1]_.

.. [1] Shi et al., *Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
   network* (2016), Sec. 3.
"""

from dataclasses import replace

import numpy as np

from cnnlib.shapes import ConvGeometry
from cnnlib.vectorized._arrays import dilate, pad, taps, unpad


def grad_input(grad_y, weight, geometry, forward):
    """Carry ``grad_y`` back to the input of the convolution of ``geometry``.

    Parameters
    ----------
    grad_y : ndarray, shape (N, C_out, H_out, W_out)
    weight : ndarray, shape (C_out, C_in // groups, K_h, K_w)
    geometry : ConvGeometry
    forward : function
        An algorithm's ``forward(x, weight, geometry)``.

    Returns
    -------
    ndarray, shape (N, C_in, H, W)
    """
    if geometry.stride != (1, 1) and geometry.dilation != (1, 1):
        weight = dilate(weight, geometry.dilation)
        geometry = replace(geometry, kernel=weight.shape[2:], dilation=(1, 1))
    turned = _turn(weight, geometry)
    # Of the padded input, zeros need no gradient; what a circle had copied does.
    circular = geometry.padding_mode == "circular"
    sizes = zip(geometry.size, geometry.padding, strict=True)
    spans = [(0, n + before + after) if circular else (before, n) for n, (before, after) in sizes]
    reverse, first = _reverse(geometry, turned, spans)
    grad = _interleave(forward(grad_y, turned, reverse), geometry.stride)
    rows, columns = (
        slice(start - f * s, start - f * s + n) for (start, n), f, s in zip(spans, first, geometry.stride, strict=True)
    )
    grad = grad[:, :, rows, columns]
    return unpad(grad, geometry.padding, geometry.size, mode="circular") if circular else grad


def scatter(grad_y, weight, geometry):
    """Hand each value of ``grad_y`` to the cells of its window, and to nothing else; as `grad_input`, but slow."""
    groups, (n, filters, *output) = geometry.groups, grad_y.shape
    grad_y = grad_y.reshape(n, groups, filters // groups, -1)
    padded = [size + before + after for size, (before, after) in zip(geometry.size, geometry.padding, strict=True)]
    grad = np.zeros((n, geometry.in_channels, *padded), grad_y.dtype)
    cells = taps(geometry.kernel, geometry.stride, geometry.dilation, geometry.output)
    for (i, j), (rows, columns) in zip(np.ndindex(geometry.kernel), cells, strict=True):
        bank = weight[:, :, i, j].reshape(groups, filters // groups, -1)
        grad[:, :, rows, columns] += (bank.swapaxes(1, 2) @ grad_y).reshape(n, geometry.in_channels, *output)
    return unpad(grad, geometry.padding, geometry.size, mode=geometry.padding_mode)


def _turn(weight, geometry):
    """Turn the filters round and trade channels: shape (C_in · S_h · S_w, C_out // groups, M_h, M_w)."""
    groups, (s_h, s_w) = geometry.groups, geometry.stride
    filters, channels, k_h, k_w = weight.shape
    m_h, m_w = -(-k_h // s_h), -(-k_w // s_w)
    weight = pad(weight, ((0, m_h * s_h - k_h), (0, m_w * s_w - k_w)))
    turned = weight.reshape(groups, filters // groups, channels, m_h, s_h, m_w, s_w)
    turned = turned[:, :, :, ::-1, :, ::-1].transpose(0, 2, 4, 6, 1, 3, 5)
    return turned.reshape(groups * channels * s_h * s_w, filters // groups, m_h, m_w)


def _reverse(geometry, turned, spans):
    """Return the geometry from ``grad_y`` to quotients of input rows by the stride, and the first of those quotients.

    ``spans`` holds the (start, length) of the padded input that is wanted, per axis.
    """
    kernel = turned.shape[2:]
    reach = [d * (m - 1) for d, m in zip(geometry.dilation, kernel, strict=True)]
    axes = list(zip(spans, reach, geometry.stride, geometry.output, strict=True))
    first = [min(start // s, r) for (start, _), r, s, _ in axes]
    last = [max(-(-(start + n) // s), o) for (start, n), _, s, o in axes]
    margins = tuple((r - f, end - o) for (_, r, _, o), f, end in zip(axes, first, last, strict=True))
    reverse = ConvGeometry(
        batch=geometry.batch,
        in_channels=geometry.out_channels,
        out_channels=len(turned),
        size=geometry.output,
        kernel=kernel,
        stride=(1, 1),
        padding=margins,
        dilation=geometry.dilation,
        groups=geometry.groups,
        padding_mode="zeros",
        output=tuple(end - begin for begin, end in zip(first, last, strict=True)),
    )
    return reverse, first


def _interleave(grad, stride):
    """Spread the S_h · S_w channels that each input channel has become over rows and columns."""
    (s_h, s_w), (n, channels, height, width) = stride, grad.shape
    if stride == (1, 1):
        return grad
    grad = grad.reshape(n, channels // (s_h * s_w), s_h, s_w, height, width).transpose(0, 1, 4, 2, 5, 3)
    return grad.reshape(n, channels // (s_h * s_w), height * s_h, width * s_w)
