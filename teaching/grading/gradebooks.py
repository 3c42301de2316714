"""Write grades into the table that a learning platform exports: ``make gradebook TABLE=… GRADES=…``.

The table comes back with the grades filled in and every other byte as it was. Rows are found by the platform's id of
the student, which the names of the downloaded submissions have too.

Canvas writes a header, perhaps a row on when grades are posted, a row "Points Possible", and a row for each student;
a column of grades is called "Title (id)" and may be read only [1]_. Moodle's grading worksheet has an identifier that
ends in a number, such as "Participant 4711", a grade and a maximum; the archive of feedback that it takes has a folder
for each participant, named as those of the submissions are [2]_.

References
----------
.. [1] ``lib/gradebook_exporter.rb`` and ``lib/gradebook_importer.rb`` of instructure/canvas-lms.
.. [2] ``mod/assign/feedback/offline/importgradeslib.php`` and ``mod/assign/feedback/file/importziplib.php`` of
   moodle/moodle.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from teaching.grading.sheets import Sheet, UnreadableTableError, parse_sheet

TITLE = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)")  # Canvas's, of a column of grades
IDENTIFIER = re.compile(r"\D*(?P<id>\d+)")  # Moodle's
CANVAS, CANVAS_NAMES, MOODLE = (
    ("student", "id", "section"),
    ("lastname", "firstname", "id", "section"),
    ("identifier", "grade"),
)
DECIMAL_COMMA = re.compile(r"\d+,\d+")
FIXED = ("N/A", "EX")  # Canvas: not assigned to this student, excused


@dataclass
class Filled:
    """A table with grades, and what did not go into it.

    Attributes
    ----------
    data : bytes
    platform : str
    written : list of dict
        Reports whose rows were filled in.
    left_out : list of dict
        Reports whose open question has no points yet, or points for an earlier answer.
    without_row : list of dict
        Reports on students whom the table does not have.
    kept : list of dict
        Reports whose cell may not be changed.
    """

    platform: str
    data: bytes = b""
    written: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    without_row: list = field(default_factory=list)
    kept: list = field(default_factory=list)


@dataclass
class _Table:
    """Where a platform's table has what: rows by the student's id and by login, the column of grades, the points."""

    platform: str
    sheet: Sheet
    rows: dict
    logins: dict
    column: int
    most: str

    def of(self, report):
        """Numbers of a student's rows; in a class without a platform's ids, of the one with this login."""
        return self.rows.get(report["id"], []) if report["id"] else self.logins.get(report["student"].lower(), [])


def fill(data, path, reports, column="", partial=False):
    """Write grades into a table.

    Parameters
    ----------
    data : bytes
        The platform's table.
    path : Path
        Of the table, for messages.
    reports : list of dict
        On one assignment, as ``grades.json`` has them.
    column : str
        Of the grades: its header, for Canvas its title or id; where it is empty, the one that names the assignment.
    partial : bool
        Whether to write also what lacks the points for the open question.

    Returns
    -------
    Filled

    Raises
    ------
    UnreadableTableError
        If it is no table of these platforms, or it is not certain which column or which student is meant, or the
        column has another number of points.
    """
    canvas = _parsed(data, path, (CANVAS, CANVAS_NAMES))
    table = _canvas(canvas, path, reports, column) if canvas else _moodle(data, path, column)
    of = reports[0]["of"]
    most = _number(table.most)
    if most is not None and most != of:
        raise UnreadableTableError(
            f"{path}: there are {most:g} points to have in this column, and {of} here; set it to {of} on the platform, "
            "and export the table again"
        )
    claims = defaultdict(list)
    for report in reports:
        for row in table.of(report):
            claims[row].append(report["file"])
    for row, files in claims.items():
        if len(files) > 1:
            raise UnreadableTableError(f"{path}: which of these belongs to its row {row + 1}: {', '.join(files)}?")
    return _filled(table, reports, partial)


def _parsed(data, path, headers):
    for names in headers:
        try:
            return parse_sheet(data, names, path)
        except UnreadableTableError:
            continue
    return None


def _canvas(sheet, path, reports, column):
    header, columns = sheet.header(CANVAS) or sheet.header(CANVAS_NAMES)
    possible = next(
        (row for row in range(header + 1, len(sheet.rows)) if "Points Possible" in sheet.value(row, 0)), header
    )
    found = {}
    for number in range(columns["section"] + 1, len(sheet.rows[header])):
        title = TITLE.fullmatch(sheet.value(header, number))
        if title and "read only" not in sheet.value(possible, number):
            found[number] = title
    if column:
        chosen = [n for n, title in found.items() if column in (title[0], title["title"], title["id"])]
    else:
        name = reports[0]["assignment"]
        chosen = [n for n, title in found.items() if re.search(rf"\b{name}\b", title["title"], re.IGNORECASE)]
    if len(chosen) != 1:
        titles = ", ".join(repr(title[0]) for title in found.values())
        raise UnreadableTableError(
            f"{path}: which column is meant? Name one with COLUMN=…: {titles or 'there is none with a title and an id'}"
        )
    rows, logins = defaultdict(list), defaultdict(list)
    for row in range(header + 1, len(sheet.rows)):
        rows[sheet.value(row, columns["id"]).strip()].append(row)
        if "sis login id" in columns:
            logins[sheet.value(row, columns["sis login id"]).strip().lower()].append(row)
    for by in (rows, logins):
        by.pop("", None)  # lines that are no student's
    most = sheet.value(possible, chosen[0]) if possible != header else ""
    return _Table("Canvas", sheet, rows, logins, chosen[0], most)


def _moodle(data, path, column):
    # In another language the columns have other names: the identifier stands first, the teacher names the grade.
    sheet = parse_sheet(data, (column.lower(),) if column else MOODLE, path)
    header, columns = sheet.header((column.lower(),) if column else MOODLE)
    rows = defaultdict(list)
    for row in range(header + 1, len(sheet.rows)):
        found = IDENTIFIER.fullmatch(sheet.value(row, columns.get("identifier", 0)).strip())
        if found:
            rows[found["id"]].append(row)
    if not rows:
        raise UnreadableTableError(f"{path}: its first column has no identifiers such as 'Participant 4711'")
    most = sheet.value(next(iter(rows.values()))[0], columns["maximum grade"]) if "maximum grade" in columns else ""
    return _Table("Moodle", sheet, rows, {}, columns[column.lower() or "grade"], most)


def _filled(table, reports, partial):
    sheet = table.sheet
    comma = any(DECIMAL_COMMA.fullmatch(each.value) for row in sheet.rows for each in row)
    filled = Filled(table.platform)
    for report in reports:
        rows = table.of(report)
        open_left = any(answer["points"] is None or answer["outdated"] for answer in report["open"])
        if not rows:
            filled.without_row.append(report)
        elif open_left and not partial:
            filled.left_out.append(report)
        elif any(sheet.value(row, table.column).strip().upper() in FIXED for row in rows):
            filled.kept.append(report)
        else:
            text = f"{report['points']:g}"
            for row in rows:
                sheet.put(row, table.column, text.replace(".", ",") if comma else text)
            filled.written.append(report)
    filled.data = sheet.bytes()
    return filled


def _number(text):
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
