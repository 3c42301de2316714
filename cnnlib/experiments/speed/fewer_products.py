"""Multiplications of the ways to convolve that save some, and what they cost in digits."""

import numpy as np

from cnnlib.shapes import conv_geometry
from cnnlib.vectorized import _im2col, _winograd


def fft_products(size):
    """Count the complex multiplications of a transform of ``size`` values by halving, a power of two.

    Parameters
    ----------
    size : int

    Returns
    -------
    int

    Examples
    --------
    >>> fft_products(8)
    12
    """
    return 0 if size == 1 else 2 * fft_products(size // 2) + size // 2


def layer_products(way, batch, channels, filters, size, kernel):
    """Count the real multiplications of a layer that keeps the size of its maps.

    Parameters
    ----------
    way : str
        "direct", "FFT", "Winograd 2" or "Winograd 4", by the side of the tiles that it computes.
    batch, channels, filters, size, kernel : int

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If there is no such way, or Winograd's kernel is not 3.
    """
    pairs = batch * channels * filters
    if way == "direct":
        return pairs * size**2 * kernel**2
    if way == "FFT":
        side = 1 << (size + kernel - 2).bit_length()  # no output may wrap around
        half = side // 2 + 1  # spectra of real maps are symmetric
        planes = batch * channels + channels * filters + batch * filters
        transform = (side + half) * fft_products(side)
        return 4 * (pairs * side * half + planes * transform)
    if kernel != 3 or way not in ("Winograd 2", "Winograd 4"):
        raise ValueError(f"layer_products: way must be known, and Winograd's kernel 3, received {way!r}, {kernel}")
    tile = int(way[-1])
    # Of the tiles' products alone; the transforms of 2 only add, those of 4 also multiply by small constants.
    return pairs * (-(-size // tile)) ** 2 * (tile + 2) ** 2


def error_of(way, dtype, *, seed=0, channels=32, size=12):
    """Measure the largest error of a layer of 3×3 filters, relative to its largest value.

    Numbers are rounded to ``dtype`` after each step, and sums within a step are kept in float32 for float16.

    Parameters
    ----------
    way : str
        "direct", "Winograd 2" or "Winograd 4".
    dtype : type
        `numpy.float32` or `numpy.float16`.
    seed, channels, size : int

    Returns
    -------
    float
    """
    random = np.random.RandomState(seed)
    x = random.randn(1, channels, size, size).astype(dtype)
    weight = (random.randn(channels, channels, 3, 3) / (3 * channels**0.5)).astype(dtype)
    geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2, padding=1)
    exact = _im2col.forward(x.astype(float), weight.astype(float), geometry)
    if way == "direct":
        y = _im2col.forward(x, weight, geometry)
    else:
        y = _winograd.forward(x, weight, geometry, tile=int(way[-1]))
    return float(np.abs(y - exact).max() / np.abs(exact).max())
