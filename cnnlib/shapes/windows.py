"""Where a sliding window lands: output sizes of convolution and pooling, from integers alone."""

from dataclasses import dataclass, replace

from cnnlib.shapes.arguments import AXES, choice, describe, integer, ntuple, rank, require_cells

PADDING_MODES = ("zeros", "circular")


def output_size(n_in, kernel, *, stride=1, padding=0, dilation=1, ceil_mode=False):
    """Count the positions of a window along one axis.

    ``N_out = floor((N_in + 2 P - D (K - 1) - 1) / S) + 1``, which is the familiar
    ``(N_in + 2 P - K) / S + 1`` when ``D = 1`` and ``S`` divides [1]_.

    Parameters
    ----------
    n_in : int
        Size of the axis.
    kernel, stride, padding, dilation : int
        ``padding`` counts the cells added at *each* end; a pair gives the two ends apart.
    ceil_mode : bool
        Round up instead of down, but never start a window in the padding behind the input
        (PyTorch's rule for pooling).

    Returns
    -------
    int
        Number of window positions; zero or negative where the window does not fit.

    References
    ----------
    .. [1] Dumoulin & Visin, *A guide to convolution arithmetic for deep learning* (2016), Sec. 2.

    Examples
    --------
    >>> output_size(28, 5, padding=2), output_size(224, 11, stride=4)
    (28, 54)
    """
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    room = n_in + before + after - dilation * (kernel - 1) - 1
    if not ceil_mode:
        return room // stride + 1
    positions = -(-room // stride) + 1
    return positions - 1 if (positions - 1) * stride >= n_in + before else positions


@dataclass(frozen=True)
class ConvGeometry:
    """Everything about one convolution that does not depend on the numbers in its arrays.

    ``size``, ``kernel``, ``stride``, ``dilation`` and ``output`` hold one int per spatial axis;
    ``padding`` holds a pair ``(before, after)`` per spatial axis.
    """

    batch: int
    in_channels: int
    out_channels: int
    size: tuple
    kernel: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    groups: int
    padding_mode: str
    output: tuple

    @property
    def output_shape(self):
        """Shape ``(N, C_out, *output)`` of the result."""
        return (self.batch, self.out_channels, *self.output)

    def as_image(self):
        """Take the one spatial axis of a sequence for the columns of an image of one row."""
        return replace(
            self,
            size=(1, *self.size),
            kernel=(1, *self.kernel),
            stride=(1, *self.stride),
            padding=((0, 0), *self.padding),
            dilation=(1, *self.dilation),
            output=(1, *self.output),
        )


def conv_geometry(
    op,
    x_shape,
    weight_shape,
    bias_shape=None,
    *,
    spatial,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    padding_mode="zeros",
):
    """Check the arguments of a convolution and compute its sizes.

    Parameters
    ----------
    op : str
        ``"conv1d"``, ``"conv2d"``, …: the name that errors carry.
    x_shape : tuple of int, (N, C_in, *size)
    weight_shape : tuple of int, (C_out, C_in // groups, *kernel)
    bias_shape : tuple of int, (C_out,), or None
    spatial : int
        Number of spatial axes, 1 or 2.
    stride, dilation : int or sequence of int
    padding : int, sequence of int, "same" or "valid"
        ``"same"`` keeps the size (stride 1 only); an odd total puts the extra cell behind, as PyTorch does.
    groups : int
    padding_mode : "zeros" or "circular"

    Returns
    -------
    ConvGeometry

    Raises
    ------
    ValueError, TypeError
        Naming the argument at fault and repeating the shapes received.
    """
    axes = AXES[spatial]
    rank(op, "x", x_shape, ("N", "C_in", *axes))
    require_cells(op, x_shape)
    rank(op, "weight", weight_shape, ("C_out", "C_in // groups", *(f"K_{axis.lower()}" for axis in axes)))
    batch, in_channels, *size = x_shape
    out_channels, group_channels, *kernel = weight_shape
    received = describe(x=x_shape, weight=weight_shape, bias=bias_shape)

    groups = integer(op, "groups", groups, minimum=1)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{op}: groups must divide C_in = {in_channels} and C_out = {out_channels}, received {groups} ({received})"
        )
    if group_channels != in_channels // groups:
        raise ValueError(
            f"{op}: weight must have C_in // groups = {in_channels // groups} channels on axis 1, "
            f"received {group_channels} ({received}, groups={groups})"
        )
    if bias_shape is not None and tuple(bias_shape) != (out_channels,):
        raise ValueError(f"{op}: bias must have shape ({out_channels},), received {tuple(bias_shape)} ({received})")
    if 0 in weight_shape:
        raise ValueError(f"{op}: weight must not be empty, received {tuple(weight_shape)}")

    stride = ntuple(op, "stride", stride, spatial, minimum=1)
    dilation = ntuple(op, "dilation", dilation, spatial, minimum=1)
    choice(op, "padding_mode", padding_mode, PADDING_MODES)
    padding = _padding_pairs(op, padding, kernel, stride, dilation, spatial)
    if padding_mode == "circular" and any(max(pair) > n for pair, n in zip(padding, size, strict=True)):
        raise ValueError(
            f"{op}: padding must not exceed the input when padding_mode is 'circular', received {padding} ({received})"
        )
    output = tuple(
        output_size(n, k, stride=s, padding=p, dilation=d)
        for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    )
    if min(output) < 1:
        raise ValueError(
            f"{op}: weight must not exceed the padded input, received {received} "
            f"with padding {padding} and dilation {dilation}"
        )
    return ConvGeometry(
        batch,
        in_channels,
        out_channels,
        tuple(size),
        tuple(kernel),
        stride,
        padding,
        dilation,
        groups,
        padding_mode,
        output,
    )


