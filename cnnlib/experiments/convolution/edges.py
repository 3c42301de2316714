"""How alike are the edge detectors that different parts of one picture ask for?"""

from dataclasses import dataclass

import numpy as np

from cnnlib.shapes import integer, rank


@dataclass(frozen=True)
class RegionalFilters:
    """The filters that fit the regions of an image best, and the one that fits them all best.

    Attributes
    ----------
    own : ndarray, shape (regions, size, size)
        Regions are counted row by row.
    shared : ndarray, shape (size, size)
    own_error, shared_error : ndarray, shape (regions,)
        Mean squared error on each region of its own filter, and of the shared one.
    variance : ndarray, shape (regions,)
        Of the target on each region: the error of the best constant.
    """

    own: np.ndarray
    shared: np.ndarray
    own_error: np.ndarray
    shared_error: np.ndarray
    variance: np.ndarray


def fit_filters(image, target, *, size=5, parts=3):
    """Fit a filter to each part of an image and one to the whole, by least squares.

    The filter w of a part is the one whose cross-correlation with the image comes nearest to the target there: it
    minimises ``‖P w - t‖²``, where the rows of P are the windows of the part and t the targets in their middles.
    This is Wiener's filter [1]_ with a window of finite size.

    Parameters
    ----------
    image, target : ndarray of float, shape (H, W)
        What the filter sees, and what it shall answer at every pixel.
    size : int, odd
        Side of the filters in pixels.
    parts : int
        The image is cut into ``parts`` × ``parts`` regions.

    Returns
    -------
    RegionalFilters

    Raises
    ------
    ValueError
        If the images differ in shape, the size is even, or a region has fewer windows than a filter has weights.

    References
    ----------
    .. [1] N. Wiener, *Extrapolation, Interpolation, and Smoothing of Stationary Time Series* (1949).
    """
    rank("fit_filters", "image", image.shape, ("H", "W"))
    size = integer("fit_filters", "size", size, minimum=1)
    parts = integer("fit_filters", "parts", parts, minimum=1)
    if target.shape != image.shape:
        raise ValueError(f"fit_filters: target must have the image's shape {image.shape}, received {target.shape}")
    if size % 2 == 0:
        raise ValueError(f"fit_filters: size must be odd, to have a middle, received {size}")
    height, width = (max(0, cells - size + 1) for cells in image.shape)
    if (height // parts) * (width // parts) < size**2:
        raise ValueError(
            f"fit_filters: image must give each of {parts}×{parts} parts {size**2} windows, received {image.shape}"
        )
    half = size // 2
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    middles = target[half : half + height, half : half + width]
    regions = [
        (windows[np.ix_(rows, columns)].reshape(-1, size**2), middles[np.ix_(rows, columns)].ravel())
        for rows in np.array_split(np.arange(height), parts)
        for columns in np.array_split(np.arange(width), parts)
    ]
    own = [_least_squares(*region) for region in regions]
    shared = _least_squares(*(np.concatenate(pieces) for pieces in zip(*regions, strict=True)))
    return RegionalFilters(
        own=np.reshape(own, (-1, size, size)),
        shared=shared.reshape(size, size),
        own_error=np.array([_error(*region, weights) for region, weights in zip(regions, own, strict=True)]),
        shared_error=np.array([_error(*region, shared) for region in regions]),
        variance=np.array([targets.var() for _, targets in regions]),
    )


def _least_squares(patches, targets):
    return np.linalg.lstsq(patches, targets, rcond=None)[0]


def _error(patches, targets, weights):
    return np.mean((patches @ weights - targets) ** 2)
