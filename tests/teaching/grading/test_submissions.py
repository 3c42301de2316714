"""Files of every kind of name, and of every kind of badness."""

import json
from pathlib import Path

import pytest

from teaching.assignment import NAMES
from teaching.grading.submissions import LARGEST, UnreadableError, cells, find, read_bytes, student


def files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")


def test_notebooks_are_found_wherever_a_platform_puts_them(tmp_path):
    files(tmp_path, "b.ipynb", "a/c.ipynb", "a/deep/d.IPYNB", "a/notes.txt", ".hidden/e.ipynb", "__MACOSX/f.ipynb")
    files(tmp_path, "a/.ipynb_checkpoints/c-checkpoint.ipynb")
    assert [path.relative_to(tmp_path).as_posix() for path in find(tmp_path)] == [
        "a/c.ipynb",
        "a/deep/d.IPYNB",
        "b.ipynb",
    ]


def test_a_student_without_a_notebook_is_listed_once(tmp_path):
    files(tmp_path, "a/answer.py", "a/more.py", "b.pdf")
    assert [path.relative_to(tmp_path).as_posix() for path in find(tmp_path)] == ["a/answer.py", "b.pdf"]


def test_links_to_folders_are_not_entered(tmp_path):
    files(tmp_path / "outside", "x.ipynb")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    assert [path.name for path in find(tmp_path / "in")] == ["link"]
    with pytest.raises(UnreadableError, match="is a link"):
        read_bytes(tmp_path / "in" / "link")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_/lenet.ipynb", "Ada Lovelace"),
        ("Ada Lovelace_4711_assignsubmission_file_lenet.ipynb", "Ada Lovelace"),
        ("Grace_Hopper_4711_assignsubmission_file/work/lenet.ipynb", "Grace_Hopper"),
        ("lovelaceada_4711_8912_lenet.ipynb", "lovelaceada"),
        ("lovelaceada_LATE_4711_8912_lenet-2.ipynb", "lovelaceada"),
        ("Homework 3_alovelace_attempt_2026-11-20-18-30-00_lenet.ipynb", "alovelace"),
        ("alovelace/lenet/lenet.ipynb", "alovelace"),
        ("lenet-alovelace/lenet.ipynb", "alovelace"),
        ("alovelace_lenet.ipynb", "alovelace"),
        ("lenet.ipynb", "lenet"),
        ("学生 42.ipynb", "学生 42"),
    ],
)
def test_a_name_is_read_from_what_a_platform_made_of_it(path, name):
    assert student(Path(path), NAMES) == name


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\xff\xfe", "not a notebook"),
        (b"[]", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b'{"cells": ["x"]}', "not a notebook"),
        (b'{"cells": [{"source": 3}]}', "not a notebook"),
        (b'{"cells": [{"source": ["a", 3]}]}', "not a notebook"),
        (b"[" * 10**6, "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_said_to_be_none(data, words):
    with pytest.raises(UnreadableError, match=words):
        cells(data)


def test_cells_are_read_whatever_their_metadata_are():
    listed = [
        {"cell_type": "code", "source": ["a\n", "b"], "metadata": {"nbgrader": {"grade_id": "t", "locked": True}}},
        {"cell_type": "markdown", "source": "c", "metadata": {"nbgrader": "x"}},
        {"source": "d", "metadata": {"nbgrader": {"grade_id": 7, "locked": "yes"}}},
    ]
    one, two, three = cells(json.dumps({"cells": listed}).encode())
    assert (one.kind, one.source, one.grade_id, one.locked) == ("code", "a\nb", "t", True)
    assert (two.kind, two.source, two.grade_id, two.locked) == ("markdown", "c", "", False)
    assert (three.source, three.grade_id, three.locked) == ("d", "", False)


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UnreadableError, match="has 21 MB; a notebook may have 20"):
        read_bytes(path)
