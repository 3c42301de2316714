"""The table in which a person gives points for open questions: what stands in it is never lost.

Rows stay where their reader put them, and so do delimiter, encoding, other columns and every cell that is a person's.
A row finds its answer by the file's name, else by the file's content, else by the platform's id of the student.
"""

import hashlib
import os
import re
from collections import defaultdict

from cnnlib.durable import write_whole
from teaching.grading.sheets import Sheet, UnreadableTableError, parse_sheet, safe

COLUMNS = ("student", "id", "file", "assignment", "points", "of", "remark", "note", "version")
NEEDED = ("file", "assignment", "points")
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
CHANGED = "the answer has changed since these points were given: look again, then empty this cell"
GONE = "the file is gone, so this row counts for nobody"


def check_open(path):
    """Raise what `settle_open` would raise of the table as it is now, before the work of grading."""
    if os.path.lexists(path):
        sheet = parse_sheet(path.read_bytes(), NEEDED, path)
        for row in _Table(sheet, path).rows():
            _points(row, _number(row["of"]))


def settle_open(path, reports):
    """Give each answer the points that stand in the table, and bring the table up to date.

    The table is read here and not before, and once more if it was saved meanwhile: grading takes long, and a person
    may go on giving points.

    Parameters
    ----------
    path : Path
        It need not exist.
    reports : list of dict
        As `teaching.grading.roster.roster` returns them.

    Returns
    -------
    list of dict
        With ``points`` (None where nobody has given any), ``remark`` and ``outdated`` in each answer, and the sum.

    Raises
    ------
    UnreadableTableError
        If the table cannot be read, or its points are no number from zero to what there is to have; it is then as
        it was.
    """
    while True:
        before = path.read_bytes() if os.path.lexists(path) else None
        sheet = Sheet() if before is None else parse_sheet(before, NEEDED, path)
        table = _Table(sheet, path)
        settled = table.settle(reports)
        after = sheet.bytes()
        if after == before:
            return settled
        if before == (path.read_bytes() if os.path.lexists(path) else None):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, lambda part, after=after: part.write_bytes(after))
            return settled


def _plain(text):
    return safe(text).strip().removeprefix("'")


def _narrow(text):
    """Return a text as Excel saves it in its own code page: what that has not becomes a question mark."""
    return text.encode("cp1252", "replace").decode("cp1252")


# What tells that a row is a report's, from the surest on: of the row, of the report.
MATCHES = (
    (lambda row: _plain(row["file"]), lambda report: _plain(report["file"])),
    (lambda row: _plain(row["file"]), lambda report: _plain(_narrow(report["file"]))),
    (lambda row: _versions(row)[0], lambda report: report["version"]),
    (lambda row: _plain(row["id"]), lambda report: _plain(report["id"])),
)


