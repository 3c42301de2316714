"""What a student did around the functions is named: cells that are no code, names with another meaning."""

import builtins
import json

import pytest

from teaching.assignment import load_assignment
from teaching.grading import pages
from teaching.grading.own_cells import bindings, failed, hiding, lost
from teaching.grading.program import program
from teaching.grading.submissions import Cell, cells
from tests.teaching.grading.handed_in import SOURCE, name_of, rearranged

ASSIGNMENT = load_assignment("convolution")
CONV2D = next(task for task in ASSIGNMENT.tasks if task.name == "conv2d")
TEACHERS = cells(json.dumps(SOURCE).encode())


def handed_in(change):
    return cells(rearranged(change).encode())


def of(listed, name):
    return next(cell for cell in listed if name_of(cell) == name)


def test_a_cell_turned_to_markdown_is_named():
    text = lost(CONV2D, handed_in(lambda listed: of(listed, "conv2d").update(cell_type="markdown")))
    assert text.startswith("Your cell for conv2d, cell 17 of the notebook, is Markdown now, so it was not executed.")


def test_a_raw_cell_is_named():
    assert "is raw now" in lost(CONV2D, handed_in(lambda listed: of(listed, "conv2d").update(cell_type="raw")))


def test_a_cell_deleted_is_named():
    text = lost(CONV2D, handed_in(lambda listed: listed.remove(of(listed, "conv2d"))))
    assert text == "Your notebook has no cell for conv2d any more, and none of its cells defines it."


@pytest.mark.parametrize(
    "change",
    [
        lambda listed: None,
        lambda listed: [cell.update(metadata={}) for cell in listed],
        lambda listed: of(listed, "conv2d").update(metadata={}),
    ],
)
def test_a_task_whose_code_is_there_is_not_lost(change):
    assert lost(CONV2D, handed_in(change)) == ""


def own(source, place=3):
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
    return hiding(ASSIGNMENT, handed_in(lambda listed: listed.insert(place, cell)), TEACHERS)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("np = None", "np"),
        ("x = 1\nif x:\n    np = None", "np"),
        ("for check in (1, 2):\n    pass", "check"),
        ("import scipy as np", "np"),
        ("del np", "np"),
        ("with open('x') as np:\n    pass", "np"),
        ("try:\n    pass\nexcept Exception:\n    np = 1", "np"),
        ("match 1:\n    case 1:\n        np = 2", "np"),
        ("(a, [np, b]) = 1, (2, 3)", "np"),
        ("sum = 0", "sum"),
        ("def range(n):\n    return []", "range"),
        ("%matplotlib inline\nnp = None", "np"),
        ("%%time\nnp = None", "np"),
        ("files = !ls\nnp = None", "np"),
    ],
)
def test_a_name_that_a_cell_of_ones_own_hides_is_named(source, name):
    [found] = own(source)
    assert (found["cell"], found["name"], found["is_task"]) == (4, name, False)
    assert name in found["line"]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np",
        "y = np.zeros(3)",
        "_, y = 1, 2",
        "def mine():\n    np = None",
        "np.x = 1",
        "a[np] = 1",
        "(" * 5000,
        "\0",
        "1 +",
    ],
)
def test_what_hides_nothing_is_not_named(source, monkeypatch):
    monkeypatch.setattr(builtins, "_", 3, raising=False)  # as an interpreter that has shown a result
    assert own(source) == []


def test_another_definition_of_a_task_is_named_as_that():
    [found] = own("def conv2d(x):\n    return x")
    assert (found["name"], found["is_task"], found["line"]) == ("conv2d", True, "def conv2d(x):")


def test_in_a_tasks_own_cell_its_name_is_its_own():
    def change(listed):
        of(listed, "conv2d").update(source="np = None\ndef conv2d(x): return x\ndef correlate2d(x): return x")

    assert [(found["name"], found["is_task"]) for found in hiding(ASSIGNMENT, handed_in(change), TEACHERS)] == [
        ("np", False),
        ("correlate2d", True),
    ]


def test_lines_are_counted_however_they_end():
    assert bindings("a = 1\rb = 2\r\nc = 3")[2] == ("c", "", "c = 3")


def test_a_failed_cell_is_told_by_its_number_in_the_notebook():
    listed = handed_in(lambda listed: None)
    listed[3:3] = [Cell("code", "a"), Cell("markdown", "text"), Cell("code", "%%time\nb")]
    executed = program(TEACHERS, listed)
    codes = [code for name, code in executed if not name]
    number = codes.index("b") + 1
    assert failed([(number, "NameError")], executed, listed, TEACHERS) == [{"cell": 6, "reason": "NameError"}]


def test_a_cell_that_the_teacher_gave_is_not_told_as_ones_own():
    listed = handed_in(lambda listed: None)
    executed = program(TEACHERS, listed)
    assert any(not name for name, _ in executed)
    assert failed([(1, "NameError")], executed, listed, TEACHERS) == []


def page_of(points, hidden, missing=""):
    task = {"name": "conv2d", "points": points, "of": 25, "visible": [], "hidden": [], "mistake": None, "lost": missing}
    about = {"student": "ada", "file": "ada.ipynb", "id": "", "assignment": "convolution", "problem": "", "note": ""}
    return pages.feedback(
        about
        | {
            "points": points,
            "of": 100,
            "tasks": [task],
            "open": [],
            "broken": {},
            "failed": [{"cell": 7, "reason": "<b>"}],
            "hiding": hidden,
        }
    )


def test_feedback_names_it_where_points_are_missing():
    hidden = [
        {"cell": 4, "name": "np", "line": "np = '<b>'", "is_task": False},
        {"cell": 5, "name": "correlate2d", "line": "correlate2d = 1", "is_task": True},
    ]
    text = page_of(0, hidden)
    assert (
        "Cell 4 of the notebook gives <code>np</code> another meaning: <code>np = &#x27;&lt;b&gt;&#x27;</code>" in text
    )
    assert "Cell 7 of the notebook, one of your own, did not run to its end: &lt;b&gt;" in text
    assert "Cell 5" not in text  # that task has its points
    assert "A task has its points when every one of its examples comes out right" in text
    assert "Cell 4" not in page_of(25, hidden)


def test_feedback_says_why_there_was_nothing_to_run():
    assert '<p class="box">Make it code.</p>' in page_of(0, [], "Make it code.")
