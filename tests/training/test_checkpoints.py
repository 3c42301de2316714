"""Stop anywhere, go on, and end where an uninterrupted run ends, bit for bit."""

import multiprocessing
import random
import re
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from training.small import RECIPE, SMALL, bands, bits, small_network, train, train_in_another_process

from cnnlib.models.architecture import Architecture
from cnnlib.models.storage import load_tensors, save_tensors, save_weights
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Dense, Flatten
from cnnlib.training import Recipe, fit, loop
from cnnlib.training.checkpoints import load_checkpoint, save_checkpoint

LONG = Recipe(24, 20, 0.05, 2)


def contents(checkpoint):
    """Return a checkpoint's tensors (the optimizer's among them) as bits."""
    tensors, _ = load_tensors(checkpoint, kind="checkpoint")
    return {name: (value.shape, value.tobytes()) for name, value in tensors.items()}


def stop_after(epoch, monkeypatch):
    """Let a run be interrupted as soon as the checkpoint of ``epoch`` is written."""

    def save_and_stop(path, network, optimizer, run_id, history):
        save_checkpoint(path, network, optimizer, run_id, history)
        if len(history) == epoch:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "save_checkpoint", save_and_stop)


@pytest.mark.parametrize("epoch", range(1, RECIPE.epochs))
def test_a_run_stopped_after_any_epoch_ends_as_if_it_had_not(epoch, tmp_path, monkeypatch):
    expected = train(checkpoint=tmp_path / "whole")
    with monkeypatch.context() as patch:
        stop_after(epoch, patch)
        with pytest.raises(KeyboardInterrupt):
            train(checkpoint=tmp_path / "stopped")
    # Other initial weights: all that counts comes from the file.
    assert train(checkpoint=tmp_path / "stopped", network=small_network(seed=99)) == expected
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


def test_checkpoints_do_not_change_the_run(tmp_path):
    assert train(checkpoint=tmp_path / "c") == train()
    assert list(tmp_path.iterdir()) == [tmp_path / "c"]


def test_a_finished_run_is_returned_without_another_step(tmp_path):
    expected = train(checkpoint=tmp_path / "c")
    before = (tmp_path / "c").read_bytes()
    assert train(checkpoint=tmp_path / "c") == expected
    assert (tmp_path / "c").read_bytes() == before


def test_network_and_optimizer_come_back_as_they_were(tmp_path):
    network = small_network()
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.rand(4, 1, 6, 5)).sum().backward()
    optimizer.step()
    save_checkpoint(tmp_path / "c", network, optimizer, {}, [])
    other = small_network(seed=7)
    other_optimizer = torch.optim.Adam(other.parameters())
    assert load_checkpoint(tmp_path / "c", other, other_optimizer, {}) == []
    assert bits(other) == bits(network)
    for index, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            restored = other_optimizer.state_dict()["state"][index][name]
            assert (restored.shape, restored.dtype) == (value.shape, value.dtype)
            assert torch.equal(restored, value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_killed_at_random_moments_ends_as_if_it_had_not(tmp_path):
    # Forked from a server that has imported PyTorch, with what an optimizer imports later, but computed
    # nothing: a start takes milliseconds, and no thread is there to be lost in the fork.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cnnlib.training", "torch._dynamo"])
    path, moments = tmp_path / "c", random.Random(5)

    def epochs():
        return len(load_tensors(path, kind="checkpoint")[1]["history"]) if path.exists() else 0

    seen = [0]
    for _ in range(8):
        here, there = context.Pipe()
        process = context.Process(target=train_in_another_process, args=(path, LONG, there))
        process.start()
        here.recv()
        # After epochs of its own, not seconds of ours, and then anywhere within one.
        enough = seen[-1] + moments.randrange(3)
        while epochs() < enough and process.is_alive():
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.02))
        process.kill()
        process.join()
        seen.append(epochs())
    assert seen == sorted(seen)
    assert seen[-1] > 0
    assert train(LONG, path, network=small_network(seed=99)) == train(LONG)


def assert_untouched(network, path, match, error=ValueError, **kwargs):
    """Expect a refusal that names the file and leaves network and file as they were."""
    before, content = bits(network), path.read_bytes()
    with pytest.raises(error, match=rf"\A{re.escape(str(path))} {match}\Z"):
        train(network=network, checkpoint=path, **kwargs)
    assert bits(network) == before
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"epochs": 6}, "is of a run with epochs 5, not 6"),
        ({"batch_size": 8}, "is of a run with batch_size 7, not 8"),
        ({"learning_rate": 0.01}, "is of a run with learning_rate 0.05, not 0.01"),
        ({"seed": 3}, "is of a run with seed 2, not 3"),
    ],
)
def test_a_checkpoint_of_another_recipe_is_refused(changed, match, tmp_path):
    train(checkpoint=tmp_path / "c")
    assert_untouched(small_network(seed=4), tmp_path / "c", match, recipe=replace(RECIPE, **changed))


