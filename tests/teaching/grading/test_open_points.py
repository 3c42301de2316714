"""Whatever a teacher, a spreadsheet or a student does to it: no point and no remark in open.csv is lost."""

import csv
import io

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from teaching.grading import open_points
from teaching.grading.open_points import CHANGED, GONE, check_open, settle_open
from teaching.grading.sheets import parse_sheet
from tests.teaching.grading.test_sheets import FORMS


def report(student, text="an answer", file=None, version=None, identity="", assignment="convolution"):
    """Return a report on a notebook with one open answer."""
    file = file or f"{student}.ipynb"
    answer = {"name": "open", "of": 15, "text": text, "cells": []}
    about = {"student": student, "id": identity, "file": file, "assignment": assignment, "note": "", "tasks": []}
    return about | {"version": version or f"{abs(hash(file)):012x}"[:12], "points": 85, "of": 100, "open": [answer]}


def rows_of(path):
    data = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data, newline="")))


def row_of(path, student):
    [row] = [row for row in rows_of(path) if row["student"] == student]
    return row


def fill(path, student, **values):
    """Write into a row, as a spreadsheet saves it that keeps commas and UTF-8."""
    rows = rows_of(path)
    for row in rows:
        if row["student"] == student:
            row.update(values)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())


def given(settled):
    return {each["student"]: (each["open"][0]["points"], each["open"][0]["remark"]) for each in settled}


@pytest.fixture
def path(tmp_path):
    """A table on which Ada has points, and Bob has none."""
    path = tmp_path / "open.csv"
    settle_open(path, [report("ada"), report("bob")])
    fill(path, "ada", points="12,5", remark="well argued")
    return path


def test_points_are_added_and_the_table_stays_as_it_is(path):
    before = path.read_bytes()
    settled = settle_open(path, [report("ada"), report("bob")])
    assert [(each["points"], each["open"][0]["points"]) for each in settled] == [(97.5, 12.5), (85, None)]
    assert path.read_bytes() == before


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_a_spreadsheet_saves_keeps_every_cell(tmp_path, form):
    delimiter, end, encoding, mark = FORMS[form]
    path = tmp_path / "open.csv"
    rows = [
        ["student", "file", "assignment", "points", "of", "remark", "read by"],
        ["jörg", "jörg.ipynb", "convolution", "12,5", "15", f'ja; "fast",{end}aber', "KG"],
        ["eva", "eva.ipynb", "convolution", "7.5", "15", "", ""],
        ["zoe", "zoe.ipynb", "convolution", "", "15", "later", "KG"],
    ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    path.write_bytes(mark + text.getvalue().encode(encoding))
    settled = settle_open(path, [report("jörg"), report("eva"), report("zoe"), report("new")])
    assert given(settled)["jörg"] == (12.5, rows[1][5])
    assert given(settled)["eva"] == (7.5, "")
    assert given(settled)["zoe"] == (None, "later")
    data = path.read_bytes()
    assert data.startswith(mark)
    again = list(csv.reader(io.StringIO(data[len(mark) :].decode(encoding), newline=""), delimiter=delimiter))
    assert [row[:7] for row in again[:4]] == rows
    assert again[4][:2] == ["new", "new.ipynb"]
    assert settle_open(path, [report("jörg"), report("eva"), report("zoe"), report("new")]) == settled
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04workbook",
        b"Student;File\r\nada;ada.ipynb\r\n",
        b"",
        b"student,file,assignment,points,of\nada,ada.ipynb,convolution,\x81,15\n",
        *(
            f"student,file,assignment,points,of\nada,ada.ipynb,convolution,{points},15\n".encode()
            for points in ("16", "-1", "many", "nan", "inf", "1e1", "1_0", "12.05.2026", "80 %", "-0", "15.1")
        ),
        b"file,assignment,points\nada.ipynb,convolution,1\nada.ipynb,convolution,2\n",
    ],
)
def test_a_table_that_cannot_be_read_is_refused_by_name_and_left_alone(tmp_path, data):
    path = tmp_path / "open.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"open\.csv") as caught:
        settle_open(path, [report("ada")])
    assert path.read_bytes() == data
    assert "left as it is" in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["open.csv"]


