"""The loop learns, repeats itself, and stops where numbers stop making sense."""

import math
from functools import partial
from itertools import chain

import numpy as np
import pytest
import torch
from messages import exactly
from models.plain import plain_lenet
from training.small import bands, small_network, timeless

from cnnlib import gpu
from cnnlib.models.lenet import LeNet
from cnnlib.training import Recipe, evaluate, fit, one_cycle, pick_device

QUIET = {"device": "cpu", "progress": False}


def test_one_cycle_at_points_done_by_hand():
    assert one_cycle(0, 0.01) == 0
    assert one_cycle(0.06, 0.01) == pytest.approx(0.002)
    assert one_cycle(0.3, 0.01) == 0.01
    assert one_cycle(0.3 + 0.7 / 4, 2.0) == pytest.approx(1 + math.sqrt(0.5))
    assert one_cycle(0.3 + 0.7 / 3, 0.04) == pytest.approx(0.03)
    assert one_cycle(0.65, 0.01) == pytest.approx(0.005)
    assert one_cycle(1, 0.01) == 0


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "Recipe: epochs must be at least 1, received 0"),
        ({"epochs": 2.0}, TypeError, "Recipe: epochs must be an integer, received 2.0"),
        ({"batch_size": -5}, ValueError, "Recipe: batch_size must be at least 1, received -5"),
        ({"batch_size": "50"}, TypeError, "Recipe: batch_size must be an integer, received '50'"),
        ({"seed": -1}, ValueError, "Recipe: seed must be at least 0, received -1"),
        ({"learning_rate": 0}, ValueError, "Recipe: learning_rate must be positive and finite, received 0"),
        ({"learning_rate": math.nan}, ValueError, "Recipe: learning_rate must be positive and finite, received nan"),
        ({"learning_rate": math.inf}, ValueError, "Recipe: learning_rate must be positive and finite, received inf"),
        ({"learning_rate": 1e38}, ValueError, "Recipe: learning_rate must be at most 1e+37, received 1e+38"),
        ({"learning_rate": "1e-3"}, TypeError, "Recipe: learning_rate must be a number, received '1e-3'"),
        ({"optimizer": "lbfgs"}, ValueError, "Recipe: optimizer must be one of ('adam', 'sgd'), received 'lbfgs'"),
        (
            {"schedule": "cosine"},
            ValueError,
            "Recipe: schedule must be one of ('one_cycle', 'constant', 'three_drops', 'warm_up_cosine'), "
            "received 'cosine'",
        ),
        (
            {"momentum": 0.9},
            ValueError,
            "Recipe: momentum must be from 0 to below 1, and 0 with adam, received 0.9",
        ),
        (
            {"momentum": 1.0, "optimizer": "sgd"},
            ValueError,
            "Recipe: momentum must be from 0 to below 1, and 0 with adam, received 1.0",
        ),
        ({"weight_decay": -0.1}, ValueError, "Recipe: weight_decay must be at least 0 and finite, received -0.1"),
        ({"weight_decay": math.nan}, ValueError, "Recipe: weight_decay must be at least 0 and finite, received nan"),
    ],
)
def test_a_recipe_refuses_what_it_cannot_cook(changed, error, message):
    with pytest.raises(error, match=exactly(message)):
        Recipe(**changed)


def test_a_recipe_of_numpy_numbers_can_be_checkpointed(tmp_path):
    recipe = Recipe(np.int64(1), np.int32(8), np.float32(0.5), np.uint8(3))
    fit(small_network(), bands(10), recipe, checkpoint=tmp_path / "c", **QUIET)
    assert recipe == Recipe(1, 8, 0.5, 3)


def test_fit_learns_a_separable_task():
    network = small_network()
    history = fit(network, bands(120), Recipe(12, 10, 0.05), test=bands(90, seed=9), **QUIET)
    assert [row["epoch"] for row in history] == list(range(1, 13))
    assert history[0]["loss"] > 0.8 > 0.1 > history[-1]["loss"]
    assert history[-1]["accuracy"] == history[-1]["test_accuracy"] == 1
    assert history[-1]["test_loss"] == evaluate(network, *bands(90, seed=9)).loss
    assert all(row["seconds"] > 0 for row in history)


def test_loss_and_accuracy_are_means_over_images_not_over_batches():
    """With a learning rate that changes no digit, the epoch's numbers are those of an evaluation."""
    images, labels = bands(10)
    [row] = fit(small_network(), (images, labels), Recipe(1, 4, 1e-30), **QUIET)
    expected = evaluate(small_network(), images, labels)
    assert row["loss"] == pytest.approx(expected.loss, rel=1e-6)
    assert row["accuracy"] == pytest.approx(expected.accuracy)
    assert "test_loss" not in row


