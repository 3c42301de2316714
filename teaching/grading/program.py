"""Turn a student's notebook into the cells to execute: the teacher's preparations, the student's work."""

import warnings

from IPython.core.inputtransformer2 import TransformerManager

EXECUTED = ("time", "timeit", "capture", "prun", "memit", "python", "python3")  # magics whose cell is Python
LONGEST = 200_000  # letters of a cell that is taken for work


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
    written, added, anchor = {}, {}, ""
    for cell in handed_in:
        if cell.grade_id in known:
            anchor = cell.grade_id
        if cell.kind != "code":
            continue
        place = written if cell.grade_id in known else added
        place.setdefault(anchor, []).append(python(cell.source))
    listed, first = [], added.pop("", [])
    for cell in source:
        name = cell.grade_id
        if cell.kind == "code" and name and not name.startswith(("check-", "test-")):
            listed += [(name, code) for code in ([python(cell.source)] if cell.locked else written.get(name, []))]
            listed += [("", code) for code in first]
            first = []
        listed += [("", code) for code in added.pop(name, [])] if name else []
    return listed


def python(source):
    """Return a cell's code as IPython hands it to Python.

    Of a cell magic that executes its cell, such as ``%%time``, the cell; of any other, nothing.

    Parameters
    ----------
    source : str

    Returns
    -------
    str
        As it was where IPython cannot read it: Python will say why. A cell of more than `LONGEST` letters is nobody's
        work, and is left as it is.
    """
    lines = source.splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and lines[0].startswith("%%"):
        if lines[0][2:].partition(" ")[0].strip() not in EXECUTED:
            return ""
        lines.pop(0)
    text = "".join(lines)
    if len(text) > LONGEST:
        return text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python will not like
            return TransformerManager().transform_cell(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
