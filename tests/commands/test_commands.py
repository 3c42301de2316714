"""``python -m cnnlib``: what it says, keeps and refuses, from the shell and in one process."""

import csv
import errno
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
from cnnlib.commands import train as command
from cnnlib.commands.train import parser
from cnnlib.data import DataError, Dataset, Split, mnist
from cnnlib.models import storage
from cnnlib.models.catalogue import lenet
from cnnlib.models.storage import load_tensors, load_weights
from cnnlib.training.large import journal, run, sources

QUICK = ["train", "lenet", "--epochs", "2", "--batch-size", "8", "--device", "cpu"]


def shell(*arguments, **options):
    """Start the command as a reader does, on one thread."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "cnnlib", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        **options,
    )


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Let what a command keeps without being asked land in a folder of the test."""
    monkeypatch.chdir(tmp_path)


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

    monkeypatch.setattr(sources, "mnist", small)
    return asked


def only_error_line(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    return line


def test_from_the_packaged_digits_to_a_file_of_weights(tmp_path):
    run = tmp_path / "run"
    with shell(
        "train", "lenet", "--activation", "relu", "--pooling", "max", "--epochs", 1, "--learning-rate", 0.005,
        "--batch-size", 100, "--seed", 3, "--device", "cpu", "--folder", run,
    ) as process:  # fmt: skip
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert "Warning" not in err
    first, second = out.splitlines()
    assert first.startswith("LeNet (relu, max pooling) on mnist-5k: top-1 accuracy 0.")
    assert second == f"weights in {run / 'weights.safetensors'}, metrics in {run / 'metrics.csv'}"

    # What it printed is what its weights do, in a network that shares no code with it.
    digits = mnist().test
    plain = plain_lenet(load_weights(run / "weights.safetensors", lenet("relu", "max")), "relu", "max")
    predictions = plain(torch.tensor(digits.images).double() / 255).argmax(1).numpy()
    accuracy = np.mean(predictions == digits.labels)
    assert f"top-1 accuracy {accuracy:.4f}" in first
    assert first.endswith("after 40 steps, 1 epochs")
    assert accuracy > 0.5
    with (run / "metrics.csv").open() as file:
        *_, last = csv.DictReader(file)
    assert (last["step"], last["epoch"]) == ("40", "1")
    assert float(last["val_top1"]) == pytest.approx(accuracy)
    _, about = load_tensors(run / "checkpoint.safetensors", kind="checkpoint")
    assert about["run"]["seed"] == 3
    assert about["run"]["learning_rate"] == 0.005


@pytest.mark.skipif(sys.platform == "win32", reason="Windows delivers Ctrl-C to a console, not to a process")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_is_one_line_and_the_same_command_goes_on(number, code, tmp_path):
    command = ("train", "lenet", "--epochs", 500, "--batch-size", 1000, "--log-every", 1)
    with shell(*command) as process:
        metrics = tmp_path / "runs" / "lenet-mnist-5k" / "metrics.csv"
        deadline = time.monotonic() + 600
        while (not metrics.exists() or len(metrics.read_bytes()) < 200) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate()
    _, about = load_tensors(metrics.with_name("checkpoint.safetensors"), kind="checkpoint")
    step = about["history"]["step"]
    assert (process.returncode, out) == (code, "")
    last = err.splitlines()[-1]
    assert last == f"cnnlib train: interrupted at step {step} of 2,000; the same command goes on from there"
    assert 1 <= step < 2000
    assert [row["step"] for row in about["history"]["rows"]] == list(range(1, step + 1))


def test_options_reach_the_run(few_digits, monkeypatch, tmp_path):
    calls = []

    def spy(trainer, source, journal, *, steps, validation, stop):
        calls.append((trainer, source, journal, steps, validation))
        journal.rows.append({"epoch": 1, "loss": 0.5})
        return True

    monkeypatch.setattr(run, "run_steps", spy)
    options = ["--epochs", "7", "--batch-size", "9", "--learning-rate", "0.25", "--seed", "11", "--device", "cpu"]
    more = ["--accumulate", "3", "--log-every", "4", "--checkpoint-every", "5", "--folder", str(tmp_path / "r")]
    assert main(["train", "lenet", "--data", "mnist", "--activation", "tanh", *options, *more]) == 0
    [(trainer, source, journal, steps, validation)] = calls
    assert few_digits == [True]
    assert trainer.network.architecture == lenet("tanh", "average")
    recipe = trainer.recipe
    assert (recipe.epochs, recipe.batch_size, recipe.learning_rate, recipe.seed) == (7, 9, 0.25, 11)
    assert (len(source), len(validation), steps) == (40, 20, 7 * 4)
    assert trainer.execution.accumulate == 3
    assert (journal.row_every, journal.checkpoint_every, journal.folder) == (4, 5, tmp_path / "r")
    assert trainer.preparation.colours is None


def test_a_named_recipe_is_what_is_trained_and_one_setting_can_differ():
    said = ["alexnet2012", "--synthetic", "2000", "--recipe", "modern", "--no-compile", "--precision", "float32"]
    named = command.chosen_recipe(parser().parse_args([*said, "--learning-rate", "0.5"]))
    assert (named.compiled, named.channels_last, named.precision) == (False, True, "float32")
    assert (named.recipe.learning_rate, named.recipe.batch_size, named.label_smoothing) == (0.5, 1024, 0.1)
    paper = command.chosen_recipe(parser().parse_args(["alexnet2012"]))
    assert (paper.recipe.batch_size, paper.recipe.momentum, paper.initial) == (128, 0.9, "paper")


def test_a_repeated_command_has_nothing_left_to_do_and_says_the_same(few_digits, tmp_path, capsys):
    arguments = [*QUICK, "--folder", str(tmp_path / "r")]
    assert main(arguments) == 0
    first, said = load_weights(tmp_path / "r" / "weights.safetensors", lenet()), capsys.readouterr().out
    assert main(arguments) == 0
    for name, value in load_weights(tmp_path / "r" / "weights.safetensors", lenet()).items():
        np.testing.assert_array_equal(value, first[name])
    assert capsys.readouterr().out == said


def test_other_settings_in_the_same_folder_are_refused_by_name(few_digits, capsys):
    assert main(QUICK) == 0
    capsys.readouterr()
    assert main([*QUICK, "--learning-rate", "0.5"]) == 2
    path = "runs/lenet-few digits/checkpoint.safetensors"
    assert only_error_line(capsys) == f"cnnlib train: {path} is of a run with learning_rate 0.01, not 0.5"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--epochs", "0"], "Recipe: epochs must be at least 1, received 0"),
        (["--batch-size", "-8"], "Recipe: batch_size must be at least 1, received -8"),
        (["--batch-size", "41"], "--batch-size must be at most the 40 pictures, received 41"),
        (["--learning-rate", "nan"], "Recipe: learning_rate must be positive and finite, received nan"),
        (["--learning-rate", "1e39"], "Recipe: learning_rate must be at most 1e+37, received 1e+39"),
        (["--seed", "-1"], "Recipe: seed must be at least 0, received -1"),
        (["--log-every", "0"], "train: --log-every must be at least 1, received 0"),
        (["--accumulate", "0"], "train: accumulate must be at least 1, received 0"),
        (
            ["--accumulate", "3"],
            "train: --batch-size must be a multiple of processes times --accumulate, 1 × 3, received 8",
        ),
        (["--width", "0.5"], "--width is not for lenet"),
        (["--input-size", "64"], "--input-size is not for lenet"),
        (["--classes", "3"], "--classes is for --synthetic; data say themselves how many classes they have"),
        (["--synthetic", "--data", "mnist"], "--data or --synthetic, not both, received --data mnist"),
        (["--data", "imagnet"], "--data must be digits, mnist, cifar10 or imagenet:FOLDER, received 'imagnet'"),
    ],
)
def test_a_bad_value_is_one_line_and_2(options, line, few_digits, tmp_path, capsys):
    assert main([*QUICK, *options]) == 2
    assert only_error_line(capsys) == f"cnnlib train: {line}"
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_explodes_is_one_line_and_never_a_checkpoint(few_digits, tmp_path, capsys):
    assert main([*QUICK, "--learning-rate", "1e37", "--log-every", "2", "--folder", "r"]) == 2
    assert only_error_line(capsys).startswith("cnnlib train: the loss became nan before step ")
    assert not (tmp_path / "r" / "checkpoint.safetensors").exists()


