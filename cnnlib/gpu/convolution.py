"""Convolution as networks use it, by our own matrix product, our own kernels or PyTorch's."""

import torch

from cnnlib.gpu import _choice
from cnnlib.gpu._tensors import autocast_dtype, extend, require_tensors, shape_of, sliding_windows
from cnnlib.gpu._unfold import UnfoldConv2d
from cnnlib.gpu.kernels import require_triton
from cnnlib.shapes import choice, conv_geometry, local_geometry


def conv1d(
    x,
    weight,
    bias=None,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    padding_mode="zeros",
    algorithm="auto",
):
    """Cross-correlate a batch of sequences with a bank of filters [1]_.

    Parameters
    ----------
    x : tensor of float, shape (N, C_in, L)
        Sequences.
    weight : tensor of float, shape (C_out, C_in // groups, K_l)
        Filters, applied unflipped.
    bias : tensor of float, shape (C_out,), optional
    stride, padding, dilation, groups, padding_mode, algorithm
        As in `conv2d`, with one spatial axis.

    Returns
    -------
    tensor of float, shape (N, C_out, L_out)
        ``L_out = (L + 2 P - D (K_l - 1) - 1) // S + 1``.

    Raises
    ------
    ValueError, TypeError, RuntimeError
        As `conv2d` does.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1.

    Examples
    --------
    >>> conv1d(torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2.]]])
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = checked_geometry("conv1d", x, weight, bias, algorithm, spatial=1, padding_mode=padding_mode, **options)
    # A sequence is an image of one row, and PyTorch's kernels treat it as one.
    return ALGORITHMS[algorithm](x[:, :, None], weight[:, :, None], bias, geometry.as_image())[:, :, 0]


def conv2d(
    x,
    weight,
    bias=None,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    padding_mode="zeros",
    algorithm="auto",
):
    """Cross-correlate a batch of images with a bank of filters [1]_.

    Parameters
    ----------
    x : tensor of float, shape (N, C_in, H, W)
        Images.
    weight : tensor of float, shape (C_out, C_in // groups, K_h, K_w)
        Filters, applied unflipped.
    bias : tensor of float, shape (C_out,), optional
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
    algorithm : "unfold", "triton", "cudnn" or "auto"
        ``"unfold"`` copies the windows into columns and multiplies matrices. ``"triton"`` multiplies the same
        matrices and never writes the columns down; it needs a CUDA device, or Triton's interpreter. Both have
        their backward pass written out, and can be differentiated once. ``"cudnn"`` is PyTorch's own kernel,
        on a CPU too. ``"auto"`` means ``"triton"`` on the very GPU and for the very sizes, number format and memory
        layout for which a record shows it to be faster (``choices.json`` beside this file), and ``"cudnn"`` elsewhere.

    Returns
    -------
    tensor of float, shape (N, C_out, H_out, W_out)
        ``H_out = (H + 2 P_h - D_h (K_h - 1) - 1) // S_h + 1``; W_out likewise.

    Raises
    ------
    ValueError
        If ranks or channels disagree, an option is out of range, or a filter exceeds the padded image.
    TypeError
        If an argument is no tensor, dtypes differ, or an option is not an integer.
    RuntimeError
        If ``algorithm`` is "triton", and Triton or a device for it is missing.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1, Eq. 9.6.

    Examples
    --------
    >>> conv2d(torch.ones(1, 3, 8, 6), torch.ones(4, 3, 5, 3), algorithm="unfold")[0, :, 0, 0]
    tensor([45., 45., 45., 45.])
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = checked_geometry("conv2d", x, weight, bias, algorithm, spatial=2, padding_mode=padding_mode, **options)
    return ALGORITHMS[algorithm](x, weight, bias, geometry)


def locally_connected2d(x, weight, bias=None, *, stride=1):
    """Apply a filter bank of its own at every output position: convolution without shared weights [1]_.

    Parameters
    ----------
    x : tensor of float, shape (N, C_in, H, W)
        Images.
    weight : tensor of float, shape (H_out, W_out, C_out, C_in, K_h, K_w)
        Filters, applied unflipped.
    bias : tensor of float, shape (H_out, W_out, C_out), optional
        Unshared like the weights.
    stride : int or pair of int

    Returns
    -------
    tensor of float, shape (N, C_out, H_out, W_out)
        ``H_out = (H - K_h) // S_h + 1``; W_out likewise.

    Raises
    ------
    ValueError
        If ranks, channels or positions disagree, or a filter exceeds the image.
    TypeError
        If an argument is no tensor, dtypes differ, or ``stride`` is not an integer.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.5, Eq. 9.9.

    Examples
    --------
    >>> weight = torch.arange(3.0).reshape(1, 3, 1, 1, 1, 1)
    >>> locally_connected2d(torch.full((1, 1, 1, 3), 10.0), weight)
    tensor([[[[ 0., 10., 20.]]]])
    """
    require_tensors("locally_connected2d", x=x, weight=weight, bias=bias)
    geometry = local_geometry("locally_connected2d", x.shape, weight.shape, shape_of(bias), stride=stride)
    windows = sliding_windows(x, geometry.kernel, geometry.stride, (1, 1))
    # One matrix product per position: (C_out, C_in · K_h · K_w) times (C_in · K_h · K_w, N).
    columns = windows.permute(2, 3, 1, 4, 5, 0).flatten(2, 4)
    y = (weight.flatten(3) @ columns).permute(3, 2, 0, 1)
    return y.contiguous() if bias is None else y + bias.permute(2, 0, 1)


def checked_geometry(op, x, weight, bias, algorithm, **options):
    """Check all arguments of a convolution, and compute its sizes."""
    require_tensors(op, x=x, weight=weight, bias=bias)
    choice(op, "algorithm", algorithm, ALGORITHMS)
    if algorithm == "triton":
        require_triton(op, x)
    return conv_geometry(op, x.shape, weight.shape, shape_of(bias), **options)


def _unfold(x, weight, bias, geometry):
    x, weight, bias = _cast(x, weight, bias)
    padded = extend(x, geometry.padding, mode=_PAD_MODES[geometry.padding_mode])
    return UnfoldConv2d.apply(padded, weight, bias, geometry)


def by_triton(x, weight, bias, geometry, relu=False):
    """Convolve on our own kernel, which can rectify at no cost, for the values are at hand."""
    from cnnlib.gpu.kernels.conv2d import TritonConv2d, without_padding

    x, weight, bias = _cast(x, weight, bias)
    if geometry.padding_mode == "circular":  # Zeros are not written down: the kernel knows where the image ends.
        x, geometry = extend(x, geometry.padding, mode="circular"), without_padding(geometry)
    return TritonConv2d.apply(x, weight, bias, geometry, relu)


def _cast(x, *parameters):
    """Do for our own functions what autocast does for PyTorch's."""
    dtype = autocast_dtype(x)
    return [t if t is None or dtype is None else t.to(dtype) for t in (x, *parameters)]


def _cudnn(x, weight, bias, geometry):
    padding = [before for before, _ in geometry.padding]
    if geometry.padding_mode != "zeros" or any(before != after for before, after in geometry.padding):
        x, padding = extend(x, geometry.padding, mode=_PAD_MODES[geometry.padding_mode]), 0
    return torch.nn.functional.conv2d(x, weight, bias, geometry.stride, padding, geometry.dilation, geometry.groups)


def _auto(x, weight, bias, geometry):
    return ALGORITHMS[_choice.convolution(x, weight, geometry)](x, weight, bias, geometry)


_PAD_MODES = {"zeros": "constant", "circular": "circular"}
ALGORITHMS = {"unfold": _unfold, "triton": by_triton, "cudnn": _cudnn, "auto": _auto}
