"""Convolution as a product of spectra: transform, multiply, transform back [1]_.

.. [1] Mathieu, Henaff & LeCun, *Fast training of convolutional networks through FFTs* (2014), Sec. 2.
"""

from functools import cache
from math import prod

import numpy as np

from cnnlib.vectorized import _transposed
from cnnlib.vectorized._arrays import dilate, pad, parts

# Spectra of one chunk of images; larger chunks than this are no faster, in `python -m benchmarks.operators`.
CHUNK_BYTES = 2**23


# Products of im2col that take as long as one value of a spectrum: its transform, its part in the products, and the
# way back. Found by `python -m benchmarks.operators`, where im2col has two threads and the transforms one.
PRODUCTS_PER_VALUE = 500


def pays(geometry):
    """Whether this is faster than im2col: where the kernel is so large that the sum costs more than the spectra."""
    frequencies = prod(_lengths(geometry))
    images = geometry.batch * (geometry.in_channels + geometry.out_channels)
    filters = geometry.out_channels * geometry.in_channels // geometry.groups
    products = geometry.batch * filters * prod(geometry.kernel) * prod(geometry.output)
    return products > PRODUCTS_PER_VALUE * (images + filters) * frequencies


def forward(x, weight, geometry):
    """Cross-correlate ``x`` with ``weight``; arguments and result as in `_im2col.forward`."""
    groups, (s_h, s_w) = geometry.groups, geometry.stride
    spread, size = dilate(weight, geometry.dilation), _lengths(geometry)
    out = np.empty(geometry.output_shape, x.dtype)
    # Before the stride drops some of them.
    output = [s * (n - 1) + 1 for n, s in zip(geometry.output, geometry.stride, strict=True)]
    # Correlation multiplies by the conjugate. What wraps around falls outside the first N - K + 1 values.
    filters = _by_frequency(_spectrum(spread, size).conj(), groups, axis=0).swapaxes(-1, -2)
    for part in parts(len(x), _bytes_per_image(x, geometry, size), CHUNK_BYTES):
        images = pad(x[part], geometry.padding, mode=geometry.padding_mode)
        images = _by_frequency(_spectrum(images, size), groups, axis=1)
        out[part] = _signal(images @ filters, size, output, axis=1)[:, :, ::s_h, ::s_w]
    return out


def grad_weight(grad_y, x, geometry):
    """Carry ``grad_y`` back to the weight of `forward`: correlate the images with the gradient."""
    groups, (d_h, d_w) = geometry.groups, geometry.dilation
    size = _lengths(geometry)
    spans = [d * (k - 1) + 1 for k, d in zip(geometry.kernel, geometry.dilation, strict=True)]
    grad = np.zeros((geometry.out_channels, geometry.in_channels // groups, *geometry.kernel), x.dtype)
    for part in parts(len(x), _bytes_per_image(x, geometry, size), CHUNK_BYTES):
        images = pad(x[part], geometry.padding, mode=geometry.padding_mode)
        images = _by_frequency(_spectrum(images, size), groups, axis=1)
        grads = _by_frequency(_spectrum(dilate(grad_y[part], geometry.stride), size).conj(), groups, axis=1)
        grad += _signal(grads.swapaxes(-1, -2) @ images, size, spans, axis=0)[:, :, ::d_h, ::d_w]
    return grad


def grad_input(grad_y, weight, geometry):
    """Carry ``grad_y`` back to the input of `forward`, by `forward` itself."""
    return _transposed.grad_input(grad_y, weight, geometry, forward)


def _bytes_per_image(x, geometry, size):
    """Count the bytes of the spectra of one image and its result."""
    return (geometry.in_channels + geometry.out_channels) * size[0] * size[1] * x.itemsize


def _lengths(geometry):
    """Return the length of the transform on each axis: the padded input's, or a little more."""
    return [_smooth(n + sum(pair)) for n, pair in zip(geometry.size, geometry.padding, strict=True)]


@cache
def _smooth(n):
    """Return the next number from ``n`` on whose prime factors are 2, 3 and 5, which transforms fastest."""
    best = 2 ** (n - 1).bit_length()
    for five in (5**e for e in range(best.bit_length())):
        for odd in (five * 3**e for e in range(best.bit_length())):
            if odd < best:
                best = min(best, odd * 2 ** (-(-n // odd) - 1).bit_length())
    return best


def _spectrum(array, size):
    # NumPy 1 transforms in double precision, whatever it is given.
    return np.fft.rfft2(array, size).astype(np.result_type(array.dtype, np.complex64), copy=False)


def _by_frequency(spectrum, groups, *, axis):
    """Bring frequencies to the front, so that channels meet in one matrix product for each.

    From (A, B, F_h, F_w), of which ``axis`` counts the channels of all groups, to
    (F_h, F_w, groups, A, B // groups) or (F_h, F_w, groups, A // groups, B).
    """
    a, b, *frequencies = spectrum.shape
    if axis == 1:
        view = spectrum.reshape(a, groups, b // groups, *frequencies).transpose(3, 4, 1, 0, 2)
    else:
        view = spectrum.reshape(groups, a // groups, b, *frequencies).transpose(3, 4, 0, 1, 2)
    return np.ascontiguousarray(view)


def _signal(spectrum, size, output, *, axis):
    """Undo `_by_frequency` and the transform, and keep the first ``output`` values."""
    f_h, f_w, groups, a, b = spectrum.shape
    order = (3, 2, 4, 0, 1) if axis == 1 else (2, 3, 4, 0, 1)
    shape = (a, groups * b) if axis == 1 else (groups * a, b)
    spectrum = spectrum.transpose(order).reshape(*shape, f_h, f_w)
    rows = np.fft.ifft(spectrum, size[0], axis=2)[:, :, : output[0]]
    return np.fft.irfft(rows, size[1], axis=3)[..., : output[1]]