def test_weights_that_explode_in_a_step_are_one_line_and_never_a_checkpoint(few_digits, tmp_path, monkeypatch, capsys):
    """The loss is measured before the step: it is a number, and what the step leaves is none."""
    step, taken = torch.optim.Adam.step, []

    def explode(optimizer):
        step(optimizer)
        taken.append(1)
        if len(taken) == 3:
            optimizer.param_groups[0]["params"][2].data[0] = torch.inf

    monkeypatch.setattr(torch.optim.Adam, "step", explode)
    assert main([*QUICK, "--checkpoint-every", "1", "--folder", "r"]) == 2
    line = "cnnlib train: the weights became infinite or NaN in step 3; try a lower --learning-rate"
    assert only_error_line(capsys) == line
    _, about = load_tensors(tmp_path / "r" / "checkpoint.safetensors", kind="checkpoint")
    assert about["history"]["step"] == 2
    assert not (tmp_path / "r" / "weights.safetensors").exists()


def test_an_alexnet_wants_to_know_its_data(capsys):
    assert main(["train", "alexnet2012"]) == 2
    assert only_error_line(capsys).startswith("cnnlib train: say what alexnet2012 is to see: --data imagenet:FOLDER")


def test_an_image_too_small_for_the_layers_is_refused(capsys):
    assert main(["train", "alexnet2012", "--synthetic", "64", "--input-size", "40", "--batch-size", "8"]) == 2
    assert "kernel_size must not exceed the padded input" in only_error_line(capsys)


