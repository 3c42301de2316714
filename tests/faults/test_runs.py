"""Runs that something ends, as it ends them outside of tests: each goes on, and comes to the end of one left alone."""

import random
import shutil
import sys
import time

import numpy as np
import psutil
import pytest
import torch
from training.ranks import started
from training.scaled_runs import command

from cnnlib.models.storage import load_tensors, save_tensors
from tests.faults.crowded import FULL_GPU, full_after
from tests.faults.kills import STEPS, arguments, differences, draw_data, finish, interrupted
from tests.faults.limits import full_disk, limit_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGKILL nor limits of files")
ADVICE = "try a smaller --batch-size, --accumulate or fewer --workers"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return draw_data(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def whole(pictures, tmp_path_factory):
    """The folder of a run that nobody interrupts, and the seconds it took."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, finish(pictures, folder)


def last_line(code, out, err):
    assert (code, out) == (2, "")
    return err.splitlines()[-1]


def wait_for_a_checkpoint(folder):
    deadline = time.monotonic() + 600
    while not (folder / "checkpoint.safetensors").exists() and time.monotonic() < deadline:
        time.sleep(0.002)


@pytest.mark.parametrize("seed", range(2))
def test_killed_twice(seed, pictures, whole, tmp_path):
    row = interrupted(pictures, tmp_path / "run", *whole, random.Random(seed))
    assert row["differences"] == []
    assert 0 <= row["step"] <= row["step_of_resume"] <= STEPS


def test_a_difference_of_one_bit_and_a_file_too_many_are_seen(whole, tmp_path):
    copy = shutil.copytree(whole[0], tmp_path / "copy")
    assert differences(copy, whole[0]) == []
    tensors, about = load_tensors(copy / "checkpoint.safetensors", kind="checkpoint")
    name = min(tensors)
    tensors[name] = np.nextafter(tensors[name], np.float32(9))
    save_tensors(copy / "checkpoint.safetensors", tensors, kind="checkpoint", about=about)
    (copy / "damaged.txt").unlink()
    (copy / "leftover").write_bytes(b"")
    assert differences(copy, whole[0]) == ["checkpoint.safetensors", "damaged.txt", "leftover"]


def test_the_reading_process_is_killed(pictures, whole, tmp_path):
    with started(1, command, *arguments(pictures, tmp_path)) as [(process, pipe)]:
        wait_for_a_checkpoint(tmp_path)
        for reader in psutil.Process(process.pid).children():
            reader.kill()
        line = last_line(*pipe.recv())
    assert line.startswith("cnnlib train: a process that reads pictures has ended (")
    assert line.endswith(f"); {ADVICE}")
    finish(pictures, tmp_path)
    assert differences(tmp_path, whole[0]) == []


@pytest.mark.parametrize(("room", "name"), [(50_000, "checkpoint.safetensors"), (100, "metrics.csv")])
def test_the_disk_fills(room, name, pictures, whole, tmp_path):
    """The first limit is below a checkpoint's size, the second below that of the metrics."""
    assert (whole[0] / name).stat().st_size > room
    with started(1, command, *arguments(pictures, tmp_path)) as [(process, pipe)]:
        wait_for_a_checkpoint(tmp_path)
        limit_files(room, process.pid)
        assert last_line(*pipe.recv()) == f"cnnlib train: {tmp_path / name}: File too large"
    _, about = load_tensors(tmp_path / "checkpoint.safetensors", kind="checkpoint")
    assert 1 <= about["history"]["step"] < STEPS
    assert not list(tmp_path.glob(".*.part*"))
    finish(pictures, tmp_path)
    assert differences(tmp_path, whole[0]) == []


def test_the_disk_is_full_when_the_weights_are_written(pictures, whole, tmp_path):
    folder = shutil.copytree(whole[0], tmp_path / "copy")
    with full_disk(10_000):
        line = last_line(*command(*arguments(pictures, folder), "--workers", "0"))
    assert line == f"cnnlib train: {folder / 'weights.safetensors'}: File too large"
    assert differences(folder, whole[0]) == []


@pytest.mark.parametrize("error", FULL_GPU, ids=["tensor", "library"])
def test_the_gpu_is_full(error, pictures, whole, tmp_path, monkeypatch):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    full_after(5 * 3 + 2, error, monkeypatch)  # of five convolutions, the third of the fourth step
    line = last_line(*command(*arguments(pictures, tmp_path), "--workers", "0"))
    torch.set_num_threads(threads)
    assert line == f"cnnlib train: the GPU's memory is too small for this; {ADVICE}"
    assert load_tensors(tmp_path / "checkpoint.safetensors", kind="checkpoint")[1]["history"]["step"] == 3
    finish(pictures, tmp_path)
    assert differences(tmp_path, whole[0]) == []