def test_a_checkpoint_of_other_data_is_refused(tmp_path):
    train(checkpoint=tmp_path / "c")
    assert_untouched(small_network(), tmp_path / "c", "is of a run with images 40, not 39", images=39)


def test_a_checkpoint_of_another_architecture_is_refused(tmp_path):
    train(checkpoint=tmp_path / "c")
    other = Network(Architecture("Other", (1, 6, 5), (Flatten(), Dense(3))), seed=0)
    assert_untouched(other, tmp_path / "c", "is of a run with architecture 'Small', not 'Other'")


def test_weights_are_not_a_checkpoint(tmp_path):
    save_weights(tmp_path / "c", SMALL, small_network().weights())
    assert_untouched(small_network(), tmp_path / "c", "holds weights, not checkpoint")


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "c"
    train(checkpoint=path)
    whole = path.read_bytes()
    positions = np.random.RandomState(0).randint(0, len(whole), 40)
    for position in positions:
        path.write_bytes(whole[:position])
        assert_untouched(small_network(), path, ".*")
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
        assert_untouched(small_network(), path, ".*")


def test_a_missing_folder_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        train(checkpoint=tmp_path / "nowhere" / "c")


def stack(width):
    """A network without a name of its own: to a recipe and a number of images all of them are the same run."""
    torch.manual_seed(0)
    layers = torch.nn.Flatten(), torch.nn.Linear(30, width), torch.nn.BatchNorm1d(width), torch.nn.Linear(width, 3)
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (
            lambda: stack(5),
            r"'network.1.bias' is float32 \(4,\) there and float32 \(5,\) here",
        ),
        (
            lambda: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(30, 3)),
            r"'network.1.bias' is float32 \(4,\) there and float32 \(3,\) here",
        ),
        (
            lambda: torch.nn.Sequential(*stack(4), torch.nn.Linear(3, 3)),
            r"'network.4.bias' is missing there and float32 \(3,\) here",
        ),
        (
            lambda: stack(4).double(),
            r"'network.1.bias' is float32 \(4,\) there and float64 \(4,\) here",
        ),
    ],
)
def test_a_checkpoint_of_another_network_without_a_name_is_refused_untouched(other, match, tmp_path):
    path = tmp_path / "c"
    fit_options = {"device": "cpu", "progress": False, "checkpoint": path}
    fit(stack(4), bands(20), RECIPE, **fit_options)
    network, content = other(), path.read_bytes()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    images, labels = bands(20)
    with pytest.raises(ValueError, match=rf"\A{re.escape(str(path))} is of another network: {match}\Z"):
        fit(network, (images.astype(next(network.parameters()).detach().numpy().dtype), labels), RECIPE, **fit_options)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert path.read_bytes() == content


@pytest.mark.parametrize("about", [{}, {"run": {}}, {"run": [], "history": []}, {"run": {}, "history": 3}])
def test_a_checkpoint_that_does_not_say_of_which_run_is_refused(about, tmp_path):
    path = tmp_path / "c"
    train(checkpoint=path)
    tensors, _ = load_tensors(path, kind="checkpoint")
    save_tensors(path, tensors, kind="checkpoint", about=about)
    assert_untouched(small_network(), path, "does not say of which run it is, or how far that has come")


@pytest.mark.parametrize("name", ["optimizer.7.exp_avg", "optimizer.0.exp_avg", "optimizer.x", "", "network"])
def test_tensors_without_a_place_are_refused(name, tmp_path):
    path = tmp_path / "c"
    train(checkpoint=path)
    tensors, about = load_tensors(path, kind="checkpoint")
    save_tensors(path, tensors | {name: np.ones((2, 2))}, kind="checkpoint", about=about)
    assert_untouched(small_network(), path, rf"is of another network: '{name}' is float64 \(2, 2\) there and .* here")


@pytest.mark.parametrize("entry", ["step", "exp_avg", "exp_avg_sq"])
def test_what_the_optimizer_remembers_is_there_whole(entry, tmp_path):
    path = tmp_path / "c"
    train(checkpoint=path)
    tensors, about = load_tensors(path, kind="checkpoint")
    del tensors[f"optimizer.2.{entry}"]
    save_tensors(path, tensors, kind="checkpoint", about=about)
    match = rf"is of another network: 'optimizer.2.{entry}' is missing there and float32 \(.*\) here"
    assert_untouched(small_network(), path, match)


def test_weights_that_are_no_numbers_are_never_a_checkpoint(tmp_path):
    """The loss of the only batch is measured before the step that leads out of float32."""
    reckless = Recipe(1, 20, 1e37, optimizer="sgd", schedule="constant")
    images, labels = bands(20)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(30, 3))
    with pytest.raises(FloatingPointError, match="fit: the weights became infinite or NaN in epoch 1; try a lower"):
        fit(network, (images * 1e4, labels), reckless, device="cpu", progress=False, checkpoint=tmp_path / "c")
    assert not (tmp_path / "c").exists()