def seen_images(recipe, count):
    """Train on images that carry their number; return the numbers of each batch in the order they came."""
    network, batches = small_network(), []
    network.register_forward_hook(lambda module, arguments, logits: batches.append(arguments[0][:, 0, 0, 0].tolist()))
    images = np.broadcast_to(np.arange(count, dtype=np.float32)[:, None, None, None], (count, 1, 6, 5))
    fit(network, (images, np.zeros(count, np.int64)), recipe, **QUIET)
    return batches


def test_every_epoch_sees_every_image_once_in_an_order_of_its_own():
    batches = seen_images(Recipe(3, 4, 0.01, seed=6), 10)
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    epochs = [list(chain(*batches[start : start + 3])) for start in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in (*epochs, range(10))}) == 4


def test_the_seed_decides_the_order():
    first, again, other = (seen_images(Recipe(1, 4, 0.01, seed=seed), 10) for seed in (6, 6, 7))
    assert first == again != other


def test_the_same_seed_gives_the_same_run():
    runs = []
    for seed in (3, 3, 4):
        network = small_network()
        history = fit(network, bands(40), Recipe(3, 7, 0.05, seed), test=bands(20, seed=1), **QUIET)
        runs.append((timeless(history), [value.tobytes() for value in network.weights().values()]))
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[2][0]
    assert runs[0][1] != runs[2][1]


