"""The kernels of `cnnlib.gpu.kernels.steps`, started: in NumPy with everything counted, and by Triton."""

import importlib.util
import os
import sys
from math import prod

import numpy as np
import torch

from cnnlib.experiments.speed import interpreter
from cnnlib.experiments.speed.interpreter import Counts

# One program's share without being asked: outputs of a lane each, or the sides of a tile.
TILES = {
    "naive": {"BLOCK": 1024},
    "tiled": {"BLOCK_M": 64, "BLOCK_O": 32},
    "implicit_gemm": {"BLOCK_M": 64, "BLOCK_O": 32, "BLOCK_K": 16, "GROUP": 8},
    "fused": {"BLOCK_M": 64, "BLOCK_O": 32, "BLOCK_K": 16, "GROUP": 8},
}


def convolve_counted(step, x, weight, bias=None, *, pad=0, **tile):
    """Convolve by one of the kernels in NumPy, and count.

    Parameters
    ----------
    step : str
        "naive", "tiled", "implicit_gemm" or "fused", which needs a bias and also pools by 2×2.
    x : ndarray of float, shape (N, C_in, H, W)
        In channels-first or channels-last memory; so is the result.
    weight : ndarray of float, shape (C_out, C_in, K_h, K_w)
    bias : ndarray of float, shape (C_out,), optional
    pad : int
        Zeros on each side.
    **tile : int
        In place of some of `TILES`.

    Returns
    -------
    y : ndarray of float, shape (N, C_out, H_out, W_out)
    counts : Counts

    Raises
    ------
    ValueError
        If there is no such step, or only "fused" has a bias.
    """
    shape, last = _output_shape(step, x.shape, weight.shape, bias, pad), _is_last(_strides(x))
    y = np.empty([shape[axis] for axis in (0, 2, 3, 1)], x.dtype).transpose(0, 3, 1, 2) if last else None
    y = np.empty(shape, x.dtype) if y is None else y
    strides = (*_strides(x), *_strides(weight), *_strides(y))
    grid, numbers, constants = _launch(step, x.shape, weight.shape, shape, strides, pad, tile)
    arrays = [array for array in (x, weight, bias, y) if array is not None]
    return y, interpreter.run_kernel(interpreter.kernel(step), grid, *arrays, *numbers, **constants)


def predict(step, x, weight, *, pad=0, itemsize=4, **tile):
    """Say by formula what `convolve` counts, sectors left out, for shapes too large to walk through.

    Parameters
    ----------
    step : str
    x, weight : tuple of int
        Shapes.
    pad : int
    itemsize : int
        Bytes of a number.
    **tile : int

    Returns
    -------
    Counts
    """
    tile = TILES[step] | tile
    shape = _output_shape(step, x, weight, step == "fused" or None, pad)
    cells = 4 if step == "fused" else 1
    images, filters, positions, terms = *shape[:2], shape[0] * prod(shape[2:]), prod(weight[1:])
    # Pairs of a window and a tap of it that lies on the image, for one image and one channel.
    windows = [n * (2 if step == "fused" else 1) for n in shape[2:]]
    pairs = prod(
        sum(max(0, min(k, size + pad - i) - max(0, pad - i)) for i in range(n))
        for n, size, k in zip(windows, x[2:], weight[2:], strict=True)
    )
    if step == "naive":
        programs = _tiles(positions * filters, tile["BLOCK"])
        rows, columns, products = filters, positions, programs * tile["BLOCK"] * terms
    else:
        rows, columns = _tiles(filters, tile["BLOCK_O"]), _tiles(positions, tile["BLOCK_M"])
        depth = tile.get("BLOCK_K", 1)
        programs = rows * columns
        products = cells * programs * tile["BLOCK_M"] * tile["BLOCK_O"] * _tiles(terms, depth) * depth
    read = {"x": itemsize * images * x[1] * pairs * rows, "w": itemsize * cells * terms * filters * columns}
    if step == "fused":
        read["bias"] = itemsize * filters * columns
    return Counts(programs, read, {"y": itemsize * prod(shape)}, products=products)