def test_a_device_that_is_not_there_is_one_line_and_2(few_digits, capsys):
    assert main([*QUICK, "--device", "toaster"]) == 2
    assert only_error_line(capsys).startswith("cnnlib train: device must be one this machine has, received 'toaster' (")


def test_compiling_without_a_compiler_is_one_line_and_2(few_digits, monkeypatch, capsys):
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert main([*QUICK, "--compile"]) == 2
    assert only_error_line(capsys).startswith("cnnlib train: --compile needs a C++ compiler on the CPU")


def test_a_file_that_is_no_checkpoint_is_one_line_and_stays(few_digits, tmp_path, capsys):
    run = tmp_path / "r"
    run.mkdir()
    (run / "checkpoint.safetensors").write_bytes(b"my thesis")
    assert main([*QUICK, "--folder", str(run)]) == 2
    line = only_error_line(capsys)
    assert line.startswith(f"cnnlib train: {run / 'checkpoint.safetensors'} is damaged or not a safetensors file")
    assert (run / "checkpoint.safetensors").read_bytes() == b"my thesis"
    assert not (run / "metrics.csv").exists()


def test_a_folder_that_cannot_be_made_is_one_line_and_2(few_digits, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main([*QUICK, "--folder", str(tmp_path / "file" / "run")]) == 2
    assert only_error_line(capsys) == f"cnnlib train: {tmp_path / 'file' / 'run'}: Not a directory"


def test_missing_data_are_one_line_and_2(monkeypatch, tmp_path, capsys):
    def lost(full=False):
        raise DataError("mnist could not be fetched")

    monkeypatch.setattr(sources, "mnist", lost)
    assert main(QUICK) == 2
    assert only_error_line(capsys) == "cnnlib train: mnist could not be fetched"
    assert main(["train", "alexnet", "--data", f"imagenet:{tmp_path / 'nowhere'}"]) == 2
    assert only_error_line(capsys).startswith(f"cnnlib train: {tmp_path / 'nowhere' / 'train'} is no folder")


@pytest.mark.parametrize("full_at", ["checkpoint", "metrics"])
def test_a_full_disk_is_one_line_and_the_last_checkpoint_stays(full_at, few_digits, tmp_path, monkeypatch, capsys):
    arguments = [*QUICK, "--folder", "r", "--checkpoint-every", "5", "--log-every", "1"]
    whole = tmp_path / "whole"
    assert main([*arguments[:-6], "--folder", str(whole), "--log-every", "1"]) == 0

    writes = []
    original = storage.save if full_at == "checkpoint" else journal.Journal.write_row

    def no_room(*args, **kwargs):
        writes.append(1)
        if len(writes) == (2 if full_at == "checkpoint" else 7):
            raise OSError(errno.ENOSPC, "No space left on device", *(["r/metrics.csv"] * (full_at == "metrics")))
        return original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(*((storage, "save") if full_at == "checkpoint" else (journal.Journal, "write_row")), no_room)
        capsys.readouterr()
        assert main(arguments) == 2
    name = {"checkpoint": "checkpoint.safetensors", "metrics": "metrics.csv"}[full_at]
    assert only_error_line(capsys) == f"cnnlib train: r/{name}: No space left on device"
    _, about = load_tensors("r/checkpoint.safetensors", kind="checkpoint")
    assert about["history"]["step"] == 5
    assert not list((tmp_path / "r").glob(".*.part*"))
    assert main(arguments) == 0
    assert (tmp_path / "r" / "metrics.csv").read_text() == (whole / "metrics.csv").read_text()
    weights = [load_weights(folder / "weights.safetensors", lenet()) for folder in (tmp_path / "r", whole)]
    for name, value in weights[0].items():
        np.testing.assert_array_equal(value, weights[1][name])


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
        ["train", "lenet", "--epoch", "3"],
        ["evaluate", "lenet"],
        ["predict"],
        ["bench", "vgg"],
    ],
)
def test_wrong_usage_is_one_line_and_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    line = only_error_line(capsys)
    assert line.startswith(f"python -m cnnlib {arguments[0]}: ")
    assert line.endswith(f"; `python -m cnnlib {arguments[0]} --help` explains")


