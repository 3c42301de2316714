"""Convolution written out as the matrix that it is.

Convolution with a fixed kernel is linear, so some matrix does the same. Zeros beyond the edge make it Toeplitz:
constant along its diagonals. Only an input that goes round in a circle makes it circulant, and only circulant
matrices have the discrete Fourier basis as eigenvectors.
"""

import numpy as np

from cnnlib.shapes import describe, ntuple, rank, signal_geometry
from cnnlib.vectorized._arrays import require_arrays


def toeplitz(kernel, size, *, mode="full"):
    """Return the matrix T with ``T @ x == convolve(x, kernel, mode=mode)`` for every signal x of length ``size``.

    Parameters
    ----------
    kernel : ndarray of float, shape (K,)
    size : int
        Length N of the signals.
    mode : "full", "same" or "valid"
        As in `convolve`.

    Returns
    -------
    ndarray of float, shape (N_out, N)
        ``T[i, j] = kernel[i - j]`` in mode "full", zero where the kernel has no such entry [1]_.

    Raises
    ------
    ValueError
        If ``kernel`` is not a vector, or the mode is unknown.
    TypeError
        If ``kernel`` is no array of floats, or ``size`` no integer.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 9.1.

    Examples
    --------
    >>> toeplitz(np.array([1.0, 2.0]), 3)
    array([[1., 0., 0.],
           [2., 1., 0.],
           [0., 2., 1.],
           [0., 0., 2.]])
    """
    return _toeplitz("toeplitz", kernel, size, mode, axes=("K",))


def doubly_block_toeplitz(kernel, size, *, mode="full"):
    """Return the matrix T with ``T @ x.ravel() == convolve(x, kernel, mode=mode).ravel()`` for images x.

    Parameters
    ----------
    kernel : ndarray of float, shape (K_h, K_w)
    size : int or pair of int
        Size (H, W) of the images.
    mode : "full", "same" or "valid"
        As in `convolve`.

    Returns
    -------
    ndarray of float, shape (H_out · W_out, H · W)
        H_out by H blocks, the same along each diagonal of blocks; each block is Toeplitz.

    Raises
    ------
    ValueError
        If ``kernel`` is not a matrix, or the mode is unknown.
    TypeError
        If ``kernel`` is no array of floats, or ``size`` no integer.

    Examples
    --------
    >>> doubly_block_toeplitz(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 3), mode="valid")
    array([[4., 3., 0., 2., 1., 0.],
           [0., 4., 3., 0., 2., 1.]])
    """
    return _toeplitz("doubly_block_toeplitz", kernel, size, mode, axes=("K_h", "K_w"))


def circulant(kernel, size):
    """Return the matrix C for which ``C @ x`` convolves every signal x of length ``size`` around a circle.

    Parameters
    ----------
    kernel : ndarray of float, shape (K,)
    size : int
        Length N of the signals, at least K.

    Returns
    -------
    ndarray of float, shape (N, N)
        ``C[i, j] = kernel[(i - j) mod N]``, zero where the kernel has no such entry [1]_.

    Raises
    ------
    ValueError
        If ``kernel`` is not a vector, is empty or longer than ``size``.
    TypeError
        If ``kernel`` is no array of floats, or ``size`` no integer.

    References
    ----------
    .. [1] Gray, *Toeplitz and circulant matrices: a review* (2006), Ch. 3.

    Examples
    --------
    >>> circulant(np.array([1.0, 2.0]), 3)
    array([[1., 0., 2.],
           [2., 1., 0.],
           [0., 2., 1.]])
    """
    return _circulant("circulant", kernel, size, axes=("K",))


def doubly_block_circulant(kernel, size):
    """Return the matrix C for which ``C @ x.ravel()`` convolves every image x on a torus.

    Parameters
    ----------
    kernel : ndarray of float, shape (K_h, K_w)
    size : int or pair of int
        Size (H, W) of the images, at least the kernel's.

    Returns
    -------
    ndarray of float, shape (H · W, H · W)
        H by H blocks, circulant in their arrangement; each block is circulant.

    Raises
    ------
    ValueError
        If ``kernel`` is not a matrix, is empty or exceeds ``size``.
    TypeError
        If ``kernel`` is no array of floats, or ``size`` no integer.

    Examples
    --------
    >>> doubly_block_circulant(np.array([[1.0, 2.0]]), (2, 3)).shape
    (6, 6)
    """
    return _circulant("doubly_block_circulant", kernel, size, axes=("K_h", "K_w"))


def _toeplitz(op, kernel, size, mode, *, axes):
    size = _check(op, kernel, size, axes)
    geometry = signal_geometry(op, size, kernel.shape, mode=mode)
    return _matrix(
        kernel,
        [
            start + np.arange(rows)[:, None] - np.arange(n)
            for start, rows, n in zip(geometry.start, geometry.output, size, strict=True)
        ],
    )


def _circulant(op, kernel, size, *, axes):
    size = _check(op, kernel, size, axes)
    if 0 in kernel.shape or any(k > n for k, n in zip(kernel.shape, size, strict=True)):
        raise ValueError(
            f"{op}: kernel must not be empty or exceed the input, received {describe(kernel=kernel.shape, size=size)}"
        )
    return _matrix(kernel, [(np.arange(n)[:, None] - np.arange(n)) % n for n in size])


def _check(op, kernel, size, axes):
    require_arrays(op, kernel=kernel)
    rank(op, "kernel", kernel.shape, axes)
    return ntuple(op, "size", size, len(axes), minimum=1)


def _matrix(kernel, offsets):
    """Place ``kernel``'s entries: ``offsets`` holds, per axis, which one an output and an input have between them."""
    # Offsets that the kernel does not have read the zero that is appended to it.
    extended = np.pad(kernel, [(0, 1)] * kernel.ndim)
    index = [np.where((offset >= 0) & (offset < k), offset, k) for offset, k in zip(offsets, kernel.shape, strict=True)]
    if kernel.ndim == 1:
        return extended[index[0]]
    rows, columns = index
    blocks = extended[rows[:, None, :, None], columns[None, :, None, :]]
    return blocks.reshape(rows.shape[0] * columns.shape[0], rows.shape[1] * columns.shape[1])
