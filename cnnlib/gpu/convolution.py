"""Convolution as networks use it, by our own matrix product, our own kernels or PyTorch's."""

import torch

from cnnlib.gpu import _choice
from cnnlib.gpu._tensors import autocast_dtype, documented, extend, require_tensors, shape_of, sliding_windows
from cnnlib.gpu._unfold import UnfoldConv2d
from cnnlib.gpu.kernels import require_triton
from cnnlib.shapes import choice, conv_geometry, local_geometry


@documented
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
    """`cnnlib.definition.conv1d` on tensors, with autograd: as `conv2d` on images of one row.

    Parameters
    ----------
    algorithm : "unfold", "triton", "cudnn" or "auto"
        As in `conv2d`.

    Raises
    ------
    RuntimeError
        For the same reason as in `conv2d`.

    Examples
    --------
    >>> conv1d(torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2.]]])
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = checked_geometry("conv1d", x, weight, bias, algorithm, spatial=1, padding_mode=padding_mode, **options)
    # A sequence is an image of one row, and PyTorch's kernels treat it as one.
    return ALGORITHMS[algorithm](x[:, :, None], weight[:, :, None], bias, geometry.as_image())[:, :, 0]


@documented
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
    """`cnnlib.definition.conv2d` on tensors, with autograd: by our own matrix products, our own kernel, or PyTorch's.

    Parameters
    ----------
    algorithm : "unfold", "triton", "cudnn" or "auto"
        ``"unfold"`` copies the windows into columns and multiplies matrices. ``"triton"`` multiplies the same
        matrices and never writes the columns down; it needs a CUDA device, or Triton's interpreter. Both have
        their backward pass written out, and can be differentiated once. ``"cudnn"`` is PyTorch's own kernel,
        on a CPU too. ``"auto"`` means ``"triton"`` on the very GPU and for the very sizes, number format and memory
        layout for which a record shows it to be faster (``choices.json`` beside this file), and ``"cudnn"`` elsewhere.

        The first two add up each window's own products, and so does ``"cudnn"`` on a CPU: the error is bounded beside
        the sum of ``abs(weight · x)`` over the window, and an infinity or a NaN stays in the windows that hold it;
        one among the weights makes NaN of padding, unless PyTorch's kernel leaves padding out. On a GPU PyTorch
        leaves the choice to cuDNN, which knows transforms as well; they round beside the whole image, and spread
        what is no finite number. Nothing here looks at the values, since the host would have to wait for the
        device. Half precisions are added up in float32, other tensors in their dtype, where a sum may overflow
        on its way; TensorFloat-32, where PyTorch's switch allows it, cuts factors to ten bits.

    Raises
    ------
    RuntimeError
        If ``algorithm`` is "triton", and Triton or a device for it is missing.

    Examples
    --------
    >>> conv2d(torch.ones(1, 3, 8, 6), torch.ones(4, 3, 5, 3), algorithm="unfold")[0, :, 0, 0]
    tensor([45., 45., 45., 45.])
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    geometry = checked_geometry("conv2d", x, weight, bias, algorithm, spatial=2, padding_mode=padding_mode, **options)
    return ALGORITHMS[algorithm](x, weight, bias, geometry)


@documented
def locally_connected2d(x, weight, bias=None, *, stride=1):
    """`cnnlib.definition.locally_connected2d` on tensors, with autograd: one matrix product for each position.

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


def conv2d_by_triton(x, weight, bias, geometry, relu=False):
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
ALGORITHMS = {"unfold": _unfold, "triton": conv2d_by_triton, "cudnn": _cudnn, "auto": _auto}
