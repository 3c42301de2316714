"""One row for each student and assignment, whatever number of files the student has handed in."""

import contextlib
import hashlib
import os
from collections import defaultdict

import yaml

from teaching.grading.names import shown
from teaching.grading.submissions import UnreadableError, read_bytes

METADATA = "submission_metadata.yml"  # Gradescope's, beside the submissions
NAMED = 5  # files that a note names


def submitters(folder):
    """Read students' names from what Gradescope exports with the submissions.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to str
        Name, or names of a group, by the name of the folder handed in; empty where there is nothing to read.
    """
    names = {}
    for path in sorted([*folder.glob(METADATA), *folder.glob(f"*/{METADATA}")]):
        try:
            listed = yaml.safe_load(read_bytes(path))
        except (UnreadableError, yaml.YAMLError):
            continue  # the folders' names will do
        for entry, about in listed.items() if isinstance(listed, dict) else ():
            with contextlib.suppress(KeyError, TypeError):
                names[str(entry)] = ", ".join(str(each[":name"]) for each in about[":submitters"])
    return {entry: name for entry, name in names.items() if name}


def roster(folder, paths, owners, reports):
    """Say whose each report is, and let the latest of a student's files count.

    Parameters
    ----------
    folder : Path
    paths : list of Path
        Relative to it.
    owners : list of Owner
        Of the files at these paths.
    reports : list of dict
        On them, as `teaching.grading.marking.mark` returns them.

    Returns
    -------
    list of dict
        In the order of ``paths``, with ``student``, ``id``, ``owner``, ``file`` and ``version`` of the file that
        counts, and a ``note`` on the others.
    """
    filed = defaultdict(list)
    for path, owner, report in zip(paths, owners, reports, strict=True):
        about = {"student": owner.name, "id": owner.id, "owner": owner.key, "file": shown(path), "note": ""}
        order = (not report["problem"], len(owner.when), owner.when, _written(folder / path), path)
        filed[owner.key].append((order, report | about | {"version": version(folder / path)}))
    listed = [report for files in filed.values() for report in _counted(files)]
    place = {shown(path): number for number, path in enumerate(paths)}
    return sorted(listed, key=lambda report: place[report["file"]])


def _counted(files):
    """The reports of one student that count: the latest for each assignment."""
    by_assignment = defaultdict(list)
    for _, report in sorted(files, key=lambda each: each[0]):
        by_assignment[report["assignment"]].append(report)
    none = by_assignment.pop("", [])
    counted = [reports[-1] | {"note": _others(reports)} for reports in by_assignment.values()]
    if counted and none:
        note = f"also handed in, and for none of the assignments: {_names(none)}"
        counted[0]["note"] = "; ".join(filter(None, [counted[0]["note"], note]))
    return counted or [none[-1] | {"note": _others(none)}]


def _others(reports):
    if len(reports) == 1:
        return ""
    return f"the latest of {len(reports)} files counts; not looked at: {_names(reports[:-1])}"


def _names(reports):
    names = [report["file"] for report in reports]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _written(path):
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0


def version(path):
    """Fingerprint a file, so that it is known again under another name; empty where it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(path)).hexdigest()[:12]
    except UnreadableError:
        return ""
