import numpy as np
import pytest
import scipy.linalg
from scipy import ndimage, signal

from cnnlib.vectorized import circulant, conv2d, doubly_block_circulant, doubly_block_toeplitz, toeplitz

RNG = np.random.default_rng(4)
VECTOR, MATRIX = RNG.standard_normal(4), RNG.standard_normal((2, 3))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("size", [2, 4, 9])
def test_toeplitz_convolves(mode, size):
    x = RNG.standard_normal(size)
    expected = signal.convolve(x, VECTOR, mode=mode)
    np.testing.assert_allclose(toeplitz(VECTOR, size, mode=mode) @ x, expected, rtol=1e-12, atol=1e-14)


def test_toeplitz_is_scipys():
    column, row = np.r_[VECTOR, np.zeros(5)], np.r_[VECTOR[0], np.zeros(5)]
    np.testing.assert_array_equal(toeplitz(VECTOR, 6), scipy.linalg.toeplitz(column, row))


def test_circulant_is_scipys():
    np.testing.assert_array_equal(circulant(VECTOR, 6), scipy.linalg.circulant(np.r_[VECTOR, 0, 0]))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_doubly_block_toeplitz_convolves(mode):
    x = RNG.standard_normal((5, 4))
    expected = signal.convolve2d(x, MATRIX, mode=mode)
    np.testing.assert_allclose(
        doubly_block_toeplitz(MATRIX, (5, 4), mode=mode) @ x.ravel(), expected.ravel(), rtol=1e-12, atol=1e-14
    )


def test_doubly_block_circulant_convolves_on_a_torus():
    x = RNG.standard_normal((5, 4))
    # SciPy centres the kernel; the origin shift puts its first cell there instead.
    expected = ndimage.convolve(x, MATRIX, mode="wrap", origin=[-(k // 2) for k in MATRIX.shape])
    np.testing.assert_allclose(doubly_block_circulant(MATRIX, (5, 4)) @ x.ravel(), expected.ravel(), rtol=1e-12)


def test_doubly_block_circulant_is_circular_conv2d_with_the_kernel_flipped():
    x, kernel = RNG.standard_normal((5, 4)), RNG.standard_normal((3, 3))
    y = conv2d(x[None, None], kernel[::-1, ::-1][None, None], padding=1, padding_mode="circular")[0, 0]
    centred = np.roll(y, (1, 1), (0, 1))
    np.testing.assert_allclose(doubly_block_circulant(kernel, (5, 4)) @ x.ravel(), centred.ravel(), rtol=1e-12)


def test_the_fourier_basis_diagonalises_circulants_and_no_toeplitz_matrix():
    fourier = np.fft.fft(np.eye(6)) / np.sqrt(6)
    spectrum = fourier @ circulant(VECTOR, 6) @ fourier.conj().T
    np.testing.assert_allclose(spectrum, np.diag(np.fft.fft(VECTOR, 6)), atol=1e-12)
    spectrum = fourier @ toeplitz(VECTOR, 6, mode="same") @ fourier.conj().T
    assert np.abs(spectrum - np.diag(np.diag(spectrum))).max() > 0.1


@pytest.mark.parametrize("build", [toeplitz, circulant])
def test_dtype_is_kept(build):
    assert build(VECTOR.astype(np.float32), 5).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: toeplitz(MATRIX, 5), r"toeplitz: kernel must have shape \(K\), received \(2, 3\)"),
        (lambda: toeplitz(VECTOR, 0), "toeplitz: size must be at least 1, received 0"),
        (
            lambda: toeplitz(VECTOR, 5, mode="ful"),
            "toeplitz: mode must be one of 'full', 'same', 'valid', received 'ful'",
        ),
        (
            lambda: circulant(VECTOR, 3),
            r"circulant: kernel must not be empty or exceed the input, received kernel \(4,\), size \(3,\)",
        ),
        (lambda: doubly_block_circulant(MATRIX, (5, 4, 3)), "size must be one integer or 2"),
    ],
)
def test_bad_calls_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("build", "kernel", "size"),
    [
        (toeplitz, VECTOR, 5),
        (circulant, VECTOR, 5),
        (doubly_block_toeplitz, MATRIX, 5),
        (doubly_block_circulant, MATRIX, 5),
    ],
)
def test_only_arrays_of_floats_are_kernels(build, kernel, size):
    with pytest.raises(TypeError, match=rf"^{build.__name__}: kernel must be a numpy\.ndarray, received list"):
        build(kernel.tolist(), size)
    with pytest.raises(TypeError, match=rf"^{build.__name__}: kernel must be of dtype .*, received int64"):
        build(kernel.astype(np.int64), size)