def strips_read(rows, columns, at_once, group):
    """Count the strips that a grid of tiles reads from memory, if programs that run at the same time share theirs.

    A program needs the strip of one factor in its row of tiles and the strip of the other in its column. Programs start
    in the order of their numbers, ``at_once`` of them run together, and what they leave in a cache the next ones lose.

    Parameters
    ----------
    rows, columns : int
        Of the grid of tiles.
    at_once : int
        Programs.
    group : int
        Rows of tiles that are gone through together, as ``tile_of`` of `cnnlib.gpu.kernels.steps` has it.

    Returns
    -------
    (int, int)
        Strips for rows, strips for columns.

    Examples
    --------
    >>> strips_read(9, 9, 9, group=1)
    (9, 81)
    >>> strips_read(9, 9, 9, group=3)
    (27, 27)
    """
    tile_of = interpreter.kernel("tile_of")
    found = [tile_of(number, rows, columns, group) for number in range(rows * columns)]
    waves = [found[first : first + at_once] for first in range(0, len(found), at_once)]
    return tuple(sum(len({tile[axis] for tile in wave}) for wave in waves) for axis in (0, 1))


def by_triton(step, x, weight, bias=None, *, pad=0, **tile):
    """Convolve by one of the kernels as Triton runs it: compiled, or in its interpreter.

    Parameters
    ----------
    step, x, weight, bias, pad, **tile
        As `convolve` takes them.

    Returns
    -------
    ndarray of float, shape (N, C_out, H_out, W_out), or None
        None where `device` is.
    """
    where = device()
    if where is None:
        return None
    from cnnlib.gpu.kernels import steps

    shape = _output_shape(step, x.shape, weight.shape, bias, pad)
    tensors = [torch.from_numpy(array).to(where) for array in (x, weight, bias) if array is not None]
    y = torch.empty(shape, dtype=tensors[0].dtype, device=where)
    if _is_last(tensors[0].stride()):
        y = y.contiguous(memory_format=torch.channels_last)
    strides = (*tensors[0].stride(), *tensors[1].stride(), *y.stride())
    grid, numbers, constants = _launch(step, x.shape, weight.shape, shape, strides, pad, tile)
    getattr(steps, step)[grid](*tensors, y, *numbers, **constants)
    return y.cpu().numpy()


def device():
    """Say where Triton runs kernels here: "cuda", or "cpu" by its interpreter; None where there is no Triton.

    The interpreter must be chosen before Triton is imported, and is here, where no GPU is.
    """
    if importlib.util.find_spec("triton") is None:
        return None
    if torch.cuda.is_available():
        return "cuda"
    if "triton" not in sys.modules:
        os.environ["TRITON_INTERPRET"] = "1"
    from cnnlib.gpu.kernels.launch import INTERPRETED

    return "cpu" if INTERPRETED else None


def _output_shape(step, x, weight, bias, pad):
    if step not in TILES:
        raise ValueError(f"convolve: step must be one of {', '.join(TILES)}, received {step!r}")
    if (step == "fused") != (bias is not None):
        raise ValueError(f"convolve: step 'fused', and no other, takes a bias; received {step!r}, bias {bias!r}")
    pooled = 2 if step == "fused" else 1
    return x[0], weight[0], *((n + 2 * pad - k + 1) // pooled for n, k in zip(x[2:], weight[2:], strict=True))


def _strides(array):
    return tuple(stride // array.itemsize for stride in array.strides)


def _is_last(strides):
    return strides[1] == 1 and strides[3] > 1


def _launch(step, x, weight, y, strides, pad, tile):
    """Return the grid, the numbers and the constants for a kernel that turns shapes x, weight into shape y."""
    tile = TILES[step] | tile
    (images, filters, *places), positions = y, y[0] * y[2] * y[3]
    if step == "naive":
        items, grid = images * filters * prod(places), (_tiles(prod(y), tile["BLOCK"]),)
    else:
        items, grid = positions, (_tiles(positions, tile["BLOCK_M"]), _tiles(filters, tile["BLOCK_O"]))
        grid = (prod(grid),) if "GROUP" in tile else grid
    numbers = items, filters, *x[2:], *places, pad, *strides
    return grid, numbers, {"CHANNELS": x[1], "K_H": weight[2], "K_W": weight[3], **tile}


def _tiles(size, tile):
    return -(-size // tile)
