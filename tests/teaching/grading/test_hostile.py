"""One class, full of bad intentions, graded in one go: nobody gains a point, and nobody else loses one."""

import contextlib
import dataclasses
import io
import json
import os
import socket
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from teaching.assignment import Graded, load_assignment
from teaching.grading import __main__ as program
from teaching.grading import engine as engines
from teaching.grading import interview as interviews
from teaching.grading import marking, room
from tests.teaching.grading.conftest import GRADING_BASE
from tests.teaching.grading.handed_in import LOOP, function, name_of, notebook, rearranged

SECRET = "the-expected-values-lie-here"
RIGHT = (
    "rows, columns = kernel.shape\ny = np.zeros((x.shape[0] - rows + 1, x.shape[1] - columns + 1))\n"
    "for i, j in np.ndindex(y.shape):\n    y[i, j] = (x[i : i + rows, j : j + columns] * kernel).sum()"
)
ZEROS = function("return np.zeros((x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1))")

# Write to every file that may be the channel: `send` a frame with these fields, `raw` these bytes as its JSON.
FORGE = (
    "import os, struct, json\n"
    "def raw(head):\n    frame = struct.pack('>I', len(head)) + head\n"
    "    frame = struct.pack('>I', len(frame)) + frame\n"
    "    for number in range(3, 64):\n        try: os.write(number, frame)\n        except OSError: pass\n"
    "def send(fields, arrays=()):\n"
    "    nodes = {'dict': [[key, {'list': each} if type(each) is list else each] for key, each in fields.items()]}\n"
    "    raw(json.dumps({'value': nodes, 'arrays': list(arrays)}).encode())\n"
)

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
    "fork-and-let-go": function(
        "import os, signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nfor _ in range(24):\n"
        "    if os.fork() == 0:\n        while True: pass\nwhile True: pass"
    ),
    "hides-memory-of-a-leaderless-child": function(
        "import os, threading, ctypes, time\nif os.fork() == 0:\n    def hold():\n        held = np.ones(2**25)\n"
        "        time.sleep(60)\n    threading.Thread(target=hold).start()\n    time.sleep(0.5)\n"
        "    ctypes.CDLL(None).pthread_exit(None)\ntime.sleep(60)"
    ),
    "keyring": function(
        "import ctypes\nassert ctypes.CDLL(None).syscall(250, 0, -3, 0) != -1\n"
        "return ctypes.CDLL(None).syscall(248, b'user', b'left', b'here', 4, -3)"
    ),
    "queues": function("import ctypes\nassert ctypes.CDLL(None).msgget(0, 0o1600) != -1\nreturn x"),
    "raises-half-a-letter": function("raise ValueError('\\ud800')"),
    "failure-that-takes-minutes-to-print": function(FORGE + "send({'failure': [[[0] * 99] * 99] * 9, 'value': 0})"),
    "shape-that-no-machine-holds": function(FORGE + "send({'value': 0}, [['float64', [0, 2**39, 2**39, 2**39]]])"),
    "nested-700-deep": function(FORGE + "raw(b'[' * 700 + b']' * 700)"),
    "says-that-it-changed-nothing": (
        "import pickle, copy\npickle.dumps = lambda *_: b''\n"
        + function(f"{RIGHT}\nx[:] = 0\nreturn y")
    ),
    "sleeps": function("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(10**6)"),
    "answers-before-it-is-asked": (
        FORGE + "import threading, time\ndef run():\n    while True:\n"
        "        send({'failure': '', 'value': 0, 'after': [0, 0]})\n        time.sleep(0.01)\n"
        "def correlate2d(*given):\n    threading.Thread(target=run, daemon=True).start()\n    time.sleep(60)"
    ),
    "text-of-an-error-that-has-none": (
        "class Mute(Exception):\n    def __str__(self): raise self\n" + function("raise Mute")
    ),
    "text-of-an-error-that-is-endless": function("raise ValueError('x' * 2**24)"),
    "name-of-an-error-that-is-long": function("raise type('E' * 10**6, (Exception,), {})"),
    "holds-itself": function("y = []\ny.append(y)\nreturn y"),
    "deep-dict": function("y = {}\nfor _ in range(10**5): y = {'a': y}\nreturn y"),
    "looks-at-the-warden": function(
        "for name in ('mem', 'fd/0', 'fd/1', 'environ', 'maps', 'root/etc'):\n    try: open(f'/proc/1/{name}', 'r+b')\n"
        "    except PermissionError: pass\n    else: raise AssertionError(name)\nreturn np.zeros((4, 4))"
    ),
    "calls-what-is-forbidden": function(
        # ptrace, unshare, bpf, perf_event_open, userfaultfd, io_uring_setup, process_vm_readv, mount, setns,
        # pidfd_getfd, memfd_create, name_to_handle_at, kcmp, add_key, request_key, semget, mq_open, personality
        "import ctypes\ncall = ctypes.CDLL(None, use_errno=True).syscall\n"
        "for number in (101, 272, 321, 298, 323, 425, 310, 165, 308, 438, 319, 303, 312, 248, 249, 64, 240, 135):\n"
        "    assert call(number, 0, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno() in (1, 38), number\n"
        "import socket\nfor family in (2, 10, 16, 17, 38, 40):\n    try: socket.socket(family, socket.SOCK_DGRAM)\n"
        "    except OSError: pass\n    else: raise AssertionError(family)\nreturn np.zeros((4, 4))"
    ),
    "limits-the-warden": function(
        "import resource, os, signal\nfor kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE):\n"
        "    try: resource.prlimit(1, kind, (1, 1))\n    except OSError: pass\n"
        "for number in range(1, 65):\n    try: os.kill(1, number)\n    except OSError: pass\nreturn np.zeros((4, 4))"
    ),
    "fills-what-is-left-writable": function(
        "import itertools, os\nfor place in ('/dev/shm', '/dev/mqueue', '/run', '/var/tmp', '/home', '/dev', '/tmp'):\n"
        "    try:\n        for n in itertools.count():\n            open(f'{place}/{n}', 'wb').write(bytes(1 << 20))\n"
        "    except OSError: pass\nassert os.listdir('/dev/mqueue') == []\nreturn np.zeros((4, 4))"
    ),
    "undoes-itself-at-the-end": (
        "import atexit, weakref\natexit.register(lambda: [0 for _ in iter(int, 1)])\nclass Late:\n"
        "    def __del__(self):\n        while True: pass\nlate = Late()\n" + ZEROS
    ),
    "becomes-the-runner": (
        "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('teaching'):\n"
        "        for each in dir(module):\n            if not each.startswith('__'):\n"
        "                setattr(module, each, lambda *_, **__: b'')\n"
        + function("return x")
    ),
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
        FORGE + "send({'failure': '', 'value': {'array': 0}, 'after': [0, 0]}, [['float64', [10**12]]])\nreturn x"
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
    "nested-in-a-cell": b'{"cells": [{"source": ' + b"[" * 900 + b"]" * 900 + b"}]}",
    "number-of-a-million-digits": b'{"cells": ' + b"9" * 10**6 + b"}",
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
def graded(engine, tmp_path_factory):
    """Grade them all; return reports by student, the folder, the output and the listener."""
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
        # What is late here is meant to be; another try would find the same. test_stopping.py has the tests of that.
        patch.setattr(program, "TRIES", 1)
        patch.setattr(interviews, "CELL_SECONDS", 3)
        patch.setattr(interviews, "BY_THE_CLOCK", (2.0, 3.0))
        # Filling as much as is allowed takes a slow machine long.
        patch.setattr(room, "MEMORY", 2**27)
        for name in ("memory", "swap"):
            patch.setitem(engines.LIMITS, name, (engines.LIMITS[name][0], str(2**27)))
        patch.setattr(room, "LARGEST", 2**20)
        patch.setattr(marking, "load_assignment", hurried)
        patch.setenv("SECRET", SECRET)
        reports = program.grade(folder, place / "grades", workers=2, base=GRADING_BASE)
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


