"""No file stops a class, or costs a neighbour a point; each ends in one row that names it; an interruption ends all."""

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from teaching.assignment import Graded, load_assignment
from teaching.grading import __main__ as program
from teaching.grading import apart, marking
from teaching.grading import interview as interviews
from teaching.grading.apart import Failed, each
from tests.teaching.grading.conftest import GRADING_BASE
from tests.teaching.grading.handed_in import function, notebook, with_cells

SPIN = "import os\nfor _ in range(24):\n    if os.fork() == 0:\n        while True: pass\n"
# Files by name, with the points that their author still has.
FILES = {
    "half-a-letter": (notebook(open="\ud800 is half a letter", correlate2d="raise ValueError('\ud800')"), 75),
    "half-a-letter-in-a-name": (notebook(correlate2d=function("return x", name="correlate2d\ud800")), 75),
    "blank-lines": (with_cells("\n" * 200_000, "x = 1\n" + "\n" * 26_000 + "y = 2"), 85),
    "commands": (with_cells("!ls\n" * 20_000, "(\n" * 400, "!ls\n(" * 100), 85),
    "brackets": (with_cells("(" * 40_000, "-" * 40_000 + "1"), 85),
    "spinners": (with_cells(SPIN + "while True: pass"), 85),
    "many-cells": (with_cells(*["import os; os._exit(0)"] * 5, *["x = 1"] * 300), 85),
    "store": (with_cells("data = '" + "x" * 10**6 + "'"), 85),
    "outputs-without-end": (
        notebook().replace('"outputs": []', '"outputs": [' + ", ".join(['{"data": {"a": [[[]]]}}'] * 10**4) + "]"), 85,
    ),
    "deep-metadata": (notebook().replace('"metadata": {}', '"metadata": {"a": ' + "[" * 400 + "]" * 400 + "}", 1), 85),
    "cells-by-the-thousand": (with_cells(*["x = 1"] * 10**5, after="test-conv2d_backward"), 85),
}  # fmt: skip


def hurried_assignment(name):
    """Return an assignment whose tasks are allowed a second."""
    assignment = load_assignment(name)
    tasks = (dataclasses.replace(task, seconds=1) if isinstance(task, Graded) else task for task in assignment.tasks)
    return dataclasses.replace(assignment, tasks=tuple(tasks))


def hurried(patch, seconds=2):
    patch.setattr(interviews, "CELL_SECONDS", seconds)
    patch.setattr(interviews, "BY_THE_CLOCK", (2.0, 3.0))


@pytest.fixture(scope="module")
def graded(engine, tmp_path_factory):
    """Grade them, each with an honest neighbour on either side; return reports by file."""
    place = tmp_path_factory.mktemp("class")
    (place / "in").mkdir()
    for name, (text, _) in FILES.items():
        (place / "in" / f"{name}.ipynb").write_text(text, encoding="utf-8", errors="surrogatepass")
        (place / "in" / f"{name}-neighbour.ipynb").write_text(notebook(), encoding="utf-8")
    with open(os.fsencode(place / "in") + b"/\xff\xfe.ipynb", "w") as file:
        file.write(notebook())
    deep = place / "in" / "deep"
    descriptor = os.open(place / "in", os.O_RDONLY)
    for name in ["deep"] + ["d"] * 1300:
        os.mkdir(name, dir_fd=descriptor)
        below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    assert deep.is_dir()
    with pytest.MonkeyPatch.context() as patch:
        hurried(patch)
        patch.setattr(program, "TRIES", 1)  # another try has a test of its own
        reports = program.grade(place / "in", place / "out", workers=2, base=GRADING_BASE)
    yield {report["file"]: report for report in reports}, place
    subprocess.run(["rm", "-rf", str(deep)], check=True)


@pytest.mark.parametrize("name", FILES)
def test_it_ends_in_a_row_of_its_own(graded, name):
    report = graded[0][f"{name}.ipynb"]
    assert report["points"] == FILES[name][1], (report["problem"], report["tasks"])


@pytest.mark.parametrize("name", FILES)
def test_the_neighbour_has_all_points(graded, name):
    report = graded[0][f"{name}-neighbour.ipynb"]
    assert (report["points"], report["late"], report["added"]) == (85, False, [])


def test_every_file_is_in_the_tables(graded):
    reports, place = graded
    assert len(reports) == 2 * len(FILES) + 2
    for path in place.glob("out/[!.]*.*"):
        path.read_text(encoding="utf-8")
    others = set(reports) - {f"{name}{each}.ipynb" for name in FILES for each in ("", "-neighbour")}
    assert sorted(reports[name]["points"] for name in others) == [0, 85]
    assert [bool(reports[name]["problem"]) for name in others if name.startswith("deep")] == [True]


