"""The graded cells of the source notebooks, and the one that counts points, made from what the teacher decided.

``python -m teaching.notebooks`` writes points and hidden tests of every ``tasks.py`` into its notebook, so that
nbgrader takes the notebook as it is. A test holds the two equal.
"""

import json
import re

import cnnlib.coursework
from teaching.assignment import NAMES, Graded, load_assignment

BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


def grade_cell(assignment, task):
    """Write the locked cell that grades a task.

    Parameters
    ----------
    assignment : Assignment
    task : Graded

    Returns
    -------
    str
    """
    cases = [f"    {case!r}," for case in task.hidden]
    called = set(re.findall(r"\b([a-z_]+|Case)\(", "\n".join(cases))) & set(cnnlib.coursework.__all__)
    return "\n".join(
        [
            f"# {task.points} points. Further cases are tried here when you hand in.",
            BEGIN,
            f"from cnnlib.coursework import {', '.join(sorted(called))}",
            f'check("{assignment.name}", {task.name}).must_be_right()',
            f'check("{assignment.name}", {task.name}, cases=[',
            *cases,
            "]).must_be_right()",
            END,
        ]
    )


def progress_cell(assignment):
    """Write the cell that counts a student's points.

    Parameters
    ----------
    assignment : Assignment

    Returns
    -------
    str
    """
    points = [f"    {task.name}={task.points}," for task in assignment.tasks]
    return "\n".join(["# How far you are.", "progress(", f'    "{assignment.name}",', *points, ")"])


def synchronised(notebook, assignment):
    """Return a notebook with the graded cells that its assignment asks for; all else is as it was.

    Parameters
    ----------
    notebook : dict
        As JSON has it.
    assignment : Assignment

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If a task has no cell, or its cell no task.
    """
    notebook = json.loads(json.dumps(notebook))
    graded = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    wanted = {f"test-{task.name}" if isinstance(task, Graded) else task.name: task for task in assignment.tasks}
    found = [cell["metadata"]["nbgrader"]["grade_id"] for cell in graded]
    if found != list(wanted):
        raise ValueError(f"synchronised: notebook must grade {list(wanted)}, in this order, received {found}")
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "progress":
            cell["source"] = progress_cell(assignment).splitlines(keepends=True)
    for cell, task in zip(graded, wanted.values(), strict=True):
        cell["metadata"]["nbgrader"]["points"] = task.points
        if isinstance(task, Graded):
            cell["source"] = grade_cell(assignment, task).splitlines(keepends=True)
    return notebook


def main():
    """Bring every source notebook up to date."""
    for name in NAMES:
        assignment = load_assignment(name)
        notebook = json.loads(assignment.notebook.read_text(encoding="utf-8"))
        text = json.dumps(synchronised(notebook, assignment), indent=1, ensure_ascii=False) + "\n"
        assignment.notebook.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