@pytest.mark.parametrize(("activation", "pooling"), [("sigmoid", "average"), ("relu", "max")])
def test_steps_equal_adam_on_a_plain_pytorch_lenet(activation, pooling):
    random = np.random.RandomState(8)
    images, labels = random.uniform(0, 1, (6, 1, 28, 28)), random.randint(0, 10, 6)
    network = LeNet(activation, pooling, seed=5).double()
    plain = plain_lenet(network.weights(), activation, pooling)
    fit(network, (images, labels), Recipe(5, 6, 0.003), **QUIET)
    optimizer = torch.optim.Adam(plain.parameters())
    # One step an epoch, after 0, 20, … 80 % of all steps: up to 30 %, then down the half cosine.
    shares_of_peak = [0, 2 / 3, *((1 + math.cos(math.pi * descent)) / 2 for descent in (1 / 7, 3 / 7, 5 / 7))]
    for share in shares_of_peak:
        optimizer.param_groups[0]["lr"] = 0.003 * share
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(plain(torch.tensor(images)), torch.tensor(labels)).backward()
        optimizer.step()
    for ours, theirs in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("named", "torchs"),
    [
        ({"optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.3}, partial(torch.optim.SGD, momentum=0.9)),
        ({"weight_decay": 0.3}, torch.optim.Adam),
    ],
)
def test_steps_equal_torchs_optimizers_at_one_rate(named, torchs):
    images, labels = bands(12)
    network, plain = small_network(), small_network()
    fit(network, (images, labels), Recipe(4, 12, 0.05, schedule="constant", **named), **QUIET)
    optimizer = torchs(plain.parameters(), lr=0.05, weight_decay=0.3)
    for _ in range(4):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(plain(torch.tensor(images)), torch.tensor(labels)).backward()
        optimizer.step()
    for ours, theirs in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_a_run_of_sgd_goes_on_from_its_checkpoint(momentum, tmp_path):
    recipe = Recipe(3, 8, 0.05, optimizer="sgd", momentum=momentum)
    whole = small_network()
    expected = timeless(fit(whole, bands(40), recipe, checkpoint=tmp_path / "c", **QUIET))
    calls = []

    def stop(logits, labels):
        calls.append(len(logits))
        if len(calls) > 10:  # five batches an epoch: in the third
            raise KeyboardInterrupt
        return gpu.cross_entropy(logits, labels)

    with pytest.raises(KeyboardInterrupt):
        fit(small_network(), bands(40), recipe, checkpoint=tmp_path / "d", loss=stop, **QUIET)
    resumed = small_network(seed=99)
    assert timeless(fit(resumed, bands(40), recipe, checkpoint=tmp_path / "d", **QUIET)) == expected
    for ours, theirs in zip(resumed.parameters(), whole.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_what_augment_returns_is_what_the_network_sees():
    network, seen, draws = small_network(), [], []
    network.register_forward_hook(lambda module, arguments, logits: seen.append(arguments[0]))

    def augment(images, rng):
        draws.append(rng.uniform())
        return images + draws[-1]

    images, labels = bands(8)
    fit(network, (images, labels), Recipe(2, 8, 1e-9, seed=1), augment=augment, **QUIET)
    assert draws[0] != draws[1]
    for batch, draw in zip(seen, draws, strict=True):
        assert batch.sum().item() == pytest.approx(images.sum() + draw * images.size, rel=1e-5)


def test_a_loss_of_ones_own_is_what_falls():
    def brightness(logits, labels):
        return logits[:, 0].mean()

    network = small_network()
    history = fit(network, bands(20), Recipe(5, 20, 0.05), loss=brightness, **QUIET)
    assert history[-1]["loss"] < history[0]["loss"] - 0.1


def test_a_module_without_an_architecture_trains_too(tmp_path):
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.BatchNorm1d(30), torch.nn.Linear(30, 3))
    history = fit(network, bands(40), Recipe(10, 8, 0.05), checkpoint=tmp_path / "c", **QUIET)
    assert history[-1]["accuracy"] > 0.8


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_run_and_names_the_epoch(bad, tmp_path):
    network, passes = small_network(), []

    def spoil(module, arguments, logits):
        passes.append(len(logits))
        # Two batches an epoch, so the fourth pass belongs to the second.
        return logits - logits.detach() * 0 + (bad if len(passes) == 4 else 0)

    network.register_forward_hook(spoil)
    message = r"\Afit: the loss became (nan|inf) in epoch 2; try a lower learning_rate\Z"
    with pytest.raises(FloatingPointError, match=message):
        fit(network, bands(10), Recipe(5, 5, 0.01), checkpoint=tmp_path / "c", **QUIET)
    kept = small_network()
    assert len(fit(kept, bands(10), Recipe(5, 5, 0.01), checkpoint=tmp_path / "c", **QUIET)) == 5
    assert all(np.isfinite(value).all() for value in kept.weights().values())


def test_an_image_with_nan_is_not_trained_on_in_silence():
    images, labels = bands(10)
    images[3, 0, 2, 1] = math.nan
    with pytest.raises(FloatingPointError, match="fit: the loss became nan in epoch 1"):
        fit(small_network(), (images, labels), Recipe(2, 5, 0.01), **QUIET)


@pytest.mark.parametrize(("images", "labels"), [(10, 9), (9, 10), (0, 0)])
def test_fit_refuses_images_without_labels(images, labels):
    message = (
        f"fit: train must hold as many images as labels and at least one, received {images} images and {labels} labels"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        fit(small_network(), (bands(10)[0][:images], bands(10)[1][:labels]), Recipe(1), **QUIET)


def test_labels_out_of_range_are_refused():
    images, labels = bands(10)
    with pytest.raises(ValueError, match=r"cross_entropy: labels .*received.* 3"):
        fit(small_network(), (images, labels + 1), Recipe(1), **QUIET)


def test_fit_writes_to_no_argument_and_says_nothing(recwarn, capfd):
    train, test = bands(10), bands(10, seed=1)
    for array in (*train, *test):
        array.setflags(write=False)
    fit(small_network(), train, Recipe(1, 5), test=test, **QUIET)
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


def test_progress_is_shown_when_asked_for(capfd):
    fit(small_network(), bands(10), Recipe(2, 5), device="cpu")
    assert "2/2" in capfd.readouterr().err


def test_auto_means_a_gpu_where_there_is_one():
    assert pick_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "cpu:x", ""])
def test_a_device_that_is_not_there_is_refused_in_one_line(device):
    with pytest.raises(ValueError, match=rf"\Adevice must be one this machine has, received '{device}' \(.*\)\Z"):
        fit(small_network(), bands(10), Recipe(1), device=device, progress=False)


@pytest.mark.parametrize("rate", [0.01, 1e30], ids=["trained", "blown up"])
def test_the_network_comes_back_to_where_it_was(rate):
    network, places = small_network(), []
    move = network.to
    network.to = lambda place: places.append(torch.device(place)) or move(place)
    train = Recipe(1, 5, rate, optimizer="sgd", schedule="constant")
    try:
        fit(network, bands(10), train, device="cpu:0", progress=False)
    except FloatingPointError:
        assert rate > 1
    assert places == [torch.device("cpu:0"), torch.device("cpu")]
    assert next(network.parameters()).device == torch.device("cpu")