def _padding_pairs(op, padding, kernel, stride, dilation, spatial):
    """Turn every way of asking for padding into one ``(before, after)`` pair per axis."""
    if isinstance(padding, str):
        choice(op, "padding", padding, ("same", "valid"))
        if padding == "valid":
            return ((0, 0),) * spatial
        if set(stride) != {1}:
            raise ValueError(f"{op}: padding must not be 'same' when stride exceeds 1, received stride {stride}")
        totals = (d * (k - 1) for k, d in zip(kernel, dilation, strict=True))
        return tuple((total // 2, total - total // 2) for total in totals)
    return tuple((p, p) for p in ntuple(op, "padding", padding, spatial, minimum=0))


@dataclass(frozen=True)
class PoolGeometry:
    """Everything about one pooling that does not depend on the numbers; fields as in `ConvGeometry`."""

    batch: int
    channels: int
    size: tuple
    kernel: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    output: tuple

    @property
    def output_shape(self):
        """Shape ``(N, C, *output)`` of the result."""
        return (self.batch, self.channels, *self.output)

    @property
    def reach(self):
        """The ``padding``, grown behind the input as far as the last window of ``ceil_mode`` hangs over it."""
        axes = zip(self.size, self.kernel, self.stride, self.padding, self.dilation, self.output, strict=True)
        return tuple(
            (before, max(after, (o - 1) * s + d * (k - 1) + 1 - n - before)) for n, k, s, (before, after), d, o in axes
        )

    def cell_counts(self, *, include_padding):
        """Count, axis by axis, the cells of each undilated window that lie in the input, or in input and padding.

        Returns
        -------
        tuple of list of int
            One number per window and axis. Cells beyond the padding never count.
        """
        counts = []
        for n, k, s, (before, after), o in zip(
            self.size, self.kernel, self.stride, self.padding, self.output, strict=True
        ):
            first, last = (-before, n + after) if include_padding else (0, n)
            starts = [i * s - before for i in range(o)]
            counts.append([min(start + k, last) - max(start, first) for start in starts])
        return tuple(counts)


def pool_geometry(op, x_shape, kernel_size, *, spatial=2, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Check the arguments of a pooling and compute its sizes.

    Parameters
    ----------
    op : str
        ``"max_pool2d"``, …: the name that errors carry.
    x_shape : tuple of int, (N, C, *size)
    spatial : int
        Number of spatial axes.
    kernel_size, stride, padding, dilation : int or sequence of int
        ``stride=None`` means ``kernel_size``. ``padding`` is at most half the window, so that every
        window holds an input cell.
    ceil_mode : bool

    Returns
    -------
    PoolGeometry
        Its ``padding`` holds a pair ``(before, after)`` per axis, always of two equal numbers.

    Raises
    ------
    ValueError, TypeError
        Naming the argument at fault and repeating the shape received.
    """
    axes = AXES[spatial]
    rank(op, "x", x_shape, ("N", "C", *axes))
    require_cells(op, x_shape)
    batch, channels, *size = x_shape
    kernel = ntuple(op, "kernel_size", kernel_size, spatial, minimum=1)
    stride = kernel if stride is None else ntuple(op, "stride", stride, spatial, minimum=1)
    padding = ntuple(op, "padding", padding, spatial, minimum=0)
    dilation = ntuple(op, "dilation", dilation, spatial, minimum=1)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ValueError(f"{op}: padding must be at most half of kernel_size = {kernel}, received {padding}")
    output = tuple(
        output_size(n, k, stride=s, padding=p, dilation=d, ceil_mode=ceil_mode)
        for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    )
    if min(output) < 1:
        raise ValueError(
            f"{op}: kernel_size must not exceed the padded input, received {kernel} "
            f"for {describe(x=x_shape)} with padding {padding} and dilation {dilation}"
        )
    pairs = tuple((p, p) for p in padding)
    return PoolGeometry(batch, channels, tuple(size), kernel, stride, pairs, dilation, output)
