"""Take grades to where they are kept: ``make gradebook TABLE=export.csv GRADES=folder``."""

import argparse
import io
import json
import sys
import zipfile
from pathlib import Path

from cnnlib.durable import write_whole
from teaching.grading.gradebooks import fill
from teaching.grading.pages import file_name
from teaching.handout import SAME_DATE

NAMED = 10  # students that a line names


def feedback_archive(folder, reports):
    """Pack pages of feedback as Moodle takes them.

    Parameters
    ----------
    folder : Path
        Of the pages.
    reports : list of dict
        On students who have an id of Moodle's.

    Returns
    -------
    bytes
        A zip archive that has a folder for each participant, with the page.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for report in reports:
            name = report["student"].replace("_", " ").replace("/", " ")
            entry = zipfile.ZipInfo(f"{name}_{report['id']}_assignsubmission_file_/feedback.html", SAME_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / file_name(report)).read_bytes())
    return packed.getvalue()


def hand_back(table, grades, assignment="", column="", partial=False):
    """Fill a platform's table in and write it into the folder of grades.

    Parameters
    ----------
    table : Path
        As the platform exports it; it is only read.
    grades : Path
        What ``make grade`` wrote.
    assignment, column : str
        Which grades go where; empty where only one can be meant.
    partial : bool
        As `teaching.grading.gradebooks.fill` takes it.

    Returns
    -------
    list of str
        Lines that say what was done, and what was not.

    Raises
    ------
    OSError, ValueError
        If something cannot be read or written, or it is not certain what is meant.
    """
    reports = [report for report in json.loads((grades / "grades.json").read_text(encoding="utf-8")) if report["tasks"]]
    there = list(dict.fromkeys(report["assignment"] for report in reports))
    if assignment not in there and (assignment or len(there) != 1):
        raise ValueError(f"{grades} has grades for {', '.join(there) or 'nothing'}; name one with ASSIGNMENT=…")
    reports = [report for report in reports if report["assignment"] == (assignment or there[0])]
    written = grades / table.name
    if written.resolve() == table.resolve():
        raise ValueError(f"{table} lies where the table with the grades is to be written; put it somewhere else")
    filled = fill(table.read_bytes(), table, reports, column, partial)
    write_whole(written, lambda part: part.write_bytes(filled.data))
    lines = [f"{len(filled.written)} grades: {written}"]
    if filled.platform == "Moodle":
        archive = grades / "feedback.zip"
        packed = feedback_archive(grades / "feedback", filled.written)
        write_whole(archive, lambda part: part.write_bytes(packed))
        lines.append(f"the pages of feedback, as Moodle takes them: {archive}")
    return [
        *lines,
        *_line("the open question has no points yet, or points for an earlier answer, so left out", filled.left_out),
        *_line(f"{filled.platform} excuses or does not ask them, so left as they are", filled.kept),
        *_line("not in the table, by the platform's id", filled.without_row),
    ]


def _line(what, reports):
    names = [f"{report['student']} ({report['file']})" for report in reports]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"{what}: {', '.join(names[:NAMED])}{more}"] if names else []


def main(arguments=None):
    """Hand back what the command line names."""
    parser = argparse.ArgumentParser(prog="make gradebook", description="Fill in the table that a platform exports.")
    parser.add_argument("table", type=Path, help="Canvas's gradebook, or Moodle's grading worksheet")
    parser.add_argument("grades", type=Path, help="folder that make grade wrote")
    parser.add_argument("--assignment", default="", help="whose grades, where there are several")
    parser.add_argument("--column", default="", help="where to, if no title names the assignment")
    parser.add_argument("--partial", action="store_true", help="also grades that lack the open question's points")
    options = parser.parse_args(arguments)
    try:
        lines = hand_back(options.table, options.grades, options.assignment, options.column, options.partial)
    except (OSError, ValueError) as error:
        print(f"gradebook: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
