"""Find submissions in a folder, and read them without trusting a byte."""

import json
import os
import stat
from dataclasses import dataclass

from teaching.assignment import NAMES
from teaching.grading.names import owners

LARGEST = 20 << 20  # bytes of a notebook
# What systems and platforms leave among the submissions, in lower case.
SKIPPED = (
    "__macosx",
    "__pycache__",
    "node_modules",
    "thumbs.db",
    "desktop.ini",
    "index.html",
    "submission_metadata.yml",
)
# Browsers that take a notebook for a text save it with another suffix.
NOTEBOOK = (".ipynb", ".ipynb.json", ".ipynb.txt")
DEEPEST, MOST = 20, 5000  # folders within one another, entries looked at: of one student


class UnreadableError(Exception):
    """Why a file is no notebook that could be graded: one line that its author may read."""


@dataclass(frozen=True)
class Cell:
    """What counts of a cell.

    Attributes
    ----------
    kind : str
        ``"code"`` or anything else.
    source : str
    grade_id : str
        nbgrader's name for it, empty where it has none.
    locked, grade : bool
        What nbgrader's metadata say; believed of the teacher's notebook alone.
    outputs : tuple of dict
        As the file has them.
    """

    kind: str
    source: str
    grade_id: str = ""
    locked: bool = False
    grade: bool = False
    outputs: tuple = ()


def find(folder):
    """List the files to grade.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
        In the order of their names: every notebook; of a student who handed in none, one file or the empty folder,
        so that the student is told. Links are not followed.
    """
    found = []
    for entry in _entries(folder):
        files = _files(entry)
        found += [path for path in files if is_notebook(path)] or files[:1]
    # A receipt, say, lies beside its student's notebook.
    keys = [owner.key for owner in owners([path.relative_to(folder) for path in found], NAMES)]
    done = {key for key, path in zip(keys, found, strict=True) if is_notebook(path)}
    listed = []
    for key, path in zip(keys, found, strict=True):
        if is_notebook(path) or key not in done:
            listed.append(path)
            done.add(key)
    return listed


def is_notebook(path):
    """Tell from a file's name whether it is to be a notebook."""
    return path.name.lower().endswith(NOTEBOOK)


def _entries(folder):
    """What is in a folder, in the order of the names, without what nobody handed in."""
    try:
        listed = sorted(folder.iterdir())
    except OSError:  # it may not be read, or its path is too long
        return []
    return [path for path in listed if not path.name.startswith((".", "~$")) and path.name.lower() not in SKIPPED]


def _files(entry):
    """List the files of a student, in the order of their paths; of a folder that has none, the folder."""
    found, left, seen = [], [(entry, 0)], 0
    while left and seen < MOST:
        path, depth = left.pop()
        seen += 1
        if depth == DEEPEST or os.path.islink(path) or not os.path.isdir(path):
            found.append(path)
        else:
            left += [(below, depth + 1) for below in reversed(_entries(path))]
    return found or [entry]


def read(path):
    """Read a notebook's cells.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Cell

    Raises
    ------
    UnreadableError
        If it is a link, too large, or no notebook.
    """
    return cells(read_bytes(path))


def read_bytes(path):
    """Return a plain file's bytes; raise `UnreadableError` for anything else, and for what is too large."""
    if os.path.isdir(path) and not os.path.islink(path):
        raise UnreadableError("is a folder without a notebook (.ipynb)")
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        is_link = os.path.islink(path)
        raise UnreadableError("is a link" if is_link else f"cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("is not a plain file")
        if status.st_size > LARGEST:
            raise UnreadableError(f"has {status.st_size / 1e6:,.0f} MB; a notebook may have {LARGEST >> 20}")
        return file.read(LARGEST + 1)


def cells(data):
    """Read cells from a notebook's bytes; raise `UnreadableError` if they are no notebook."""
    if not data.strip():
        raise UnreadableError("is empty")
    if data[:4] == b"PK\x03\x04":
        raise UnreadableError("is a zip archive, which is not opened; hand in the notebook itself")
    try:
        notebook = json.loads(data)
        # Before version 4 of the format, cells lay in sheets.
        sheets = [notebook] if "cells" in notebook else notebook["worksheets"]
        return [_cell(each) for sheet in sheets for each in sheet["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError("is not a notebook (.ipynb)") from error


def _cell(entry):
    source = entry.get("source", entry.get("input", ""))  # "input" before version 4
    source = source if isinstance(source, str) else "".join(source)
    outputs = entry.get("outputs")
    metadata = entry.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    name = marks.get("grade_id")
    return Cell(
        kind="markdown" if entry.get("cell_type") == "heading" else str(entry.get("cell_type")),
        source=source,
        grade_id=name if isinstance(name, str) else "",
        locked=marks.get("locked") is True,
        grade=marks.get("grade") is True,
        outputs=tuple(each for each in outputs if isinstance(each, dict)) if isinstance(outputs, list) else (),
    )
