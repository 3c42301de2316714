"""Each idea changes what it says and nothing else; the race counts steps as a person would."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnlib.experiments.ideas.variants import (
    NONE,
    VARIANTS,
    Ideas,
    augmentation,
    centred,
    made_for_sigmoids,
    measure,
    middle,
    race,
    small_alexnet,
)
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Conv, Dropout, LocalResponseNorm, Pool
from cnnlib.training import Recipe


def kinds(ideas, kind):
    return [layer for layer in small_alexnet(ideas).layers if isinstance(layer, kind)]


def parameters(ideas, **options):
    return sum(row.parameters for row in small_alexnet(ideas, **options).trace())


def squares(count, side=32):
    """Two classes: a bright square on the left or on the right of a dark, noisy colour picture."""
    rng = np.random.RandomState(0)
    images = rng.uniform(0, 0.2, (count, 3, side, side + 2)).astype(np.float32)
    labels = np.arange(count) % 2
    for image, label in zip(images, labels, strict=True):
        image[:, 10:20, 6 + 14 * label : 14 + 14 * label] += 0.8
    return images, labels


def test_all_variants_have_maps_of_13_and_6_cells():
    for ideas in VARIANTS.values():
        pooled = [row.output_shape for row in small_alexnet(ideas).trace() if row.name.startswith("pool")]
        assert pooled == [(ideas.first_kernels, 13, 13), (32, 6, 6)]


def test_each_idea_is_in_the_network_and_alone():
    assert parameters(NONE) == 16 * 28 + 32 * (16 * 9 + 1) + 128 * (32 * 36 + 1) + 10 * 129
    assert [pool.kernel for pool in kinds(VARIANTS["overlapping pooling"], Pool)] == [3, 3]
    assert [pool.kernel for pool in kinds(NONE, Pool)] == [2, 2]
    assert len(kinds(VARIANTS["response normalisation"], LocalResponseNorm)) == 2
    assert kinds(VARIANTS["dropout"], Dropout) == [Dropout(0.5)]
    assert [conv.groups for conv in kinds(VARIANTS["two towers"], Conv)] == [1, 2]
    assert not kinds(NONE, Dropout)
    assert not kinds(NONE, LocalResponseNorm)
    for name in ("overlapping pooling", "response normalisation", "dropout", "crops and flips", "shifted colours"):
        assert parameters(VARIANTS[name]) == parameters(NONE)


def test_half_the_kernels_see_as_much_in_the_second_layer_as_one_tower_of_two():
    half, towers = (small_alexnet(VARIANTS[name]) for name in ("one tower, half the kernels", "two towers"))
    assert half.weight_shapes()["conv2.weight"] == towers.weight_shapes()["conv2.weight"] == (32, 8, 3, 3)


def test_all_together_has_every_idea():
    assert VARIANTS["all together"] == Ideas(
        overlap=True, norm=True, dropout=True, towers=2, crop=True, flip=True, colour=True
    )


def test_the_middle_is_the_middle():
    images = np.arange(31 * 33).reshape(1, 1, 31, 33)
    assert middle(images)[0, 0, 0, 0] == 2 * 33 + 3
    assert middle(images).shape == (1, 1, 27, 27)


def test_without_ideas_the_middle_is_trained_on():
    images = torch.from_numpy(squares(4)[0])
    assert torch.equal(augmentation(NONE, images.numpy())(images, None), middle(images))


@pytest.mark.parametrize("idea", ["crop", "flip", "colour"])
def test_each_augmentation_does_what_it_is_called(idea):
    images = torch.from_numpy(squares(40)[0])
    seen = augmentation(replace(NONE, **{idea: True}), images.numpy())(images, np.random.RandomState(0))
    plain, change = middle(images), seen - middle(images)
    moved = change.abs().amax((1, 2, 3)) > 0
    assert seen.shape == plain.shape
    if idea == "flip":
        assert torch.equal(seen[moved], plain[moved].flip(3))
        assert 8 < moved.sum() < 32
    elif idea == "colour":
        assert change.std((2, 3)).max() < 1e-6  # one shift for all pixels of an image
    else:
        assert moved.sum() > 30
        wide = images.unfold(2, 27, 1).unfold(3, 27, 1)  # (N, C, 6, 8, 27, 27): every window
        assert ((wide - seen[:, :, None, None]).abs().amax((1, 4, 5)) == 0).any(2).any(1).all()


def test_a_race_ends_with_the_first_window_that_is_good_enough():
    for goal in (0.4, 0.3, 0.2, 0.1):
        steps, errors = race("relu", squares(200), learning_rate=0.01, seed=0, limit=90, goal=goal, window=8)
        assert steps == len(errors) < 90
        means = np.convolve(errors, np.ones(8) / 8, mode="valid")
        assert means[-1] <= goal
        assert (means[:-1] > goal).all()


def test_a_lost_race_says_so_and_repeats_itself():
    images, _ = squares(60)
    noise = np.random.RandomState(1).randint(0, 10, 60)
    steps, errors = race("sigmoid", (images, noise), learning_rate=0.01, seed=2, limit=7)
    assert steps is None
    assert len(errors) == 7
    assert np.array_equal(errors, race("sigmoid", (images, noise), learning_rate=0.01, seed=2, limit=7)[1])


def test_an_idea_is_measured_on_what_was_held_out():
    train, held_out = squares(120), squares(30)
    recipe = Recipe(4, 20, 0.03, 1, optimizer="sgd", momentum=0.9)
    before = torch.random.get_rng_state()
    row = measure(VARIANTS["dropout"], train, held_out, recipe=recipe)
    assert row == measure(VARIANTS["dropout"], train, held_out, recipe=recipe)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert row["accuracy"] > 0.9
    assert row["parameters"] == parameters(NONE)
    wrong = measure(VARIANTS["dropout"], train, (held_out[0], 1 - held_out[1]), recipe=recipe)
    assert wrong["accuracy"] == pytest.approx(1 - row["accuracy"])
    assert wrong["train_accuracy"] == row["train_accuracy"]


def test_what_is_made_for_sigmoids_hands_on_as_much_as_a_tanh():
    # σ(4 z) − ½ has the slope of tanh(z) at 0: with weights four times as large and biases that make up for the ½, a
    # network of sigmoids differs from picture to picture about as much as one of tanh, and one as drawn much less.
    images = torch.from_numpy(middle(squares(40)[0]))

    def spread(network):
        with torch.no_grad():
            return network(images).std(dim=0).mean().item()

    def sigmoids():
        return Network(small_alexnet(Ideas("sigmoid")), seed=3)

    tanh = spread(Network(small_alexnet(Ideas("tanh")), seed=3))
    assert spread(sigmoids()) < 0.1 * tanh
    assert 0.5 * tanh < spread(made_for_sigmoids(sigmoids(), centred=True)) < 4 * tanh
    larger, moved = (made_for_sigmoids(sigmoids(), centred=centred) for centred in (False, True))
    assert torch.equal(larger.conv2.weight, 4 * sigmoids().conv2.weight)
    assert torch.equal(larger.conv2.bias, sigmoids().conv2.bias)
    torch.testing.assert_close(moved.dense2.bias, -moved.dense2.weight.sum(dim=1) / 2)
    assert torch.equal(moved.conv1.bias, larger.conv1.bias)  # what it reads is centred already


def test_a_race_starts_from_what_it_is_given():
    seen = []
    race(
        "sigmoid",
        squares(60),
        learning_rate=0.01,
        seed=2,
        limit=1,
        start=lambda network: seen.append(network) or network,
    )
    assert isinstance(seen[0], Network)


def test_a_normalisation_says_what_it_multiplies_by():
    train = squares(120)
    recipe = Recipe(1, 20, 0.01, 1, optimizer="sgd", momentum=0.9)
    for name, acts in (
        ("response normalisation", False),
        ("normalisation, for these pixels", True),
        ("its factor alone", False),
    ):
        low, middle_, high = measure(VARIANTS[name], train, train, recipe=recipe)["factors"]
        assert low <= middle_ <= high
        assert (high - low > 0.05) == acts
        assert acts or middle_ == pytest.approx(2**-0.75, abs=1e-3)
    assert "factors" not in measure(NONE, train, train, recipe=recipe)


def test_what_is_watched_is_judged_after_every_epoch():
    train, watched = squares(120), squares(20)
    recipe = Recipe(3, 20, 0.03, 1, optimizer="sgd", momentum=0.9)
    row = measure(NONE, train, watched, recipe=recipe, watched=watched)
    assert len(row["watched"]) == 3
    assert row["watched"][-1] == row["accuracy"]


def test_centring_takes_the_training_images_mean_from_both():
    train, test = (np.full((2, 3, 2, 2), value, np.uint8) for value in (51, 102))
    train[:, 2] = 255
    centred_train, centred_test = centred(train, test)
    np.testing.assert_allclose(centred_train, 0, atol=1e-6)
    np.testing.assert_allclose(centred_test[0, :, 0, 0], [0.2, 0.2, -0.6], atol=1e-6)