@pytest.mark.parametrize("points", ["16", "many"])
def test_it_is_refused_before_the_work_of_grading(tmp_path, points):
    path = tmp_path / "open.csv"
    path.write_text(f"student,file,assignment,points,of\na,a.ipynb,convolution,{points},15\n")
    with pytest.raises(ValueError, match=f"row 2: points must be a number from 0 to 15, received '{points}'"):
        check_open(path)
    check_open(tmp_path / "none.csv")


def test_rows_whose_file_is_gone_stay(path):
    settled = settle_open(path, [report("bob")])
    assert given(settled) == {"bob": (None, "")}
    row = row_of(path, "ada")
    assert (row["points"], row["remark"], row["note"]) == ("12,5", "well argued", GONE)
    again = settle_open(path, [report("ada"), report("bob")])
    assert given(again)["ada"] == (12.5, "well argued")
    assert row_of(path, "ada")["note"] == ""


def test_what_was_saved_while_grading_ran_is_read(path):
    fill(path, "bob", points="3")
    assert given(settle_open(path, [report("ada"), report("bob")]))["bob"] == (3.0, "")


def test_what_was_saved_between_reading_and_writing_is_read_again(path, monkeypatch):
    read = open_points.parse_sheet
    monkeypatch.setattr(open_points, "parse_sheet", lambda *parts: _late(path, read(*parts)))
    settled = settle_open(path, [report("ada"), report("bob"), report("carla")])
    assert given(settled) == {"ada": (12.5, "well argued"), "bob": (4.0, ""), "carla": (None, "")}
    assert row_of(path, "bob")["points"] == "4"
    assert row_of(path, "carla")["points"] == ""


def _late(path, sheet):
    """Save points behind the back of whoever has just read the table, once."""
    if row_of(path, "bob")["points"] == "":
        fill(path, "bob", points="4")
    return sheet


def test_a_renamed_file_keeps_its_points(path):
    version = report("ada")["version"]
    settled = settle_open(path, [report("ada", file="ada-final.ipynb", version=version), report("bob")])
    assert given(settled)["ada"] == (12.5, "well argued")
    assert row_of(path, "ada")["file"] == "ada-final.ipynb"
    assert len(rows_of(path)) == 2


def test_two_files_of_one_content_are_not_confused(tmp_path):
    path = tmp_path / "open.csv"
    settle_open(path, [report("ada", version="a" * 12), report("bob", version="a" * 12)])
    fill(path, "ada", points="15")
    fill(path, "bob", points="1")
    renamed = [report(name, file=f"{name}-2.ipynb", version="a" * 12) for name in ("ada", "bob")]
    assert given(settle_open(path, renamed)) == {"ada": (None, ""), "bob": (None, "")}
    assert [row["points"] for row in rows_of(path)] == ["15", "1", "", ""]


def test_names_that_excels_code_page_has_not_are_found_again(tmp_path):
    path = tmp_path / "open.csv"
    names = ["学生 42", "学生 43", "Ωμέγας", "Алиса", "Борис"]
    reports = [report(name, version="a" * 12) for name in names]
    settle_open(path, reports)
    for points, name in enumerate(names):
        fill(path, name, points=str(points))
    path.write_bytes(path.read_bytes().decode("utf-8-sig").encode("cp1252", "replace"))
    points = given(settle_open(path, reports))
    assert [points[name][0] for name in names] == [0, 1, 2, None, None]  # the last two are ?????.ipynb both
    assert len(rows_of(path)) == 7


def test_who_hands_in_a_copy_gets_nobody_elses_points(tmp_path):
    path = tmp_path / "open.csv"
    settle_open(path, [report("ada", identity="11", version="a" * 12)])
    fill(path, "ada", points="15")
    assert given(settle_open(path, [report("bob", identity="12", version="a" * 12)])) == {"bob": (None, "")}


def test_a_later_file_of_the_same_student_keeps_the_row(tmp_path):
    path = tmp_path / "open.csv"
    settle_open(
        path, [report("ada", file="ada_11_2000_x.ipynb", identity="11"), report("ada", file="b", identity="12")]
    )
    rows = rows_of(path)
    rows[0]["points"] = "9"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    settled = settle_open(
        path, [report("ada", "another", "ada_11_2001_x.ipynb", identity="11"), report("ada", file="b", identity="12")]
    )
    assert [(each["id"], each["open"][0]["points"], each["open"][0]["outdated"]) for each in settled] == [
        ("11", 9.0, True),
        ("12", None, False),
    ]


