"""The unit of one weight and one bias: its slopes are those of its loss, and each kind of step is what it is called."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib import data
from cnnlib.experiments.learning import descent


def test_the_six_numbers_are_the_ink_of_six_digits():
    train = data.mnist().train
    middle = data.as_float(train.images)[list(descent.SIX), 0, 12:16, 12:16].sum(axis=(1, 2)) / 4
    assert np.round(middle, 1) == pytest.approx(descent.INK_OF_SIX)
    assert train.labels[list(descent.SIX)].tolist() == [0, 0, 0, 8, 8, 8]
    assert descent.EIGHT.tolist() == [0, 0, 0, 1, 1, 1]


def test_the_loss_is_minus_the_logarithm_of_the_right_answers():
    w, b = 0.7, -0.4
    p = 1 / (1 + np.exp(-(w * descent.INK_OF_SIX + b)))
    assert descent.loss(w, b) == pytest.approx(-np.log([*(1 - p[:3]), *p[3:]]).mean())
    grid = descent.loss(np.array([[w, 2.0]]), np.array([[b], [1.0], [0.0]]))
    assert grid.shape == (3, 2)
    assert grid[0, 0] == pytest.approx(descent.loss(w, b))
    assert descent.loss(-800.0, 0.0) == pytest.approx((800 * 6.9 + np.log(2)) / 6)


@pytest.mark.parametrize(("w", "b"), [(0.0, 0.0), (1.3, -2.0), (-0.5, 0.7)])
def test_the_slopes_are_differences_of_the_loss(w, b):
    e = 1e-6
    expected = [
        (descent.loss(w + e, b) - descent.loss(w - e, b)) / (2 * e),
        (descent.loss(w, b + e) - descent.loss(w, b - e)) / (2 * e),
    ]
    assert descent.loss_slopes(w, b) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("method", "optimizer"),
    [
        ("plain", lambda given: torch.optim.SGD(given, lr=0.3)),
        ("momentum", lambda given: torch.optim.SGD(given, lr=0.3, momentum=0.9)),
        ("Adam", lambda given: torch.optim.Adam(given, lr=0.3)),
    ],
)
def test_every_method_walks_as_pytorchs_does(method, optimizer):
    place = torch.tensor([-1.0, 1.0], dtype=torch.float64, requires_grad=True)
    x, y = torch.tensor(descent.INK_OF_SIX), torch.tensor(descent.EIGHT, dtype=torch.float64)
    steps, path = optimizer([place]), [place.tolist()]
    for _ in range(25):
        steps.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(place[0] * x + place[1], y).backward()
        steps.step()
        path.append(place.tolist())
    assert descent.walk(method, 0.3, 25, start=(-1, 1)) == pytest.approx(np.array(path), abs=1e-9)


def test_an_unknown_method_is_refused():
    with pytest.raises(
        ValueError, match=exactly("walk: method must be one of 'plain', 'momentum', 'Adam', received 'sgd'")
    ):
        descent.walk("sgd", 1, 1)


def test_the_lowest_place_is_flat():
    w, b = descent.walk("plain", 2.0, 500)[-1]
    assert descent.loss_slopes(w, b) == pytest.approx([0, 0], abs=1e-6)
    assert descent.lowest() == pytest.approx(descent.loss(w, b))


def test_steps_are_counted_to_where_the_loss_stays_low():
    needed = descent.steps_needed("momentum", 0.1)
    far = descent.loss(*descent.walk("momentum", 0.1, 600).T) > descent.lowest() + 0.001
    assert far[needed - 1]
    assert not far[needed:].any()
    assert descent.steps_needed("plain", 4) is None
    assert descent.steps_needed("plain", 1, most=needed) is None
    assert descent.steps_needed("plain", 1, within=10) == 0
