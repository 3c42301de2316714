"""Schedules against their formulas, recipes against the papers they are named after."""

import numpy as np
import pytest
import torch

from cnnlib.models.catalogue import alexnet2012, lenet, paper_weights
from cnnlib.training.recipes import RECIPES, Recipe
from cnnlib.training.schedules import SCHEDULES, three_drops, warm_up_cosine


def test_the_paper_divides_by_ten_three_times():
    rates = [three_drops(epoch / 90, 0.01) for epoch in range(90)]
    assert np.log10(rates).round(6).tolist() == [-2] * 30 + [-3] * 30 + [-4] * 20 + [-5] * 10


def test_warm_up_climbs_evenly_and_the_cosine_falls_to_zero():
    rates = np.array([warm_up_cosine(share, 0.08) for share in np.linspace(0, 1, 101)])
    np.testing.assert_allclose(np.diff(rates[:6]), 0.016, rtol=1e-9)
    assert (np.diff(rates[5:]) < 0).all()
    assert rates[0] == rates[-1] == 0
    # The cosine is as far below its middle after three quarters as above it after one.
    assert warm_up_cosine(0.05 + 0.95 / 4, 1) + warm_up_cosine(0.05 + 0.95 * 3 / 4, 1) == pytest.approx(1)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_scales_with_its_peak_and_never_exceeds_it(schedule):
    for share in np.linspace(0, 1, 37):
        assert SCHEDULES[schedule](share, 3.0) == pytest.approx(3 * SCHEDULES[schedule](share, 1.0))
        assert 0 <= SCHEDULES[schedule](share, 1.0) <= 1


def test_a_step_of_the_papers_recipe_is_its_equation():
    """``v ← 0.9 v − 0.0005 ε w − ε ∂L/∂w``, ``w ← w + v`` (Sec. 5)."""
    weight = torch.tensor([2.0], requires_grad=True)
    optimizer = RECIPES["paper"].recipe.optimizer_of([weight])
    w, v = 2.0, 0.0
    for gradient in (0.3, -0.7, 0.1):
        weight.grad = torch.tensor([gradient])
        optimizer.step()
        v = 0.9 * v - 0.0005 * 0.01 * w - 0.01 * gradient
        w += v
        assert weight.item() == pytest.approx(w, rel=1e-6)


def test_the_modern_rate_is_the_papers_times_the_batch():
    paper, modern = RECIPES["paper"].recipe, RECIPES["modern"].recipe
    assert modern.learning_rate / paper.learning_rate == modern.batch_size / paper.batch_size == 8


def test_the_papers_starting_weights():
    weights = paper_weights(alexnet2012(classes=5, size=67, width=0.25), seed=1)
    ones = [name for name, value in weights.items() if name.endswith(".bias") and (value == 1).all()]
    zeros = [name for name, value in weights.items() if name.endswith(".bias") and (value == 0).all()]
    assert ones == ["conv2.bias", "conv4.bias", "conv5.bias", "dense1.bias", "dense2.bias"]
    assert zeros == ["conv1.bias", "conv3.bias", "dense3.bias"]
    for name in ("conv3.weight", "dense2.weight"):
        assert weights[name].std() == pytest.approx(0.01, rel=0.02)
        assert abs(weights[name].mean()) < 1e-4
        assert weights[name].dtype == np.float32
    assert not np.array_equal(
        weights["conv1.weight"], paper_weights(alexnet2012(classes=5, size=67, width=0.25), 2)["conv1.weight"]
    )
    assert paper_weights(lenet(), 0)["dense3.bias"].sum() == 0


def test_a_constant_rate_is_constant():
    recipe = Recipe(learning_rate=0.3, schedule="constant")
    assert {recipe.rate(share) for share in (0, 0.4, 1)} == {0.3}
