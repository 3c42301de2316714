"""Pooling: replace each window of a feature map by one number that sums it up."""

from math import comb, prod

import torch

from cnnlib.gpu._tensors import documented, extend, require_tensors, wide
from cnnlib.gpu.kernels import wants_triton
from cnnlib.shapes import adaptive_windows, blur_geometry, pool_geometry, positive


@documented
def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, algorithm="auto"):
    """`cnnlib.definition.max_pool2d` on tensors, with autograd: PyTorch's kernel or our own.

    Parameters
    ----------
    algorithm : "triton" or "auto"
        ``"triton"`` is our own kernel, which needs a CUDA device, or Triton's interpreter. ``"auto"`` is not, as long
        as no record shows it to be faster. Both find the same values.

    Returns
    -------
        Among equal values the gradient goes to the first.

    Raises
    ------
    RuntimeError
        If ``algorithm`` is "triton", and Triton or a device for it is missing.

    Examples
    --------
    >>> max_pool2d(torch.arange(8.0).reshape(1, 1, 2, 4), 2)
    tensor([[[[5., 7.]]]])
    """
    require_tensors("max_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    geometry = pool_geometry("max_pool2d", x.shape, kernel_size, **options)
    if wants_triton("max_pool2d", x, algorithm):
        from cnnlib.gpu.kernels.pooling import TritonMaxPool2d

        return TritonMaxPool2d.apply(x, geometry)
    padding = [before for before, _ in geometry.padding]
    return torch.nn.functional.max_pool2d(
        x, geometry.kernel, geometry.stride, padding, geometry.dilation, ceil_mode=ceil_mode
    )


@documented
def avg_pool2d(x, kernel_size, *, stride=None, padding=0, ceil_mode=False, count_include_pad=True, algorithm="auto"):
    """`cnnlib.definition.avg_pool2d` on tensors, with autograd: sums along one axis after the other, or our own kernel.

    Parameters
    ----------
    algorithm : "triton" or "auto"
        As in `max_pool2d`. Both add up each window's own values, in another order.

    Raises
    ------
    RuntimeError
        For the same reason as in `max_pool2d`.

    Examples
    --------
    >>> avg_pool2d(torch.arange(8.0).reshape(1, 1, 2, 4), 2)
    tensor([[[[2.5000, 4.5000]]]])
    """
    require_tensors("avg_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("avg_pool2d", x.shape, kernel_size, **options)
    if wants_triton("avg_pool2d", x, algorithm):
        from cnnlib.gpu.kernels.pooling import TritonAvgPool2d

        return TritonAvgPool2d.apply(x, geometry, count_include_pad)
    total = _window_sums(x.to(wide(x.dtype)), geometry)
    return (total / _cell_counts(x, geometry, count_include_pad)).to(x.dtype)


@documented
def lp_pool2d(x, kernel_size, *, norm_type=2, stride=None, padding=0, ceil_mode=False):
    """`cnnlib.definition.lp_pool2d` on tensors, with autograd.

    Returns
    -------
        Where the sum is zero its root has no slope; the gradient there is zero.

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


@documented
def adaptive_avg_pool2d(x, output_size):
    """`cnnlib.definition.adaptive_avg_pool2d` on tensors, with autograd: a mean for each window.

    Examples
    --------
    >>> adaptive_avg_pool2d(torch.tensor([[[[1.0, 2.0, 6.0]]]]), (1, 2))
    tensor([[[[1.5000, 4.0000]]]])
    """
    require_tensors("adaptive_avg_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_avg_pool2d", x.shape, output_size)
    return _each_cell(x, rows, columns, lambda values: values.mean(-1))


@documented
def adaptive_max_pool2d(x, output_size):
    """`cnnlib.definition.adaptive_max_pool2d` on tensors, with autograd: a maximum for each window.

    Returns
    -------
        Among equal values the gradient goes to the first.

    Examples
    --------
    >>> adaptive_max_pool2d(torch.tensor([[[[1.0, 2.0, 6.0]]]]), (1, 2))
    tensor([[[[2., 6.]]]])
    """
    require_tensors("adaptive_max_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_max_pool2d", x.shape, output_size)
    return _each_cell(x, rows, columns, _first_largest)


@documented
def blur_pool2d(x, kernel_size=3, *, stride=2):
    """`cnnlib.definition.blur_pool2d` on tensors, with autograd: one axis after the other.

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
