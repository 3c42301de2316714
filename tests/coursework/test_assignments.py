"""The assignments are whole: solutions pass, mistakes do not, hidden cells come from the tasks, links lead on."""

import ast
import doctest
import inspect
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

import cnnlib.coursework
from cnnlib.coursework import ASSIGNMENTS, Answer, Section, ask, check, diagnose, judge, load
from cnnlib.coursework.diagnosis import MISTAKES_BY_FORM
from teaching.assignment import Graded, Open, load_assignment
from teaching.notebooks import synchronised
from tests.coursework.slips import slips

ROOT = Path(__file__).parent.parent.parent
TASKS = [pytest.param(name, task, id=f"{name}-{task}") for name in ASSIGNMENTS for task in load(name)]
MISTAKES = [
    pytest.param(task, mistake, id=f"{name}-{task.name}-{place}")
    for name in ASSIGNMENTS
    for task in load(name).values()
    for place, mistake in enumerate(task.mistakes)
]
in_every_assignment = pytest.mark.parametrize("name", ASSIGNMENTS)


def notebook(name):
    return json.loads(load_assignment(name).notebook.read_text(encoding="utf-8"))


def cells(name, **properties):
    """Yield (grade id, source) of cells whose nbgrader metadata has these properties."""
    for cell in notebook(name)["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        if meta and all(meta.get(key) == value for key, value in properties.items()):
            yield meta["grade_id"], "".join(cell["source"])


def solutions(name):
    """Run a notebook's given and solution cells, and return what they define."""
    space = {}
    for grade_id, source in cells(name, cell_type="code", grade=False):
        if not grade_id.startswith(("check-", "open")):
            exec(source, space)
    return space


def hidden(name, task):
    return next(each.hidden for each in load_assignment(name).tasks if each.name == task)


def test_checks_need_no_torch():
    program = """
import sys
sys.modules["torch"] = sys.modules["triton"] = None
from cnnlib.coursework import ASSIGNMENTS, Answer, judge, load
for name in ASSIGNMENTS:
    for task in load(name).values():
        answer = Answer(task.expected(task.cases[0]))
        assert judge(task, task.cases[0], answer).ok or task.name == "read_digits", task.name
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@in_every_assignment
def test_solutions_pass_every_case_visible_and_hidden(name):
    space = solutions(name)
    for task in load(name).values():
        for case in (*task.cases, *hidden(name, task.name)):
            verdict = judge(task, case, ask(space[task.name], case))
            assert verdict.ok, f"{task.name}, {case.looks_for}: {verdict.message}"


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_cases_are_literals_and_no_hidden_case_is_a_visible_one(name, task):
    seen = load(name)[task].cases
    cases = [*seen, *hidden(name, task)]
    texts = [repr(case) for case in cases]
    for case, text in zip(cases, texts, strict=True):
        again = eval(text, vars(cnnlib.coursework).copy())
        assert repr(again) == text
        assert repr(again.arguments()) == repr(case.arguments())
    arguments = [text.split(", ", 1)[1] for text in texts]
    assert len(set(arguments)) == len(arguments)
    assert len(hidden(name, task)) >= 1


@pytest.mark.parametrize(("task", "mistake"), [each for each in MISTAKES if each.values[1].wrong])
def test_a_mistake_fails_and_is_known_by_its_answers(task, mistake):
    answers = [answer_of(mistake, case) for case in task.cases]
    assert not all(judge(task, case, answer).ok for case, answer in zip(task.cases, answers, strict=True))
    assert diagnose(task, answers).name == mistake.name


@in_every_assignment
@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_hidden_cases_alone_see_every_mistake(name):
    for task in load(name).values():
        for mistake in task.mistakes:
            if mistake.wrong is None:
                continue
            passed = [judge(task, case, answer_of(mistake, case)).ok for case in hidden(name, task.name)]
            assert not all(passed), f"{task.name}: {mistake.name}"


def answer_of(mistake, case):
    """Return what a mistake makes of a case; it may make nothing of it."""
    try:
        return Answer(mistake.wrong(*case.arguments()))
    except (ValueError, TypeError, IndexError) as error:
        return Answer(failure=f"raised {error}")


@cache
def headings(section):
    path = ROOT / section.folder / f"{section.chapter}.ipynb"
    if not path.exists():
        return re.findall(r"^## (.*)$", path.with_suffix(".md").read_text(encoding="utf-8"), re.MULTILINE)
    source = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in source["cells"] if cell["cell_type"] == "markdown")
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("mistake", [*(param.values[1] for param in MISTAKES), *MISTAKES_BY_FORM])
def test_a_mistake_points_at_a_section_that_exists(mistake):
    assert mistake.see.heading in headings(mistake.see)
    assert mistake.says.endswith((".", "?"))


def test_a_section_is_linked_where_its_chapter_is_near():
    section = Section("lenet", "Where do the parameters live?")
    assert str(section) == "LeNet, “Where do the parameters live?”"
    address = "../../chapters/lenet.ipynb#Where-do-the-parameters-live%3F"
    assert section.link(ROOT / "assignments" / "notebooks") == address
    assert section.link(ROOT / "assignments") == address.removeprefix("../")
    arrays = Section("arrays", "Nothing comes back", "appendices")
    assert arrays.link(ROOT / "assignments") == "../appendices/arrays.md#Nothing-comes-back"


def test_a_link_to_what_is_not_there_is_none(tmp_path, monkeypatch):
    section = Section("lenet", "Where do the parameters live?")
    assert section.link(tmp_path) == ""
    flipped = next(slip for slip in slips("convolution") if slip.what == "flips the kernel").function()
    for folder, linked in ((tmp_path, False), (ROOT / "assignments", True)):
        monkeypatch.chdir(folder)
        assert ("<a href=" in check("convolution", flipped)._repr_html_()) == linked


def test_where_no_chapter_is_near_a_link_leads_to_where_the_package_came_from(tmp_path, monkeypatch):
    noted = {"url": "https://github.com/someone/their-book.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}}
    for change, link in (
        ({}, "https://github.com/someone/their-book/blob/abc123/chapters/lenet.ipynb"),
        ({"url": "https://example.org/someone/their-book"}, ""),  # whose pages have other addresses
        ({"url": "file:///home/someone/book", "vcs_info": {}}, ""),
    ):
        installed = SimpleNamespace(read_text=lambda name, change=change: json.dumps(noted | change))
        monkeypatch.setattr("cnnlib.coursework.task.distribution", lambda name, installed=installed: installed)
        assert Section("lenet", "Common mistakes").link(tmp_path) == link
    arrays = SimpleNamespace(read_text=lambda name: None)  # installed from a registry
    monkeypatch.setattr("cnnlib.coursework.task.distribution", lambda name: arrays)
    assert Section("arrays", "Nothing comes back", "appendices").link(tmp_path) == ""


def test_the_page_on_arrays_shows_what_numpy_does():
    tried = doctest.testfile(str(ROOT / "appendices" / "arrays.md"), module_relative=False, encoding="utf-8")
    assert tried.attempted > 15
    assert tried.failed == 0


@in_every_assignment
def test_hidden_cells_and_points_are_made_from_the_tasks(name):
    assert synchronised(notebook(name), load_assignment(name)) == notebook(name), "run python -m teaching.notebooks"


def test_a_notebook_without_a_task_is_refused():
    whole = notebook("pooling")
    whole["cells"] = [cell for cell in whole["cells"] if not cell["id"].endswith("test-max_pool")]
    with pytest.raises(
        ValueError, match=r"synchronised: notebook must grade \['test-max_pool', .*received \['test-pool2d'"
    ):
        synchronised(whole, load_assignment("pooling"))


@in_every_assignment
def test_points_and_minutes_are_stated_as_they_are(name):
    assignment = load_assignment(name)
    assert assignment.points == 100
    assert [task.name for task in assignment.tasks] == [*load(name), "open"]
    text = "\n".join("".join(c["source"]) for c in notebook(name)["cells"] if c["cell_type"] == "markdown")
    assert f"| all | {assignment.points} | {assignment.minutes} |" in text
    for task in assignment.tasks:
        title = "the open question" if isinstance(task, Open) else f"`{task.name}`"
        assert f"| {title} | {task.points} | {task.minutes} |" in text
        assert f"*{task.points} points, about {task.minutes} minutes*" in text
    for goal in assignment.goals:
        assert f"- {goal}" in text
    [question] = [task for task in assignment.tasks if isinstance(task, Open)]
    assert sum(criterion.points for criterion in question.rubric) == question.points


@in_every_assignment
def test_a_task_has_its_cells_in_order(name):
    ids = [grade_id for grade_id, _ in cells(name)]
    assert len(set(ids)) == len(ids)
    for task in load_assignment(name).tasks:
        if isinstance(task, Graded):
            place = ids.index(task.name)
            assert ids[place : place + 3] == [task.name, f"check-{task.name}", f"test-{task.name}"]
    assert ids[-3:] == ["open-code", "open", "progress"]


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_solution_cell_keeps_its_solution_between_the_marks(name, task):
    [source] = [source for grade_id, source in cells(name, solution=True, grade=False) if grade_id == task]
    begin, end = source.index("### BEGIN SOLUTION"), source.index("### END SOLUTION")
    stub = source[:begin] + "raise NotImplementedError()" + source[end + len("### END SOLUTION") :]
    [function] = ast.parse(stub).body
    assert function.name == task
    assert ast.get_docstring(function)
    reference = inspect.signature(load(name)[task].reference).parameters.values()
    asked = [p.name for p in reference if p.kind is not p.KEYWORD_ONLY]
    if task != "circular_correlate":  # whose reference has one more, for its mistakes
        assert [argument.arg for argument in function.args.args] == asked
    for line in source.splitlines():
        assert len(line) <= 120, line


@in_every_assignment
def test_student_cells_carry_no_outputs_and_every_cell_an_id(name):
    whole = notebook(name)
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in whole["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in whole["cells"]:
        assert cell.get("outputs", []) == []
        meta = cell["metadata"].get("nbgrader")
        if meta:
            assert meta["schema_version"] == 3
            assert meta["cell_type"] == cell["cell_type"]
            assert ("points" in meta) == meta["grade"]


def test_an_unknown_assignment_is_refused():
    with pytest.raises(ValueError, match="load_assignment: name must be one of"):
        load_assignment("recurrent")