class _Table:
    """The table's rows as dicts of what stands in the columns known here."""

    def __init__(self, sheet, path):
        self.sheet, self.path = sheet, path
        if not sheet.rows:
            sheet.add(COLUMNS)
        self.first, self.columns = sheet.header(NEEDED)
        for name in COLUMNS:
            if name not in self.columns:
                self.columns[name] = max(map(len, sheet.rows))
                sheet.put(self.first, self.columns[name], name)

    def rows(self):
        """List the rows that are not empty, each with its number as a spreadsheet counts."""
        listed = []
        for number in range(self.first + 1, len(self.sheet.rows)):
            row = {name: self.sheet.value(number, self.columns[name]).strip() for name in COLUMNS}
            if any(field.value.strip() for field in self.sheet.rows[number]):
                listed.append(row | {"number": number, "path": self.path})
        return listed

    def settle(self, reports):
        rows = self.rows()
        answers = [report for report in reports if report["open"]]
        found = self._matched(rows, answers)
        settled = {}
        for report in answers:
            row = found.get(id(report))
            settled[id(report)] = self._given(row, report) if row else self._new(report)
        claimed = {row["number"] for row in found.values()}
        for row in rows:
            if row["number"] not in claimed and not row["note"]:
                self._put(row, note=GONE)
        return [_summed(report, settled.get(id(report))) for report in reports]

    def _matched(self, rows, reports):
        """Find each report's row; every row is one report's at most."""
        found, claimed = {}, set()
        for rule, (of_row, of_report) in enumerate(MATCHES):
            by_key, wanted = defaultdict(list), defaultdict(list)
            for row in rows:
                if row["number"] not in claimed and of_row(row):
                    by_key[of_row(row), row["assignment"]].append(row)
            for report in reports:
                if id(report) not in found:
                    wanted[of_report(report), report["assignment"]].append(report)
            for key, listed in wanted.items():
                rows_found = by_key[key]
                row = self._one(rows_found) if rule == 0 or len(rows_found) == 1 else None
                if row and len(listed) == 1 and _plain(row["id"]) in ("", _plain(listed[0]["id"])):
                    found[id(listed[0])] = row
                    claimed.add(row["number"])
        return found

    def _one(self, rows):
        """Return the one row there is; a row that somebody copied must not disagree with its copy."""
        given = [row for row in rows if row["points"]]
        if len({row["points"] for row in given}) > 1:
            raise UnreadableTableError(
                f"{self.path}, rows {' and '.join(str(row['number'] + 1) for row in given)}: different points for the "
                f"same answer, {rows[0]['file']!r}. It is left as it is"
            )
        return (given or rows or [None])[0]

    def _given(self, row, report):
        [answer] = report["open"]
        points = _points(row, answer["of"])
        now, then = fingerprint(answer), _versions(row)[1]
        outdated = points is not None and (row["note"].startswith(CHANGED) or bool(then and then != now))
        note = "" if row["note"] in (CHANGED, GONE) else row["note"]
        if outdated and not note.startswith(CHANGED):
            note = "; ".join(filter(None, [CHANGED, note]))
        self._put(row, note=note, **_about(report, answer))
        return {"points": points, "remark": row["remark"], "outdated": outdated}

    def _new(self, report):
        [answer] = report["open"]
        values = {"points": "", "remark": "", "note": ""} | _about(report, answer)
        places = {column: values.get(name, "") for name, column in self.columns.items()}
        self.sheet.add([places.get(column, "") for column in range(max(places) + 1)])
        return {"points": None, "remark": "", "outdated": False}

    def _put(self, row, **values):
        for name, value in values.items():
            if value != row[name]:
                self.sheet.put(row["number"], self.columns[name], value)


def _about(report, answer):
    """What a row says of an answer, besides what a person writes."""
    return {
        "student": safe(report["student"]),
        "id": safe(report["id"]),
        "file": safe(report["file"]),
        "assignment": report["assignment"],
        "of": str(answer["of"]),
        "version": f"v-{report['version']}-{fingerprint(answer)}",
    }


def fingerprint(answer):
    """Tell one answer from another by what was written, not by what running it showed."""
    texts = [answer["text"], *(cell["source"] for cell in answer.get("cells", []))]
    return hashlib.sha256("\0".join(texts).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _versions(row):
    """Fingerprints of the file and of the answer that a row's points were given for, empty where it has none."""
    found = re.fullmatch(r"v-([0-9a-f]*)-([0-9a-f]*)", row["version"])
    return found.groups() if found else ("", "")


def _points(row, most):
    """Read a row's points, None where it has none."""
    text = row["points"].removeprefix("'").strip()
    if not text:
        return None
    points = _number(text)
    if points is None or (most is not None and points > most):
        limit = f"a number from 0 to {most:g}" if most is not None else "a number from 0"
        raise UnreadableTableError(
            f"{row['path']}, row {row['number'] + 1}: points must be {limit}, received {text!r}. It is left as it is"
        )
    return points


def _number(text):
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None


def _summed(report, given):
    if given is None:
        return report
    total = report["points"] + (given["points"] or 0)
    answers = [answer | given for answer in report["open"]]
    return report | {"open": answers, "points": int(total) if total == int(total) else total}
