"""Pooling: replace each window of a feature map by one number that sums it up."""

from math import comb, isnan

import numpy as np

from cnnlib.definition._arrays import require_arrays
from cnnlib.shapes import adaptive_windows, blur_geometry, pool_geometry, positive


def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest value of each window [1]_.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
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

    Returns
    -------
    ndarray of float, shape (N, C, H_out, W_out)
        ``H_out = (H + 2 P_h - D_h (K_h - 1) - 1) // S_h + 1``, rounded up in ``ceil_mode``. A window that
        holds a NaN gives NaN.

    Raises
    ------
    ValueError
        If ``x`` has another rank, an option is out of range, or no window fits.
    TypeError
        If ``x`` is no array of floats, or an option is not an integer.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.3.

    Examples
    --------
    >>> max_pool2d(np.arange(8.0).reshape(1, 1, 2, 4), 2)
    array([[[[5., 7.]]]])
    """
    require_arrays("max_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    geometry = pool_geometry("max_pool2d", x.shape, kernel_size, **options)
    y = np.empty(geometry.output_shape, x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        largest = -np.inf
        for value in _window(x[n, c], i, j, geometry):
            if value > largest or isnan(value):
                largest = value
        y[n, c, i, j] = largest
    return y


def avg_pool2d(x, kernel_size, *, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Take the mean of each window [1]_.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
        Feature maps.
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding is zeros.
    count_include_pad : bool
        Whether the zeros of ``padding`` count in the number that the sum is divided by. Cells beyond them,
        which a window reaches in ``ceil_mode``, never do.

    Returns
    -------
    ndarray of float, shape (N, C, H_out, W_out)

    Raises
    ------
    ValueError, TypeError
        As `max_pool2d` does.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998),
       Sec. II.A, without the trainable gain and bias.

    Examples
    --------
    >>> avg_pool2d(np.arange(8.0).reshape(1, 1, 2, 4), 2)
    array([[[[2.5, 4.5]]]])
    """
    require_arrays("avg_pool2d", x=x)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("avg_pool2d", x.shape, kernel_size, **options)
    y = np.empty(geometry.output_shape, x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        members = list(_window(x[n, c], i, j, geometry))
        count = _cells_with_padding(i, j, geometry) if count_include_pad else len(members)
        y[n, c, i, j] = sum(members) / count
    return y


def lp_pool2d(x, kernel_size, *, norm_type=2, stride=None, padding=0, ceil_mode=False):
    """Take ``(sum of v ** p) ** (1 / p)`` over the values v of each window [1]_.

    With ``p = 1`` this is the sum; as p grows it nears the maximum. Nothing takes absolute values: where the
    power or the root of a negative number is not real, the result is NaN, so rectify ``x`` when p is not even.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
        Feature maps.
    kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`; padding is zeros. A window cut short in ``ceil_mode`` has its sum scaled up to
        the full number of cells, as PyTorch does.
    norm_type : float
        The power p, positive and finite.

    Returns
    -------
    ndarray of float, shape (N, C, H_out, W_out)

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
    >>> lp_pool2d(np.array([[[[3.0, 4.0]]]]), (1, 2))
    array([[[[5.]]]])
    """
    require_arrays("lp_pool2d", x=x)
    power = positive("lp_pool2d", "norm_type", norm_type)
    options = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    geometry = pool_geometry("lp_pool2d", x.shape, kernel_size, **options)
    kernel_h, kernel_w = geometry.kernel
    y = np.empty(geometry.output_shape, x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        total = sum(_real_power(value, power) for value in _window(x[n, c], i, j, geometry))
        scale = kernel_h * kernel_w / _cells_with_padding(i, j, geometry)
        y[n, c, i, j] = _real_power(scale * total, 1 / power)
    return y


def adaptive_avg_pool2d(x, output_size):
    """Take the mean over each of a fixed number of windows, whatever the size of the input.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
        Feature maps.
    output_size : int or pair of int
        Number of windows (H_out, W_out). Window i on an axis of N cells runs from ``floor(i N / N_out)`` up to
        ``ceil((i + 1) N / N_out)``, so neighbours may share cells.

    Returns
    -------
    ndarray of float, shape (N, C, H_out, W_out)

    Raises
    ------
    ValueError, TypeError
        If ``x`` has another rank, dtype or an empty axis, or ``output_size`` is no positive integer.

    Examples
    --------
    >>> adaptive_avg_pool2d(np.array([[[[1.0, 2.0, 6.0]]]]), (1, 2))
    array([[[[1.5, 4. ]]]])
    """
    require_arrays("adaptive_avg_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_avg_pool2d", x.shape, output_size)
    y = np.empty((*x.shape[:2], len(rows), len(columns)), x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        total = 0.0
        for row in range(*rows[i]):
            for column in range(*columns[j]):
                total += float(x[n, c, row, column])
        y[n, c, i, j] = total / (len(range(*rows[i])) * len(range(*columns[j])))
    return y


def adaptive_max_pool2d(x, output_size):
    """Keep the largest value of each of a fixed number of windows, whatever the size of the input.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
        Feature maps.
    output_size : int or pair of int
        Number of windows, which lie as in `adaptive_avg_pool2d`.

    Returns
    -------
    ndarray of float, shape (N, C, H_out, W_out)
        A window that holds a NaN gives NaN.

    Raises
    ------
    ValueError, TypeError
        As `adaptive_avg_pool2d` does.

    Examples
    --------
    >>> adaptive_max_pool2d(np.array([[[[1.0, 2.0, 6.0]]]]), (1, 2))
    array([[[[2., 6.]]]])
    """
    require_arrays("adaptive_max_pool2d", x=x)
    rows, columns = adaptive_windows("adaptive_max_pool2d", x.shape, output_size)
    y = np.empty((*x.shape[:2], len(rows), len(columns)), x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        largest = -np.inf
        for row in range(*rows[i]):
            for column in range(*columns[j]):
                value = float(x[n, c, row, column])
                if value > largest or isnan(value):
                    largest = value
        y[n, c, i, j] = largest
    return y


def blur_pool2d(x, kernel_size=3, *, stride=2):
    """Blur with a binomial filter, then subsample: what the stride drops has been averaged in before [1]_.

    The filter is a row of Pascal's triangle on each axis, over its sum: (1, 2, 1) / 4 for 3. At its edges
    the image is continued by reflection about the outermost cells.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
        Feature maps; each is blurred by itself.
    kernel_size : int or pair of int
        Number of filter taps.
    stride : int or pair of int
        Cells from one kept value to the next.

    Returns
    -------
    ndarray of float, shape (N, C, H_out, W_out)
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
    >>> blur_pool2d(np.array([[[[0.0, 4.0, 0.0, 0.0]]]]), (1, 3))
    array([[[[2., 1.]]]])
    """
    require_arrays("blur_pool2d", x=x)
    geometry = blur_geometry("blur_pool2d", x.shape, kernel_size, stride=stride)
    (kernel_h, kernel_w), (stride_h, stride_w) = geometry.kernel, geometry.stride
    (above, _), (left, _) = geometry.padding
    height, width = geometry.size
    y = np.empty(geometry.output_shape, x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        total = 0.0
        for u, v in np.ndindex(kernel_h, kernel_w):
            row = _reflect(stride_h * i - above + u, height)
            column = _reflect(stride_w * j - left + v, width)
            total += comb(kernel_h - 1, u) * comb(kernel_w - 1, v) * float(x[n, c, row, column])
        y[n, c, i, j] = total / 2 ** (kernel_h - 1 + kernel_w - 1)
    return y


def _window(image, i, j, geometry):
    """Yield the image's values under window (i, j), leaving out whatever lies outside the image."""
    (stride_h, stride_w), (dilation_h, dilation_w) = geometry.stride, geometry.dilation
    (above, _), (left, _) = geometry.padding
    height, width = geometry.size
    for u, v in np.ndindex(geometry.kernel):
        row = stride_h * i - above + dilation_h * u
        column = stride_w * j - left + dilation_w * v
        if 0 <= row < height and 0 <= column < width:
            yield float(image[row, column])


def _cells_with_padding(i, j, geometry):
    """Count the cells of window (i, j) in the image and its padding, but not beyond the padding."""
    count = 1
    for index, n, k, s, (before, after) in zip(
        (i, j), geometry.size, geometry.kernel, geometry.stride, geometry.padding, strict=True
    ):
        start = s * index - before
        count *= min(start + k, n + after) - start
    return count


def _reflect(index, n):
    """Fold an index back into ``range(n)`` at the outermost cells: -1 becomes 1, n becomes n - 2."""
    return n - 1 - abs(n - 1 - abs(index))


def _real_power(base, exponent):
    """Raise to a power as floating point has it: what overflows is infinite, what is not real is NaN."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.power(base, exponent)
