"""Turn a student's notebook into the cells to execute: the teacher's preparations, the student's work."""

import warnings
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from functools import cache

from IPython.core.inputtransformer2 import TransformerManager

EXECUTED = ("time", "timeit", "capture", "prun", "memit", "python", "python3")  # magics whose cell is Python
LONGEST = 100_000  # letters of all that a student wrote, blanks not counted: what is longer is no work, but a store
MOST_CELLS = 1000  # that are looked at
MOST_LINES = 500  # of a cell with commands of IPython, which reads it anew for each command
TOO_LONG = f"raise ValueError('not executed: with this cell, the notebook has more than {LONGEST:,} letters of code')"


def program(source, handed_in):
    """List the cells to execute, in the teacher's order.

    A locked cell is the teacher's, whatever the student's file has in its place, and checks are left out. A cell to
    fill in is the student's, as often as it is there. What the student added comes after the cell that it follows
    in the student's file, or after the teacher's first preparation where it follows none.

    Parameters
    ----------
    source, handed_in : list of Cell

    Returns
    -------
    list of (str, str)
        Name and code of each: a grade_id, or ``""`` for what the student added.
    """
    known = {cell.grade_id for cell in source if cell.grade_id}
    written, added, anchor, letters = {}, {}, "", 0
    for cell in handed_in[:MOST_CELLS]:
        if cell.grade_id in known:
            anchor = cell.grade_id
        if cell.kind != "code":
            continue
        place = written if cell.grade_id in known else added
        size = sum(map(len, cell.source.split()))
        fits = letters + size <= LONGEST
        letters += size if fits else 0
        place.setdefault(anchor, []).append(python(cell.source) if fits else TOO_LONG)
    listed, first = [], added.pop("", [])
    for cell in source:
        name = cell.grade_id
        if cell.kind == "code" and name and not name.startswith(("check-", "test-")):
            listed += [(name, code) for code in ([python(cell.source)] if cell.locked else written.get(name, []))]
            listed += [("", code) for code in first]
            first = []
        listed += [("", code) for code in added.pop(name, [])] if name else []
    return listed


@cache
def python(source):
    """Return a cell's code as IPython hands it to Python.

    Of a cell magic that executes its cell, such as ``%%time``, the cell; of any other, nothing.

    Parameters
    ----------
    source : str

    Returns
    -------
    str
        As it was where IPython cannot read it: Python will say why.
    """
    text = source.strip("\n").rstrip()
    while text.startswith("%%"):
        first, _, text = text.partition("\n")
        if first[2:].partition(" ")[0] not in EXECUTED:
            return ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Python will not like
        if _compiles(text) or text.count("\n") > MOST_LINES:
            return text
        try:
            return TransformerManager().transform_cell(text).rstrip("\n")
        except (SyntaxError, ValueError, RuntimeError, MemoryError):
            return text


def _compiles(text):
    try:
        compile(text, "<cell>", "exec", flags=PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
