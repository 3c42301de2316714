"""How a kernel is started: on which device, with which number formats, over tiles of which shape."""

import os
from contextlib import nullcontext
from functools import cache

import torch
import triton
import triton.language as tl


@triton.jit
def _nothing():
    pass


# With TRITON_INTERPRET=1 the decorator returns an interpreter instead of a compiler.
INTERPRETED = not isinstance(_nothing, triton.runtime.JITFunction)

# Tuning times every candidate when a shape comes for the first time, which takes seconds; nothing needs it.
AUTOTUNE = os.environ.get("CNNLIB_AUTOTUNE") == "1" and not INTERPRETED

TYPES = {torch.float16: tl.float16, torch.bfloat16: tl.bfloat16, torch.float32: tl.float32, torch.float64: tl.float64}


def launch(kernel, grid, *arguments, tilings, key, **options):
    """Run a kernel on the device of its first argument, a tensor.

    Parameters
    ----------
    kernel : function made by ``triton.jit``
    grid : callable
        Number of programs on each axis, from the dict of a tiling's constants.
    *arguments, **options
        The kernel's own.
    tilings : list of triton.Config
        Shapes of a tile, the one that is taken without tuning first.
    key : tuple of str
        Arguments whose change asks for tuning anew.
    """
    on_device = torch.cuda.device(arguments[0].device) if arguments[0].is_cuda else nullcontext()
    with on_device:
        if AUTOTUNE:
            return _tuned(kernel, tuple(tilings), key)[grid](*arguments, **options)
        chosen = tilings[0]
        constants = chosen.kwargs | {"num_warps": chosen.num_warps, "num_stages": chosen.num_stages}
        return kernel[grid](*arguments, **options, **constants)


@cache
def _tuned(kernel, tilings, key):
    return triton.autotune(configs=list(tilings), key=list(key))(kernel)


def product_formats(dtype):
    """Say how tiles of a dtype are multiplied: the constants of a kernel that calls ``tl.dot``.

    Sums are kept in float32, in float64 for float64. Float32 factors are cut to TensorFloat-32's ten bits only
    where PyTorch's switch for convolutions allows it.
    """
    total = tl.float64 if dtype == torch.float64 else tl.float32
    # The interpreter would multiply the bits of bfloat16 as if they were integers; float32 holds both factors exactly.
    factor = total if INTERPRETED else TYPES[dtype]
    return {"TOTAL": total, "FACTOR": factor, "PRECISION": "tf32" if _tensor_float_32() else "ieee"}


def _tensor_float_32():
    cudnn = torch.backends.cudnn
    if hasattr(cudnn, "conv"):  # since PyTorch 2.9
        return cudnn.conv.fp32_precision == "tf32"
    return cudnn.allow_tf32


# Two sides of the output tile and the number of warps, the choice without tuning first. Wide tiles read little for each
# multiplication; products in full float32 and in float64 need the registers that small tiles leave.
_TENSOR_CORES = [(128, 128, 8), (128, 64, 4), (64, 128, 4), (64, 64, 4), (128, 256, 8), (256, 128, 8)]
_PLAIN = [(64, 64, 4), (64, 32, 4), (32, 64, 4), (32, 32, 4)]


def product_tilings(dtype, channels, **sizes):
    """Propose shapes of a tile for a kernel that multiplies matrices.

    Parameters
    ----------
    dtype : torch.dtype
    channels : int
        Channels that a filter sees.
    **sizes : int
        The two sides of the product, then the length of its sum, by the names that the kernel gives to their blocks.
        ``BLOCK_K`` lies along the filter's terms, for which the number of its taps stands here.

    Returns
    -------
    list of triton.Config
        The one for use without tuning first.
    """
    # A step of whole channels needs a power of two that divides them; from 32 on that is long enough.
    whole = channels & -channels
    flat = whole < 32
    sizes["BLOCK_K"] = channels * sizes["BLOCK_K"] if flat else whole
    tensor_cores = dtype.itemsize == 2 or (dtype == torch.float32 and _tensor_float_32())
    rows, columns, depth = sizes
    found = {}
    for most_rows, most_columns, warps in _TENSOR_CORES if tensor_cores else _PLAIN:
        least = 32 if dtype == torch.float64 else 16
        constants = {
            rows: _block(sizes[rows], least, most_rows),
            columns: _block(sizes[columns], least, most_columns),
            depth: _block(sizes[depth], 16, 128 // dtype.itemsize),
            "FLAT": flat,
        }
        for stages in (3, 4):
            found.setdefault(
                (*constants.values(), stages), triton.Config(constants, num_warps=warps, num_stages=stages)
            )
    return list(found.values())


def _block(size, least, most):
    """Return the power of two that covers ``size``, within bounds."""
    return max(least, min(most, triton.next_power_of_2(size)))
