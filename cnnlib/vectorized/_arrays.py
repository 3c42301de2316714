"""What every operator does to its arrays first: check them, pad them, find the cells that windows meet."""

from math import prod

import numpy as np

from cnnlib.shapes import float_arrays
from cnnlib.vectorized._memory import empty, like, zeros


def require_arrays(op, **arrays):
    """Require NumPy arrays that share float32 or float64; only a bias may be None."""
    float_arrays(op, np.ndarray, ("float32", "float64"), **arrays)


def require_shape(op, argument, array, shape):
    """Require the shape that the other arguments of the call imply."""
    if array.shape != tuple(shape):
        raise ValueError(f"{op}: {argument} must have shape {tuple(shape)}, received {array.shape}")


def shape_of(array):
    """Return an optional array's shape, None where there is no array."""
    return None if array is None else array.shape


def pad(x, padding, *, mode="zeros", fill=0.0):
    """Return ``x`` with ``padding``, a pair per trailing axis, around it; without padding, ``x`` itself.

    ``mode`` is "zeros" (any other ``fill`` will do as well), "circular" or "reflect".
    """
    if not any(before or after for before, after in padding):
        return x
    widths = ((0, 0),) * (x.ndim - len(padding)) + tuple(padding)
    if mode != "zeros":
        return np.pad(x, widths, mode={"circular": "wrap", "reflect": "reflect"}[mode])
    # Half the time of np.pad, which fills one side of one axis after another.
    shape = [n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)]
    padded = like(x, shape=shape)
    padded.fill(fill)
    padded[_interior(x.shape, widths)] = x
    return padded


def unpad(grad, padding, size, *, mode="zeros"):
    """Carry a gradient back through `pad`: crop it to ``size``, and add up what ``mode`` had copied."""
    lead = grad.ndim - len(size)
    if mode != "zeros":
        grad = grad.copy()
        for axis, ((before, after), n) in enumerate(zip(padding, size, strict=True), start=lead):
            g = np.moveaxis(grad, axis, 0)
            if mode == "circular":
                g[n : n + before] += g[:before]
                g[before : before + after] += g[before + n : before + n + after]
            else:
                g[before + 1 : 2 * before + 1] += g[:before][::-1]
                g[before + n - 1 - after : before + n - 1] += g[before + n : before + n + after][::-1]
    widths = ((0, 0),) * lead + tuple(padding)
    return grad[_interior((*grad.shape[:lead], *size), widths)]


def _interior(shape, widths):
    return tuple(slice(before, before + n) for n, (before, _) in zip(shape, widths, strict=True))


def dilate(array, dilation):
    """Write zeros between the cells of the last two axes, ``dilation - 1`` of them; by (1, 1), return it itself."""
    if dilation == (1, 1):
        return array
    size = [d * (k - 1) + 1 for k, d in zip(array.shape[-2:], dilation, strict=True)]
    spread = zeros((*array.shape[:-2], *size), array.dtype)
    spread[..., :: dilation[0], :: dilation[1]] = array
    return spread


def taps(kernel, stride, dilation, output):
    """Yield, for each cell of a window, the rows and columns of the padded input that it meets.

    Yields
    ------
    slice, slice
        As many rows and columns as there are windows; cells come in the order of the kernel's memory.
    """
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            yield tap(i, stride[0], dilation[0], output[0]), tap(j, stride[1], dilation[1], output[1])


def tap(index, stride, dilation, output):
    """Slice out the cells of one axis that cell ``index`` of a window meets as the window moves along."""
    start = index * dilation
    return slice(start, start + (output - 1) * stride + 1, stride)


def batch_last(shape, dtype):
    """Return an empty array (N, C, H, W) that lies in memory as (W, C, H, N): beside a number, those of other images.

    What is done to all images alike is then done to long runs of numbers.
    """
    n, c, h, w = shape
    return empty((w, c, h, n), dtype).transpose(3, 1, 2, 0)


def is_batch_last(x):
    """Tell whether ``x`` (N, C, H, W) lies in memory as `batch_last` has it, and not as well as other arrays do."""
    return x.ndim == 4 and x.transpose(3, 1, 2, 0).flags.c_contiguous and not x.flags.c_contiguous


def masked(array, keep):
    """Return a copy of ``array`` with zeros where ``keep`` is False.

    By the bits of the numbers: on answers as mixed as those of a ReLU, `np.where` took ten times as long.
    """
    bits = np.dtype(f"i{array.itemsize}")
    mask = like(keep, dtype=bits)
    np.copyto(mask, keep)
    np.negative(mask, out=mask)  # 1 becomes all ones
    mask &= array.view(bits)
    return mask.view(array.dtype)


def parts(n, bytes_each, budget):
    """Cut a batch of ``n`` into slices of equal length that need no more than ``budget`` bytes, or one image."""
    count = -(-n // max(1, budget // max(1, bytes_each)))
    step = -(-n // max(1, count))
    return [slice(start, start + step) for start in range(0, n, max(1, step))]


class Scratch:
    """Arrays that one call of an operator uses again for every chunk, since fresh memory is slow to touch first."""

    def __init__(self, dtype):
        self._dtype = dtype
        self._buffers = {}

    def array(self, name, shape):
        """Return an array of ``shape`` with any content; the next request by the same ``name`` may overwrite it."""
        size = prod(shape)
        if name not in self._buffers or self._buffers[name].size < size:
            self._buffers[name] = empty((size,), self._dtype)
        return self._buffers[name][:size].reshape(shape)
