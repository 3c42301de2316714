"""What went wrong around a student's functions: cells that are no code any more, and names with another meaning."""

import ast
import builtins
import re
import warnings

from teaching.assignment import Graded
from teaching.grading.program import python

LONGEST = 100_000  # letters of a cell that is looked into
MOST = 20  # names that are told


def lost(task, handed_in):
    """Say why a task has no code to run.

    Parameters
    ----------
    task : Graded
    handed_in : list of Cell

    Returns
    -------
    str
        A sentence for the student; empty where there is code.
    """
    if any(re.search(rf"^[ \t]*(async )?def {task.name}\b", cell.source, re.MULTILINE) for cell in _code(handed_in)):
        return ""
    cells = [(number, cell) for number, cell in enumerate(handed_in, 1) if cell.grade_id == task.name]
    others = [(number, cell) for number, cell in cells if cell.kind != "code"]
    if others:
        number, cell = others[0]
        kind = "Markdown" if cell.kind == "markdown" else cell.kind
        return (
            f"Your cell for {task.name}, cell {number} of the notebook, is {kind} now, so it was not executed. Make it "
            "a code cell again: in Jupyter, select it and press Esc, then Y."
        )
    if not cells and any(cell.grade_id for cell in handed_in):
        return f"Your notebook has no cell for {task.name} any more, and none of its cells defines it."
    return ""


def hiding(assignment, handed_in, source):
    """Find cells that give a name of the teacher's, of Python's or of another task another meaning.

    Parameters
    ----------
    assignment : Assignment
    handed_in, source : list of Cell
        The student's notebook and the teacher's.

    Returns
    -------
    list of dict
        ``cell``, its number in the notebook; ``name``; ``line``, the first that does it; ``is_task``, whether the
        name is a task's, and not one that all share.
    """
    tasks = {task.name for task in assignment.tasks if isinstance(task, Graded)}
    shared = {}
    for cell in source:
        if cell.kind == "code" and cell.locked and not cell.grade_id.startswith(("check-", "test-")):
            shared |= {name: meaning for name, meaning, _ in bindings(cell.source)}
    locked = {cell.grade_id for cell in source if cell.locked and cell.grade_id}
    given = {cell.source for cell in source}
    found = []
    for number, cell in enumerate(handed_in, 1):
        if cell.kind != "code" or cell.grade_id in locked or cell.source in given:
            continue
        seen = set()
        for name, meaning, line in bindings(cell.source):
            # What begins with _ is nobody's name; an interpreter that shows results keeps one under it.
            is_pythons = hasattr(builtins, name) and not name.startswith("_")
            is_known = name in shared or name in tasks or is_pythons
            is_same = name in seen or name == cell.grade_id or (meaning and meaning == shared.get(name))
            if is_known and not is_same:
                seen.add(name)
                found.append({"cell": number, "name": name, "line": line, "is_task": name in tasks})
    return found[:MOST]


def failed(added, listed, handed_in, source):
    """Say where in the notebook the cells stand that a student added and that failed.

    A cell that the teacher gives to try things in, as it was handed out, is none of them.

    Parameters
    ----------
    added : list of (int, str)
        As `teaching.grading.interview.Interview` has them.
    listed : list of (str, str)
        What was executed, as `teaching.grading.program.program` lists it.
    handed_in, source : list of Cell
        The student's notebook and the teacher's.

    Returns
    -------
    list of dict
        ``cell``, its number in the notebook, and ``reason``.
    """
    given = {python(cell.source) for cell in source if cell.kind == "code"}
    codes = [code for name, code in listed if not name]
    numbers = {}
    for number, cell in enumerate(handed_in, 1):
        if cell.kind == "code":
            numbers.setdefault(python(cell.source), number)
    failures = [(codes[number - 1], reason) for number, reason in added]
    # A cell that was not executed, since the notebook is too long, is the student's no more.
    return [{"cell": numbers[code], "reason": reason} for code, reason in failures if code in numbers.keys() - given]


def _code(cells):
    return [cell for cell in cells if cell.kind == "code"]


def bindings(source):
    """List the names that code binds or deletes at its outermost level.

    Parameters
    ----------
    source : str
        As a notebook has it.

    Returns
    -------
    list of (str, str, str)
        Name; for an import, of what; the line.
    """
    code = python(source[:LONGEST])
    lines = re.split("\r\n|\r|\n", code)
    found = []
    for statement in _statements(code):
        imported = isinstance(statement, ast.Import | ast.ImportFrom)
        for name, meaning in _imported(statement) if imported else [(name, "") for name in _bound(statement)]:
            found.append((name, meaning, lines[statement.lineno - 1].strip()[:200]))
    return found


def _statements(code):
    """Yield statements, and those in branches and loops, which bind names of the same level."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on how a student writes
            left = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    while left:
        statement = left.pop(0)
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            below = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody", "handlers", "cases")]
            left[:0] = [each for statements in below for each in statements]


def _imported(statement):
    module = f"{statement.module}." if isinstance(statement, ast.ImportFrom) else ""
    for each in statement.names:
        name = each.asname or (each.name if module else each.name.partition(".")[0])
        yield name, f"{module}{each.name}" if module or each.asname else name


def _bound(statement):
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    targets = [*getattr(statement, "targets", []), getattr(statement, "target", None)]
    targets += [item.optional_vars for item in getattr(statement, "items", [])]
    names = [node for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name)]
    return [node.id for node in names if not isinstance(node.ctx, ast.Load)]
