"""Tables as spreadsheets write them: whatever delimiter and encoding, and back again with all that was not changed."""

import codecs
import re
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of Excel, LibreOffice and Numbers; of Excel before 2007
SPECIAL = re.compile(r'["\r\n]|^\s|\s$')
HEADER_WITHIN = 5  # lines: "sep=;" and the name of a table may stand above the header

# What a spreadsheet takes for a formula: at the beginning of a cell, and behind all that may end a cell in a
# spreadsheet with another delimiter than the table's.
FORMULA = re.compile(r'(^|[,;\t\r\n"|])(\s*)(?=[=+\-@＝＋－＠])')


class UnreadableTableError(ValueError):
    """Why a table cannot be read: one line that names it."""


def safe(value):
    """Return a text that no spreadsheet takes for a formula, whichever delimiter it reads the table with."""
    if not isinstance(value, str):
        return value
    return FORMULA.sub(r"\1\2'", re.sub(r"[\t\r\n\0]", " ", value))


@dataclass
class Field:
    """A cell: its text, and how the file writes it."""

    value: str
    written: str


class Sheet:
    """A table from a file.

    Parameters
    ----------
    text : str
    delimiter : str
    encoding : str
    mark : bytes
        The byte order mark that the file begins with.

    Attributes
    ----------
    rows : list of list of Field
    """

    def __init__(self, text="", delimiter=",", encoding="utf-8", mark=codecs.BOM_UTF8):
        self.delimiter, self.encoding, self.mark = delimiter, encoding, mark
        self.rows, self._ends = [], []
        self._read(text)
        self._end = self._ends[0] if self._ends and self._ends[0] else "\n"

    def _read(self, text):
        field = re.compile(rf'"([^"]*(?:""[^"]*)*)"(?=[{self.delimiter}\r\n]|\Z)|[^{self.delimiter}\r\n]*')
        end = re.compile(r"\r\n|\r|\n|\Z")
        place, row = 0, []
        while place < len(text):
            found = field.match(text, place)
            value = found[0] if found[1] is None else found[1].replace('""', '"')
            row.append(Field(value, found[0]))
            place = found.end()
            if text[place : place + 1] == self.delimiter:
                place += 1
                if place < len(text):
                    continue
                row.append(Field("", ""))
            ended = end.match(text, place)
            place = ended.end()
            self.rows.append(row)
            self._ends.append(ended[0])
            row = []

    def header(self, names):
        """Find the line that names columns.

        Parameters
        ----------
        names : iterable of str
            Columns that it must have.

        Returns
        -------
        (int, dict of str to int) or None
            The row's index, and the index of each column by its name in lower case.
        """
        for number, row in enumerate(self.rows[:HEADER_WITHIN]):
            found = {}
            for column, field in enumerate(row):
                found.setdefault(field.value.strip("\ufeff\xa0 ").lower(), column)
            if set(names) <= set(found):
                return number, found
        return None

    def value(self, row, column):
        """Return a cell's text; what a short row lacks is empty."""
        fields = self.rows[row]
        return fields[column].value if column < len(fields) else ""

    def put(self, row, column, value):
        """Write a cell, and leave it as it is written where it says the same."""
        fields = self.rows[row]
        fields += [Field("", "") for _ in range(column + 1 - len(fields))]
        if fields[column].value != value:
            fields[column] = Field(value, quoted(value, self.delimiter))

    def add(self, values):
        """Add a row."""
        if self._ends and not self._ends[-1]:
            self._ends[-1] = self._end
        self.rows.append([Field(value, quoted(value, self.delimiter)) for value in values])
        self._ends.append(self._end)

    def bytes(self):
        """Return the file's bytes; in UTF-8 where its encoding has not all that was written to it."""
        lines = zip(self.rows, self._ends, strict=True)
        text = "".join(self.delimiter.join(field.written for field in row) + end for row, end in lines)
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            return codecs.BOM_UTF8 + text.encode()


def quoted(value, delimiter):
    """Write a cell as readers of CSV read it."""
    return '"' + value.replace('"', '""') + '"' if delimiter in value or SPECIAL.search(value) else value


def read_sheet(path, names):
    """Read a table, trying every delimiter.

    Parameters
    ----------
    path : Path
    names : iterable of str
        Columns that it must have, in lower case.

    Returns
    -------
    Sheet

    Raises
    ------
    UnreadableTableError
        If it is no table in text with these columns.
    """
    return parse_sheet(path.read_bytes(), names, path)


def parse_sheet(data, names, path):
    """Read a table from a file's bytes; ``path`` is for the message of what `read_sheet` raises."""
    text, encoding, mark = _decoded(data, path)
    for delimiter in DELIMITERS:
        sheet = Sheet(text, delimiter, encoding, mark)
        if sheet.header(names):
            return sheet
    first = text.split("\n", 1)[0].strip()[:80]
    raise UnreadableTableError(
        f"{path} has no line that names the columns {', '.join(names)}; it begins with {first!r}. It is left as it is"
    )


def _decoded(data, path):
    if data.startswith(WORKBOOKS):
        raise UnreadableTableError(f"{path} is a workbook, not a table in text; save it as CSV. It is left as it is")
    mark, encoding = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", "utf-8"))
    attempts = [encoding]
    if not mark:
        # Excel for Windows writes its own code page; for a Mac of old, another one and another end of line.
        attempts.append("mac-roman" if b"\r" in data and b"\n" not in data else "cp1252")
    for encoding in attempts:
        try:
            text = data[len(mark) :].decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding, mark
    raise UnreadableTableError(
        f"{path} is in no encoding that is known here; save it as CSV in UTF-8. It is left as it is"
    )