def work(thing):
    if thing == "memory":
        return len(bytearray(3 * apart.MEMORY))
    if thing == "end":
        os._exit(3)
    if thing == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if thing == "wait":
        time.sleep(60)
    if thing == "spin":
        while True:
            pass
    if thing == "raise":
        raise ValueError("\ud800 no")
    if thing == "deep":
        return work_deep(0)
    if thing == "long":
        return "x" * (apart.LARGEST + 1)
    if thing == "interrupt":
        raise KeyboardInterrupt
    return thing


def work_deep(depth):
    return work_deep(depth + 1)


def test_whatever_a_process_does_is_told_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(apart, "CLOCK", 3.0)
    monkeypatch.setattr(apart, "PROCESSOR", 1)
    monkeypatch.setattr(apart, "LARGEST", 1 << 20)
    bad = ["memory", "end", "crash", "wait", "spin", "raise", "deep", "long", "interrupt"]
    done = dict(each(work, [*bad, "good", "better"], 3))
    assert done["good"] == "good"
    assert done["better"] == "better"
    # On a busy machine the clock may be faster than the processor's time.
    spun = done.pop("spin")
    assert (spun.reason, spun.late) in [("took too long to read", True), ("took too long to grade", True)]
    assert {thing: (result.reason, result.late) for thing, result in done.items() if isinstance(result, Failed)} == {
        "memory": ("needs more memory to be read than there may be", False),
        "end": ("could not be read: its process ended", False),
        "crash": ("could not be read: its process ended", False),
        "wait": ("took too long to grade", True),
        "raise": ("could not be graded (ValueError: ? no)", False),
        "deep": ("is nested too deep to be read", False),
        "long": ("made a report that is too long", False),
        "interrupt": ("could not be graded (KeyboardInterrupt: )", False),
    }


def test_what_was_late_is_tried_once_more_alone_and_not_kept(engine, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "slow.ipynb").write_text(notebook(correlate2d=function("while True: pass")), encoding="utf-8")
    (tmp_path / "in" / "good.ipynb").write_text(notebook(), encoding="utf-8")
    turns = []
    monkeypatch.setattr(marking, "load_assignment", hurried_assignment)
    hurried(monkeypatch, seconds=1)
    monkeypatch.setattr(interviews, "LEAST_SECONDS", 1)

    def noting(work, things, workers):
        things = list(things)
        turns.append((sorted(path.name for _, path, *_ in things), workers))
        return each(work, things, workers)

    monkeypatch.setattr(program, "each", noting)
    for _ in range(2):
        good, slow = program.grade(tmp_path / "in", tmp_path / "out", workers=2, base=GRADING_BASE)
        assert (good["points"], slow["points"]) == (85, 75)
        assert slow["late"]
    assert turns == [(["good.ipynb", "slow.ipynb"], 2), (["slow.ipynb"], 1), (["slow.ipynb"], 2), (["slow.ipynb"], 1)]


def test_an_interruption_ends_everything_in_a_second(engine, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(4):
        text = with_cells("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass")
        (tmp_path / "in" / f"{number}.ipynb").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "teaching.grading", str(tmp_path / "in"), "--base", GRADING_BASE, "--workers", "2"]
    # Its containers carry a label of its own; others may run at the same time.
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(command, stderr=said, start_new_session=True, preexec_fn=hearing)
    labels, until = set(), time.monotonic() + 60
    while len(running := containers(engine, labels)) < 2 and time.monotonic() < until:
        labels |= labels_in(process.pid)
        time.sleep(0.2)
    assert len(running) == 2
    os.killpg(process.pid, signal.SIGINT)
    # One second, and as many again for a machine that is busy with other things.
    assert process.wait(timeout=60) == 130
    told = (tmp_path / "said").read_text(encoding="utf-8")
    assert "the same command goes on from here" in told
    assert "Traceback" not in told
    assert containers(engine, labels) == []


def hearing():
    """Hear an interruption; a shell has what it runs in the background, such as these tests, ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def labels_in(session):
    """Return the labels of the containers that processes of a session have asked for."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getsid(int(folder.name)) == session:
                found |= set(re.findall(r"coursework=[0-9a-f]+", (folder / "cmdline").read_text(errors="replace")))
    return found


def containers(engine, labels):
    """List the running containers that carry one of the labels."""
    asked = [[engine.path, "ps", "--quiet", "--filter", f"label={label}"] for label in sorted(labels)]
    return [name for each in asked for name in subprocess.run(each, capture_output=True, check=True).stdout.split()]