def test_an_answer_changed_after_it_was_graded_is_flagged_until_somebody_has_looked(path):
    changed = [report("ada", "another answer"), report("bob")]
    for _ in range(2):  # it stays flagged
        [ada, _] = settle_open(path, changed)
        assert (ada["open"][0]["points"], ada["open"][0]["outdated"], ada["points"]) == (12.5, True, 97.5)
        assert row_of(path, "ada")["note"] == CHANGED
        assert row_of(path, "ada")["points"] == "12,5"
    fill(path, "ada", note="", points="14")
    [ada, _] = settle_open(path, changed)
    assert (ada["open"][0]["points"], ada["open"][0]["outdated"]) == (14.0, False)
    [ada, _] = settle_open(path, [report("ada", "a third"), report("bob")])
    assert ada["open"][0]["outdated"]


def test_an_answer_without_points_is_not_flagged(path):
    settled = settle_open(path, [report("ada"), report("bob", "another")])
    assert not settled[1]["open"][0]["outdated"]
    assert row_of(path, "bob")["note"] == ""


def test_a_teachers_note_order_and_columns_stay(path):
    rows = rows_of(path)
    rows.reverse()
    rows[1]["note"] = "ask her"
    rows = [{"grader": "KG", **row} for row in rows]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    settle_open(path, [report("ada", "another"), report("bob"), report("carla")])
    again = rows_of(path)
    assert [row["student"] for row in again] == ["bob", "ada", "carla"]
    assert again[1]["note"] == f"{CHANGED}; ask her"
    assert [row["grader"] for row in again] == ["KG", "KG", ""]


def test_what_stands_beside_the_table_stays(tmp_path):
    path = tmp_path / "open.csv"
    path.write_text("file,assignment,points,of\nada.ipynb,convolution,3,15,my own sum,=1\n")
    assert given(settle_open(path, [report("ada")]))["ada"][0] == 3
    assert "my own sum,=1," in path.read_text()
    assert given(settle_open(path, [report("ada")]))["ada"][0] == 3


def test_what_a_student_writes_is_no_formula(tmp_path):
    path = tmp_path / "open.csv"
    name = 'x;=1+1;"@y'
    settle_open(path, [report(name, file=f"{name}.ipynb")])
    fill(path, rows_of(path)[0]["student"], points="5")
    [settled] = settle_open(path, [report(name, file=f"{name}.ipynb")])
    assert settled["open"][0]["points"] == 5
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=delimiter):
            assert not [cell for cell in row if cell.strip('" ')[:1] in "=+-@" and cell.strip('" ')]


@drawn(st.lists(st.tuples(st.integers(0, 250), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_table_is_refused_or_keeps_what_stands_in_it(tmp_path_factory, damage):
    path = tmp_path_factory.mktemp("damaged") / "open.csv"
    path.write_text(
        "student;id;file;assignment;points;of;remark\r\n"
        'ada;;ada.ipynb;convolution;12,5;15;"well; argued"\r\nbob;;bob.ipynb;convolution;3;15;\r\n'
    )
    data = bytearray(path.read_bytes())
    for place, value in damage:
        data[place % len(data)] = value
    path.write_bytes(data)
    try:
        settle_open(path, [report("ada"), report("bob")])
    except ValueError:
        assert path.read_bytes() == data
        return
    before, after = (parse_sheet(each, ("file",), path) for each in (bytes(data), path.read_bytes()))
    header, columns = before.header(("file", "points"))
    for row in range(header + 1, len(before.rows)):
        for name in columns.keys() - {"student", "id", "file", "of", "note", "version"}:
            assert before.value(row, columns[name]) == after.value(row, columns[name])


def test_a_disk_that_is_full_leaves_the_table(path, monkeypatch):
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(open_points, "write_whole", full)
    with pytest.raises(OSError, match="No space left"):
        settle_open(path, [report("ada"), report("bob"), report("carla")])
    assert path.read_bytes() == before
