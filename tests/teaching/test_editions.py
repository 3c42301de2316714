"""What students get holds nothing of what they are to find; what is committed is what the sources make."""

import ast
import json

import pytest

from teaching.assignment import NAMES, Graded, Open, load_assignment
from teaching.editions import HIDDEN, ROOT, SOLUTION, editions, solution, student

FILES = editions()


def source(name):
    return json.loads(load_assignment(name).notebook.read_text(encoding="utf-8"))


def texts(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def for_students(name):
    """Everything that is handed to students, escapes undone."""
    names = [f"_build/coursework/student/{name}.ipynb", f"assignments/notebooks/{name}.ipynb", f"assignments/{name}.md"]
    notebooks = "\n".join(json.dumps(json.loads(FILES[each]), ensure_ascii=False) for each in names[:2])
    return "\n".join([notebooks, *texts(json.loads(FILES[names[0]])), *(FILES[each] for each in names)])


def lines_of(pattern, name):
    """Lines inside the marks that are nowhere outside of them."""
    whole = texts(source(name))
    outside = "\n".join(SOLUTION.sub("", HIDDEN.sub("", text)) for text in whole)
    inside = [line.strip() for text in whole for found in pattern.finditer(text) for line in found[0].splitlines()]
    return [line for line in inside if len(line) > 9 and line not in outside]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pattern", [SOLUTION, HIDDEN], ids=["solutions", "hidden tests"])
def test_students_get_no_line_of_it(pattern, name):
    secret, given = lines_of(pattern, name), for_students(name)
    assert len(secret) > 10
    for line in secret:
        assert line not in given, line


@pytest.mark.parametrize("name", NAMES)
def test_students_get_nothing_of_the_teachers_side(name):
    given, assignment = for_students(name), load_assignment(name)
    assert "### " not in "\n".join(texts(json.loads(FILES[f"assignments/notebooks/{name}.ipynb"])))
    for task in assignment.tasks:
        # As a case is written down: a few words alone may stand in a text by chance.
        hidden = [each.text for each in task.rubric] if isinstance(task, Open) else [repr(case) for case in task.hidden]
        for text in hidden:
            assert text not in given, text


@pytest.mark.parametrize("name", NAMES)
def test_students_get_every_task_to_write_and_every_check(name):
    notebook = json.loads(FILES[f"assignments/notebooks/{name}.ipynb"])
    labelled = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "nbgrader" in cell["metadata"]]
    code = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in labelled}
    for task in load_assignment(name).tasks:
        if isinstance(task, Graded):
            ast.parse(code[task.name])
            assert f"def {task.name}(" in code[task.name]
            assert "raise NotImplementedError" in code[task.name]
            assert code[f"check-{task.name}"]
    for cell in notebook["cells"]:
        assert cell["cell_type"] != "code" or (cell["outputs"], cell["execution_count"]) == ([], None)


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_edition_is_the_source_without_marks_and_hidden_tests(name):
    for ours, whole in zip(texts(solution(source(name))), texts(source(name)), strict=True):
        kept = [line for line in HIDDEN.sub("", whole).splitlines() if not line.strip().startswith("### ")]
        assert ours.splitlines() == kept


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("assignments/")])
def test_what_is_committed_is_current(name):
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name], "run make coursework"


def test_the_source_is_left_alone():
    notebook = source("convolution")
    before = json.dumps(notebook)
    student(notebook)
    solution(notebook)
    assert json.dumps(notebook) == before


def test_the_guide_tells_goals_hidden_tests_mistakes_and_rubric():
    text = FILES["_build/coursework/guide.html"]
    for name in NAMES:
        assignment = load_assignment(name)
        assert f"{assignment.points} points, about {assignment.minutes} minutes" in text
    assert "a wide picture and a tall kernel" in text
    assert "flipped kernel" in text


def test_a_region_is_cut_with_its_marks_and_its_indent_is_kept():
    cell = {
        "cell_type": "code",
        "metadata": {},
        "source": "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n",
    }
    made = student({"cells": [cell]})["cells"][0]
    assert "".join(made["source"]) == "def f():\n    # Your code here.\n    raise NotImplementedError"