@pytest.mark.parametrize("arguments", [[], ["trian"]])
def test_cnnlib_alone_and_misspelt_is_one_line_and_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    line = only_error_line(capsys)
    assert line.startswith("python -m cnnlib: ")
    for name in ("train", "evaluate", "predict", "data", "bench"):
        assert name in line


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "data", "bench"])
def test_help_teaches_by_examples_that_can_be_typed(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert f"\n  python -m cnnlib {command}" in out
    assert max(map(len, out.splitlines())) <= 120
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert f"\n  {command}" in capsys.readouterr().out


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    out = capsys.readouterr().out
    for option in parser()._option_string_actions:
        assert option in out


def test_no_option_is_one_that_torchrun_would_take_for_its_own():
    from torch.distributed.run import get_args_parser

    theirs = list(get_args_parser()._option_string_actions)
    for option in parser()._option_string_actions:
        if option.startswith("--") and option != "--help":
            assert not any(name.startswith(option) for name in theirs), option


def test_a_package_that_is_missing_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [name for name in sys.modules if name.startswith(("cnnlib.commands.bench", "cnnlib.training"))]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["bench"]) == 2
    assert only_error_line(capsys) == "cnnlib bench: needs the package torch: pip install torch"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet", "--synthetic", "100", "--classes", "5"], "--classes is not for lenet, which tells 10 apart"),
        (["lenet", "--synthetic", "100", "--tensorboard"], "--tensorboard keeps nothing without --folder FOLDER"),
        (["lenet", "--synthetic", "100", "--log-every", "5"], "--log-every keeps nothing without --folder FOLDER"),
        (
            ["lenet", "--synthetic", "99", "--checkpoint-every", "5"],
            "--checkpoint-every keeps nothing without --folder",
        ),
        (["lenet", "--damaged-limit", "0.1"], "--damaged-limit is for pictures in folders: --data imagenet:FOLDER"),
        (["lenet", "--width", "0.5"], "--width is not for lenet"),
        (["alexnet2012", "--synthetic", "--activation", "relu"], "--activation is not for alexnet2012"),
    ],
)
def test_an_option_that_would_have_no_effect_is_refused(arguments, message, capsys):
    assert main(["train", *arguments, "--device", "cpu"]) == 2
    assert only_error_line(capsys).startswith(f"cnnlib train: {message}")


def test_the_length_of_a_run_is_said_once(capsys):
    assert main(["train", "lenet", "--synthetic", "100", "--steps", "0", "--device", "cpu"]) == 2
    assert only_error_line(capsys) == "cnnlib train: train: --steps must be at least 1, received 0"
    with pytest.raises(SystemExit) as stopped:
        main(["train", "lenet", "--steps", "3", "--epochs", "2"])
    assert stopped.value.code == 2
    assert "--epochs: not allowed with argument --steps" in capsys.readouterr().err
