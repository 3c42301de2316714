"""Convolution that is equivariant to the four quarter turns of an image, as well as to shifts.

A feature map gets one more axis, of four sheets: sheet ``r`` holds what the filters found when they were turned by
``r`` quarter turns. Turning the image turns every sheet and moves it on by one. All of it is ordinary convolution
with turned copies of the filters [1]_.

References
----------
.. [1] Cohen & Welling, *Group equivariant convolutional networks* (2016), Eqs. 10 and 11, for the group p4.
"""

import torch

from cnnlib.gpu._tensors import require_tensors
from cnnlib.gpu.convolution import conv2d
from cnnlib.shapes import rank


def turn(x, quarters):
    """Turn images, or feature maps with sheets, by quarter turns counterclockwise.

    Parameters
    ----------
    x : tensor, shape (N, C, H, W) or (N, C, 4, H, W)
        With a sheet axis, the sheets move on too: sheet ``r`` goes to sheet ``r + quarters``, modulo 4.
    quarters : int

    Returns
    -------
    tensor, same shape, H and W exchanged where ``quarters`` is odd

    Raises
    ------
    ValueError
        If the rank is another, or a sheet axis does not hold four.

    Examples
    --------
    >>> turn(torch.tensor([[[[1, 2], [3, 4]]]]), 1)
    tensor([[[[2, 4],
              [1, 3]]]])
    """
    if x.ndim == 5:
        _four_sheets("turn", x)
        x = x.roll(quarters, dims=2)
    else:
        rank("turn", "x", x.shape, ("N", "C", "H", "W"))
    return torch.rot90(x, quarters, dims=(-2, -1))


def lift_conv2d(x, weight, bias=None, *, stride=1, padding=0, padding_mode="zeros"):
    """Correlate images with every filter in its four orientations.

    Parameters
    ----------
    x : tensor of float, shape (N, C_in, H, W)
        Images.
    weight : tensor of float, shape (C_out, C_in, K, K)
        Filters, square.
    bias : tensor of float, shape (C_out,), optional
        One for the four sheets of a channel.
    stride, padding, padding_mode
        As in `conv2d`.

    Returns
    -------
    tensor of float, shape (N, C_out, 4, H_out, W_out)
        Sheet ``r`` is ``conv2d`` with the filters turned by ``r`` quarter turns.

    Raises
    ------
    ValueError, TypeError
        If the filters are not square, and as `conv2d` does.

    Examples
    --------
    >>> image = torch.tensor([[[[0.0, 5.0], [0.0, 0.0]]]])
    >>> corner = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
    >>> lift_conv2d(image, corner).flatten()  # the image's upper right is the corner turned three times
    tensor([0., 0., 0., 5.])
    """
    require_tensors("lift_conv2d", x=x, weight=weight, bias=bias)
    rank("lift_conv2d", "weight", weight.shape, ("C_out", "C_in", "K", "K"))
    _square("lift_conv2d", weight)
    turned = torch.stack([torch.rot90(weight, r, dims=(-2, -1)) for r in range(4)], dim=1)
    return _convolve_sheets(x, turned, bias, stride=stride, padding=padding, padding_mode=padding_mode)


def group_conv2d(x, weight, bias=None, *, stride=1, padding=0, padding_mode="zeros"):
    """Correlate feature maps with sheets by filters with sheets, in their four orientations.

    Parameters
    ----------
    x : tensor of float, shape (N, C_in, 4, H, W)
        What `lift_conv2d` or `group_conv2d` returned.
    weight : tensor of float, shape (C_out, C_in, 4, K, K)
        Filters, square, with a slice for each sheet that they read.
    bias : tensor of float, shape (C_out,), optional
    stride, padding, padding_mode
        As in `conv2d`.

    Returns
    -------
    tensor of float, shape (N, C_out, 4, H_out, W_out)
        Sheet ``r`` is the sum over ``s`` of ``conv2d`` of the input's sheet ``s`` with the slice ``s - r``, turned by
        ``r`` quarter turns.

    Raises
    ------
    ValueError, TypeError
        If ranks or sheets disagree or the filters are not square, and as `conv2d` does.
    """
    require_tensors("group_conv2d", x=x, weight=weight, bias=bias)
    rank("group_conv2d", "x", x.shape, ("N", "C_in", "4", "H", "W"))
    rank("group_conv2d", "weight", weight.shape, ("C_out", "C_in", "4", "K", "K"))
    _four_sheets("group_conv2d", x)
    _four_sheets("group_conv2d", weight, "weight")
    _square("group_conv2d", weight)
    turned = torch.stack([turn(weight, r) for r in range(4)], dim=1)
    # The sheets that are read are input channels to an ordinary convolution.
    return _convolve_sheets(
        x.flatten(1, 2), turned.flatten(2, 3), bias, stride=stride, padding=padding, padding_mode=padding_mode
    )


def group_pool(x):
    """Keep, at every place, the strongest of the four orientations.

    Parameters
    ----------
    x : tensor of float, shape (N, C, 4, H, W)

    Returns
    -------
    tensor of float, shape (N, C, H, W)
        It turns with the image, and no sheet remembers by how much.

    Raises
    ------
    ValueError
        If there are not four sheets.
    """
    rank("group_pool", "x", x.shape, ("N", "C", "4", "H", "W"))
    _four_sheets("group_pool", x)
    return x.amax(dim=2)


def _convolve_sheets(x, turned, bias, **options):
    """Run one convolution whose output channels are (C_out, 4), and give the sheets their axis."""
    bias = None if bias is None else bias.repeat_interleave(4)
    return conv2d(x, turned.flatten(0, 1), bias, **options).unflatten(1, (-1, 4))


def _four_sheets(op, tensor, argument="x"):
    if tensor.shape[2] != 4:
        raise ValueError(f"{op}: {argument} must have 4 sheets on axis 2, received {tuple(tensor.shape)}")


def _square(op, weight):
    if weight.shape[-1] != weight.shape[-2]:
        raise ValueError(f"{op}: weight must be square to be turned, received {tuple(weight.shape)}")
