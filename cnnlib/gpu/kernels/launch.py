"""How a kernel is started: on which device, with which number formats, over tiles of which shape."""

import os
from contextlib import contextmanager, nullcontext
from functools import cache

import torch
import triton
import triton.language as tl

from cnnlib.gpu._tensors import tensor_float_32


@triton.jit
def cell_of(number, channels, height, width, LAST: tl.constexpr):
    """Take a cell's number within its image apart: channels vary first in channels-last memory, columns otherwise."""
    if LAST:
        c, h, w = number % channels, number // channels // width, number // channels % width
    else:
        c, h, w = number // (height * width), number // width % height, number % width
    return c, h, w


# With TRITON_INTERPRET=1 the decorator returns an interpreter instead of a compiler.
INTERPRETED = not isinstance(cell_of, triton.runtime.JITFunction)

# Of the shapes of a tile that would do, take the "first"; or the "fastest", for which all are timed when a problem
# comes up first, which takes seconds; or "compile" the first, or "compile all", and run nothing.
_mode = "fastest" if os.environ.get("CNNLIB_AUTOTUNE") == "1" and not INTERPRETED else "first"


@contextmanager
def candidates(mode):
    """Within this context, start kernels in another mode; the interpreter, which does not compile, knows "first" alone.

    Parameters
    ----------
    mode : "first", "fastest", "compile" or "compile all"
        With the last two, results are whatever was in memory: they fill Triton's cache, for a later run to find.
    """
    global _mode
    before, _mode = _mode, "first" if INTERPRETED else mode
    try:
        yield
    finally:
        _mode = before


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
        if _mode == "fastest":
            return _tuned(kernel, tuple(tilings), key)[grid](*arguments, **options)
        for tiling in tilings if _mode == "compile all" else tilings[:1]:
            constants = tiling.kwargs | {"num_warps": tiling.num_warps, "num_stages": tiling.num_stages}
            if _mode == "first":
                return kernel[grid](*arguments, **options, **constants)
            kernel.warmup(*arguments, grid=grid, **options, **constants)


def launch_over_cells(kernel, out, *arguments):
    """Run a kernel with a block of the cells of ``out`` (N, C, H, W) for each program, in their order in memory.

    Its first grid axis is the image, and its constants are ``LAST``, as `cell_of` takes it, ``TOTAL`` and ``BLOCK``.
    """
    per_image = out[:1].numel()
    if per_image:
        launch(
            kernel,
            lambda meta: (len(out), triton.cdiv(per_image, meta["BLOCK"])),
            *arguments,
            LAST=not out.is_contiguous(),
            TOTAL=tl.float64 if out.dtype == torch.float64 else tl.float32,
            tilings=[triton.Config({"BLOCK": size}, num_warps=warps) for size, warps in _CELLS],
            key=("channels", "height", "width", "K_H", "K_W", "stride_h", "x_c"),
        )


_CELLS = [(512, 4), (256, 2), (1024, 4), (1024, 8), (2048, 8)]


def empty_images(shape, *like):
    """Make room for images, in channels-last memory where one of the tensors ``like`` can only be that."""
    last = any(t.is_contiguous(memory_format=torch.channels_last) and not t.is_contiguous() for t in like)
    memory_format = torch.channels_last if last else torch.contiguous_format
    return torch.empty(shape, dtype=like[0].dtype, device=like[0].device, memory_format=memory_format)


@cache
def _tuned(kernel, tilings, key):
    return triton.autotune(configs=list(tilings), key=list(key), do_bench=_briefly)(kernel)


def _briefly(call, quantiles):
    """Time a candidate for some 25 ms: there are a dozen, and the best differ little."""
    return triton.testing.do_bench(call, warmup=5, rep=20, quantiles=quantiles)


def product_formats(dtype):
    """Say how tiles of a dtype are multiplied: the constants of a kernel that calls ``tl.dot``.

    Sums are kept in float32, in float64 for float64. Float32 factors are cut to TensorFloat-32's ten bits only
    where PyTorch's switch for convolutions allows it.
    """
    total = tl.float64 if dtype == torch.float64 else tl.float32
    # The interpreter would multiply the bits of bfloat16 as if they were integers; float32 holds both factors exactly.
    factor = total if INTERPRETED else TYPES[dtype]
    return {"TOTAL": total, "FACTOR": factor, "PRECISION": "tf32" if tensor_float_32() else "ieee"}


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
    tensor_cores = dtype.itemsize == 2 or (dtype == torch.float32 and tensor_float_32())
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
