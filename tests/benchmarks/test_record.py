"""A record says on what, by which command and when; and is never half-written."""

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import lenet_mnist, record
from cnnlib.data import Dataset, Split

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Keep the book's own records out of reach."""
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results")
    return tmp_path / "results"


def test_a_record_holds_its_circumstances(results):
    path = record.write_record("speed", "python -m x", [{"ms": 1.5}], data="naïve ⟨digits⟩", n=3)
    assert path == results / "speed.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["command"] == "python -m x"
    assert written["results"] == [{"ms": 1.5}]
    assert (written["data"], written["n"]) == ("naïve ⟨digits⟩", 3)
    assert datetime.date.fromisoformat(written["date"]) <= datetime.date.today()
    known = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    assert known.items() <= written["versions"].items()
    assert ("driver" in written["versions"]) == torch.cuda.is_available()
    assert written["processor"]
    assert (written["gpu"] is not None) == torch.cuda.is_available()
    assert written["threads"] >= 1


def test_a_record_made_on_a_gpu_names_what_lies_below_pytorch(monkeypatch):
    def smi(command, **options):
        assert command[0] == "nvidia-smi"
        return subprocess.CompletedProcess(command, 0, stdout="580.1\n580.1\n")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    monkeypatch.setattr(subprocess, "run", smi)
    found = record.circumstances()
    assert found["gpu"] == "a GPU"
    assert found["versions"]["driver"] == "580.1"
    assert {"triton", "cuda", "cudnn"} <= set(found["versions"])

    def missing(command, **options):
        raise FileNotFoundError(command[0])

    monkeypatch.setattr(subprocess, "run", missing)
    assert record.circumstances()["versions"]["driver"] is None


def test_another_folder_can_be_named(tmp_path):
    program = "from benchmarks.record import write_record; print(write_record('x', 'y', []))"
    environment = os.environ | {"CNNLIB_RESULTS": str(tmp_path / "a" / "b")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == str(tmp_path / "a" / "b" / "x.json"), done.stderr


def test_a_failing_write_keeps_the_old_record(results, monkeypatch):
    path = record.write_record("speed", "first", [])
    before = path.read_bytes()

    def no_room(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(OSError, match="No space left"):
        record.write_record("speed", "second", [])
    assert path.read_bytes() == before


def test_rows_are_added_to_what_is_there(results):
    assert not record.is_recorded("runs", {"seed": 0})
    record.add_row("runs", "python -m x", {"seed": 0, "accuracy": 0.5}, data="old")
    path = record.add_row("runs", "python -m x", {"seed": 1, "accuracy": 0.7}, data="new")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["results"] == [{"seed": 0, "accuracy": 0.5}, {"seed": 1, "accuracy": 0.7}]
    assert written["data"] == "new"
    assert record.is_recorded("runs", {"seed": 1})
    assert record.is_recorded("runs", {"accuracy": 0.5, "seed": 0})
    assert not record.is_recorded("runs", {"seed": 0, "accuracy": 0.7})
    assert not record.is_recorded("runs", {"seed": 0, "fold": 1})


def test_the_lenet_benchmark_writes_one_row_per_network_and_seed(results, monkeypatch, capsys):
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in (6, 4)]
    asked = []

    def tiny(full=False):
        asked.append(full)
        return Dataset("tiny", *parts, tuple("0123456789"))

    monkeypatch.setattr(lenet_mnist, "mnist", tiny)
    monkeypatch.setattr("sys.argv", ["lenet_mnist", "--seeds", "2", "--epochs", "1"])
    lenet_mnist.main()
    written = json.loads((results / "lenet-mnist.json").read_text(encoding="utf-8"))
    assert asked == [True]
    assert written["command"] == "python -m benchmarks.lenet_mnist --seeds 2 --epochs 1"
    rows = [(row["activation"], row["pooling"], row["recipe"]["seed"]) for row in written["results"]]
    assert rows == [("sigmoid", "average", 0), ("sigmoid", "average", 1), ("relu", "max", 0), ("relu", "max", 1)]
    assert all(row["test_accuracy"] in (0, 0.25, 0.5, 0.75, 1) for row in written["results"])
    assert capsys.readouterr().out.count("test accuracy") == 4
