"""The graded cells of the source notebooks, their points and their hints, made from what is decided elsewhere.

``python -m teaching.notebooks`` writes points and hidden tests of every ``tasks.py``, and the hints of
`cnnlib.coursework`, into its notebook, so that nbgrader takes the notebook as it is. A test holds the two equal.
"""

import json
import re

import cnnlib.coursework
from cnnlib.coursework import load
from teaching.assignment import NAMES, Graded, load_assignment

HEADED = re.compile(r"^\*\d+ points, about", re.MULTILINE)  # the text of a task
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


def begin(assignment):
    """Write the call that says what each function is worth.

    Parameters
    ----------
    assignment : Assignment

    Returns
    -------
    str
    """
    points = [f"    {task.name}={task.points}," for task in assignment.tasks]
    return "\n".join(["begin(", f'    "{assignment.name}",', *points, ")"])


def with_hints(text, hints):
    """Put a task's hints, folded, behind its text, in place of those that are there.

    Parameters
    ----------
    text : str
        Of the Markdown cell.
    hints : tuple of Hint

    Returns
    -------
    str
    """
    kept = text.partition("<details>")[0].rstrip()
    folded = [f"<details><summary>Hint: {hint.title}</summary>\n\n{hint.says}\n\n</details>" for hint in hints]
    return "\n\n".join([kept, *folded])


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
    known, described = load(assignment.name), None
    for cell in notebook["cells"]:
        name, text = cell["metadata"].get("nbgrader", {}).get("grade_id"), "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            described = cell if HEADED.search(text) else described
        elif name == "imports":
            text = text.partition("\nbegin(")[0] + "\n" + begin(assignment)
            cell["source"] = text.splitlines(keepends=True)
        elif name in known:
            text = with_hints("".join(described["source"]), known[name].hints)
            described["source"] = text.splitlines(keepends=True)
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
