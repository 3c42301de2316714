"""The folder of a run: metrics without loss or double, damaged pictures named, other runs kept out."""

import csv
import re
import shutil
import sys
import types

import numpy as np
import pytest
import torch
from training.ranks import started
from training.scaled_runs import command

from cnnlib.models.storage import load_tensors
from cnnlib.training.large import journal
from cnnlib.training.large.journal import Journal
from cnnlib.training.large.processes import Processes
from cnnlib.training.large.trainer import Trainer


def run(root, folder, *more, steps=8):
    """Train in this process; return exit code, output, and the last line of what was said."""
    code, out, err = command(
        *(
            "train",
            "alexnet2012",
            "--data",
            f"imagenet:{root}",
            "--input-size",
            "67",
            "--width",
            "0.03",
            "--workers",
            0,
        ),
        *("--batch-size", "6", "--steps", steps, "--log-every", "3", "--device", "cpu", "--folder", folder, *more),
    )
    return code, out, err.splitlines()[-1] if err else ""


def rows_of(folder):
    with (folder / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture
def broken_root(picture_root, tmp_path):
    """The pictures, three of 27 + 9 damaged."""
    root = shutil.copytree(picture_root, tmp_path / "broken")
    (root / "train" / "fox" / "3.jpg").write_bytes(b"")
    whole = (root / "train" / "owl" / "0.jpg").read_bytes()
    (root / "train" / "owl" / "0.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "val" / "emu" / "1.jpg").write_text("thumbnail database")
    return root


def test_damaged_pictures_are_skipped_and_listed_with_their_reasons(broken_root, tmp_path):
    code, _, last = run(broken_root, tmp_path / "r", "--damaged-limit", "0.2")
    assert code == 0, last
    lines = [line.split("\t") for line in (tmp_path / "r" / "damaged.txt").read_text().splitlines()]
    assert [name for name, _ in lines] == ["train/fox/3.jpg", "train/owl/0.jpg", "val/emu/1.jpg"]
    assert lines[0][1] == "is empty"
    assert re.match(r"cannot be decoded: .*truncated", lines[1][1])
    assert lines[2][1] == "is not a picture that Pillow can read"
    # Validation counts the eight that can be read.
    right = float(rows_of(tmp_path / "r")[-1]["val_top1"]) * 8
    assert right == pytest.approx(round(right), abs=1e-4)


def test_too_many_damaged_pictures_stop_the_run_in_one_line(broken_root, tmp_path):
    code, out, last = run(broken_root, tmp_path / "r")
    assert (code, out) == (2, "")
    assert re.fullmatch(
        r"cnnlib train: [12] of 27 pictures in .*/train cannot be read, "
        r"more than the 1\.0% that --damaged-limit allows",
        last,
    )
    assert (tmp_path / "r" / "damaged.txt").exists()


def test_a_folder_without_one_readable_picture_is_one_line(picture_root, tmp_path):
    root = shutil.copytree(picture_root, tmp_path / "lost")
    for path in root.glob("train/*/*"):
        path.write_bytes(b"")
    code, _, last = run(root, tmp_path / "r")
    assert code == 2
    assert re.fullmatch(
        r"cnnlib train: none of 27 pictures can be read, the first of them: .*/train/\w+/\d\.jpg is empty", last
    )


def test_a_resume_rewrites_the_metrics_from_the_checkpoint(picture_root, tmp_path, monkeypatch):
    whole, folder = tmp_path / "whole", tmp_path / "r"
    assert run(picture_root, whole)[0] == 0
    gradients = Trainer.gradients

    def stop_in_the_seventh(self, number, *rest):
        if number == 6:
            raise OSError(5, "Input/output error", "somewhere")
        return gradients(self, number, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "gradients", stop_in_the_seventh)
        code, _, last = run(picture_root, folder, "--checkpoint-every", "5")
        assert (code, last) == (2, "cnnlib train: somewhere: Input/output error")
    # The checkpoint of step 5 lies between two rows; a row that was written after it, a torn one, and none at all.
    for damage in (lambda text: text, lambda text: text[:-9], lambda text: ""):
        copy = shutil.copytree(folder, tmp_path / f"copy{len(list(tmp_path.iterdir()))}")
        (copy / "metrics.csv").write_text(damage((copy / "metrics.csv").read_text()))
        assert run(picture_root, copy, "--checkpoint-every", "5")[0] == 0
        assert (copy / "metrics.csv").read_text() == (whole / "metrics.csv").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
def test_two_runs_in_one_folder_are_refused(picture_root, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "PATIENCE", 0.0)
    with started(1, run, picture_root, tmp_path / "r", "--steps", 100_000, "--checkpoint-every", 1):
        while not (tmp_path / "r" / "checkpoint.safetensors").exists():
            pass
        code, _, last = run(picture_root, tmp_path / "r")
    assert code == 2
    assert last == (
        f"cnnlib train: another process is training in {tmp_path / 'r'}; wait for it, or name another folder"
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--seed", "1"], "is of a run with seed 0, not 1"),
        (["--batch-size", "3"], "is of a run with batch_size 6, not 3"),
        (["--width", "0.04"], "is of a run with network 'AlexNet of 2012, 0.03 of the width', not 'AlexNet of 2012, "),
        (["--input-size", "71"], r"is of a run with input_shape \[3, 67, 67\], not \[3, 71, 71\]"),
        (["--steps", "9"], "is of a run with steps 8, not 9"),
        (["--precision", "bfloat16"], "is of a run with precision 'float32', not 'bfloat16'"),
    ],
)
def test_a_resume_with_other_settings_is_refused(more, message, finished, picture_root):
    before = (finished / "checkpoint.safetensors").read_bytes()
    code, _, last = run(picture_root, finished, *more)
    assert code == 2
    assert re.match(f"cnnlib train: .*checkpoint.safetensors {message}", last), last
    assert (finished / "checkpoint.safetensors").read_bytes() == before


@pytest.fixture(scope="module")
def finished(picture_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    assert run(picture_root, folder)[0] == 0
    return folder


def test_other_pictures_are_another_run(finished, picture_root, tmp_path):
    root = shutil.copytree(picture_root, tmp_path / "p")
    (root / "train" / "owl" / "new.jpg").write_bytes((root / "train" / "owl" / "0.jpg").read_bytes())
    code, _, last = run(root, finished)
    assert code == 2
    assert "is of a run with data '27 pictures of 3 classes, " in last


def test_the_rows_are_means_over_the_joint_batches(finished):
    rows = rows_of(finished)
    assert [int(row["step"]) for row in rows] == [3, 4, 6, 8]
    assert [int(row["epoch"]) for row in rows] == [1, 1, 2, 2]
    # Shares of 18, 6, 12 and 12 pictures.
    for row, seen in zip(rows, (18, 6, 12, 12), strict=True):
        assert float(row["accuracy"]) * seen == pytest.approx(round(float(row["accuracy"]) * seen), abs=1e-4)
    _, about = load_tensors(finished / "checkpoint.safetensors", kind="checkpoint")
    assert about["history"]["sums"] == [0, 0]
    assert np.isfinite(float(rows[-1]["val_loss"]))


def test_leftovers_of_a_killed_write_are_cleared_away(finished, picture_root):
    for name in (".checkpoint.safetensors.part", "..checkpoint.safetensors.part.x8f2"):
        (finished / name).write_bytes(b"half")
    assert run(picture_root, finished)[0] == 0
    assert sorted(path.name for path in finished.iterdir()) == [
        ".lock", "checkpoint.safetensors", "metrics.csv", "weights.safetensors",
    ]  # fmt: skip


def test_event_files_hold_the_rows_and_a_missing_tensorboard_is_one_line(picture_root, tmp_path, monkeypatch):
    seen = []

    class Writer:
        def __init__(self, folder, purge_step):
            seen.append((folder, purge_step))

        def add_scalar(self, name, value, step):
            seen.append((name, value, step))

        flush = close = lambda self: None

    stand_in = types.ModuleType("torch.utils.tensorboard")
    stand_in.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", stand_in)
    assert run(picture_root, tmp_path / "r", "--tensorboard", steps=4)[0] == 0
    assert seen[0] == (str(tmp_path / "r" / "tensorboard"), 1)
    [loss] = [value for name, value, step in seen[1:] if (name, step) == ("loss", 4)]
    assert f"{loss:.6g}" == rows_of(tmp_path / "r")[-1]["loss"]
    assert {"images_per_second", "val_top5", "learning_rate"} <= {entry[0] for entry in seen}
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    code, _, last = run(picture_root, tmp_path / "s", "--tensorboard")
    assert code == 2
    assert last == "cnnlib train: --tensorboard needs the package tensorboard: python -m pip install tensorboard"


def test_real_event_files_can_be_read_back(picture_root, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    assert run(picture_root, tmp_path / "r", "--tensorboard", steps=4)[0] == 0
    events = accumulator.EventAccumulator(str(tmp_path / "r" / "tensorboard"))
    events.Reload()
    found = {event.step: event.value for event in events.Scalars("loss")}
    assert found == pytest.approx({int(row["step"]): float(row["loss"]) for row in rows_of(tmp_path / "r")}, rel=1e-5)


def test_progress_says_epoch_loss_and_speed(tmp_path, capsys):
    journal = Journal(None, Processes(0, 1, torch.device("cpu")), {}, steps=4, batch_size=50)
    journal.progress.mininterval = journal.progress.miniters = journal.progress.delay = 0
    for _ in range(3):
        journal.took(3, torch.tensor(1.23456), torch.tensor(7), [])
    journal.close()
    last = capsys.readouterr().err.split("\r")[-1]
    assert "150/200" in last
    assert " images/s, epoch 3, loss 1.2346" in last


@pytest.mark.parametrize("rank", [0, 1])
def test_only_the_first_process_shows_progress(rank):
    journal = Journal(None, Processes(rank, 2, torch.device("cpu")), {}, steps=4, batch_size=50)
    assert journal.progress.disable == (rank > 0)
    journal.close()
