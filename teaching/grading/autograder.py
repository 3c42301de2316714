"""Grade one submission in Gradescope's container, and write ``results.json`` [1]_.

The container belongs to this submission alone and has no engine to start another in, so the student's code runs there
as a user who may read neither the sources nor the results.

References
----------
.. [1] https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import argparse
import json
import sys
from pathlib import Path

from teaching.assignment import Graded, Open, load_assignment
from teaching.grading.engine import MEMORY
from teaching.grading.marking import mark, unread
from teaching.grading.submissions import find

PLACE = Path("/autograder")
USER = "student"


class OtherUser:
    """What starts a room where there is no container engine: the name of another user."""

    address_space = MEMORY

    def command(self):
        """Return the beginning of a command line; what runs is to follow."""
        return ["runuser", "--user", USER, "--"]


def grade(folder, name, engine):
    """Grade the notebook of an assignment that a folder holds; the latest, where it holds several.

    Parameters
    ----------
    folder : Path
    name : str
    engine : OtherUser or None

    Returns
    -------
    dict
        As `teaching.grading.marking.mark` returns it.
    """
    paths = sorted(find(folder), key=lambda path: (path.stat(follow_symlinks=False).st_mtime_ns, path))
    reports = [mark(folder, path.relative_to(folder), "", engine) for path in paths]
    answers = [report for report in reports if report["assignment"] == name and not report["problem"]]
    return (answers or reports or [unread(Path("submission"), "", "is empty: hand in the notebook (.ipynb)")])[-1]


def results(report, name):
    """Write a report as Gradescope shows it.

    Parameters
    ----------
    report : dict
    name : str
        Of the assignment that was to be answered.

    Returns
    -------
    dict
        A test for each task; the open question is for a person, and not among them.
    """
    assignment = load_assignment(name)
    said = [f"The file {report['file']} {report['problem']}."] if report["problem"] else []
    if not said and report["assignment"] != name:
        said = [f"The file {report['file']} answers {report['assignment']}, not {name}."]
    tasks = {} if said else {task["name"]: task for task in report["tasks"]}
    for place, reason in report["broken"].items():
        said.append(f"The cell of {place} did not run to its end: {reason}")
    for each in report["failed"]:
        said.append(f"Cell {each['cell']} of the notebook, one of your own, did not run to its end: {each['reason']}")
    for each in report["hiding"]:
        task = tasks.get(each["name"])
        if any(task["points"] < task["of"] for task in tasks.values()) and not (task and task["points"]):
            said.append(f"Cell {each['cell']} of the notebook gives {each['name']} another meaning: {each['line']}")
    for task in assignment.tasks:
        if isinstance(task, Open):
            said.append(f"The open question, up to {task.points} points, is graded by a person.")
    graded = [task for task in assignment.tasks if isinstance(task, Graded)]
    tests = [_test(task, tasks.get(task.name)) for task in graded]
    return {"output": "\n".join(said), "stdout_visibility": "hidden", "tests": tests}


def _test(task, done):
    lines = [done["lost"]] if done and done["lost"] else []
    if done and not lines:
        lines = [_case(case, case.get("message", "")) for case in done["visible"]]
        right = sum(case["ok"] for case in done["hidden"])
        lines.append(f"Of the grader's own examples, {right} of {len(done['hidden'])} came out right.")
        lines += [_case(case, f"what fails: {case['property']}") for case in done["hidden"] if not case["ok"]]
        if done["mistake"]:
            lines.append(f"It looks like this: {done['mistake']['name']}. {done['mistake']['says']}")
    return {
        "name": task.name,
        "score": done["points"] if done else 0,
        "max_score": task.points,
        "output": "\n".join(lines),
        "visibility": "visible",
    }


def _case(case, more):
    return f"{'✓' if case['ok'] else '✗'} {case['looks_for']}{f': {more}' if more else ''}"


def main(arguments=None, engine=None):
    """Grade what lies in the container; whatever happens, there are results."""
    parser = argparse.ArgumentParser(description="Grade a submission in Gradescope's container.")
    parser.add_argument("assignment")
    parser.add_argument("--place", type=Path, default=PLACE)
    options = parser.parse_args(arguments)
    try:
        written = results(grade(options.place / "submission", options.assignment, engine), options.assignment)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # for the teacher, who alone sees it
        written = {
            "score": 0,
            "output": "The grader itself failed; your teacher has been told why, and can run it again.",
        }
    folder = options.place / "results"
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps(written, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(engine=OtherUser())
