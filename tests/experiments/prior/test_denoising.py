"""The most probable weights, against the penalty written out in loops and a dense solver."""

from itertools import product

import numpy as np
import pytest
from messages import exactly

from cnnlib.data import Split
from cnnlib.experiments.prior.denoising import (
    Prior,
    apply,
    as_matrix,
    by_offset,
    distances,
    drawn,
    noisy_digits,
    squared_error,
    wandering_pairs,
    window,
)

S = 4
RANDOM = np.random.RandomState(0)
X, Y = RANDOM.normal(size=(2, 9, S, S))


def cell(*place):
    """Number a weight v[u1, u2, d1, d2] or a pixel (p1, p2), modulo S."""
    return int(np.ravel_multi_index(np.mod(place, S), len(place) * (S,)))


def solved_directly(sharing, locality, ridge, reach):
    """Minimise the objective that `Prior.fit` documents, term by term."""
    design = np.zeros((len(X), S * S, S**4))
    for n, u1, u2, d1, d2 in product(range(len(X)), *4 * [range(S)]):
        design[n, cell(u1, u2), cell(u1, u2, d1, d2)] = X[n, (u1 + d1) % S, (u2 + d2) % S]
    design = design.reshape(-1, S**4)
    penalty = ridge * np.eye(S**4)
    for u1, u2, d1, d2 in product(*4 * [range(S)]):
        for next_unit in ((u1 + 1, u2), (u1, u2 + 1)):
            row = np.zeros(S**4)
            row[cell(*next_unit, d1, d2)] += 1
            row[cell(u1, u2, d1, d2)] -= 1
            penalty += sharing * np.outer(row, row)
        if min(d1, S - d1) > reach or min(d2, S - d2) > reach:
            penalty[cell(u1, u2, d1, d2), cell(u1, u2, d1, d2)] += locality
    solution = np.linalg.solve(design.T @ design + penalty, design.T @ Y.reshape(-1))
    return solution.reshape(4 * (S,))


@pytest.mark.parametrize(
    ("sharing", "locality", "reach"), [(0.0, 0.0, 1), (3.0, 3.0, 1), (3.0, 0.5, 0), (0.0, 2.0, 1), (1e4, 0.0, 1)]
)
def test_fit_minimises_the_penalised_error(sharing, locality, reach):
    v = Prior(sharing, locality, 0.7, S, reach).fit(X, Y, tolerance=1e-12)
    np.testing.assert_allclose(v, solved_directly(sharing, locality, 0.7, reach), atol=1e-8)


def test_infinite_precisions_are_limits_each_by_itself():
    shared = Prior(np.inf, 0.0, 0.7, S, 1).fit(X, Y, tolerance=1e-12)
    np.testing.assert_allclose(shared, Prior(1e9, 0.0, 0.7, S, 1).fit(X, Y, tolerance=1e-12), atol=1e-6)
    assert distances(shared, 1)[0] == pytest.approx(0, abs=1e-14)
    assert distances(shared, 1)[1] > 0.1
    local = Prior(0.0, np.inf, 0.7, S, 1).fit(X, Y, tolerance=1e-12)
    np.testing.assert_allclose(local, Prior(0.0, 1e9, 0.7, S, 1).fit(X, Y, tolerance=1e-12), atol=1e-6)
    assert distances(local, 1)[1] == 0
    assert distances(local, 1)[0] > 0.1


def test_both_infinite_are_a_convolution():
    v = Prior(np.inf, np.inf, 0.7, S, 1).fit(X, Y, tolerance=1e-12)
    np.testing.assert_allclose(v, v[:1, :1] * np.ones_like(v), atol=1e-14)
    assert distances(v, 1) == pytest.approx((0, 0), abs=1e-14)
    assert np.abs(v[0, 0][window(S, 1)]).min() > 1e-3
    np.testing.assert_allclose(v, Prior(1e9, 1e9, 0.7, S, 1).fit(X, Y, tolerance=1e-12), atol=1e-6)
    # The best kernel, directly: the penalty counts each of its weights once for every unit.
    taps = [(a, b) for a, b in product((-1, 0, 1), repeat=2)]
    design = np.stack([np.roll(X, (-a, -b), axis=(1, 2)).ravel() for a, b in taps], axis=1)
    kernel = np.linalg.solve(design.T @ design + 0.7 * S * S * np.eye(9), design.T @ Y.ravel())
    np.testing.assert_allclose([v[2, 1][tap] for tap in taps], kernel, atol=1e-10)


