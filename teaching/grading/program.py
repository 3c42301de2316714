"""Turn a student's notebook into the cells to execute: the teacher's preparations, the student's work."""

import re

MAGIC = re.compile(r"^(\s*)[%!].*", re.MULTILINE)


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
    """Return a cell's code without what only a notebook understands."""
    if source.lstrip().startswith("%%"):
        return ""
    return MAGIC.sub(r"\1pass", source)
