"""The readers of one-dimensional digits: their sizes, their data, and that they learn."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.matrices import one_dimensional
from cnnlib.training import Recipe


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("logistic regression", 40 * 10 + 10),
        ("dense", 40 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10),
        ("dense, fewer units", 40 * 65 + 65 + 65 * 65 + 65 + 65 * 10 + 10),
        # Lengths 40, 20, 10, 5.
        ("convolutional", (5 + 1) * 25 + 2 * (25 * 5 + 1) * 25 + 25 * 5 * 10 + 10),
        ("locally connected", 20 * (5 + 1) * 25 + (10 + 5) * (25 * 5 + 1) * 25 + 25 * 5 * 10 + 10),
        ("locally connected, fewer channels", 20 * (5 + 1) * 9 + (10 + 5) * (9 * 5 + 1) * 9 + 9 * 5 * 10 + 10),
    ],
)
def test_parameters(name, parameters):
    assert sum(each.numel() for each in one_dimensional.network(name).parameters()) == parameters


def test_with_equal_weights_everywhere_the_local_reader_is_the_convolutional_one():
    shared, local = (one_dimensional.network(name, seed=1) for name in ("convolutional", "locally connected"))
    convolutional = dict(shared.named_parameters())
    with torch.no_grad():
        for k in range(3):
            bias = convolutional[f"conv{k + 1}.bias"].uniform_(-0.1, 0.1)
            local.weights[k].copy_(convolutional[f"conv{k + 1}.weight"].expand_as(local.weights[k]))
            local.biases[k].copy_(bias.expand_as(local.biases[k]))
        local.readout.copy_(convolutional["dense1.weight"])
        local.readout_bias.copy_(convolutional["dense1.bias"])
        signals = torch.from_numpy(one_dimensional.signals()[1][0][:5])
        torch.testing.assert_close(local(signals), shared(signals))


def test_signals_are_images_one_pixel_high():
    (images, labels), (test_images, test_labels) = one_dimensional.signals()
    assert images.shape == (4000, 1, 1, 40)
    assert test_images.shape == (1000, 1, 1, 40)
    assert images.dtype == np.float32
    assert (len(labels), len(test_labels)) == (4000, 1000)


def test_shuffled_signals_hold_the_same_samples_in_one_other_order():
    (images, labels), (test_images, _) = one_dimensional.signals()
    (moved, moved_labels), (test_moved, _) = one_dimensional.signals(order=0)
    np.testing.assert_array_equal(labels, moved_labels)
    order = [int(np.flatnonzero((images == moved[..., k : k + 1]).all(axis=(0, 1, 2)))[0]) for k in range(40)]
    assert sorted(order) == list(range(40)) != order
    np.testing.assert_array_equal(test_images[..., order], test_moved)


def test_every_seed_shuffles_in_an_order_of_its_own(monkeypatch):
    asked = []
    signals = one_dimensional.signals
    monkeypatch.setattr(one_dimensional, "signals", lambda order=None: asked.append(order) or signals(order))
    recipe = Recipe(epochs=1, batch_size=1000, learning_rate=0.01)
    for shuffled in (False, True):
        one_dimensional.accuracies("logistic regression", (3, 4), recipe=recipe, shuffled=shuffled)
    assert asked == [None, None, 3, 4]


def test_every_seed_is_a_run_of_its_own_that_can_be_repeated():
    recipe = Recipe(epochs=3, batch_size=200, learning_rate=0.01)
    runs = one_dimensional.accuracies("logistic regression", (0, 1, 0), recipe=recipe)
    assert runs.shape == (3,)
    assert runs[0] == runs[2] != runs[1]
    assert np.all(runs > 0.15)  # guessing reads 0.1


def test_rates_are_tried_on_training_signals_alone(monkeypatch):
    (images, labels), _ = one_dimensional.signals()
    nothing = np.full_like(images[:5], np.nan), labels[:5]  # a test signal that is looked at is noticed
    monkeypatch.setattr(one_dimensional, "signals", lambda order: ((images, labels), nothing))
    tried = one_dimensional.accuracies_by_rate("logistic regression", (0,), recipe=Recipe(epochs=2, batch_size=200))
    assert tuple(tried) == one_dimensional.RATES_TRIED
    assert len(set(tried.values())) > 1
    assert min(tried.values()) > 0.1
