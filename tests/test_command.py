"""``python -m cnnlib train``, from the shell and in one process."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from models.plain import plain_lenet

from cnnlib.__main__ import main
from cnnlib.data import DataError, Dataset, Split, mnist
from cnnlib.models.architectures import lenet
from cnnlib.models.storage import load_tensors, load_weights
from cnnlib.training import command
from cnnlib.training.loop import Recipe

QUICK = ["train", "lenet", "--epochs", "2", "--batch-size", "8", "--device", "cpu"]


def shell(*arguments):
    """Start the command as a reader does, on one thread."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "cnnlib", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
    )


@pytest.fixture
def few_digits(monkeypatch):
    """Let MNIST be 40 + 20 digits, and remember whether the full set was asked for."""
    digits = mnist()
    asked = []

    def small(full=False):
        asked.append(full)
        parts = (
            Split(split.images[:count], split.labels[:count])
            for split, count in zip((digits.train, digits.test), (40, 20), strict=True)
        )
        return Dataset("few digits", *parts, digits.classes)

    monkeypatch.setattr(command, "mnist", small)
    return asked


def last_error_line(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()[-1]


def test_from_the_packaged_digits_to_a_file_of_weights(tmp_path):
    weights, checkpoint = tmp_path / "w.safetensors", tmp_path / "c.safetensors"
    with shell(
        "train", "lenet", "--activation", "relu", "--pooling", "max", "--epochs", 1, "--learning-rate", 0.005,
        "--batch-size", 100, "--seed", 3, "--device", "cpu", "--weights", weights, "--checkpoint", checkpoint,
    ) as process:  # fmt: skip
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert "1/1" in err
    assert "Warning" not in err
    first, second = out.splitlines()
    assert first.startswith("LeNet (relu, max pooling) on mnist-5k: test accuracy 0.")
    assert second == f"weights written to {weights}"

    # What it printed is what its weights do, in a network that shares no code with it.
    digits = mnist().test
    plain = plain_lenet(load_weights(weights, lenet("relu", "max")), "relu", "max")
    predictions = plain(torch.tensor(digits.images).double() / 255).argmax(1).numpy()
    accuracy = np.mean(predictions == digits.labels)
    assert f"test accuracy {accuracy:.4f} after 1 epoch" in first
    assert accuracy > 0.5
    _, about = load_tensors(checkpoint, kind="checkpoint")
    assert about["run"]["seed"] == 3
    assert about["run"]["learning_rate"] == 0.005


@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers Ctrl-C to a console, not to a process")
def test_ctrl_c_is_one_line_and_the_same_command_goes_on(tmp_path):
    checkpoint = tmp_path / "c"
    with shell("train", "lenet", "--epochs", 500, "--batch-size", 1000, "--checkpoint", checkpoint) as process:
        deadline = time.monotonic() + 120
        while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "cnnlib train: interrupted; the same command goes on from its checkpoint"
    _, about = load_tensors(checkpoint, kind="checkpoint")
    assert 1 <= len(about["history"]) < 500


def test_ctrl_c_without_a_checkpoint_promises_nothing(few_digits, monkeypatch, capsys):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "fit", interrupt)
    assert main(QUICK) == 130
    assert last_error_line(capsys) == "cnnlib train: interrupted"


def test_options_reach_the_run(few_digits, monkeypatch):
    calls = []

    def spy(network, train, recipe, **options):
        calls.append((network, train, recipe, options))
        return [{"epoch": 7, "test_accuracy": 0.5, "seconds": 1.0}]

    monkeypatch.setattr(command, "fit", spy)
    options = ["--epochs", "7", "--batch-size", "9", "--learning-rate", "0.25", "--seed", "11", "--device", "cpu"]
    assert main(["train", "lenet", "--full", "--activation", "tanh", *options]) == 0
    [(network, (images, labels), recipe, options)] = calls
    assert few_digits == [True]
    assert network.architecture == lenet("tanh", "average")
    assert recipe == Recipe(7, 9, 0.25, 11)
    assert (images.dtype, images.min(), images.max()) == (np.float32, 0, 1)
    assert images.shape == (40, 1, 28, 28)
    assert options["device"] == "cpu"
    assert options["checkpoint"] is None
    np.testing.assert_array_equal(labels, mnist().train.labels[:40])
    np.testing.assert_array_equal(options["test"][1], mnist().test.labels[:20])


def test_a_repeated_command_resumes(few_digits, tmp_path, capsys):
    arguments = [*QUICK, "--checkpoint", str(tmp_path / "c"), "--weights", str(tmp_path / "w")]
    assert main(arguments) == 0
    first = load_weights(tmp_path / "w", lenet())
    assert main(arguments) == 0
    for name, value in load_weights(tmp_path / "w", lenet()).items():
        np.testing.assert_array_equal(value, first[name])
    assert few_digits == [False, False]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--epochs", "0"], "Recipe: epochs must be at least 1, received 0"),
        (["--batch-size", "-8"], "Recipe: batch_size must be at least 1, received -8"),
        (["--learning-rate", "nan"], "Recipe: learning_rate must be positive and finite, received nan"),
        (["--seed", "-1"], "Recipe: seed must be at least 0, received -1"),
        (["--weights", "nowhere/w"], "no folder to write nowhere/w into"),
        (["--checkpoint", "nowhere/c"], "no folder to write nowhere/c into"),
        (["--learning-rate", "1e38"], "fit: the loss became nan in epoch 1; try a lower learning_rate"),
    ],
)
def test_a_bad_value_is_one_line_and_1(options, line, few_digits, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*QUICK, *options]) == 1
    assert last_error_line(capsys) == f"cnnlib train: {line}"
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_not_there_is_one_line_and_1(few_digits, capsys):
    assert main([*QUICK, "--device", "toaster"]) == 1
    assert last_error_line(capsys).startswith("cnnlib train: device must be one this machine has, received 'toaster' (")


def test_a_file_that_is_no_checkpoint_is_one_line_and_stays(few_digits, tmp_path, capsys):
    (tmp_path / "c").write_bytes(b"my thesis")
    assert main([*QUICK, "--checkpoint", str(tmp_path / "c")]) == 1
    assert last_error_line(capsys).startswith(f"cnnlib train: {tmp_path / 'c'} is damaged or not a safetensors file")
    assert (tmp_path / "c").read_bytes() == b"my thesis"


def test_missing_data_are_one_line_and_1(monkeypatch, capsys):
    def lost(full):
        raise DataError("mnist could not be fetched")

    monkeypatch.setattr(command, "mnist", lost)
    assert main(QUICK) == 1
    assert last_error_line(capsys) == "cnnlib train: mnist could not be fetched"


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["train", "alexnett"],
        ["train", "lenet", "--epochs", "two"],
        ["train", "lenet", "--learning-rate", "fast"],
        ["train", "lenet", "--activation", "swish"],
        ["train", "lenet", "--pooling", "mean"],
        ["train", "lenet", "--momentum", "0.9"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert last_error_line(capsys).startswith("python -m cnnlib train: error: ")


def test_help_names_every_option_and_its_default(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["train", "--help"])
    assert caught.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    for option in ("--full", "--activation", "--pooling", "--epochs", "--batch-size", "--learning-rate", "--seed",
                   "--device", "--checkpoint", "--weights"):  # fmt: skip
        assert option in out
    assert "(default: 20)" in out


def test_cnnlib_alone_says_how_it_is_used():
    with shell() as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("usage: python -m cnnlib [-h] {data,predict,train} ...")
    assert "train: train a network of the book" in err or "{data,predict,train}" in err
