"""Convolution as a product of spectra: transform, multiply, transform back [1]_.

.. [1] Mathieu, Henaff & LeCun, *Fast training of convolutional networks through FFTs* (2014), Sec. 2.
"""

import numpy as np

# Spectra of one chunk of images; larger chunks than this are no faster, in `python -m benchmarks.operators`.
CHUNK_BYTES = 2**23


def forward(x, weight, *, stride, dilation, groups):
    """Cross-correlate the padded images ``x`` with ``weight``; arguments and result as in `_im2col.forward`."""
    spread, size = _dilate(weight, dilation), _lengths(x)
    output = [n - k + 1 for n, k in zip(x.shape[2:], spread.shape[2:], strict=True)]
    out = np.empty((len(x), len(weight), *(-(-n // s) for n, s in zip(output, stride, strict=True))), x.dtype)
    # Correlation multiplies by the conjugate. What wraps around falls outside the first N - K + 1 values.
    filters = _by_frequency(_spectrum(spread, size).conj(), groups, axis=0).swapaxes(-1, -2)
    for part in _chunks(x, out, size):
        images = _by_frequency(_spectrum(x[part], size), groups, axis=1)
        out[part] = _signal(images @ filters, size, output, axis=1)[:, :, :: stride[0], :: stride[1]]
    return out


def grad_weight(grad_y, x, kernel, *, stride, dilation, groups):
    """Carry ``grad_y`` back to the weight of `forward`: correlate the images with the gradient."""
    size = _lengths(x)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    grad = np.zeros((grad_y.shape[1], x.shape[1] // groups, *kernel), x.dtype)
    for part in _chunks(x, grad_y, size):
        grads = _by_frequency(_spectrum(_dilate(grad_y[part], stride), size).conj(), groups, axis=1)
        images = _by_frequency(_spectrum(x[part], size), groups, axis=1)
        product = grads.swapaxes(-1, -2) @ images
        grad += _signal(product, size, spans, axis=0)[:, :, :: dilation[0], :: dilation[1]]
    return grad


def _chunks(x, y, size):
    """Cut the batch so that the spectra of one chunk of ``x`` and ``y`` take `CHUNK_BYTES`, or one image."""
    per_image = (x.shape[1] + y.shape[1]) * size[0] * size[1] * x.itemsize
    step = max(1, CHUNK_BYTES // per_image)
    return [slice(start, start + step) for start in range(0, len(x), step)]


def _dilate(array, dilation):
    """Write zeros between the cells of the last two axes."""
    if dilation == (1, 1):
        return array
    size = [d * (k - 1) + 1 for k, d in zip(array.shape[2:], dilation, strict=True)]
    spread = np.zeros((*array.shape[:2], *size), array.dtype)
    spread[:, :, :: dilation[0], :: dilation[1]] = array
    return spread


def _lengths(x):
    return [_smooth(n) for n in x.shape[2:]]


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
