"""Write what was graded as tables: ``grades.csv``, ``grades.json``, and ``open.csv`` for what people grade."""

import csv
import io
import json
from pathlib import Path

from cnnlib.durable import write_whole

OPEN_COLUMNS = ("student", "file", "assignment", "points", "of", "remark")


def write(path, text):
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def safe(value):
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def table(columns, rows):
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([columns, *([safe(value) for value in row] for row in rows)])
    return text.getvalue()


def read_open(path):
    """Read the points that people gave.

    Parameters
    ----------
    path : Path
        Of ``open.csv``; it need not exist.

    Returns
    -------
    dict of str to (float, str)
        Points and remark by the file they are for; rows without points are left out.

    Raises
    ------
    ValueError
        If a row's points are no number from zero to what there is to have.
    """
    if not path.exists():
        return {}
    given = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            points = (row.get("points") or "").strip().replace(",", ".")
            if not points:
                continue
            try:
                value, most = float(points), float(row["of"])
            except (KeyError, TypeError, ValueError):
                value, most = -1.0, 0.0
            if not 0 <= value <= most:
                raise ValueError(f"{path}, line {number}: points must be a number from 0 to {row.get('of')}, "
                                 f"received {points!r}")  # fmt: skip
            given[(row["file"] or "").removeprefix("'")] = value, row.get("remark") or ""
    return given


def with_open(reports, given):
    """Return reports with the points that people gave added; what nobody has graded yet is None.

    Parameters
    ----------
    reports : list of dict
    given : dict of str to (float, str)

    Returns
    -------
    list of dict
    """
    completed = []
    for report in reports:
        points, remark = given.get(report["file"], (None, ""))
        answers = [answer | {"points": points, "remark": remark} for answer in report["open"]]
        total = report["points"] + (points or 0 if answers else 0)
        completed.append(report | {"open": answers, "points": int(total) if total == int(total) else total})
    return completed


def write_tables(folder, reports):
    """Write the three tables.

    Parameters
    ----------
    folder : Path
    reports : list of dict
        As `with_open` returns them.
    """
    tasks = list(dict.fromkeys(f"{each['assignment']}: {task['name']}" for each in reports for task in each["tasks"]))
    rows = []
    for each in reports:
        points = {f"{each['assignment']}: {task['name']}": task["points"] for task in each["tasks"]}
        by_hand = [("" if answer["points"] is None else answer["points"]) for answer in each["open"]] or [""]
        row = [each["student"], each["assignment"], each["points"], each["of"], *by_hand]
        rows.append([*row, *(points.get(task, "") for task in tasks), each["problem"], each["file"]])
    columns = ["student", "assignment", "points", "of", "open question", *tasks, "problem", "file"]
    write(folder / "grades.csv", table(columns, rows))
    write(folder / "grades.json", json.dumps(reports, indent=1, ensure_ascii=False) + "\n")
    answers = [
        [each["student"], each["file"], each["assignment"], answer["points"], answer["of"], answer["remark"]]
        for each in reports
        for answer in each["open"]
    ]
    write(folder / "open.csv", table(OPEN_COLUMNS, [["" if cell is None else cell for cell in row] for row in answers]))


def kept(path):
    """Return a report that an earlier run has kept, or None."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
