"""The regional filters are least-squares filters, and are found where they are known."""

import numpy as np
import pytest
from messages import exactly
from scipy import signal

from cnnlib.experiments.convolution.edges import fit_filters


def test_a_filter_that_made_the_target_is_found_in_every_region():
    rng = np.random.RandomState(0)
    image, filter_ = rng.randn(40, 52), rng.randn(3, 3)
    target = signal.correlate2d(image, filter_, mode="same")
    fits = fit_filters(image, target, size=3, parts=2)
    assert fits.own.shape == (4, 3, 3)
    np.testing.assert_allclose(fits.own, np.broadcast_to(filter_, (4, 3, 3)), atol=1e-10)
    np.testing.assert_allclose(fits.shared, filter_, atol=1e-10)
    assert max(fits.own_error.max(), fits.shared_error.max()) < 1e-20


def test_two_halves_with_two_rules_get_two_filters():
    rng = np.random.RandomState(1)
    image = rng.randn(60, 40)
    target = image.copy()
    target[30:] *= -2  # above, the image itself; below, its double turned over
    fits = fit_filters(image, target, size=1, parts=2)
    np.testing.assert_allclose(fits.own[:, 0, 0], [1, 1, -2, -2])
    # The shared weight w minimises (1 - w)² + (2 + w)² where both halves have the same energy.
    upper, lower = (image[:30] ** 2).sum(), (image[30:] ** 2).sum()
    np.testing.assert_allclose(fits.shared[0, 0], (upper - 2 * lower) / (upper + lower))
    assert np.all(fits.shared_error > fits.own_error)


def test_no_filter_does_better_than_the_fitted_one():
    rng = np.random.RandomState(2)
    image, target = rng.randn(24, 30), rng.randn(24, 30)
    fits = fit_filters(image, target, size=3, parts=1)
    for _ in range(20):
        other = fits.own[0] + 0.1 * rng.randn(3, 3)
        answer = signal.correlate2d(image, other, mode="valid")
        assert np.mean((answer - target[1:-1, 1:-1]) ** 2) > fits.own_error[0]
    np.testing.assert_allclose(fits.variance, [target[1:-1, 1:-1].var()])


BAD = [
    (
        {"image": np.zeros((9, 9)), "target": np.zeros((9, 8))},
        "fit_filters: target must have the image's shape (9, 9), received (9, 8)",
    ),
    (
        {"image": np.zeros((9, 9)), "target": np.zeros((9, 9)), "size": 4},
        "fit_filters: size must be odd, to have a middle, received 4",
    ),
    (
        {"image": np.zeros((19, 19)), "target": np.zeros((19, 19)), "size": 5, "parts": 4},
        "fit_filters: image must give each of 4×4 parts 25 windows, received (19, 19)",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=exactly(message)):
        fit_filters(**arguments)
