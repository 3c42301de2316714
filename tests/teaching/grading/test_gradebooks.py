"""Tables as the platforms document them come back with the grades, and with nothing else changed."""

import io
import json
import zipfile

import pytest

from teaching.grading import hand_back as command
from teaching.grading.gradebooks import fill
from teaching.grading.pages import file_name
from teaching.grading.sheets import UnreadableTableError

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Convolution (901),Essay (902),Group Current Score,Final Score\r\n"
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,100.00,10.00,(read only),(read only)\r\n"
    '"Lovelace, Ada",4711,s11,alovelace,"Math 1 and Math 2",,7.50,75.0,\r\n'
    '"Hopper, Grace",4712,s12,ghopper,Math 1,50.00,,,\r\n'
    '"O\'Neil ""Q"", Pat",4713,,pat,Math 1,N/A,3,,\r\n'
    '"Noether, Emmy",4714,,emmy,Math 1,EX,,,\r\n'
    '"Student, Test",4799,,,Math 1,,,,\r\n'
)
MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    'Participant 11,"Ada Lovelace",ada@example.org,"Submitted for grading - Not graded",,100.00,Yes,'
    '"Friday, 20 November 2026, 6:30 PM",-,"said\n""well"", done"\n'
    'Participant 12,"Grace Hopper",grace@example.org,"No submission",40.00,100.00,Yes,-,-,\n'
)


def report(identity, points=97.5, opened=12.5, name="Ada", outdated=False):
    answer = {"name": "open", "of": 15, "points": opened, "outdated": outdated}
    about = {"student": name, "id": identity, "file": f"{name}_{identity}.ipynb", "assignment": "convolution"}
    return about | {"points": points, "of": 100, "tasks": [{}], "open": [answer]}


def changed(text, *pairs):
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text.encode()


def filled(text, reports, **options):
    return fill(text.encode() if isinstance(text, str) else text, "gradebook.csv", reports, **options)


def test_canvas_gets_its_table_back_with_the_grades():
    done = filled(CANVAS, [report("4711"), report("4712", 70), report("9", name="Eve")])
    wanted = changed(CANVAS, ('Math 2",,7.50', 'Math 2",97.5,7.50'), ("Math 1,50.00,", "Math 1,70,"))
    assert done.data == wanted
    assert [each["id"] for each in done.written] == ["4711", "4712"]
    assert [each["student"] for each in done.without_row] == ["Eve"]


def test_canvas_with_first_and_last_names_and_more_columns():
    text = (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,Notes,Convolution (901)\n"
        "    Points Possible,,,,,,,,,100\nLovelace,Ada,4711,s,l,i,r,Math,n,\n"
    )
    assert filled(text, [report("4711")]).data == changed(text, ("Math,n,\n", "Math,n,97.5\n"))


def test_canvas_in_german_keeps_semicolons_and_decimal_commas():
    text = "Student;ID;SIS Login ID;Section;Convolution (901)\n    Points Possible;;;;100,00\nA;4711;a;S;50,00\n"
    data = b"\xef\xbb\xbf" + text.encode()
    assert filled(data, [report("4711")]).data == b"\xef\xbb\xbf" + changed(text, ("50,00", "97,5"))


def test_what_canvas_does_not_ask_or_excuses_stays():
    done = filled(CANVAS, [report("4713"), report("4714")])
    assert done.data == CANVAS.encode()
    assert [each["id"] for each in done.kept] == ["4713", "4714"]


@pytest.mark.parametrize("column", ["Essay (902)", "Essay", "902"])
def test_a_column_can_be_named(column):
    text = CANVAS.replace(",10.00,", ",100.00,")
    done = filled(text, [report("4711")], column=column)
    assert done.data == changed(text, ("7.50", "97.5"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Convolution (901)", "Homework 1 (901)"), "which column is meant.*'Homework 1 \\(901\\)', 'Essay \\(902\\)'"),
        (("Essay (902)", "Convolution again (902)"), "which column is meant"),
        (("100.00,10.00", "(read only),10.00"), "which column is meant"),
        (("100.00,10.00", "10.00,10.00"), "there are 10 points to have in this column, and 100 here"),
        (("Student,ID", "Name,Number"), "has no line that names the columns"),
    ],
)
def test_what_is_not_certain_is_refused(change, words):
    text = changed(CANVAS, change)
    with pytest.raises(UnreadableTableError, match=f"^gradebook.csv.*{words}"):
        filled(text, [report("4711")])


