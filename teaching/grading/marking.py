"""From answers to points: everything here runs outside the walls, where the expected values are."""

import hashlib
import re
from pathlib import Path

import numpy as np

from cnnlib.coursework import Verdict, diagnose, judge
from teaching.assignment import NAMES, Open, load_assignment
from teaching.grading.answers import open_answer
from teaching.grading.frames import clean
from teaching.grading.interview import Question, interview
from teaching.grading.names import shown
from teaching.grading.own_cells import failed, hiding, lost
from teaching.grading.program import program
from teaching.grading.remembered import remembered
from teaching.grading.submissions import UnreadableError, cells, read, read_bytes

ROOT = Path(__file__).resolve().parents[2]
LONGEST_TEXT = 20_000


def belongs_to(handed_in, path):
    """Tell which assignment a notebook answers: the one most of whose functions it has, else the one its path names.

    Parameters
    ----------
    handed_in : list of Cell
    path : Path

    Returns
    -------
    str
        Empty where nothing tells.
    """
    defined = {function for cell in handed_in for function in re.findall(r"^def (\w+)", cell.source, re.MULTILINE)}
    there = {cell.grade_id for cell in handed_in} | defined
    shared = {name: len(there & {task.name for task in load_assignment(name).tasks} - {"open"}) for name in NAMES}
    best = max(shared, key=shared.get)
    if shared[best]:
        return best
    named = [name for name in NAMES if name in str(path).lower()]
    return named[-1] if named else ""


def mark(folder, path, student, engine):
    """Grade one submission.

    Parameters
    ----------
    folder : Path
        Of all submissions.
    path : Path
        Of this one, relative to it.
    student : str
    engine : Engine or None
        None runs the student's code without walls.

    Returns
    -------
    dict
        As ``grades.json`` has it. A file that cannot be read has a ``problem`` and no points.
    """
    return cleaned(_marked(folder, path, student, engine))


def unread(path, student, reason):
    """Return the report on a submission that could not be graded.

    Parameters
    ----------
    path : Path
    student, reason : str

    Returns
    -------
    dict
        As `mark` returns it.
    """
    report = {"student": student, "file": shown(path), "assignment": "", "problem": reason, "points": 0, "of": 0}
    return cleaned(
        report | {"tasks": [], "open": [], "broken": {}, "added": [], "failed": [], "hiding": [], "late": False}
    )


def cleaned(value):
    """Return a report in which every text can be written to a file."""
    if isinstance(value, str):
        return clean(value, LONGEST_TEXT)
    if isinstance(value, dict):
        # A picture is text that was made here, and long.
        return {cleaned(key): each if key == "picture" else cleaned(each) for key, each in value.items()}
    return [cleaned(each) for each in value] if isinstance(value, list | tuple) else value


def _marked(folder, path, student, engine):
    report = unread(path, student, "")
    try:
        handed_in = cells(read_bytes(folder / path))
    except UnreadableError as error:
        handed_in, report["problem"] = [], str(error)
    report["assignment"] = belongs_to(handed_in, path)
    if not report["assignment"]:
        report["problem"] = report["problem"] or "answers none of the assignments"
        return report
    assignment = load_assignment(report["assignment"])
    report["of"] = assignment.points
    if report["problem"]:
        return report
    known = remembered(assignment.name)
    graded = [task for task in assignment.tasks if not isinstance(task, Open)]
    questions = {
        task.name: Question(
            task.seconds or known[task.name].seconds, known[task.name].cases, task.hidden, tuple(sorted(task.may_use))
        )
        for task in graded
    }
    source = read(assignment.notebook)
    listed = program(source, handed_in)
    met = interview(listed, questions, engine)
    # A person reads the open question's code as it was handed in: here it has no data to run on.
    asked = {task.name for task in assignment.tasks if isinstance(task, Open)}
    report["broken"] = {name: why for name, why in met.broken.items() if name.partition("-")[0] not in asked}
    report["added"] = [[number, failure] for number, failure in met.added]
    report["tasks"] = [
        _task(task, known[task.name], met.answers[task.name]) | {"lost": lost(task, handed_in)} for task in graded
    ]
    report["points"] = sum(task["points"] for task in report["tasks"])
    report["late"] = met.late and report["points"] < sum(task["of"] for task in report["tasks"])
    report["failed"] = failed(met.added, listed, handed_in, source)
    report["hiding"] = hiding(assignment, handed_in, source)
    report["open"] = [open_answer(task, handed_in, source) for task in assignment.tasks if isinstance(task, Open)]
    return report


def _task(graded, known, answers):
    """Judge the answers to one task: all points, or none."""
    seen = len(known.cases)
    pairs = zip((*known.cases, *graded.hidden), answers, strict=True)
    verdicts = [(case.looks_for, _judge(known, case, answer)) for case, answer in pairs]
    right = all(verdict.ok for _, verdict in verdicts)
    mistake = None if right else _diagnose(known, answers[:seen])
    return {
        "name": graded.name,
        "points": graded.points if right else 0,
        "of": graded.points,
        "visible": [
            {"looks_for": text, "ok": verdict.ok, "property": verdict.property, "message": verdict.message}
            for text, verdict in verdicts[:seen]
        ],
        "hidden": [
            # Its message may tell an expected value.
            {"looks_for": text, "ok": verdict.ok, "property": verdict.property}
            for text, verdict in verdicts[seen:]
        ],
        "mistake": mistake and {"name": mistake.name, "says": mistake.says, "see": str(mistake.see)},
    }


def _judge(known, case, answer):
    # What came back may be anything that frames can hold; whatever it does to a comparison, it is not right.
    try:
        with np.errstate(all="ignore"):
            return judge(known, case, answer)
    except Exception as error:
        return Verdict(False, "answers", f"returned what cannot be compared ({type(error).__name__})")


def _diagnose(known, answers):
    try:
        with np.errstate(all="ignore"):
            return diagnose(known, answers)
    except Exception:
        return None


def rules():
    """Fingerprint of all that a grade depends on besides the submission."""
    digest = hashlib.sha256(np.__version__.encode())
    places = ("teaching/**/*.py", "teaching/*/*.ipynb", "teaching/grading/image/*", "cnnlib/**/*.py")
    for path in sorted(path for place in places for path in ROOT.glob(place)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
