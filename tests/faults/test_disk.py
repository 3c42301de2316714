"""Outputs that cannot be written and files that may not be: one line from a real process."""

import os
import subprocess
import sys

import pytest

from tests.faults.limits import obey_permissions

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="made by what Linux has: /dev/full, capabilities")
LOAD = """
import sys
from cnnlib.commands.command_line import reported
from cnnlib.models.storage import load_tensors
sys.exit(reported("it", lambda: load_tensors(sys.argv[1], kind="weights")))
"""


def python(*arguments, stdout=subprocess.PIPE, **environment):
    """Run Python as a shell of a user without privileges does; return its exit code and what it said."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONUNBUFFERED", "CNNLIB_DATA")}
    result = subprocess.run(
        [sys.executable, *map(str, arguments)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=inherited | environment,
        preexec_fn=obey_permissions,
    )
    return result.returncode, result.stdout, result.stderr


def test_output_into_a_full_disk():
    with open("/dev/full", "w") as full:
        result = python("-m", "cnnlib", "data", "list", stdout=full)
    assert result == (2, None, "cnnlib data: standard output: No space left on device\n")


def test_output_that_nobody_reads():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        result = python("-m", "cnnlib", "data", "list", stdout=closed)
    assert result == (2, None, "cnnlib data: standard output: Broken pipe\n")


def test_a_read_only_cache(tmp_path):
    (tmp_path / "mnist").mkdir(mode=0o500)
    result = python("-m", "cnnlib", "data", "fetch", "mnist", CNNLIB_CACHE=str(tmp_path))
    line = f"{tmp_path / 'mnist'} cannot be written to: Permission denied; CNNLIB_CACHE may name another folder"
    assert result == (2, "", f"cnnlib data: {line}\n")
    assert list((tmp_path / "mnist").iterdir()) == []


def test_weights_that_may_not_be_read(tmp_path):
    path = tmp_path / "weights"
    path.write_bytes(b"secret")
    path.chmod(0)
    assert python("-c", LOAD, path) == (2, "", f"it: {path}: Permission denied\n")
