"""The autograder that Gradescope gets is whole, and what it writes is what Gradescope reads."""

import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from teaching.grading import autograder
from teaching.grading.gradescope import gradescope
from tests.teaching.grading.handed_in import function, notebook, rearranged
from tests.teaching.grading.test_own_cells import of

# What Gradescope documents, and whether a number or a text.
RESULT = {"score": (int, float), "output": str, "stdout_visibility": str, "tests": list}
TEST = {"name": str, "score": (int, float), "max_score": (int, float), "output": str, "visibility": str}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The container's folder, with the archive unpacked as Gradescope does."""
    place = tmp_path_factory.mktemp("autograder")
    with zipfile.ZipFile(io.BytesIO(gradescope("convolution"))) as archive:
        archive.extractall(place / "source")
    return place


def graded(place, **files):
    submission = place / "submission"
    submission.mkdir(exist_ok=True)
    for path in submission.iterdir():
        path.unlink()
    for name, text in files.items():
        (submission / f"{name}.ipynb").write_text(text)
    autograder.main(["convolution", "--place", str(place)])
    written = json.loads((place / "results" / "results.json").read_text(encoding="utf-8"))
    for key, value in written.items():
        assert isinstance(value, RESULT[key])
    for test in written.get("tests", []):
        assert {key: isinstance(test[key], TEST[key]) for key in test} == dict.fromkeys(TEST, True)
        assert 0 <= test["score"] <= test["max_score"]
    return written


def test_the_archive_has_its_scripts_at_the_root():
    with zipfile.ZipFile(io.BytesIO(gradescope("convolution"))) as archive:
        for name in ("setup.sh", "run_autograder"):
            assert archive.getinfo(name).external_attr >> 16 == 0o755
            text = archive.read(name).decode()
            assert text.startswith("#!/usr/bin/env bash\n")
            assert subprocess.run(["bash", "-n"], input=text.encode(), check=False).returncode == 0
        assert "-m teaching.grading.autograder convolution" in archive.read("run_autograder").decode()
        assert (
            "'mlxtend"
            not in archive.read("setup.sh").decode().partition("/opt/room/bin/python3 -m pip")[2].split("\n")[0]
        )


def test_equal_files_make_an_equal_archive():
    assert gradescope("lenet") == gradescope("lenet")
    assert gradescope("lenet") != gradescope("pooling")


def test_what_is_packed_runs_by_itself(place):
    (place / "submission").mkdir(exist_ok=True)
    (place / "submission" / "x.ipynb").write_text("")
    environment = os.environ | {"PYTHONPATH": str(place / "source")}
    code = (
        "import sys, cnnlib, teaching.grading.autograder as it\n"
        f"assert cnnlib.__file__.startswith({str(place)!r})\n"
        f"it.main(['convolution', '--place', {str(place)!r}])"
    )
    subprocess.run([sys.executable, "-P", "-c", code], env=environment, cwd=place, check=True)
    assert "is empty" in json.loads((place / "results" / "results.json").read_text())["output"]


def test_points_and_what_went_wrong(place):
    written = graded(place, mine=notebook(correlate2d=function("return x"), conv2d=None))
    assert {test["name"]: (test["score"], test["max_score"]) for test in written["tests"]} == {
        "correlate2d": (0, 10), "convolve2d": (15, 15), "output_size": (10, 10), "conv2d": (0, 25),
        "conv2d_backward": (25, 25),
    }  # fmt: skip
    first, *_, gone, _ = written["tests"]
    assert "✗ " in first["output"]
    assert gone["output"] == "Your notebook has no cell for conv2d any more, and none of its cells defines it."
    assert "The open question, up to 15 points, is graded by a person." in written["output"]


def test_code_for_the_open_question_that_does_not_run_here_is_not_held_against_it(place):
    written = graded(place, mine=notebook(**{"open-code": "from cnnlib.data import mnist\nraise ValueError"}))
    assert written["output"] == "The open question, up to 15 points, is graded by a person."


def test_a_hidden_name_is_told(place):
    def change(listed):
        listed.insert(3, {"cell_type": "code", "metadata": {}, "source": "np = None", "outputs": []})

    written = graded(place, mine=rearranged(change))
    assert "Cell 4 of the notebook gives np another meaning: np = None" in written["output"]
    assert sum(test["score"] for test in written["tests"]) < 85


def test_what_is_no_answer_gets_tests_without_points_and_a_reason(place):
    assert "is empty" in graded(place)["output"]
    written = graded(place, mine="not json")
    assert "mine.ipynb is not a notebook" in written["output"]
    assert [test["score"] for test in written["tests"]] == [0] * 5


def test_the_graders_own_failure_is_told_and_its_words_are_not(place, monkeypatch, capsys):
    monkeypatch.setattr(autograder, "mark", lambda *_: 1 / 0)
    written = graded(place, mine=rearranged(lambda listed: of(listed, "conv2d")))
    assert written["score"] == 0
    assert "division" not in written["output"]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_students_code_runs_as_another_user():
    assert autograder.OtherUser().command()[:3] == ["runuser", "--user", "student"]