def test_two_files_with_one_id_are_refused():
    with pytest.raises(UnreadableTableError, match=r"belongs to its row 4: Ada_4711.ipynb, Bob_4711.ipynb\?"):
        filled(CANVAS, [report("4711"), report("4711", name="Bob")])
    with pytest.raises(UnreadableTableError, match=r"belongs to its row 4: Ada_4711.ipynb, alovelace_.ipynb\?"):
        filled(CANVAS, [report("4711"), report("", name="alovelace")])


def test_a_class_without_ids_is_found_by_login():
    done = filled(CANVAS, [report("", name="ALovelace"), report("", name=""), report("9", name="ghopper")])
    assert done.data == changed(CANVAS, ('Math 2",,7.50', 'Math 2",97.5,7.50'))
    assert [each["student"] for each in done.without_row] == ["", "ghopper"]


@pytest.mark.parametrize("left", [report("4711", 85, None), report("4711", outdated=True)])
def test_who_lacks_the_open_questions_points_is_left_out_unless_asked_for(left):
    done = filled(CANVAS, [left])
    assert done.data == CANVAS.encode()
    assert done.left_out == [left]
    assert f"{left['points']:g},7.50".encode() in filled(CANVAS, [left], partial=True).data


def test_moodle_gets_its_worksheet_back_with_the_grades():
    done = filled(MOODLE, [report("11"), report("12", 70)])
    assert done.platform == "Moodle"
    assert done.data == changed(
        MOODLE, ('Not graded",,100', 'Not graded",97.5,100'), ('submission",40.00', 'submission",70')
    )


def test_moodle_in_another_language_is_told_the_column():
    text = 'ID,Vollständiger Name,Bewertung,Beste Bewertung\nTeilnehmer/in11,Ada,-,"100,00"\n'
    assert filled(text, [report("11")], column="Bewertung").data == changed(text, (",-,", ',"97,5",'))
    with pytest.raises(UnreadableTableError, match="has no line that names the columns identifier, grade"):
        filled(text, [report("11")])
    with pytest.raises(UnreadableTableError, match="has no identifiers such as"):
        filled(text.replace("Teilnehmer/in11", "Ada"), [report("11")], column="Bewertung")


@pytest.fixture
def grades(tmp_path):
    folder = tmp_path / "grades"
    (folder / "feedback").mkdir(parents=True)
    reports = [report("11", name="Ada_Lovelace"), report("12", 85, None, name="Grace"), report("13", name="Eve")]
    (folder / "grades.json").write_text(json.dumps(reports))
    for each in reports:
        (folder / "feedback" / file_name(each)).write_text(f"<p>{each['student']}")
    (tmp_path / "worksheet.csv").write_text(MOODLE)
    return folder


def test_the_command_writes_beside_the_grades_and_says_what_it_left_out(grades, capsys):
    table = grades.with_name("worksheet.csv")
    assert command.main([str(table), str(grades)]) == 0
    assert table.read_text() == MOODLE
    assert (grades / "worksheet.csv").read_bytes() == changed(MOODLE, ('graded",,100', 'graded",97.5,100'))
    said = capsys.readouterr().out
    assert "1 grades: " in said
    assert "so left out: Grace (Grace_12.ipynb)" in said
    assert "not in the table, by the platform's id: Eve (Eve_13.ipynb)" in said


def test_feedback_is_packed_under_the_names_that_moodle_takes(grades):
    command.main([str(grades.with_name("worksheet.csv")), str(grades), "--partial"])
    with zipfile.ZipFile(io.BytesIO((grades / "feedback.zip").read_bytes())) as archive:
        names = archive.namelist()
        assert archive.read(names[0]) == b"<p>Ada_Lovelace"
    assert names == [
        "Ada Lovelace_11_assignsubmission_file_/feedback.html", "Grace_12_assignsubmission_file_/feedback.html",
    ]  # fmt: skip
    for name in names:  # as Moodle takes it apart
        parts = name.split("/")[0].split("_", 4)
        assert parts[1].isdigit()
        assert parts[2:4] == ["assignsubmission", "file"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.csv"], "No such file"),
        (["worksheet.csv", "--assignment", "lenet"], "has grades for convolution; name one with ASSIGNMENT="),
        (["grades/inside.csv"], "put it somewhere else"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(grades, capsys, arguments, words):
    (grades / "inside.csv").write_text(MOODLE)
    place = grades.parent / arguments[0]
    assert command.main([str(place), str(grades), *arguments[1:]]) == 1
    said = capsys.readouterr().err
    assert said.startswith("gradebook: ")
    assert words in said
    assert said.count("\n") == 1
    assert (grades / "inside.csv").read_text() == MOODLE
