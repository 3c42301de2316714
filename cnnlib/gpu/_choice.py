"""What ``algorithm="auto"`` stands for: our kernel where a record shows it to be faster, PyTorch's elsewhere."""

import json
from functools import cache
from importlib.resources import files
from importlib.util import find_spec

import torch

from cnnlib.gpu._tensors import autocast_dtype, tensor_float_32

TABLE = files(__package__).joinpath("choices.json")


def convolution(x, weight, geometry):
    """Choose the algorithm of a convolution.

    Our kernel is chosen for nothing but what it was measured on: the same GPU, sizes, number format and memory layout,
    alone or with its gradients; see ``python -m benchmarks.gpu_choices``.

    Parameters
    ----------
    x, weight : tensor of float
    geometry : cnnlib.shapes.ConvGeometry
        Of images.

    Returns
    -------
    "triton" or "cudnn"
    """
    # What torch.compile fuses with its neighbours was not measured.
    measured = frozenset() if torch.compiler.is_compiling() else faster_by_triton(gpu_of(x))
    if not measured or geometry.groups > 1 or set(geometry.dilation) != {1} or geometry.padding_mode != "zeros":
        return "cudnn"
    training = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
    return "triton" if (*problem(x, weight, geometry), "training" if training else "forward") in measured else "cudnn"


def problem(x, weight, geometry):
    """Describe a convolution as the table does: sizes, strides, padding, number format and memory layout."""
    padding = tuple(before for before, _ in geometry.padding)
    sizes = (geometry.batch, geometry.in_channels, *geometry.size), (geometry.out_channels, *weight.shape[1:])
    dtype = autocast_dtype(x) or x.dtype
    format_ = "tf32" if dtype == torch.float32 and tensor_float_32() else str(dtype).removeprefix("torch.")
    last = x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()
    layout = "channels-last" if last else "channels-first" if x.is_contiguous() else "other"
    return *sizes, tuple(geometry.stride), padding, format_, layout


def gpu_of(x):
    """Return the name of the GPU that a tensor lies on, None for one that lies elsewhere."""
    return torch.cuda.get_device_name(x.device) if x.is_cuda else None


@cache
def faster_by_triton(gpu):
    """Return what the table holds for a GPU, by its name: a set of descriptions; none where Triton is missing."""
    if gpu is None or find_spec("triton") is None:
        return frozenset()
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["faster_by_triton"]
    return frozenset(
        (
            *(tuple(row[name]) for name in ("x", "weight", "stride", "padding")),
            *(row[name] for name in ("format", "layout", "pass")),
        )
        for row in rows
        if row["gpu"] == gpu
    )
