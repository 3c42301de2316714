"""Tell whose submission a file is, from the names that learning platforms give.

In a file's name, what the platform wrote comes first, and what the student wrote comes last: among several readings,
the one that ends first is believed, so that nobody's file can carry a classmate's name.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

# Each ends where the student's own file name begins.
PLATFORMS = (
    # Moodle: one folder each, or all files in one.
    re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assign(?:submission|feedback)_(?:file|onlinetext|comments)(?:_|$)"),
    # Blackboard: the assignment's name comes first; the receipt has the same name and nothing behind the date.
    re.compile(r".+?_(?P<name>(?P<id>[^_]+))_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_|$|(?=\.))"),
    # Canvas: id of the student, then of the file, which grows; graded anonymously, there is no name.
    re.compile(r"(?P<name>.+?)(?:_late)?_(?P<id>\d{2,})_(?:(?P<when>\d+)_|(?:text|link)\.html$)", re.IGNORECASE),
    re.compile(r"(?:late_)?(?P<name>anon_(?P<id>[^\W_]{5}))_(?P<when>\d+)_", re.IGNORECASE),
    # Brightspace: the folder has a date that is written in many ways.
    re.compile(r"(?P<id>\d+-\d+) ?- ?(?P<name>.+?) ?- (?=[^-]*\d{4})[^-]+(?: - |$)"),
    # Gradescope.
    re.compile(r"(?P<name>submission_(?P<id>\d+))$"),
)
CONTAINER = re.compile(r"assignment_\d+_export")  # Gradescope's
# Nothing to see, but to change the direction of writing, or to end a line.
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Owner:
    """Whose a file is.

    Attributes
    ----------
    name : str
    id : str
        The platform's for the student; empty where the name has none.
    key : str
        The same for all files that one student certainly handed in, and for nobody else's.
    when : str
        What the platform wrote of the time; of two files of one student, the later has the greater.
    """

    name: str
    id: str
    key: str
    when: str = ""


def shown(path):
    """Return a path as text that can be written anywhere: what is no letter of any kind is spelled out."""
    text = path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def owners(paths, assignments, known=None):
    """Tell whose each file is.

    Parameters
    ----------
    paths : list of Path
        Relative to the folder of submissions.
    assignments : iterable of str
        Their names, which are no part of a student's.
    known : dict of str to str, optional
        Students' names by the folder that a platform has given each.

    Returns
    -------
    list of Owner
        In the order of ``paths``.

    Examples
    --------
    >>> from pathlib import Path
    >>> names = ["convolution"]
    >>> for path in (
    ...     "Ada Lovelace_4711_assignsubmission_file_/convolution.ipynb",
    ...     "lovelaceada_LATE_4711_8912_convolution-1.ipynb",
    ...     "Week 2_alovelace_attempt_2026-11-20-18-30-00_convolution.ipynb",
    ...     "397063-25573 - Ada Lovelace - Nov 20, 2026 630 PM/convolution.ipynb",
    ...     "submission_4711/convolution.ipynb",
    ...     "convolution-alovelace/convolution.ipynb",
    ...     "convolution/alovelace.ipynb",
    ... ):
    ...     [owner] = owners([Path(path)], names)
    ...     print([owner.name, owner.id])
    ['Ada Lovelace', '4711']
    ['lovelaceada', '4711']
    ['alovelace', 'alovelace']
    ['Ada Lovelace', '397063-25573']
    ['submission_4711', '4711']
    ['alovelace', '']
    ['alovelace', '']
    """
    left_out = _containers(paths, assignments)
    return [_owner(path.parts, left_out, assignments, known or {}) for path in paths]


def _containers(paths, assignments):
    """Outermost folders that are no student's: an assignment's, a platform's, or the only one there is."""
    inside = defaultdict(set)
    for path in paths:
        inside[path.parts[0]].add(path.parts[1:])
    found = {name for name in inside if CONTAINER.fullmatch(name) or not _without(name, assignments)}
    if len(inside) == 1:
        [(only, below)] = inside.items()
        folders = {parts[0] for parts in below if len(parts) > 1 and _without(parts[0], assignments)}
        platforms = any(parts and _read(parts[0]) for parts in below)
        if platforms or (len(folders) > 1 and all(len(parts) > 1 for parts in below)):
            found.add(only)
    return found


def _owner(parts, left_out, assignments, known):
    above = 1 if len(parts) > 1 and parts[0] in left_out else 0
    entry, in_folder = parts[above], len(parts) > above + 1
    place = "/".join(parts[: above + 1])
    found = _read(entry)
    if found:
        groups = found.groupdict()
        name = known.get(entry, groups["name"])
        before = re.sub("^late_$", "", entry[: min(found.start("name"), found.start("id"))], flags=re.IGNORECASE)
        key = "\0".join([*parts[:above], before, groups["name"], groups["id"]])
        return Owner(_clean(name), _clean(groups["id"]), key, groups.get("when") or "")
    name = entry if in_folder else re.sub(r"(?<=.)\.[^.]*$", "", entry)
    return Owner(_clean(_without(name, assignments) or name), "", place)


def _read(entry):
    """Read a name as the platform wrote it that ends first; None where none did."""
    found = [matched for matched in (pattern.match(entry) for pattern in PLATFORMS) if matched]
    return min(found, key=lambda matched: matched.end(), default=None)


def _without(name, assignments):
    """Take the assignments' names out of a name, with what joined them."""
    either = "|".join(map(re.escape, assignments))
    return re.sub(rf"(^|[-_ ])({either})(?=$|[-_ ])", "", name, flags=re.I).strip("-_ ")


def _clean(name):
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return INVISIBLE.sub("\ufffd", text)
