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
from training.small import RECIPE, SMALL, bits, small_network, train, train_in_another_process

from cnnlib.models.architecture import Architecture
from cnnlib.models.network import Network
from cnnlib.models.storage import load_tensors, save_weights
from cnnlib.shapes import Dense, Flatten
from cnnlib.training import Recipe, loop
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
    epochs = []
    for _ in range(8):
        here, there = context.Pipe()
        process = context.Process(target=train_in_another_process, args=(path, LONG, there))
        process.start()
        here.recv()
        time.sleep(moments.uniform(0, 0.2))
        process.kill()
        process.join()
        epochs.append(len(load_tensors(path, kind="checkpoint")[1]["history"]) if path.exists() else 0)
    assert epochs == sorted(epochs)
    # The last kill may find the run finished on a fast machine; on a slow one it must have begun.
    assert epochs[-1] > 0
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