def test_offsets_and_matrices():
    v = RANDOM.normal(size=4 * (S,))
    matrix = as_matrix(v)
    assert matrix[cell(1, 2), cell(1 + 3, 2 + 1)] == v[1, 2, 3, 1]
    np.testing.assert_array_equal(by_offset(matrix), v)
    loops = sum(v[1, 2, a, b] * X[0, (1 + a) % S, (2 + b) % S] for a, b in np.ndindex(S, S))
    assert apply(v, X)[0, 1, 2] == pytest.approx(loops)


def test_a_window_by_hand():
    assert window(5, 1).astype(int).tolist() == [
        [1, 1, 0, 0, 1],
        [1, 1, 0, 0, 1],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 1, 0, 0, 1],
    ]


def test_distances_by_hand():
    v = np.zeros((5, 5, 5, 5))
    v[..., 0, 0] = 1.0  # shared, inside
    assert distances(v, reach=1) == (0, 0)
    v[..., 2, 0] = 1.0  # shared, outside
    assert distances(v, reach=1) == pytest.approx((0, np.sqrt(1 / 2)))
    checkered = np.where(np.indices((4, 4)).sum(axis=0) % 2, 1.0, -1.0)
    assert distances(checkered[..., None, None] * np.ones((4, 4)), reach=1)[0] == pytest.approx(1)


def test_noisy_digits_are_half_as_large_and_as_noisy_as_said():
    bright = np.zeros((300, 1, 28, 28), np.uint8)
    bright[:, :, 2:4, 6:8] = [[0, 255], [255, 0]]
    noisy, clean = noisy_digits(Split(bright, np.zeros(300, np.int64)), noise=0.2)
    assert noisy.shape == clean.shape == (300, 14, 14)
    assert clean[7, 1, 3] == 0.5
    assert np.count_nonzero(clean) == 300
    assert np.std(noisy - clean) == pytest.approx(0.2, rel=0.02)
    coarse = noisy_digits(Split(bright, np.zeros(300, np.int64)), size=7)[1]
    assert coarse.shape == (300, 7, 7)
    assert coarse[7, 0, 1] == 0.125


def test_digits_are_drawn_in_pairs_and_by_the_seed():
    noisy, clean = drawn((X, Y), 5, seed=3)
    chosen = np.random.RandomState(3).permutation(9)[:5]
    np.testing.assert_array_equal(noisy, X[chosen])
    np.testing.assert_array_equal(clean, Y[chosen])
    v = RANDOM.normal(size=4 * (S,))
    assert squared_error(v, (X, Y)) == pytest.approx(np.mean((apply(v, X) - Y) ** 2))


def test_noisy_and_clean_wander_together():
    noisy, clean = wandering_pairs((X, Y), seed=5)
    moves = np.random.RandomState(5).randint(S, size=(9, 2))
    for before, after in ((X, noisy), (Y, clean)):
        for image, moved, move in zip(before, after, moves, strict=True):
            np.testing.assert_array_equal(moved, np.roll(image, move, axis=(0, 1)))
    assert len({tuple(move) for move in moves}) > 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Prior(-1.0, 0.0, 1.0),
            "Prior: sharing and locality must be at least 0 and ridge positive and finite, "
            "received sharing=-1.0, locality=0.0 and ridge=1.0",
        ),
        (
            lambda: Prior(1.0, 0.0, 0),
            "Prior: sharing and locality must be at least 0 and ridge positive and finite, "
            "received sharing=1.0, locality=0.0 and ridge=0",
        ),
        (
            lambda: Prior(1.0, 1.0, 1.0, 4, 2),
            "Prior: reach must leave the window within the image, received reach=2 for size=4",
        ),
        (
            lambda: Prior(1.0, 1.0, 1.0, 5, 1).fit(X, Y),
            "Prior.fit: images and targets must have shape (N, 5, 5), received (9, 4, 4) and (9, 4, 4)",
        ),
    ],
)
def test_a_wrong_call_is_told_what_arrived(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
