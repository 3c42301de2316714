"""The recipes build what they say and learn; their sizes are those of their sources."""

import numpy as np
import pytest
import torch

from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5.published import PUBLISHED, distort_lenet5, enlarged, train_as_published

PARAMETERS = {
    "LeNet, sigmoid and average": 61_706,
    "LeNet, modern training": 61_706,
    "LeNet-5": 60_000,
    "LeNet-5, distorted digits": 60_000,
    "Dive into Deep Learning": 61_706,
    "batch normalisation": 61_706 + 2 * (6 + 16),
    "99 % by three settings": 156 + 2_416 + (256 + 1) * 120 + (120 + 1) * 84 + (84 + 1) * 10,
    "small CNN": 32 * 10 + (13 * 13 * 32 + 1) * 100 + 101 * 10,
}


def digits(count, start=0):
    split = mnist().train
    part = slice(start, start + count)
    return as_float(split.images[part]), split.labels[part]


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_recipe_has_its_sources_parameters_and_repeats_itself(name):
    rows = [train_as_published(name, digits(60), digits(20, 60), seed=3, epochs=1)[1] for _ in range(2)]
    for row in rows:
        assert row.pop("seconds") >= 0
    assert rows[0] == rows[1]
    assert rows[0]["parameters"] == PARAMETERS[name]
    assert rows[0]["epochs"] == 1
    assert 0 <= rows[0]["accuracy"] <= 1


def test_a_recipe_learns():
    network, row = train_as_published("batch normalisation", digits(600), digits(200, 600), seed=0, epochs=4)
    assert row["accuracy"] > 0.8
    assert row["train_accuracy"] > 0.8
    assert not network.training


def test_seeds_are_runs_of_their_own():
    first, other = (
        train_as_published("batch normalisation", digits(40), digits(20), seed=seed, epochs=1)[0] for seed in (0, 1)
    )
    weights = [next(network.parameters()) for network in (first, other)]
    assert not torch.equal(*weights)
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    train_as_published("batch normalisation", digits(10), digits(10), seed=0, epochs=1)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_enlarged_digits_have_mnists_mean_and_spread():
    images = enlarged(digits(500)[0])
    assert images.shape == (500, 1, 32, 32)
    assert images.dtype == np.float32
    assert abs(images.mean()) < 0.1
    assert abs(images.std() - 1) < 0.1


def test_lenet5s_distortions_bring_in_paper():
    images = torch.full((5, 1, 32, 32), -0.1)
    moved = distort_lenet5(images, np.random.RandomState(0))
    torch.testing.assert_close(moved, images)


def test_an_unknown_recipe_is_refused():
    with pytest.raises(ValueError, match=r"run: name must be one of LeNet, sigmoid and average, .*, received 'other'"):
        train_as_published("other", digits(2), digits(2), seed=0)
