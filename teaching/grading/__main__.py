"""Grade a folder of submissions: ``make grade SUBMISSIONS=folder``."""

import argparse
import hashlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from teaching.assignment import NAMES
from teaching.grading import open_page, pages, tables
from teaching.grading.interview import interview
from teaching.grading.marking import mark, rules
from teaching.grading.names import owners
from teaching.grading.open_points import check_open, settle_open
from teaching.grading.roster import roster, submitters
from teaching.grading.sandbox import NoWallsError
from teaching.grading.submissions import UnreadableError, find, read_bytes


def grade(folder, output, walls=True, workers=None):
    """Grade every submission that is not graded yet, then write all tables and pages.

    Parameters
    ----------
    folder : Path
    output : Path
        What is graded is kept in its ``.graded``: after an interruption the rest is graded.
    walls : bool
    workers : int, optional
        How many submissions at a time; as many as there are cores, if left out.

    Returns
    -------
    list of dict
        A report for each student and assignment, in the order of their files' names.

    Raises
    ------
    NoWallsError
        If this machine cannot isolate.
    ValueError
        If the points that people gave cannot be read, before or after.
    """
    check_open(output / "open.csv")
    interview([], {"nothing": (10.0, [])}, (), walls)  # one room on trial, before any student's
    fingerprint = rules()

    def one(path):
        kept = output / ".graded" / f"{_key(folder, path, fingerprint)}.json"
        report = tables.kept(kept)
        if report is None:
            report = mark(folder, path, names[path], walls)
            tables.write(kept, json.dumps(report))
        return report

    paths = [path.relative_to(folder) for path in find(folder)]
    whose = owners(paths, NAMES, submitters(folder))
    names = {path: owner.name for path, owner in zip(paths, whose, strict=True)}
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        try:
            reports = list(tqdm(pool.map(one, paths), total=len(paths), unit=" submissions", disable=None))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    reports = settle_open(output / "open.csv", roster(folder, paths, whose, reports))
    tables.write_tables(output, reports)
    for report in reports:
        tables.write(output / "feedback" / pages.file_name(report), pages.feedback(report))
    tables.write(output / "summary.html", pages.summary(reports))
    tables.write(output / "open.html", open_page.open_answers(reports))
    return reports


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
    parser.add_argument("--unsafe", action="store_true", help="run students' code as yourself, without walls")
    options = parser.parse_args(arguments)
    folder = options.submissions.resolve()
    if not folder.is_dir():
        parser.error(f"{options.submissions} is not a folder")
    output = options.output or folder.with_name(f"{folder.name}-grades")
    try:
        reports = grade(folder, output, not options.unsafe, options.workers)
    except NoWallsError as error:
        print(
            f"grade: this machine cannot shut students' code in ({error}); it needs Linux with user namespaces, or "
            "root. --unsafe runs their code with your rights",
            file=sys.stderr,
        )
        return 1
    except (OSError, ValueError) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("grade: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    print(f"{len(reports)} submissions graded: {output / 'grades.csv'}, feedback/, summary.html, open.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
