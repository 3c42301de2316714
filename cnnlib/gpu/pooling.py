"""Pooling: replace each window of a feature map by one number that sums it up."""

from math import comb, prod

import torch

from cnnlib.gpu._tensors import extend, require_tensors, wide
from cnnlib.gpu.kernels import by_triton
from cnnlib.shapes import adaptive_windows, blur_geometry, pool_geometry, positive


def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, algorithm="auto"):
    """Keep the largest value of each window [1]_.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps.
    kernel_size : int or pair of int
        Window size (K_h, K_w).
    stride : int or pair of int, optional
        Cells from one window to the next; None means ``kernel_size``, windows side by side.
    padding : int or pair of int
        Cells added at each end of an axis, at most half a window. They never win.
    dilation : int or pair of int
        Cells from one member of a window to the next.
    ceil_mode : bool
        Count also a last window that hangs over the far edge.
    algorithm : "triton" or "auto"
        ``"triton"`` is our own kernel, which needs a CUDA device, or Triton's interpreter. ``"auto"`` is not, as long
        as no record shows it to be faster.

    Returns
    -------
    tensor of float, shape (N, C, H_out, W_out)
        ``H_out = (H + 2 P_h - D_h (K_h - 1) - 1) // S_h + 1``, rounded up in ``ceil_mode``. A window that
        holds a NaN gives NaN. Among equal values the gradient goes to the first.

    Raises
    ------
    ValueError
        If ``x`` has another rank, an option is out of range, or no window fits.
    TypeError
        If ``x`` is no tensor of floats, or an option is not an integer.
    RuntimeError
        If ``algorithm`` is "triton", and Triton or a device for it is missing.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.3.

    Examples
    --------
    >>> max_pool2d(torch.arange(8.0).reshape(1, 1, 2, 4), 2)
    tensor([[[[5., 7.]]]])
    """
    require_tensors("max_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    geometry = pool_geometry("max_pool2d", x.shape, kernel_size, **options)
    if by_triton("max_pool2d", x, algorithm):
        from cnnlib.gpu.kernels.pooling import TritonMaxPool2d

        return TritonMaxPool2d.apply(x, geometry)
    padding = [before for before, _ in geometry.padding]
    return torch.nn.functional.max_pool2d(
        x, geometry.kernel, geometry.stride, padding, geometry.dilation, ceil_mode=ceil_mode
    )


def avg_pool2d(x, kernel_size, *, stride=None, padding=0, ceil_mode=False, count_include_pad=True, algorithm="auto"):
    """Take the mean of each window [1]_.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps.
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding is zeros.
    count_include_pad : bool
        Whether the zeros of ``padding`` count in the number that the sum is divided by. Cells beyond them,
        which a window reaches in ``ceil_mode``, never do.
    algorithm : "triton" or "auto"
        As in `max_pool2d`.

    Returns
    -------
    tensor of float, shape (N, C, H_out, W_out)

    Raises
    ------
    ValueError, TypeError, RuntimeError
        As `max_pool2d` does.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998),
       Sec. II.A, without the trainable gain and bias.

    Examples
    --------
    >>> avg_pool2d(torch.arange(8.0).reshape(1, 1, 2, 4), 2)
    tensor([[[[2.5000, 4.5000]]]])
    """
    require_tensors("avg_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("avg_pool2d", x.shape, kernel_size, **options)
    if by_triton("avg_pool2d", x, algorithm):
        from cnnlib.gpu.kernels.pooling import TritonAvgPool2d

        return TritonAvgPool2d.apply(x, geometry, count_include_pad)
    total = _window_sums(x.to(wide(x.dtype)), geometry)
    return (total / _cell_counts(x, geometry, count_include_pad)).to(x.dtype)


def lp_pool2d(x, kernel_size, *, norm_type=2, stride=None, padding=0, ceil_mode=False):
    """Take ``(sum of v ** p) ** (1 / p)`` over the values v of each window [1]_.

    With ``p = 1`` this is the sum; as p grows it nears the maximum. Nothing takes absolute values: where the
    power or the root of a negative number is not real, the result is NaN, so rectify ``x`` when p is not even.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps.
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding is zeros. A window cut short in ``ceil_mode`` has its sum scaled up to
        the full number of cells, as PyTorch does.
    norm_type : float
        The power p, positive and finite.

    Returns
    -------
    tensor of float, shape (N, C, H_out, W_out)
        Where the sum is zero its root has no slope; the gradient there is zero.

    Raises
    ------
    ValueError, TypeError
        As `max_pool2d` does, and if ``norm_type`` is not a positive number.

    References
    ----------
    .. [1] Sermanet, Chintala & LeCun, *Convolutional neural networks applied to house numbers digit
       classification* (2012), Sec. 2.2, with equal weights.

    Examples
    --------
    >>> lp_pool2d(torch.tensor([[[[3.0, 4.0]]]]), (1, 2))
    tensor([[[[5.]]]])
    """
    require_tensors("lp_pool2d", x=x)
    power = positive("lp_pool2d", "norm_type", norm_type)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("lp_pool2d", x.shape, kernel_size, **options)
    full, present = prod(geometry.kernel), _cell_counts(x, geometry, include_padding=True)
    total = _window_sums(x.to(wide(x.dtype)).pow(power), geometry) * full / present
    nothing = total == 0
    # The inner `where` keeps the root's infinite slope at zero away from the chain rule.
    return torch.where(nothing, 0, torch.where(nothing, 1, total).pow(1 / power)).to(x.dtype)


def adaptive_avg_pool2d(x, output_size):
    """Take the mean over each of a fixed number of windows, whatever the size of the input.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps.
    output_size : int or pair of int
        Number of windows (H_out, W_out). Window i on an axis of N cells runs from ``floor(i N / N_out)`` up to
        ``ceil((i + 1) N / N_out)``, so neighbours may share cells.

    Returns
    -------
    tensor of float, shape (N, C, H_out, W_out)

    Raises
    ------
    ValueError, TypeError
        If ``x`` has another rank, dtype or an empty axis, or ``output_size`` is no positive integer.

    Examples
    --------
    >>> adaptive_avg_pool2d(torch.tensor([[[[1.0, 2.0, 6.0]]]]), (1, 2))
    tensor([[[[1.5000, 4.0000]]]])
    """
    require_tensors("adaptive_avg_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_avg_pool2d", x.shape, output_size)
    return _each_cell(x, rows, columns, lambda values: values.mean(-1))


def adaptive_max_pool2d(x, output_size):
    """Keep the largest value of each of a fixed number of windows, whatever the size of the input.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps.
    output_size : int or pair of int
        Number of windows, which lie as in `adaptive_avg_pool2d`.

    Returns
    -------
    tensor of float, shape (N, C, H_out, W_out)
        A window that holds a NaN gives NaN. Among equal values the gradient goes to the first.

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool2d` does.

    Examples
    --------
    >>> adaptive_max_pool2d(torch.tensor([[[[1.0, 2.0, 6.0]]]]), (1, 2))
    tensor([[[[2., 6.]]]])
    """
    require_tensors("adaptive_max_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_max_pool2d", x.shape, output_size)
    return _each_cell(x, rows, columns, _first_largest)


def blur_pool2d(x, kernel_size=3, *, stride=2):
    """Blur with a binomial filter, then subsample: what the stride drops has been averaged in before [1]_.

    The filter is a row of Pascal's triangle on each axis, over its sum: (1, 2, 1) / 4 for 3. At its edges
    the image is continued by reflection about the outermost cells.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps; each is blurred by itself.
    kernel_size : int or pair of int
        Number of filter taps.
    stride : int or pair of int
        Cells from one kept value to the next.

    Returns
    -------
    tensor of float, shape (N, C, H_out, W_out)
        ``H_out = (H - 1) // S_h + 1``; W_out likewise.

    Raises
    ------
    ValueError, TypeError
        If ``x`` has another rank or dtype, is too small to be reflected, or an option is no positive integer.

    References
    ----------
    .. [1] Zhang, *Making convolutional networks shift-invariant again* (2019), Sec. 3.2.

    Examples
    --------
    >>> blur_pool2d(torch.tensor([[[[0.0, 4.0, 0.0, 0.0]]]]), (1, 3))
    tensor([[[[2., 1.]]]])
    """
    require_tensors("blur_pool2d", x=x)
    geometry = blur_geometry("blur_pool2d", x.shape, kernel_size, stride=stride)
    y = extend(x.to(wide(x.dtype)), geometry.padding, mode="reflect")
    # The filter is a product of two, so one axis goes after the other.
    for axis in (2, 3):
        order = geometry.kernel[axis - 2] - 1
        y = sum(comb(order, u) / 2**order * cells for u, cells in enumerate(_taps(y, axis, geometry)))
    return y.to(x.dtype)


def _taps(x, axis, geometry):
    """View, for each cell of a window along ``axis``, what all windows of ``geometry`` find there."""
    fields = geometry.kernel, geometry.stride, geometry.dilation, geometry.output
    kernel, stride, dilation, count = (field[axis - 2] for field in fields)
    reach = (count - 1) * stride + 1
    slices = [slice(start, start + reach, stride) for start in range(0, kernel * dilation, dilation)]
    return [x[:, :, cells] if axis == 2 else x[..., cells] for cells in slices]


def _window_sums(x, geometry):
    """Add along one axis after the other: K_h + K_w terms for every window, where the window holds K_h · K_w."""
    sums = extend(x, geometry.reach)
    for axis in (2, 3):
        sums = sum(_taps(sums, axis, geometry))
    return sums


def _first_largest(values):
    """Take the largest value on the last axis; autograd then follows the index alone, the first of a tie."""
    return values.gather(-1, values.argmax(-1, keepdim=True)).squeeze(-1)


def _cell_counts(x, geometry, include_padding):
    """Count the cells of each window: one int where all agree, otherwise a tensor (H_out, W_out)."""
    rows, columns = geometry.cell_counts(include_padding=include_padding)
    if len(set(rows)) == len(set(columns)) == 1:
        return rows[0] * columns[0]  # An int needs no copy to the device.
    rows, columns = (torch.tensor(counts, device=x.device) for counts in (rows, columns))
    return rows[:, None] * columns


def _each_cell(x, rows, columns, reduce):
    """Reduce the values in each rectangle of the grid that the (start, stop) pairs span."""
    return torch.stack(
        [
            torch.stack([reduce(x[:, :, top:bottom, left:right].flatten(2)) for left, right in columns], -1)
            for top, bottom in rows
        ],
        -2,
    )
