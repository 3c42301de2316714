"""One row for a student and an assignment, however many files there are."""

import os
from pathlib import Path

from teaching.assignment import NAMES
from teaching.grading.names import owners
from teaching.grading.pages import file_name
from teaching.grading.roster import roster, submitters


def class_of(folder, files):
    """Write files and return the roster of reports on them; each is (path, assignment) and a problem, if it has one."""
    paths, reports = [], []
    for number, (name, assignment, *problem) in enumerate(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(str(number).encode())
        os.utime(path, (number, number))
        paths.append(Path(name))
        reports.append(
            {"assignment": assignment, "problem": problem[0] if problem else "", "file": name, "points": number}
        )
    return roster(folder, paths, owners(paths, NAMES, submitters(folder)), reports)


def test_the_latest_of_25_files_counts_and_is_named(tmp_path):
    listed = class_of(tmp_path, [("bob.ipynb", "lenet"), *((f"ada/{n:02}.ipynb", "lenet") for n in range(25))])
    assert [(each["student"], each["file"]) for each in listed] == [("bob", "bob.ipynb"), ("ada", "ada/24.ipynb")]
    assert listed[1]["note"].startswith("the latest of 25 files counts; not looked at: ada/00.ipynb, ada/01.ipynb")
    assert listed[1]["note"].endswith("and 19 more")
    assert listed[0]["note"] == ""


def test_what_the_platform_says_of_the_time_is_believed(tmp_path):
    files = [
        ("lovelaceada_11_1000_x-1.ipynb", "lenet"),
        ("lovelaceada_11_999_x.ipynb", "lenet"),
        ("zoe.ipynb", "lenet"),
    ]
    assert [each["file"] for each in class_of(tmp_path, files)] == ["lovelaceada_11_1000_x-1.ipynb", "zoe.ipynb"]


def test_the_latest_that_can_be_read_counts(tmp_path):
    files = [("ada/a.ipynb", "lenet"), ("ada/lenet.ipynb", "lenet", "is empty"), ("zoe.ipynb", "lenet")]
    assert [each["file"] for each in class_of(tmp_path, files)] == ["ada/a.ipynb", "zoe.ipynb"]


def test_each_assignment_has_its_row_and_other_files_a_note(tmp_path):
    files = [("ada/a.ipynb", "lenet"), ("ada/b.ipynb", "pooling"), ("ada/c.ipynb", ""), ("zoe.ipynb", "lenet")]
    listed = class_of(tmp_path, files)
    assert [(each["file"], each["assignment"]) for each in listed] == [
        ("ada/a.ipynb", "lenet"), ("ada/b.ipynb", "pooling"), ("zoe.ipynb", "lenet"),
    ]  # fmt: skip
    assert listed[0]["note"] == "also handed in, and for none of the assignments: ada/c.ipynb"


def test_whoever_answers_nothing_is_listed(tmp_path):
    [ada, _] = class_of(tmp_path, [("ada/a.ipynb", "", "is empty"), ("zoe.ipynb", "lenet")])
    assert (ada["student"], ada["problem"]) == ("ada", "is empty")


def test_pages_have_names_of_their_own_in_every_script(tmp_path):
    names = ["学生 42", "学生 43", "Ωμέγα", "дмитрий", "Ada", "☃", "☄", "x" * 300]
    files = [(f"{name[:80]}.ipynb", "lenet") for name in names]
    pages = [file_name(each) for each in class_of(tmp_path, files)]
    assert len({page.lower() for page in pages}) == len(names)
    assert [page.partition("-")[0] for page in pages[:5]] == ["学生", "学生", "ωμέγα", "дмитрий", "ada"]
    for page in pages:
        assert len(page.encode()) < 255
        assert len(page.rpartition("-")[2]) == len("0123456789abcdef.html")


def test_two_students_of_one_name_have_two_pages(tmp_path):
    files = [(f"Ada Lovelace_{n}_assignsubmission_file_/lenet.ipynb", "lenet") for n in (11, 12)]
    listed = class_of(tmp_path, files)
    assert [(each["student"], each["id"]) for each in listed] == [("Ada Lovelace", "11"), ("Ada Lovelace", "12")]
    assert file_name(listed[0]) != file_name(listed[1])


def test_gradescopes_list_of_names_is_read(tmp_path):
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_8: nonsense\nsubmission_9:\n  :submitters: []\n"
        "submission_7:\n  :submitters:\n  - :name: Emmy Noether\n    :sid: '1'\n  - :name: Ada\n",
        encoding="utf-8",
    )
    files = [("submission_7/x.ipynb", "lenet"), ("submission_8/x.ipynb", "lenet")]
    listed = class_of(tmp_path, files)
    assert [(each["student"], each["id"]) for each in listed] == [("Emmy Noether, Ada", "7"), ("submission_8", "8")]


def test_a_list_of_names_that_is_none_is_passed_over(tmp_path):
    (tmp_path / "submission_metadata.yml").write_text("- [", encoding="utf-8")
    assert submitters(tmp_path) == {}
