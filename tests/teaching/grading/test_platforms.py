"""A teacher with one folder of every platform's names does what the guide says, from the download to the gradebook."""

import csv
import io
import os
import re
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from teaching.assignment import NAMES
from teaching.grading import __main__ as grader
from teaching.grading import hand_back
from teaching.grading.names import owners
from teaching.grading.pages import file_name
from tests.teaching.grading.handed_in import notebook, rearranged

NOTEBOOKS = {
    "Ada Lovelace_11_assignsubmission_file_/convolution.ipynb": ("Ada Lovelace", "11"),
    "Ada Lovelace_12_assignsubmission_file_/convolution.ipynb": ("Ada Lovelace", "12"),
    "hoppergrace_LATE_123_4567_convolution.ipynb": ("hoppergrace", "123"),
    "turingalan_124_4568_convolution.ipynb": ("turingalan", "124"),
    "mallory_125_4569_hw_turingalan_attempt_2026-11-20-18-30-00_x.ipynb": ("mallory", "125"),
    "Week 2_mcurie_attempt_2026-11-20-18-30-00_convolution.ipynb": ("mcurie", "mcurie"),
    "39706-25573 - Karl Gauß - Nov 20, 2026 630 PM/convolution.ipynb": ("Karl Gauß", "39706-25573"),
    "submission_501/convolution.ipynb": ("Emmy Noether", "501"),
    "Sofja Kowalewskaja - convolution.ipynb": ("Sofja Kowalewskaja", ""),
    "convolution-pisano/convolution.ipynb": ("pisano", ""),
    "学生 42.ipynb": ("学生 42", ""),
    "学生 43.ipynb": ("学生 43", ""),
    "x;=1+1;y.ipynb": ("x;=1+1;y", ""),
    "<b>bold<b>.ipynb": ("<b>bold<b>", ""),
}
MARKDOWN = "turingalan_124_4568_convolution.ipynb"  # his cell for conv2d is none of code any more


