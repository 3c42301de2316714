"""Whether Fourier transforms are as good as the sum for given values, which depends on their range in each window."""

from dataclasses import replace
from math import sqrt

import numpy as np

from cnnlib.vectorized import _fft
from cnnlib.vectorized._arrays import pad

EPS = np.finfo(np.float64).eps
# The largest error of transforms in double precision was 1.3 in units of EPS · norm(image) · norm(filter), over
# constant, random, periodic and single-cell images of up to 8,192 cells; it grows with the logarithm of their number.
ERROR = 4
# A value counts from this part of the root mean square of its image on.
LEVEL = 1 / 8
# Where squares and products of spectra are far from both ends of double precision.
SMALLEST, LARGEST = 1e-100, 1e100


def suits_transforms(images, filters, geometry):
    """Tell whether transforms in double precision are as good as the sum, in every window of a convolution.

    Transforms spread their rounding, up to ``ERROR · EPS · norm(image) · norm(filter)``, over all outputs. That of a
    sum is bounded beside the sum of ``abs(x · w)`` over its own window, and this we bound from below without a product:
    of the values that the window meets, a number are of some size, so it is at least that size times the sum of as
    many of the smallest weights. Where that is too little to tell, transforms of absolute values tell more.

    Parameters
    ----------
    images : ndarray of float, shape (N, C, H, W)
    filters : ndarray of float, shape (F, C, K_h, K_w)
        Moved over each image by single steps.
    geometry : ConvGeometry
        Says how to pad the images.

    Returns
    -------
    bool
        True if the error is at most one rounding to the arrays' dtype, or at most that of as many roundings in double
        precision as a window has values. False where a value is not finite.
    """
    tolerance = max(np.finfo(images.dtype).eps, filters[0].size * EPS)
    values = np.abs(pad(images, geometry.padding, mode=geometry.padding_mode))
    weights = np.abs(filters)
    for array in values, weights:
        peaks = array.max(axis=(1, 2, 3), keepdims=True).astype(np.float64)
        if not (peaks.min() > SMALLEST and peaks.max() < LARGEST):  # nor is a NaN
            return False
        array /= peaks
    scales, sizes = (np.sqrt(np.square(array).mean(axis=(1, 2, 3))) for array in (values, weights))
    error = ERROR * EPS * np.multiply.outer(scales, sizes) * sqrt(values[0].size * weights[0].size)
    marks = values >= LEVEL * scales[:, None, None, None]
    least = LEVEL * np.multiply.outer(scales, _sum_of_smallest(weights, _fewest(marks, weights.shape[2:])))
    if (error <= tolerance * least).all():
        return True
    sums = _sums(values, weights, geometry)
    return bool((error[..., None, None] * (1 + tolerance) <= tolerance * sums).all())


def _fewest(marks, window):
    """Return the smallest number of marks, over all channels, in any window of images (N, C, H, W)."""
    counts = marks.sum(axis=1, dtype=np.int32)
    for k in window:
        # Marks up to each row; the difference of two is what lies between them. Then the columns, as rows.
        total = counts.cumsum(axis=1, dtype=np.int32)
        total[:, k:] -= total[:, :-k].copy()
        counts = total[:, k - 1 :].swapaxes(1, 2)
    return counts.min()


def _sum_of_smallest(weights, count):
    """Bound each filter's part of a window from below, where ``count`` of the values that it meets are 1 or larger."""
    rows = weights.reshape(len(weights), -1)
    if count < rows.shape[1]:
        rows = np.partition(rows, count, axis=1)[:, :count]
    return rows.sum(axis=1, dtype=np.float64)


def _sums(values, weights, geometry):
    """Add up ``values · weights`` over every window, up to the error of transforms: shape (N, F, H_out, W_out)."""
    kernel, padding = weights.shape[2:], ((0, 0), (0, 0))
    output = tuple(n - k + 1 for n, k in zip(values.shape[2:], kernel, strict=True))
    channels = {"in_channels": values.shape[1], "out_channels": len(weights), "groups": 1}
    geometry = replace(geometry, batch=len(values), size=values.shape[2:], kernel=kernel, padding=padding, **channels)
    return _fft.forward(values.astype(np.float64), weights.astype(np.float64), replace(geometry, output=output))
