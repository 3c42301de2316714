"""The filters are least-squares filters, each kind of its own windows, and are found where they are known."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.experiments.matrices.removing_noise import Moments, fit_filters, fit_gains, moments, wandering
from cnnlib.vectorized import correlate

PICTURES = np.random.RandomState(0).rand(400, 4, 5)


def test_moments_are_sums_over_the_windows_of_a_ring():
    seen = moments(PICTURES, noise=0.5, seed=3, size=3)
    noisy = PICTURES + 0.5 * np.random.RandomState(3).standard_normal(PICTURES.shape)
    # Position (1, 2) is the eighth; its window, row by row, and a one.
    windows = np.concatenate([noisy[:, 0:3, 1:4].reshape(400, 9), np.ones((400, 1))], axis=1)
    np.testing.assert_allclose(seen.products[1 * 5 + 2], windows.T @ windows)
    np.testing.assert_allclose(seen.answers[1 * 5 + 2], windows.T @ PICTURES[:, 1, 2])
    # That of position (0, 0) begins in the last row and the last column.
    assert np.isclose(seen.products[0][0, 9], noisy[:, -1, -1].sum())
    assert seen.pixels == PICTURES.size


def test_the_error_is_the_mean_square_of_what_is_left():
    seen = moments(PICTURES, noise=0.5, seed=3, size=3)
    noisy = PICTURES + 0.5 * np.random.RandomState(3).standard_normal(PICTURES.shape)
    filter_ = np.random.RandomState(1).randn(3, 3)
    around = np.pad(noisy, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    answers = np.stack([correlate(picture, filter_, mode="valid") for picture in around]) + 0.25
    expected = np.mean((answers - PICTURES) ** 2)
    assert np.isclose(seen.error(np.append(filter_, 0.25)), expected)
    assert np.isclose(seen.error(np.tile(np.append(filter_, 0.25), (20, 1))), expected)


def test_own_filters_are_fitted_each_to_its_position():
    # Each position has one filter that gives the answer exactly, and another one than its neighbours.
    random = np.random.RandomState(2)
    windows, filters = random.randn(6, 500, 4), random.randn(6, 4)
    answers = np.einsum("pnk,pk->pn", windows, filters)
    known = Moments(
        windows.transpose(0, 2, 1) @ windows,
        np.einsum("pnk,pn->pk", windows, answers),
        float((answers**2).sum()),
        answers.size,
    )
    shared, own = fit_filters(known, known)
    np.testing.assert_allclose(own, filters, atol=1e-4)
    assert shared.shape == (4,)
    assert known.error(own) < 1e-6 < known.error(shared)
    # No other shared filter does better.
    assert all(known.error(shared) <= known.error(shared + 0.01 * each) for each in np.eye(4))


def test_the_ridge_is_the_one_that_validation_pictures_like_best():
    # Ten pictures and ten weights: without a ridge the fit would pass through all of them.
    few, aside = moments(PICTURES[:10], noise=1.0, seed=0, size=3), moments(PICTURES[10:], noise=1.0, seed=1, size=3)
    shared, own = fit_filters(few, aside)
    unheld = np.linalg.solve(few.products + 1e-4 * np.eye(10), few.answers[..., None])[..., 0]
    assert aside.error(own) < 0.5 * aside.error(unheld)
    assert aside.error(shared) < aside.error(own)


def test_a_factor_and_a_constant_for_each_position_are_found():
    random = np.random.RandomState(2)
    windows, shared = random.randn(6, 50, 4), random.randn(4)
    windows[..., -1] = 1
    factors, constants = random.randn(2, 6, 1)
    answers = factors * (windows @ shared) + constants
    known = Moments(
        windows.transpose(0, 2, 1) @ windows,
        np.einsum("pnk,pn->pk", windows, answers),
        float((answers**2).sum()),
        answers.size,
    )
    np.testing.assert_allclose(fit_gains(shared, known), factors * shared + constants * [0, 0, 0, 1])


def test_wandering_pictures_are_the_same_pictures_elsewhere():
    moved = wandering(PICTURES, seed=4)
    np.testing.assert_array_equal(np.sort(moved.reshape(400, -1)), np.sort(PICTURES.reshape(400, -1)))
    places = {
        move
        for picture, before in zip(moved, PICTURES, strict=True)
        for move in np.ndindex(4, 5)
        if np.array_equal(np.roll(before, move, axis=(0, 1)), picture)
    }
    assert len(places) == 20
    np.testing.assert_array_equal(moved, wandering(PICTURES, seed=4))


@pytest.mark.parametrize(
    ("pictures", "size", "message"),
    [
        (PICTURES, 4, "moments: size must be odd, to have a middle, received 4"),
        (PICTURES[0], 3, "moments: pictures must have shape (N, H, W), received (4, 5)"),
    ],
)
def test_bad_calls(pictures, size, message):
    with pytest.raises(ValueError, match=exactly(message)):
        moments(pictures, noise=0.1, seed=0, size=size)
