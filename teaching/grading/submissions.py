"""Find submissions in a folder, tell whose they are, and read them without trusting a byte."""

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

LARGEST = 20 << 20  # bytes of a notebook
SKIPPED = ("__MACOSX", "__pycache__", "node_modules")

# What learning platforms make of a student's name and a file's name, in one folder or in one folder each.
PLATFORMS = (
    re.compile(r"(?P<name>.+?)_\d+_assignsubmission_file_?(?P<rest>.*)"),  # Moodle
    re.compile(r".+?_(?P<name>[^_]+)_attempt_\d{4}(-\d\d){5}(_(?P<rest>.*))?"),  # Blackboard
    re.compile(r"(?P<name>[^\W\d_][^_]*?)(_LATE)?_\d+_\d+_(?P<rest>.+)"),  # Canvas
)


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
    """

    kind: str
    source: str
    grade_id: str = ""
    locked: bool = False
    grade: bool = False


def find(folder):
    """List the files to grade.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
        In the order of their names: every notebook; of a student's folder or file that holds none, one file, so
        that the student is told. Links are not followed.
    """
    found = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name in SKIPPED:
            continue
        files = [entry]
        if entry.is_dir() and not entry.is_symlink():
            files = []
            for place, folders, names in os.walk(entry):
                folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
                files += [Path(place, name) for name in sorted(names) if not name.startswith(".")]
        notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
        found += notebooks or files[:1]
    return found


def student(path, assignments):
    """Tell whose submission a file is, from its place in the folder of submissions.

    Parameters
    ----------
    path : Path
        Relative to that folder.
    assignments : iterable of str
        Their names, which are no part of a student's.

    Returns
    -------
    str

    Examples
    --------
    >>> names = ["convolution"]
    >>> for path in (
    ...     "Ada Lovelace_4711_assignsubmission_file_/convolution.ipynb",
    ...     "lovelaceada_LATE_4711_8912_convolution-1.ipynb",
    ...     "Week 2_alovelace_attempt_2026-11-20-18-30-00_convolution.ipynb",
    ...     "convolution-alovelace/convolution.ipynb",
    ...     "alovelace/convolution/convolution.ipynb",
    ...     "alovelace.ipynb",
    ... ):
    ...     print(student(Path(path), names))
    Ada Lovelace
    lovelaceada
    alovelace
    alovelace
    alovelace
    alovelace
    """
    name = path.parts[0] if len(path.parts) > 1 else path.stem
    for pattern in PLATFORMS:
        matched = pattern.fullmatch(name)
        if matched:
            return matched["name"]
    either = "|".join(map(re.escape, assignments))
    left = re.sub(rf"(^|[-_ ])({either})(?=$|[-_ ])", "", name, flags=re.I).strip("-_ ")
    return left or name


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
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise UnreadableError("is a link" if path.is_symlink() else f"cannot be read: {error.strerror}") from error
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
        listed = json.loads(data)["cells"]
        return [_cell(each) for each in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError("is not a notebook (.ipynb)") from error


def _cell(entry):
    source = entry.get("source", "")
    source = source if isinstance(source, str) else "".join(source)
    metadata = entry.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    name = marks.get("grade_id")
    return Cell(
        kind=str(entry.get("cell_type")),
        source=source,
        grade_id=name if isinstance(name, str) else "",
        locked=marks.get("locked") is True,
        grade=marks.get("grade") is True,
    )
