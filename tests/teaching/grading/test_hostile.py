"""One class, full of bad intentions, graded in one go: nobody gains a point, and nobody else loses one."""

import contextlib
import dataclasses
import io
import json
import os
import socket
import threading
import zipfile
from pathlib import Path

import pytest

from teaching.assignment import Graded, load_assignment
from teaching.grading import frames, marking, sandbox
from teaching.grading import interview as interviews
from teaching.grading.__main__ import grade
from teaching.grading.interview import interview
from teaching.grading.sandbox import NoWallsError
from tests.teaching.grading.handed_in import LOOP, function, name_of, notebook, rearranged

SECRET = "the-expected-values-lie-here"
ZEROS = function("return np.zeros((x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1))")

# What each does in place of the first task, worth 10 points of 85; whatever happens to it, the other 75 are earned.
INSTEAD = {
    "loop-in-a-cell": LOOP,
    "loop-in-a-function": function(LOOP),
    "loop-that-catches-everything": function(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "much-memory": function("return np.ones((100, 2**30))"),
    "much-memory-in-many-processes": function(
        "import os, time\nfor _ in range(20):\n    if os.fork() == 0:\n        held = np.ones(2**24)\n"
        "        time.sleep(60)\ntime.sleep(60)"
    ),
    "much-memory-in-files": function(
        "import os, time\nfor _ in range(20):\n    os.write(os.memfd_create('m'), bytes(30 << 20))\ntime.sleep(60)"
    ),
    "much-memory-in-segments": function(
        "import ctypes\nlibc = ctypes.CDLL(None)\nassert libc.shmget(0, ctypes.c_size_t(2**30), 0o1600) != -1\nreturn x"
    ),
    "own-namespaces": function("import ctypes\nassert ctypes.CDLL(None).unshare(0x10020000) == 0\nreturn x"),
    "fork-bomb": function("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    "sys-exit": "import sys\nsys.exit(0)",
    "os-exit": "import os\nos._exit(0)",
    "os-exit-in-a-function": function("import os\nos._exit(0)"),
    "kills-everybody": function("import os, signal\nos.kill(1, 9)\nos.killpg(0, 9)\nos.kill(-1, 9)"),
    "crash": function("import ctypes\nctypes.string_at(0)"),
    "equal-to-everything": (
        "class Anything(np.ndarray):\n    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return np.zeros(())\n    def __array__(self, *_, **__): return np.zeros(())\n"
        + function("return np.zeros((4, 4)).view(Anything)")
    ),
    "equal-to-everything-and-no-array": (
        "class Anything:\n    __class__ = np.ndarray\n    def __eq__(self, other): return True\n"
        "    def __getattr__(self, name): return self\n    def __call__(self, *_, **__): return self\n"
        + function("return Anything()")
    ),
    "patched-numpy": (
        "import numpy.testing\nfor name in dir(np.testing):\n    if name.startswith('assert'):\n"
        "        setattr(np.testing, name, lambda *_, **__: None)\n"
        "np.array_equal = np.allclose = lambda *_, **__: True\n" + ZEROS
    ),
    "patched-cnnlib": (
        "import sys, types\nfor name in ('cnnlib', 'cnnlib.coursework', 'cnnlib.coursework.judging'):\n"
        "    sys.modules[name] = types.ModuleType(name)\n    sys.modules[name].judge = lambda *_: True\n" + ZEROS
    ),
    "asks-the-reference": function(
        "from cnnlib import vectorized\nreturn vectorized.conv2d(x[None, None], kernel[None, None])[0, 0]"
    ),
    "asks-the-checks": function(
        "from cnnlib.coursework import load\nreturn load('convolution')['correlate2d'].reference(x, kernel)"
    ),
    "digs-in-frames": function(
        "import gc, sys\nframe, found = sys._getframe(), []\nwhile frame:\n    found.append(repr(frame.f_locals))\n"
        f"    frame = frame.f_back\nassert {SECRET!r} in ''.join(found) + repr(gc.get_objects())[:10**6]\n" + "return x"
    ),
    "reads-the-disk": function(
        "import os\nfor place in ('/', '/home', '/tmp', '{outside}', '/proc', '/root', '/packages'):\n"
        "    for folder, _, names in os.walk(place):\n        for name in names:\n"
        "            assert 'tasks.py' not in name and 'SECRET' not in name and not name.endswith('.ipynb'), name\n"
        "assert 'SECRET' not in ''.join(os.environ)\nreturn np.zeros((4, 4))"
    ),
    "deletes-files": function(
        "import shutil, os\nfor name in os.listdir('/'):\n    shutil.rmtree('/' + name, ignore_errors=True)\nreturn x"
    ),
    "writes-outside": function("open('{outside}/written', 'w').write('!')\nreturn x"),
    "fills-the-disk": function(
        "import itertools\nfor n in itertools.count():\n    open(f'/tmp/{n}', 'wb').write(bytes(30 << 20))"
    ),
    "opens-a-socket": function(
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2).send(b'!')\nreturn x"
    ),
    "prints-a-gigabyte": function(
        "import os\nfor _ in range(1024):\n    print('x' * 2**20)\n    os.write(2, bytes(2**20))\nreturn x"
    ),
    "answers-much": function("return np.zeros(2**18)"),
    "writes-to-the-channel": function(
        "import os\nfor number in range(3, 64):\n    try:\n        while True: os.write(number, b'\\xff' * 2**16)\n"
        "    except OSError: pass\nreturn x"
    ),
    "forges-frames": function(
        "import os, struct, json\n"
        "def send(frame):\n    head = json.dumps(dict(frame, arrays=[['float64', [10**12]]])).encode()\n"
        "    for number in range(3, 64):\n        try: os.write(number, struct.pack('>I', len(head)) + head)\n"
        "        except OSError: pass\n"
        "send({'case': ['correlate2d', 0], 'value': {'array': 0}, 'failure': ''})\nreturn x"
    ),
    "returns-pickles": function("return np.array([{'a': object()}], dtype=object)"),
    "links-to-secrets": function(
        "import os\nos.symlink('{outside}', '/tmp/there')\nreturn np.array(os.listdir('/tmp/there'))"
    ),
}  # fmt: skip
# Files of another kind: none of them gets a point.
NO_NOTEBOOK = {
    "no-json": b"\x89PNG not a notebook",
    "empty": b"",
    "nested": b"[" * 100_000,
    "a-list": b"[]",
    "cells-of-no-kind": b'{"cells": [1, null, "x"]}',
}
EARNED = 75


def hurried(name):
    """Return an assignment whose tasks are allowed three seconds."""
    assignment = load_assignment(name)
    tasks = (dataclasses.replace(task, seconds=3) if isinstance(task, Graded) else task for task in assignment.tasks)
    return dataclasses.replace(assignment, tasks=tuple(tasks))


def raised(cells):
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade"):
            marks["points"] = 1000
        if name_of(cell) == "correlate2d":
            cell["source"] = ZEROS


# What must change nothing: all 85 points are earned.
HARMLESS = {
    "as-it-is": lambda cells: None,
    "reordered": lambda cells: cells.reverse(),
    "duplicated": lambda cells: cells.extend(list(cells)),
    "checks-and-tests-deleted": lambda cells: cells.__setitem__(
        slice(None), [cell for cell in cells if not name_of(cell).startswith(("check-", "test-"))]
    ),
    "metadata-lost": lambda cells: [cell.update(metadata={}) for cell in cells],
    "locked-cell-changed": lambda cells: [
        cell.update(source="np = None") for cell in cells if name_of(cell) == "imports"
    ],
}


def zip_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("convolution.ipynb", bytes(50 << 20))
    return packed.getvalue()


class Listener:
    """A server of the machine that a submission tries to reach."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.reached = self.socket.getsockname()[1], False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            self.socket.accept()
            self.reached = True
        except OSError:
            pass


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade them all; return reports by student, the folder, the output and the listener."""
    try:
        interview([], {"nothing": (10.0, [])}, ())
    except NoWallsError as error:
        pytest.skip(f"no walls on this machine: {error}")
    place = tmp_path_factory.mktemp("class")
    folder, outside, listener = place / "handed-in", place / "outside", Listener()
    folder.mkdir()
    outside.mkdir(mode=0o777)
    outside.chmod(0o777)
    (outside / "SECRET").write_text(SECRET)
    for name, source in INSTEAD.items():
        source = source.replace("{outside}", str(outside)).replace("{port}", str(listener.port))
        (folder / f"{name}.ipynb").write_text(notebook(correlate2d=source))
    for name, data in NO_NOTEBOOK.items():
        (folder / f"{name}.ipynb").write_bytes(data)
    for name, change in HARMLESS.items():
        (folder / f"{name}.ipynb").write_text(rearranged(change))
    (folder / "points-raised.ipynb").write_text(rearranged(raised))
    (folder / "cells-deleted.ipynb").write_text(notebook(correlate2d=None))
    (folder / "zip-bomb.ipynb").write_bytes(zip_bomb())
    (folder / "link.ipynb").symlink_to(outside / "SECRET")
    os.mkfifo(folder / "pipe.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interviews, "CELL_SECONDS", 3)
        # Filling as much as is allowed takes a slow machine long.
        patch.setattr(sandbox, "MEMORY", 2**27)
        patch.setattr(frames, "LARGEST", 2**20)
        patch.setattr(marking, "load_assignment", hurried)
        patch.setenv("SECRET", SECRET)
        reports = grade(folder, place / "grades", workers=2)
    listener.socket.close()
    return {report["student"]: report for report in reports}, place, listener


def task(report, name="correlate2d"):
    [found] = [each for each in report["tasks"] if each["name"] == name]
    return found


@pytest.mark.parametrize("name", INSTEAD)
def test_what_it_does_costs_its_own_task_and_nothing_else(graded, name):
    report = graded[0][name]
    assert task(report)["points"] == 0
    assert report["points"] == EARNED, report["tasks"]


@pytest.mark.parametrize("name", [*NO_NOTEBOOK, "zip-bomb", "link", "pipe"])
def test_what_is_no_notebook_gets_no_points_and_a_reason(graded, name):
    report = graded[0][name]
    assert report["points"] == 0
    assert report["problem"]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_rearranged_keeps_its_points(graded, name):
    assert graded[0][name]["points"] == EARNED + 10


def test_points_are_the_teachers(graded):
    assert graded[0]["points-raised"]["points"] == EARNED
    assert task(graded[0]["points-raised"])["of"] == 10


def test_a_deleted_cell_costs_its_task(graded):
    assert graded[0]["cells-deleted"]["points"] == EARNED


def test_everybody_is_in_the_tables(graded):
    reports, place, _ = graded
    rows = (place / "grades" / "grades.csv").read_text().splitlines()
    assert len(rows) - 1 == len(reports) == len(INSTEAD) + len(NO_NOTEBOOK) + len(HARMLESS) + 5
    assert len(json.loads((place / "grades" / "grades.json").read_text())) == len(reports)
    assert len(list((place / "grades" / "feedback").iterdir())) == len(reports)


def test_nothing_was_written_reached_or_left(graded):
    _, place, listener = graded
    assert [path.name for path in (place / "outside").iterdir()] == ["SECRET"]
    assert not listener.reached
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended since
            assert f'"parent": {os.getpid()}'.encode() not in (process / "cmdline").read_bytes()


def test_no_secret_comes_out(graded):
    _, place, _ = graded
    for path in (place / "grades").rglob("*"):
        assert not path.is_file() or SECRET not in path.read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("loop-in-a-cell", "is not defined"),
        ("loop-in-a-function", "took longer than"),
        ("much-memory", "MemoryError"),
        ("much-memory-in-many-processes", "used more than 0.125 GB of memory"),
        ("much-memory-in-files", "PermissionError"),
        ("own-namespaces", "AssertionError"),
        ("much-memory-in-segments", "AssertionError"),
        ("os-exit-in-a-function", "ended the process"),
        ("crash", "ended the process"),
        ("equal-to-everything-and-no-array", "not an array"),
        ("asks-the-reference", "cannot import name"),
        ("writes-outside", "FileNotFoundError"),
        ("opens-a-socket", "OSError"),
        ("answers-much", "too much came back"),
        ("fills-the-disk", "No space left"),
        ("returns-pickles", "not of the usual numbers"),
    ],
)
def test_its_author_is_told(graded, name, words):
    assert words in task(graded[0][name])["visible"][0]["message"]


def test_the_loop_is_told_at_its_cell(graded):
    assert graded[0]["loop-in-a-cell"]["broken"]["correlate2d"] == "took longer than 3 s"
