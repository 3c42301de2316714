"""Disks that are full or may not be written to, made so by the system itself: one line, and nothing is lost."""

import contextlib
import ctypes
import os
import subprocess
import sys
import time

import pytest

pytest.importorskip("resource", reason="limits of files are set as Unix has them")
import resource

from training.ranks import results, started
from training.scaled_runs import command

from cnnlib.__main__ import main
from cnnlib.models.storage import load_tensors
from tests.faults.kills import differences

pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a process that runs")
DROP_CAPABILITY, OVERRIDE_PERMISSIONS, READ_ALL = 24, 1, 2  # of prctl, and of Linux' capabilities
TRAIN = ["train", "lenet", "--batch-size", "400", "--steps", "9", "--checkpoint-every", "2", "--log-every", "1"]


def limit_files(size, pid=0):
    """Let a process write no file beyond a size: what it writes there fails, as on a disk that is full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextlib.contextmanager
def full_disk(size):
    limit_files(size)
    try:
        yield
    finally:
        limit_files(resource.RLIM_INFINITY)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a run whose disk had room."""
    folder = tmp_path_factory.mktemp("whole")
    [(code, _, err)] = results(1, command, *TRAIN, "--device", "cpu", "--folder", folder)
    assert code == 0, err
    return folder


@pytest.mark.parametrize(("room", "name"), [(50_000, "checkpoint.safetensors"), (100, "metrics.csv")])
def test_a_disk_that_fills_during_a_run(room, name, whole, tmp_path):
    """The first limit is below a checkpoint's size, the second below that of the metrics."""
    folder = tmp_path / "r"
    arguments = [*TRAIN, "--device", "cpu", "--folder", folder]
    with started(1, command, *arguments) as [(process, pipe)]:
        deadline = time.monotonic() + 60
        while not (folder / "checkpoint.safetensors").exists() and time.monotonic() < deadline:
            time.sleep(0.002)
        limit_files(room, process.pid)
        code, out, err = pipe.recv()
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == f"cnnlib train: {folder / name}: File too large"
    _, about = load_tensors(folder / "checkpoint.safetensors", kind="checkpoint")
    assert 2 <= about["history"]["step"] < 9
    assert not list(folder.glob(".*.part*"))
    [(code, _, err)] = results(1, command, *arguments)
    assert code == 0, err
    assert differences(folder, whole) == []


def cnnlib(*arguments, before=None, **options):
    """Run the command as from a shell; ``before`` is called in the new process. Return what `subprocess.run` does."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    command = [sys.executable, "-m", "cnnlib", *map(str, arguments)]
    return subprocess.run(command, preexec_fn=before, env=environment, check=False, **options)


def test_output_into_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        result = cnnlib("data", "list", stdout=full)
    assert (result.returncode, result.stderr) == (2, "cnnlib data: standard output: No space left on device\n")


def test_output_that_nobody_reads_is_one_line():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        result = cnnlib("data", "list", stdout=closed)
    assert (result.returncode, result.stderr) == (2, "cnnlib data: standard output: Broken pipe\n")


def obey_permissions():
    """Take from root, when it executes another program, what lets it read and write where nobody may."""
    if os.geteuid() == 0:
        for capability in (OVERRIDE_PERMISSIONS, READ_ALL):
            ctypes.CDLL(None).prctl(DROP_CAPABILITY, capability, 0, 0, 0)


def test_a_read_only_cache_is_one_line(tmp_path):
    (tmp_path / "mnist").mkdir(mode=0o500)
    environment = {name: value for name, value in os.environ.items() if name != "CNNLIB_DATA"}
    result = subprocess.run(
        [sys.executable, "-m", "cnnlib", "data", "fetch", "mnist"],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"CNNLIB_CACHE": str(tmp_path)},
        preexec_fn=obey_permissions,
    )
    line = f"{tmp_path / 'mnist'} cannot be written to: Permission denied; CNNLIB_CACHE may name another folder"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"cnnlib data: {line}\n")
    assert list((tmp_path / "mnist").iterdir()) == []


def test_weights_that_may_not_be_read_are_one_line(tmp_path):
    program = """
import sys
from cnnlib.models.storage import load_tensors
from cnnlib.data.faults import reported
sys.exit(reported("it", lambda: load_tensors(sys.argv[1], kind="weights")))
"""
    path = tmp_path / "weights"
    path.write_bytes(b"secret")
    path.chmod(0)
    command = [sys.executable, "-c", program, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=obey_permissions)
    assert (result.returncode, result.stderr) == (2, f"it: {path}: Permission denied\n")


def test_a_full_disk_stops_the_weights_and_leaves_those_that_were_there(whole, tmp_path, capsys, monkeypatch):
    weights = (whole / "weights.safetensors").read_bytes()
    monkeypatch.chdir(tmp_path)
    with full_disk(10_000):
        assert main([*TRAIN, "--device", "cpu", "--folder", str(whole)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"cnnlib train: {whole / 'weights.safetensors'}: File too large"
    assert (whole / "weights.safetensors").read_bytes() == weights