def put(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def to_markdown(listed):
    for cell in listed:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "conv2d":
            cell["cell_type"] = "markdown"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("term") / "handed-in"
    for number, name in enumerate(NOTEBOOKS):
        text = rearranged(to_markdown) if name == MARKDOWN else notebook(open=f"Answer {number}.")
        put(folder, name, text)
    put(folder, "hoppergrace_LATE_123_4560_convolution.ipynb", notebook(open="An earlier one."))
    put(folder, "Ada Lovelace_12_assignsubmission_onlinetext_/onlinetext.html", "<p>See my file.")
    put(folder, "Week 2_mcurie_attempt_2026-11-20-18-30-00.txt", "Name: Curie")
    put(folder, "Week 2_rfranklin_attempt_2026-11-20-18-31-00.txt", "Name: Franklin")
    put(folder, "submission_metadata.yml", "submission_501:\n  :submitters:\n  - :name: Emmy Noether\n")
    put(folder, "index.html", "<html>")
    put(folder, "Thumbs.db", "x")
    (folder / os.fsdecode(b"caf\xe9.ipynb")).write_text(notebook())
    return folder


@pytest.fixture(scope="module")
def graded(handed_in):
    """The reports of the first run, and the folder of grades, on which later tests go on."""
    output = handed_in.with_name("handed-in-grades")
    return grader.grade(handed_in, output, walls=False), output


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_everybody_has_one_row_with_the_platforms_id(graded):
    expected = sorted([*NOTEBOOKS.values(), ("caf\ufffd", ""), ("rfranklin", "rfranklin")])
    assert sorted((each["student"], each["id"]) for each in graded[0]) == expected
    listed = rows(graded[1] / "grades.csv")
    assert len(listed) == len(expected)
    points = {row["student"]: row["points"] for row in listed}
    assert points.pop("rfranklin") == "0"
    assert points.pop("turingalan") == "60"
    assert set(points.values()) == {"85"}
    [hopper] = [row for row in listed if row["student"] == "hoppergrace"]
    assert "the latest of 2 files counts; not looked at: hoppergrace_LATE_123_4560_convolution.ipynb" in hopper["note"]


def test_everybody_has_a_page_and_no_page_runs_anything(graded):
    pages = list((graded[1] / "feedback").iterdir())
    assert len(pages) == len(graded[0])
    for path in [*pages, *graded[1].glob("*.html")]:
        assert "<b>" not in path.read_text(encoding="utf-8")
    [turing] = [path for path in pages if path.name.startswith("turingalan")]
    assert "is Markdown now, so it was not executed" in turing.read_text(encoding="utf-8")
    summary = (graded[1] / "summary.html").read_text(encoding="utf-8")
    for path in pages:
        assert f'<a href="feedback/{quote(path.name)}">' in summary
    assert summary.count('<a href="feedback/') == len(pages)


def test_no_cell_of_any_table_is_a_formula_whatever_the_delimiter(graded):
    for name in ("grades.csv", "open.csv"):
        text = (graded[1] / name).read_text(encoding="utf-8-sig")
        for delimiter in ",;\t":
            for row in csv.reader(io.StringIO(text), delimiter=delimiter):
                assert not [cell for cell in row if cell.strip('" ')[:1] in set("=+-@")]


def test_points_from_a_german_excel_reach_canvas_and_moodle(graded, handed_in):
    output = graded[1]
    table = rows(output / "open.csv")
    for number, row in enumerate(reversed(table)):
        row["points"], row["remark"] = f"{number % 15},5", "gut; weiter so"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, table[0].keys(), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(sorted(table, key=lambda row: row["student"], reverse=True))
    saved = text.getvalue().encode("cp1252", "replace")  # Excel writes ? for what it has no letter for
    (output / "open.csv").write_bytes(saved)
    reports = {each["file"]: each for each in grader.grade(handed_in, output, walls=False)}
    for number, row in enumerate(reversed(table)):
        file = row["file"].replace("'=", "=")
        assert reports[file]["open"][0]["points"] == number % 15 + 0.5
        assert reports[file]["open"][0]["remark"] == "gut; weiter so"

    place = handed_in.parent
    header = "Student,ID,SIS Login ID,Section,Convolution (9)\n    Points Possible,,,,100.00\n"
    (place / "canvas.csv").write_text(
        f'{header}"Hopper, Grace",123,gh,1,\n"Turing, Alan",124,at,1,\n"Weil, A.",126,aw,1,\n'
    )
    header = "Identifier,Full name,Grade,Maximum grade\n"
    (place / "moodle.csv").write_text(f"{header}Participant 11,Ada,,100.00\nParticipant 12,Ada,,100.00\n")
    for name in ("canvas.csv", "moodle.csv"):
        assert hand_back.main([str(place / name), str(output)]) == 0
    of = {each["id"]: f"{each['points']:g}" for each in reports.values()}
    assert [row["Convolution (9)"] for row in rows(output / "canvas.csv")] == ["100.00", of["123"], of["124"], ""]
    assert [row["Grade"] for row in rows(output / "moodle.csv")] == [of["11"], of["12"]]
    with zipfile.ZipFile(output / "feedback.zip") as archive:
        assert archive.namelist() == [
            f"Ada Lovelace_{number}_assignsubmission_file_/feedback.html" for number in (11, 12)
        ]


def test_an_answer_that_changed_is_marked_in_every_table(graded, handed_in):
    name = "convolution-pisano/convolution.ipynb"
    before = (handed_in / name).read_text(encoding="utf-8")
    (handed_in / name).write_text(notebook(open="A better answer."), encoding="utf-8")
    try:
        [report] = [each for each in grader.grade(handed_in, graded[1], walls=False) if each["file"] == name]
    finally:
        (handed_in / name).write_text(before, encoding="utf-8")
    assert report["open"][0]["points"] is not None
    words = "the open question's points were given for an earlier answer"
    [row] = [row for row in rows(graded[1] / "grades.csv") if row["file"] == name]
    assert row["note"] == words
    for page in (graded[1] / "open.html", graded[1] / "summary.html"):
        assert words in unescape(page.read_text(encoding="utf-8"))
    feedback = (graded[1] / "feedback" / file_name(report)).read_text(encoding="utf-8")
    assert "given for an earlier version of your answer" in feedback


def test_a_broken_table_stops_the_grader_before_it_works_and_is_left(graded, handed_in, capsys):
    path = graded[1] / "open.csv"
    before = path.read_bytes()
    path.write_bytes(b"PK\x03\x04 a workbook")
    assert grader.main([str(handed_in), "--output", str(graded[1]), "--unsafe"]) == 1
    assert f"grade: {path} is a workbook" in capsys.readouterr().err
    assert path.read_bytes() == b"PK\x03\x04 a workbook"
    path.write_bytes(before)


def test_the_names_that_the_guide_shows_are_understood():
    guide = (Path(__file__).resolve().parents[3] / "appendices" / "teaching.md").read_text(encoding="utf-8")
    table = guide.partition("| platform |")[2].partition("\n\n")[0]
    shown = re.findall(r"^\| ([^|]+) \| `([^`]+)`", table, re.MULTILINE)
    assert len(shown) == 6
    for platform, name in shown:
        [owner, _] = owners([Path(name), Path("zoe.ipynb")], NAMES)
        assert owner.name in ("Ada Lovelace", "lovelaceada", "alovelace", "submission_4711"), platform
        assert owner.id or platform.startswith("Google")
