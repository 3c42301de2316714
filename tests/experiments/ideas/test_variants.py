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
    measure,
    middle,
    race,
    small_alexnet,
)
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


def test_centring_takes_the_training_images_mean_from_both():
    train, test = (np.full((2, 3, 2, 2), value, np.uint8) for value in (51, 102))
    train[:, 2] = 255
    centred_train, centred_test = centred(train, test)
    np.testing.assert_allclose(centred_train, 0, atol=1e-6)
    np.testing.assert_allclose(centred_test[0, :, 0, 0], [0.2, 0.2, -0.6], atol=1e-6)
