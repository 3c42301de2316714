"""Grade a folder of submissions: ``make grade SUBMISSIONS=folder``."""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from teaching.assignment import NAMES
from teaching.grading import open_page, pages, tables
from teaching.grading.apart import Failed, each
from teaching.grading.engine import BASE, Engine, NoWallsError
from teaching.grading.marking import mark, rules, unread
from teaching.grading.names import owners
from teaching.grading.open_points import check_open, settle_open
from teaching.grading.remembered import recall
from teaching.grading.roster import roster, submitters
from teaching.grading.submissions import UnreadableError, find, read_bytes

TRIES = 2  # of a submission: what was late among others may be in time alone
tqdm.monitor_interval = 0  # its thread would be copied into every process


def grade(folder, output, walls=True, workers=None, base=BASE):
    """Grade every submission that is not graded yet, then write all tables and pages.

    Parameters
    ----------
    folder : Path
    output : Path
        What is graded is kept in its ``.graded``: after an interruption the rest is graded.
    walls : bool
    workers : int, optional
        How many submissions at a time; as many as there are cores, if left out.
    base : str
        Image to build the room for submissions upon.

    Returns
    -------
    list of dict
        A report for each student and assignment, in the order of their files' names.

    Raises
    ------
    NoWallsError
        If no container can be started.
    ValueError
        If the points that people gave cannot be read, before or after.
    """
    check_open(output / "open.csv")
    engine = Engine.ready(base) if walls else None
    if engine and engine.remark():
        print(f"grade: {engine.remark()}", file=sys.stderr)
    with np.errstate(all="ignore"):
        for name in NAMES:
            recall(name)
    paths = [path.relative_to(folder) for path in find(folder)]
    whose = owners(paths, NAMES, submitters(folder))
    students = {path: owner.name for path, owner in zip(paths, whose, strict=True)}
    try:
        reports = _reports(folder, students, output / ".graded", engine, workers or os.cpu_count() or 1)
    finally:
        if engine:
            engine.sweep()
    reports = settle_open(output / "open.csv", roster(folder, paths, whose, reports))
    tables.write_tables(output, reports)
    for report in reports:
        tables.write(output / "feedback" / pages.file_name(report), pages.feedback(report))
    tables.write(output / "summary.html", pages.summary(reports))
    tables.write(output / "open.html", open_page.open_answers(reports))
    return reports


def _reports(folder, students, kept, engine, workers):
    """Report on each file; what was late is tried again, alone, and what stays late is not kept."""
    fingerprint = rules()
    places = {path: kept / f"{_key(folder, path, fingerprint)}.json" for path in students}
    reports = {path: tables.kept(place) for path, place in places.items()}
    left = [path for path in students if reports[path] is None]
    with tqdm(total=len(students), initial=len(students) - len(left), unit=" submissions", disable=None) as bar:
        for turn, at_once in enumerate([workers, *[1] * (TRIES - 1)]):
            later = []
            jobs = [(folder, path, students[path], engine) for path in left]
            for (_, path, student, _), result in each(_mark, jobs, at_once):
                failed = isinstance(result, Failed)
                reports[path] = unread(path, student, result.reason) if failed else result
                if not failed and not result["late"]:
                    tables.write(places[path], json.dumps(result))
                else:
                    later.append(path)
                bar.update(turn == 0)
            left = later
    return [reports[path] for path in students]


def _mark(job):
    return mark(*job)


def _key(folder, path, fingerprint):
    try:
        data = read_bytes(folder / path)
    except UnreadableError as error:
        data = str(error).encode()
    return hashlib.sha256(b"\0".join([fingerprint.encode(), os.fsencode(path), data])).hexdigest()


def main(arguments=None):
    """Grade what the command line names."""
    parser = argparse.ArgumentParser(prog="make grade", description="Grade a folder of submissions.")
    parser.add_argument("submissions", type=Path, help="folder with one notebook, or one folder, for each student")
    parser.add_argument("--output", type=Path, help="folder to write to; the submissions' name with -grades, beside it")
    parser.add_argument("--workers", type=int, help="submissions at a time; one for each core by default")
    parser.add_argument("--base", default=BASE, help=f"image to build the room for submissions upon ({BASE})")
    parser.add_argument("--unsafe", action="store_true", help="run students' code as yourself, without walls")
    options = parser.parse_args(arguments)
    folder = options.submissions.resolve()
    if not folder.is_dir():
        parser.error(f"{options.submissions} is not a folder")
    output = options.output or folder.with_name(f"{folder.name}-grades")
    try:
        reports = grade(folder, output, not options.unsafe, options.workers, options.base)
    except NoWallsError as error:
        print(f"grade: {error}; --unsafe runs students' code without walls, with your rights", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("grade: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    noted = sum(bool(tables.remarks(report)) for report in reports)
    notes = f", {noted} with a note" if noted else ""
    print(f"{len(reports)} submissions graded{notes}: {output / 'grades.csv'}, feedback/, summary.html, open.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
