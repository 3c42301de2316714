import ast
import errno
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools import environment

ROOT = Path(__file__).resolve().parents[2]
VERSION = sys.version_info[:2]


@pytest.fixture
def project(tmp_path):
    """An empty project with files for pip to read."""
    (tmp_path / "requirements.txt").write_text("nothing-that-exists==1.0\n")
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


@pytest.fixture
def no_pip(monkeypatch):
    """Stand-ins for the two slow steps; returns the list of the installations they were asked for."""
    installed = []

    def create_venv(venv, stamp, version, build):
        os.makedirs(venv, exist_ok=True)

    monkeypatch.setattr(environment, "create_venv", create_venv)
    monkeypatch.setattr(environment, "install", lambda root, venv, build: installed.append(root))
    return installed


def test_an_environment_is_made_once(project, no_pip):
    assert environment.prepare(str(project), VERSION)
    assert not environment.prepare(str(project), VERSION)
    assert len(no_pip) == 1


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_file_installs_again(project, no_pip, name):
    environment.prepare(str(project), VERSION)
    with (project / name).open("a") as file:
        file.write("# changed\n")
    assert environment.prepare(str(project), VERSION)
    assert len(no_pip) == 2


def test_another_folders_environment_behind_a_link_is_left_alone(project, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    environment_of_other = other / ".venv"
    environment_of_other.mkdir()
    (environment_of_other / "stamp").write_text(
        environment.stamp_text(str(project), VERSION).replace(str(project), str(other))
    )
    (project / ".venv").symlink_to(environment_of_other)
    with pytest.raises(environment.SetupError, match=rf"is a link to what belongs to {re.escape(str(other))}.*remove"):
        environment.prepare(str(project), VERSION)
    assert [path.name for path in environment_of_other.iterdir()] == ["stamp"]


def test_an_interrupted_installation_is_resumed(project, no_pip, monkeypatch):
    environment.prepare(str(project), VERSION)
    (project / "requirements.txt").write_text("another==2.0\n")
    with monkeypatch.context() as patch:

        def interrupted(root, venv, build):
            raise KeyboardInterrupt

        patch.setattr(environment, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.prepare(str(project), VERSION)
        # Back to what had been installed: what lies there now is half of one and half of the other.
        (project / "requirements.txt").write_text("nothing-that-exists==1.0\n")
    assert environment.prepare(str(project), VERSION)


def test_an_old_python_is_told_so(project, no_pip):
    with pytest.raises(environment.SetupError, match=r"Python 3\.11 or newer is needed, this is 3\.10"):
        environment.prepare(str(project), (3, 10))
    assert not no_pip


@pytest.mark.parametrize("name", ["environment.py", "console.py", "__init__.py"])
def test_an_old_python_can_read_the_program(name):
    ast.parse((ROOT / "tools" / name).read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "a folder cannot be written"),
        (errno.EACCES, "a folder cannot be written"),
    ],
)
def test_a_failing_disk_is_one_line(code, cause, monkeypatch, capsys):
    def prepare():
        raise OSError(code, os.strerror(code), "/somewhere/.venv")

    monkeypatch.setattr(environment, "prepare", prepare)
    assert environment.main() == 1
    message = capsys.readouterr().err
    assert message.startswith(f"environment: {cause}")
    assert "/somewhere/.venv" in message
    assert message.count("\n") == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write anywhere")
def test_an_unwritable_folder_is_one_line(project):
    project.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(environment.SetupError, match="a folder cannot be written"):
        environment.prepare(str(project), VERSION)


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        (
            "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'\n"
            "ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 (from versions: none)\n"
            "ERROR: No matching distribution found for numpy==2.4.6",
            "the package index cannot be reached",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement numpy==99 (from versions: 2.4.6)\n"
            "ERROR: No matching distribution found for numpy==99",
            "no file for this Python and system: numpy==99",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 (from versions: none)",
            "the package index cannot be reached, or has nothing",
        ),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: Could not install packages: [Errno 13] Permission denied: '/x'", "a folder cannot be written"),
        ("Collecting numpy\nERROR: something new\nnotice", "ERROR: something new"),
        ("", "it said nothing"),
    ],
)
def test_the_cause_is_read_from_what_pip_says(output, cause):
    assert environment.diagnose(output).startswith(cause)


def test_an_unreachable_index_is_one_line_and_leaves_no_stamp(project):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    for name in ("__init__.py", "console.py", "environment.py"):
        (project / "tools").mkdir(exist_ok=True)
        shutil.copy(ROOT / "tools" / name, project / "tools" / name)
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "TORCH"))}
    environ |= {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": f"http://127.0.0.1:{port}/", "PIP_RETRIES": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tools.environment"], cwd=project, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 1
    log = project / ".venv" / "install.log"
    assert done.stderr == (
        f"environment: the package index cannot be reached: check the network or the proxy (pip's output is in {log})\n"
    )
    assert "nothing-that-exists" in log.read_text(encoding="utf-8")
    assert not (project / ".venv" / "stamp").exists()


@pytest.fixture
def path_of(tmp_path):
    """Build a folder of stand-ins for Python from name → shell script, and run tools/python.sh with it alone."""

    def run(scripts, *arguments, **environ):
        for name, script in scripts.items():
            stand_in = tmp_path / name
            stand_in.write_text(f"#!/bin/sh\n{script}\n")
            stand_in.chmod(0o755)
        return subprocess.run(
            [shutil.which("sh"), str(ROOT / "tools" / "python.sh"), *arguments],
            cwd=tmp_path,
            env={"PATH": str(tmp_path), **environ},
            capture_output=True,
            text=True,
        )

    return run


FAILS_WHEN_RUN = "echo 'version manager: python3.11: command not found' >&2; exit 127"
OLD = 'case "$2" in *print*) echo 3.6;; *) exit 1;; esac'
MINE = 'case "$1" in -c) echo 3.11;; *) echo "$1 ran";; esac'
GOOD = f'exec "{sys.executable}" "$@"'


@pytest.mark.skipif(os.name == "nt", reason="stand-ins are shell scripts")
class TestFindingPython:
    def test_takes_the_first_that_starts_and_is_new_enough(self, path_of):
        found = path_of({"python3.11": FAILS_WHEN_RUN, "python3.12": OLD, "python3": GOOD}, "-c", "print(6 * 7)")
        assert (found.stdout, found.returncode) == ("42\n", 0)

    def test_takes_the_one_that_is_asked_for(self, path_of):
        found = path_of({"python3.11": GOOD, "mine": MINE}, "program", PYTHON="mine")
        assert found.stdout.endswith("program ran\n")

    def test_says_which_are_too_old(self, path_of):
        found = path_of({"python3.11": FAILS_WHEN_RUN, "python": OLD}, "-c", "")
        assert found.returncode == 1
        assert found.stderr.startswith("Python 3.11 or newer is needed: python is 3.6;")
        assert found.stderr.count("\n") == 1

    def test_says_that_there_is_none(self, path_of):
        found = path_of({}, "-c", "")
        assert found.returncode == 1
        assert "none of" in found.stderr
        assert found.stderr.count("\n") == 1
