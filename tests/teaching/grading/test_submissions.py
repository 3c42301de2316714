"""Files in every place, and of every kind of badness."""

import json
import os
import subprocess

import pytest

from teaching.grading.submissions import DEEPEST, LARGEST, UnreadableError, cells, find, read_bytes


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


def listed(folder):
    return [path.relative_to(folder).as_posix() for path in find(folder)]


def test_what_systems_and_platforms_leave_is_no_submission(tmp_path):
    files(tmp_path, "ada.ipynb", "Thumbs.db", "desktop.ini", "index.html", "submission_metadata.yml", "~$notes.docx")
    files(tmp_path, "ada/ada.ipynb", "ada/Thumbs.db", "empty/Thumbs.db")
    assert listed(tmp_path) == ["ada/ada.ipynb", "ada.ipynb", "empty"]
    with pytest.raises(UnreadableError, match="is a folder without a notebook"):
        read_bytes(tmp_path / "empty")


def test_a_receipt_is_no_submission_beside_its_notebook(tmp_path):
    files(tmp_path, "Week 2_ada_attempt_2026-11-20-18-30-00.txt")
    files(tmp_path, "Week 2_ada_attempt_2026-11-20-18-30-00_convolution.ipynb")
    files(tmp_path, "Week 2_bob_attempt_2026-11-20-18-30-00.txt")
    files(tmp_path, "Eve_7_assignsubmission_file_/x.ipynb", "Eve_7_assignsubmission_onlinetext_/onlinetext.html")
    assert listed(tmp_path) == [
        "Eve_7_assignsubmission_file_/x.ipynb",
        "Week 2_ada_attempt_2026-11-20-18-30-00_convolution.ipynb",
        "Week 2_bob_attempt_2026-11-20-18-30-00.txt",
    ]


def test_a_notebook_that_a_browser_gave_another_suffix_is_found(tmp_path):
    files(tmp_path, "ada/convolution.ipynb.txt", "ada/notes.txt", "bob.ipynb.json")
    assert listed(tmp_path) == ["ada/convolution.ipynb.txt", "bob.ipynb.json"]


def test_folders_nested_without_end_stop_nobody(tmp_path):
    files(tmp_path, "zoe.ipynb")
    (tmp_path / "mallory").mkdir()
    place = os.open(tmp_path / "mallory", os.O_RDONLY)
    for _ in range(1300):  # deeper than any path is long
        os.mkdir("deep", dir_fd=place)
        below = os.open("deep", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(os.open("x.ipynb", os.O_CREAT, dir_fd=place))
    os.close(place)
    first, second = find(tmp_path)
    assert first.parts[-DEEPEST:] == ("deep",) * DEEPEST
    assert second.name == "zoe.ipynb"
    with pytest.raises(UnreadableError, match="is a folder without a notebook"):
        read_bytes(first)
    subprocess.run(["rm", "-r", tmp_path / "mallory"], check=True)  # too deep for pytest to clear away


def test_a_path_too_long_to_open_is_told(tmp_path):
    with pytest.raises(UnreadableError, match="cannot be read: File name too long"):
        read_bytes(tmp_path / "/".join(["x" * 250] * 20))


def test_links_to_folders_are_not_entered(tmp_path):
    files(tmp_path / "outside", "x.ipynb")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    assert [path.name for path in find(tmp_path / "in")] == ["link"]
    with pytest.raises(UnreadableError, match="is a link"):
        read_bytes(tmp_path / "in" / "link")


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


def test_a_notebook_of_version_3_is_read():
    sheet = {
        "cells": [
            {"cell_type": "heading", "level": 1, "source": "Title", "metadata": {}},
            {"cell_type": "code", "input": "x = 1", "metadata": {"nbgrader": {"grade_id": "one"}}, "outputs": []},
        ]
    }
    notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    heading, code = cells(json.dumps(notebook).encode())
    assert (heading.kind, heading.source) == ("markdown", "Title")
    assert (code.kind, code.source, code.grade_id) == ("code", "x = 1", "one")


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UnreadableError, match="has 21 MB; a notebook may have 20"):
        read_bytes(path)
