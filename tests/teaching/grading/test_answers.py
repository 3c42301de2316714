"""Open answers are found wherever they stand, and shown as they were handed in."""

import base64
import copy
import json

import pytest

from teaching.assignment import Open, load_assignment
from teaching.editions import TEXT_STUB, student
from teaching.grading import answers
from teaching.grading.answers import open_answer, outputs
from teaching.grading.open_page import open_answers
from teaching.grading.submissions import Cell, cells
from tests.teaching.grading.handed_in import SOURCE, name_of

ASSIGNMENT = load_assignment("convolution")
[TASK] = [task for task in ASSIGNMENT.tasks if isinstance(task, Open)]
TEACHERS = cells(json.dumps(SOURCE).encode())
PNG = base64.b64encode(b"\x89PNG rest").decode()


def answered(change=lambda listed: None):
    """Return the open answer of the students' edition after ``change`` has had its list of cells."""
    edition = student(copy.deepcopy(SOURCE))
    change(edition["cells"])
    return open_answer(TASK, cells(json.dumps(edition).encode()), TEACHERS)


def place(listed, name):
    [found] = [number for number, cell in enumerate(listed) if name_of(cell) == name]
    return found


def markdown(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source, *shown):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(shown)}


def elsewhere(answer):
    return [cell["source"] for cell in answer["cells"] if not cell["asked"]]


def test_the_cells_asked_for_are_read():
    answer = answered(lambda listed: listed[place(listed, "open")].update(source="My answer."))
    assert answer["text"].endswith("My answer.")
    assert [(cell["asked"], cell["kind"]) for cell in answer["cells"]] == [(True, "code"), (True, "markdown")]
    assert elsewhere(answer) == []


def test_an_answer_in_a_cell_of_ones_own_is_found():
    answer = answered(lambda listed: listed.insert(place(listed, "open") + 1, markdown("It is here.")))
    assert elsewhere(answer) == ["It is here."]
    assert answer["cells"][-1]["number"] == place(student(SOURCE)["cells"], "open") + 2


def test_an_answer_at_the_top_is_found_where_its_own_cell_is_empty():
    answer = answered(lambda listed: listed.insert(1, markdown("It is here.")))
    assert elsewhere(answer) == ["It is here."]

    def both(listed):
        listed.insert(1, markdown("Only notes."))
        listed[place(listed, "open")].update(source="My answer.")

    assert elsewhere(answered(both)) == []


def test_code_beside_the_question_is_shown_and_code_elsewhere_is_not():
    def change(listed):
        listed.insert(place(listed, "open"), code("experiment()"))
        listed.insert(2, code("something else"))

    assert elsewhere(answered(change)) == ["experiment()"]


def test_without_metadata_what_follows_the_question_is_shown():
    def change(listed):
        listed[place(listed, "open")].update(source="My answer.")
        listed[place(listed, "open-code")].update(source="my_code()")
        for cell in listed:
            cell["metadata"] = {}

    assert elsewhere(answered(change))[:2] == ["my_code()", "My answer."]


def test_an_answer_turned_into_code_is_shown():
    answer = answered(
        lambda listed: listed[place(listed, "open")].update(cell_type="code", source="My answer.", outputs=[])
    )
    assert "My answer." in [cell["source"] for cell in answer["cells"] if cell["asked"]]


def test_what_nobody_wrote_is_no_answer():
    answer = answered()
    assert answer["text"].endswith(TEXT_STUB)
    assert elsewhere(answer) == []


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ({"output_type": "stream", "text": ["a\n", "b"]}, {"text": "a\nb"}),
        ({"output_type": "execute_result", "data": {"text/plain": "3", "text/html": "<b>"}}, {"text": "3"}),
        ({"output_type": "display_data", "data": {"image/png": PNG + "\n"}}, {"picture": PNG, "kind": "image/png"}),
        (
            {"output_type": "display_data", "data": {"image/svg+xml": ["<svg>", "</svg>"], "text/plain": "x"}},
            {"picture": base64.b64encode(b"<svg></svg>").decode(), "kind": "image/svg+xml"},
        ),
        ({"output_type": "error", "ename": "ValueError", "evalue": "no"}, {"text": "ValueError: no"}),
        ({"output_type": "pyout", "text": "old"}, {"text": "old"}),
        ({"output_type": "display_data", "png": PNG}, {"picture": PNG, "kind": "image/png"}),
        ({"output_type": "display_data", "data": {"image/png": "no base64", "text/plain": "x"}}, {"text": "x"}),
        ({"output_type": "display_data", "data": {"text/html": "<script>"}}, None),
        ({"output_type": "display_data", "data": {"image/png": "A" * (3 << 20)}}, None),
        ({"output_type": "stream", "text": 3}, None),
        ({"data": {"text/plain": [1, "a"]}}, {"text": "a"}),
    ],
)
def test_outputs_are_shown_as_pictures_and_text(entry, wanted):
    assert outputs(Cell("code", "", outputs=(entry,))) == ([wanted] if wanted else [])


def test_pictures_without_end_are_left_out(monkeypatch):
    monkeypatch.setattr(answers, "LARGEST", 3 * len(PNG))

    def change(listed):
        picture = {"output_type": "display_data", "data": {"image/png": PNG}, "metadata": {}}
        listed[place(listed, "open-code")].update(outputs=[picture] * 5)

    shown = answered(change)["cells"][0]["outputs"]
    assert ["picture" in each for each in shown] == [True] * 3 + [False] * 2
    assert "left out" in shown[-1]["text"]


def test_cells_without_end_are_left_out():
    answer = answered(lambda listed: listed.extend(markdown(f"Note {n}.") for n in range(1000)))
    assert len(elsewhere(answer)) == answers.MOST_CELLS


def test_the_page_shows_figures_and_cells_elsewhere_and_runs_nothing():
    hostile = '"><script>alert(1)</script>'

    def change(listed):
        svg = {"output_type": "display_data", "data": {"image/svg+xml": hostile}, "metadata": {}}
        listed[place(listed, "open-code")].update(outputs=[svg, {"output_type": "stream", "text": hostile}])
        listed.insert(place(listed, "open") + 1, markdown(hostile))

    answer = answered(change) | {"points": 3.0, "remark": hostile, "outdated": True}
    about = {"student": hostile, "file": hostile, "assignment": "convolution", "open": [answer]}
    page = open_answers([about])
    assert "<script" not in page
    assert '<img src="data:image/svg+xml;base64,' in page
    assert "<strong>Elsewhere</strong>, in cell" in page
    assert "3 of 15 points (the open question&#x27;s points were given for an earlier answer)" in page
