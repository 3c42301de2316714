"""Tables in every form that spreadsheets save, and byte for byte what they were where nothing was changed."""

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaching.grading.sheets import DELIMITERS, Sheet, UnreadableTableError, parse_sheet, quoted, safe

COLUMNS = ("file", "points")
ROWS = [
    ["file", "points", "remark"],
    ["ada.ipynb", "12,5", 'says "no", rightly;\nthen more'],
    ["jörg.ipynb", "", "ça va"],
    ["short.ipynb", "3", ""],
]
# Delimiter, end of lines, encoding, byte order mark.
FORMS = {
    "excel": (",", "\r\n", "cp1252", b""),
    "excel-german": (";", "\r\n", "cp1252", b""),
    "excel-utf8": (",", "\r\n", "utf-8", codecs.BOM_UTF8),
    "excel-utf8-french": (";", "\r\n", "utf-8", codecs.BOM_UTF8),
    "excel-unicode-text": ("\t", "\r\n", "utf-16-le", codecs.BOM_UTF16_LE),
    "excel-for-mac": (";", "\r", "mac-roman", b""),
    "libreoffice": (",", "\n", "utf-8", b""),
    "libreoffice-tabs": ("\t", "\n", "utf-8", b""),
    "libreoffice-utf16": (";", "\n", "utf-16-be", codecs.BOM_UTF16_BE),
    "numbers": (";", "\r\n", "utf-8", b""),
}


def written(form, rows=ROWS, quoting=csv.QUOTE_MINIMAL):
    delimiter, end, encoding, mark = FORMS[form]
    text = io.StringIO(newline="")
    rows = [[cell.replace("\n", "\r" if end == "\r" else "\n") for cell in row] for row in rows]
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return mark + text.getvalue().encode(encoding)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("form", FORMS)
def test_it_is_read_and_written_as_it_was(form, quoting):
    data = written(form, quoting=quoting)
    sheet = parse_sheet(data, COLUMNS, "open.csv")
    values = [[field.value.replace("\r", "\n") for field in row] for row in sheet.rows]
    assert values == ROWS
    assert sheet.bytes() == data
    assert sheet.header(COLUMNS) == (0, {"file": 0, "points": 1, "remark": 2})


@pytest.mark.parametrize("form", FORMS)
def test_one_cell_changes_one_cell(form):
    data = written(form)
    sheet = parse_sheet(data, COLUMNS, "open.csv")
    sheet.put(2, 1, "7,5")
    changed = [row.copy() for row in ROWS]
    changed[2][1] = "7,5"
    assert sheet.bytes() == written(form, changed)


def test_a_cell_that_says_the_same_is_written_as_it_was():
    sheet = parse_sheet(written("numbers", quoting=csv.QUOTE_ALL), COLUMNS, "open.csv")
    sheet.put(1, 0, "ada.ipynb")
    assert sheet.bytes() == written("numbers", quoting=csv.QUOTE_ALL)


@given(st.text(alphabet=',;\t"\r\naé ', max_size=40), st.sampled_from(DELIMITERS))
def test_whatever_is_read_is_written_again(text, delimiter):
    sheet = Sheet(text, delimiter, mark=b"")
    assert sheet.bytes() == text.encode()
    assert all(field.value == "" or field.written for row in sheet.rows for field in row)


def test_what_an_encoding_has_not_is_written_in_another():
    sheet = parse_sheet(written("excel"), COLUMNS, "open.csv")
    sheet.add(["学生.ipynb", "1", ""])
    assert sheet.bytes().startswith(codecs.BOM_UTF8)  # or Excel takes it for its code page again
    again = parse_sheet(sheet.bytes(), COLUMNS, "open.csv")
    assert again.encoding == "utf-8"
    assert [again.value(row, 0) for row in range(5)] == [*(row[0] for row in ROWS), "学生.ipynb"]


def test_a_row_is_added_to_a_file_without_a_last_end_of_line():
    sheet = parse_sheet(b"file,points\r\na,1", COLUMNS, "open.csv")
    sheet.add(["b", "2"])
    assert sheet.bytes() == b"file,points\r\na,1\r\nb,2\r\n"


@pytest.mark.parametrize("above", [b"sep=;\r\n", b"Table 1\r\n", b"\r\n"])
def test_the_header_may_have_lines_above_it(above):
    sheet = parse_sheet(above + b"file;points\r\na;1\r\n", COLUMNS, "open.csv")
    assert sheet.header(COLUMNS)[0] == 1
    assert sheet.value(2, 0) == "a"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "is a workbook"),
        (b"\xd0\xcf\x11\xe0rest", "is a workbook"),
        (b"file|points\na|1\n", "has no line that names the columns file, points; it begins with 'file|points'"),
        (b"", "has no line"),
        (b"Datei;Punkte\n", "has no line"),
        (b"file,points\n\x81\x8d,1\n", "is in no encoding"),
        (b"file,points\n\0\0,1\n", "is in no encoding"),
    ],
)
def test_what_is_no_table_is_refused_by_name(data, words):
    with pytest.raises(UnreadableTableError, match=rf"^here/open\.csv {words}".replace("|", r"\|")) as caught:
        parse_sheet(data, COLUMNS, "here/open.csv")
    assert str(caught.value).endswith("It is left as it is")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "x;=1+1;y", "x,=1+1", "x\t=1", "x\n=1", '"=1+1', "x|=1", "x; =1", "＝1"],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_nothing_becomes_a_formula_with_any_delimiter(text, delimiter):
    line = f"ada,{quoted(safe(text), ',')},b"
    for cell in next(csv.reader([line], delimiter=delimiter)):
        assert cell.strip('" ')[:1] not in ("=", "+", "-", "@", "＝"), cell
    assert safe(safe(text)) == safe(text)


@pytest.mark.parametrize("text", ["Ada", "Mary-Ann", "a=b", "C++", "x; y", "ada@x.org", "2026-11-20"])
def test_what_is_no_formula_stays(text):
    assert safe(text) == text


def test_an_empty_sheet_takes_rows():
    sheet = Sheet()
    sheet.add(["file", "ü"])
    assert sheet.bytes() == codecs.BOM_UTF8 + "file,ü\n".encode()
