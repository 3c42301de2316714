"""Where the less usual windows land: unshared filters, adaptive and blurred pooling, whole signals."""

from dataclasses import dataclass

from cnnlib.shapes.arguments import choice, describe, integer, ntuple, rank, require_cells
from cnnlib.shapes.windows import PoolGeometry, output_size

CONVOLVE_MODES = ("full", "same", "valid")


@dataclass(frozen=True)
class SignalGeometry:
    """Which part of the full convolution of two signals is kept: ``output`` values from ``start`` on, per axis."""

    start: tuple
    output: tuple


def signal_geometry(op, x_shape, kernel_shape, *, mode="full"):
    """Check the arguments of `convolve` or `correlate` and find the part of the sum that ``mode`` keeps.

    The full result has ``N + K - 1`` values on an axis where the signals have N and K. ``"same"`` keeps the
    N in the middle, ``"valid"`` those for which one signal lies wholly inside the other.

    Parameters
    ----------
    op : str
        ``"convolve"`` or ``"correlate"``: the name that errors carry.
    x_shape, kernel_shape : tuple of int
        As many axes in one as in the other, none of them empty.
    mode : "full", "same" or "valid"
        As in ``scipy.signal``.

    Returns
    -------
    SignalGeometry

    Raises
    ------
    ValueError
        Naming the argument at fault and repeating the shapes received.
    """
    choice(op, "mode", mode, CONVOLVE_MODES)
    received = describe(x=x_shape, kernel=kernel_shape)
    for name, shape in (("x", x_shape), ("kernel", kernel_shape)):
        if not shape or 0 in shape:
            raise ValueError(f"{op}: {name} must not be empty, received {tuple(shape)}")
    if len(x_shape) != len(kernel_shape):
        raise ValueError(f"{op}: kernel must have as many axes as x, received {received}")
    pairs = list(zip(x_shape, kernel_shape, strict=True))
    if mode == "full":
        return SignalGeometry((0,) * len(pairs), tuple(n + k - 1 for n, k in pairs))
    if mode == "same":
        return SignalGeometry(tuple((k - 1) // 2 for _, k in pairs), tuple(x_shape))
    if any(n < k for n, k in pairs) and any(n > k for n, k in pairs):
        raise ValueError(
            f"{op}: kernel must fit into x on every axis, or x into kernel, when mode is 'valid', received {received}"
        )
    return SignalGeometry(tuple(min(n, k) - 1 for n, k in pairs), tuple(abs(n - k) + 1 for n, k in pairs))


@dataclass(frozen=True)
class LocalGeometry:
    """Sizes of a locally connected layer; ``kernel``, ``stride`` and ``output`` hold one int per axis."""

    batch: int
    in_channels: int
    out_channels: int
    kernel: tuple
    stride: tuple
    output: tuple

    @property
    def output_shape(self):
        """Shape ``(N, C_out, H_out, W_out)`` of the result."""
        return (self.batch, self.out_channels, *self.output)


def local_geometry(op, x_shape, weight_shape, bias_shape=None, *, stride=1):
    """Check the arguments of a locally connected layer and compute its sizes.

    Parameters
    ----------
    op : str
        ``"locally_connected2d"``: the name that errors carry.
    x_shape : tuple of int, (N, C_in, H, W)
    weight_shape : tuple of int, (H_out, W_out, C_out, C_in, K_h, K_w)
        A filter bank of its own for every output position.
    bias_shape : tuple of int, (H_out, W_out, C_out), or None
        Unshared like the weights.
    stride : int or pair of int

    Returns
    -------
    LocalGeometry

    Raises
    ------
    ValueError, TypeError
        Naming the argument at fault and repeating the shapes received.
    """
    rank(op, "x", x_shape, ("N", "C_in", "H", "W"))
    rank(op, "weight", weight_shape, ("H_out", "W_out", "C_out", "C_in", "K_h", "K_w"))
    batch, in_channels, *size = x_shape
    *positions, out_channels, weight_channels = weight_shape[:4]
    kernel = tuple(weight_shape[4:])
    received = describe(x=x_shape, weight=weight_shape, bias=bias_shape)
    if 0 in weight_shape:
        raise ValueError(f"{op}: weight must not be empty, received {tuple(weight_shape)}")
    if weight_channels != in_channels:
        raise ValueError(
            f"{op}: weight must have C_in = {in_channels} channels on axis 3, received {weight_channels} ({received})"
        )
    stride = ntuple(op, "stride", stride, 2, minimum=1)
    output = tuple(output_size(n, k, stride=s) for n, k, s in zip(size, kernel, stride, strict=True))
    if min(output) < 1:
        raise ValueError(f"{op}: weight must not exceed the input, received {received}")
    if output != tuple(positions):
        raise ValueError(
            f"{op}: weight must hold filters for {output} positions, received {tuple(positions)} ({received})"
        )
    if bias_shape is not None and tuple(bias_shape) != (*output, out_channels):
        raise ValueError(
            f"{op}: bias must have shape {(*output, out_channels)}, received {tuple(bias_shape)} ({received})"
        )
    return LocalGeometry(batch, in_channels, out_channels, kernel, stride, output)


def adaptive_windows(op, x_shape, output_size):
    """Divide the two axes of images into windows that cover them, as evenly as integers allow.

    Window i of M on an axis of size N runs from ``floor(i N / M)`` to ``ceil((i + 1) N / M)``, so that
    neighbours share a cell where M does not divide N (PyTorch's rule).

    Parameters
    ----------
    op : str
        ``"adaptive_avg_pool2d"``, …: the name that errors carry.
    x_shape : tuple of int, (N, C, H, W)
    output_size : int or pair of int

    Returns
    -------
    list of (start, stop), list of (start, stop)
        The windows over rows and over columns.

    Raises
    ------
    ValueError, TypeError
        Naming the argument at fault and repeating the shape received.
    """
    rank(op, "x", x_shape, ("N", "C", "H", "W"))
    counts = ntuple(op, "output_size", output_size, 2, minimum=1)
    require_cells(op, x_shape)
    return tuple(
        [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)] for n, m in zip(x_shape[2:], counts, strict=True)
    )


def blur_geometry(op, x_shape, kernel_size, *, stride=2):
    """Check the arguments of an anti-aliased subsampling and compute its sizes.

    Reflection extends each axis by ``K - 1`` cells, the odd one behind, so that the result has
    ``(N - 1) // S + 1`` values.

    Parameters
    ----------
    op : str
        ``"blur_pool2d"``: the name that errors carry.
    x_shape : tuple of int, (N, C, H, W)
    kernel_size, stride : int or pair of int

    Returns
    -------
    PoolGeometry

    Raises
    ------
    ValueError, TypeError
        Naming the argument at fault and repeating the shape received. Reflection needs more cells than it adds.
    """
    rank(op, "x", x_shape, ("N", "C", "H", "W"))
    batch, channels, *size = x_shape
    kernel = ntuple(op, "kernel_size", kernel_size, 2, minimum=1)
    stride = ntuple(op, "stride", stride, 2, minimum=1)
    if any(k // 2 >= n for k, n in zip(kernel, size, strict=True)):
        raise ValueError(
            f"{op}: kernel_size must be less than twice the input for reflection, "
            f"received {kernel} for {describe(x=x_shape)}"
        )
    padding = tuple(((k - 1) // 2, k // 2) for k in kernel)
    output = tuple(
        output_size(n, k, stride=s, padding=p) for n, k, s, p in zip(size, kernel, stride, padding, strict=True)
    )
    return PoolGeometry(batch, channels, tuple(size), kernel, stride, padding, (1, 1), output)


def channel_window(op, x_shape, size):
    """Check the arguments of `local_response_norm`; return how many channels before and behind each one it sums.

    A window of ``size`` channels holds ``size // 2`` before the channel itself and ``(size - 1) // 2`` behind
    it (PyTorch's rule, the paper's where ``size`` is odd).
    """
    rank(op, "x", x_shape, ("N", "C", "H", "W"))
    size = integer(op, "size", size, minimum=1)
    return size // 2, (size - 1) // 2