def test_nothing_was_written_reached_or_left(engine, graded):
    _, place, listener = graded
    assert [path.name for path in (place / "outside").iterdir()] == ["SECRET"]
    assert not listener.reached
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended since
            assert b"correlate2d" not in (process / "cmdline").read_bytes()
    assert not subprocess.run([engine.path, "ps", "--quiet"], capture_output=True, check=True).stdout


def test_no_secret_comes_out(graded):
    _, place, _ = graded
    for path in (place / "grades").rglob("*"):
        assert not path.is_file() or SECRET not in path.read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("loop-in-a-cell", "is not defined"),
        ("loop-in-a-function", "longer than"),
        ("much-memory", "MemoryError"),
        ("much-memory-in-many-processes", "used more than 0.125 GB of memory"),
        ("much-memory-in-files", "OSError"),
        ("own-namespaces", "AssertionError"),
        ("much-memory-in-segments", "AssertionError"),
        ("os-exit-in-a-function", "ended the process"),
        ("crash", "ended the process"),
        ("equal-to-everything-and-no-array", "not an array"),
        ("asks-the-reference", "is not there when it is graded"),
        ("writes-outside", "FileNotFoundError"),
        ("opens-a-socket", "OSError"),
        ("answers-much", "answered more than it may"),
        ("fills-the-disk", "No space left"),
        ("fork-and-let-go", "longer than"),
        ("hides-memory-of-a-leaderless-child", "used more than 0.125 GB of memory"),
        ("keyring", "AssertionError"),
        ("queues", "AssertionError"),
        ("raises-half-a-letter", "raised ValueError: ?"),
        ("failure-that-takes-minutes-to-print", "wrote into the grader's channel"),
        ("shape-that-no-machine-holds", "wrote into the grader's channel"),
        ("nested-700-deep", "wrote into the grader's channel"),
        ("says-that-it-changed-nothing", "changed an array"),
        ("sleeps", "waited longer than it may"),
        ("text-of-an-error-that-has-none", "raised Mute"),
        ("text-of-an-error-that-is-endless", "raised ValueError: xxx"),
        ("holds-itself", "returned a list"),
        ("deep-dict", "returned a dict"),
        ("looks-at-the-warden", "asked for"),
        ("calls-what-is-forbidden", "asked for"),
        ("limits-the-warden", "asked for"),
        ("fills-what-is-left-writable", "asked for"),
        ("returns-pickles", "not of the usual numbers"),
    ],
)
def test_its_author_is_told(graded, name, words):
    assert words in task(graded[0][name])["visible"][0]["message"]


def test_the_loop_is_told_at_its_cell(graded):
    assert "longer than" in graded[0]["loop-in-a-cell"]["broken"]["correlate2d"]
