"""Write what was graded as tables: ``grades.csv`` and ``grades.json``."""

import csv
import io
import json
from pathlib import Path

from cnnlib.durable import write_whole
from teaching.grading.sheets import safe

OUTDATED = "the open question's points were given for an earlier answer"
MARK = "\ufeff"  # so that Excel takes UTF-8 for what it is


def write(path, text):
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Half of a pair of surrogates, from a student's JSON, is no letter in any encoding.
    write_whole(path, lambda part: part.write_bytes(text.encode("utf-8", "backslashreplace")))


def table(columns, rows):
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([columns, *([safe(value) for value in row] for row in rows)])
    return text.getvalue()


def write_tables(folder, reports):
    """Write both tables.

    Parameters
    ----------
    folder : Path
    reports : list of dict
        As `teaching.grading.open_points.settle_open` returns them.
    """
    tasks = list(dict.fromkeys(f"{each['assignment']}: {task['name']}" for each in reports for task in each["tasks"]))
    rows = []
    for each in reports:
        points = {f"{each['assignment']}: {task['name']}": task["points"] for task in each["tasks"]}
        by_hand = [("" if answer["points"] is None else answer["points"]) for answer in each["open"]] or [""]
        row = [each["student"], each["id"], each["assignment"], each["points"], each["of"], *by_hand]
        rows.append([*row, *(points.get(task, "") for task in tasks), each["problem"], remarks(each), each["file"]])
    columns = ["student", "id", "assignment", "points", "of", "open question", *tasks, "problem", "note", "file"]
    write(folder / "grades.csv", MARK + table(columns, rows))
    write(folder / "grades.json", json.dumps([_brief(each) for each in reports], indent=1, ensure_ascii=False) + "\n")


def remarks(report):
    """Say in a line what a teacher should know of a row, besides why it was not graded."""
    outdated = any(answer["outdated"] for answer in report["open"])
    return "; ".join(filter(None, [report["note"], OUTDATED if outdated else ""]))


def _brief(report):
    """Leave out what ``open.html`` shows."""
    answers = [{key: value for key, value in answer.items() if key != "cells"} for answer in report["open"]]
    return report | {"open": answers}


def kept(path):
    """Return a report that an earlier run has kept, or None."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
