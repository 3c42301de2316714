"""A fault gets into a live process, is noticed or not, and is reported."""

import os
import sys
import time
from types import ModuleType

import nbformat
import pytest

pytest.importorskip("resource", reason="processes fork where there is Unix")

from tests.mutation import __main__ as program
from tests.mutation import book, units
from tests.mutation.forks import Snapshot, allow, forked, limit_memory
from tests.mutation.graft import graft, reached, reporting
from tests.mutation.mutants import mutants

SOURCE = """
from dataclasses import dataclass

LIMIT = 4

@dataclass(frozen=True)
class Box:
    size: int = 2

    @property
    def area(self):
        return self.size * self.size

def double(n, by=2):
    if n > LIMIT:
        return LIMIT
    return n * by
"""
NAME = "cnnlib.made_for_a_test"


@pytest.fixture
def loaded(monkeypatch):
    module = ModuleType(NAME)
    monkeypatch.setitem(sys.modules, NAME, module)
    exec(SOURCE, vars(module))
    return module


def fault(name):
    (found,) = [mutant for mutant in mutants(NAME, SOURCE) if mutant.name == f"made_for_a_test:{name}"]
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("double:mult-to-add:1", (5, 4, 4, 2)),
        ("double:plus-one:1", (9, 4, 4, 2)),
        ("module:minus-one:1", (6, 3, 4, 2)),
        ("Box.area:drop-right:1", (6, 4, 2, 2)),
        ("Box:plus-one:1", (6, 4, 9, 3)),
    ],
)
def test_who_holds_a_function_holds_the_faulty_one(name, expected, loaded):
    held, box = loaded.double, loaded.Box
    assert (held(3), held(9), box().area, box().size) == (6, 4, 4, 2)
    graft(NAME, fault(name).code())
    assert (held(3), held(9), box().area, box().size) == expected


def test_statements_say_that_they_are_reached(loaded):
    graft(NAME, reporting(NAME, SOURCE))
    reached().clear()
    loaded.double(3)
    assert {key.removeprefix(NAME) for key in reached()} == {":15", ":17"}
    loaded.double(9)
    assert f"{NAME}:16" in reached()
    assert fault("double:gt-to-gte:1").statement == f"{NAME}:15"


def test_a_forked_process_answers_or_dies():
    snapshot, dropped = Snapshot(lambda question: [question, None]), Snapshot(len)
    assert snapshot.ask("?") == ["?", None]
    dropped.drop()
    assert forked(lambda: os._exit(3)) is None
    assert forked(lambda: (allow(0.1), time.sleep(30))) is None
    assert forked(lambda: (limit_memory(), len(bytes(8 * 2**30)))) is None


def collected(tmp_path, monkeypatch, work):
    """Call ``work`` with the tests of `double`, collected by a pytest of its own, and return its answer."""
    file = tmp_path / "test_double.py"
    file.write_text(f"import sys\ndef test_three():\n    assert sys.modules['{NAME}'].double(3) == 6\n")
    monkeypatch.setattr(units, "TESTS", [str(file), f"--rootdir={tmp_path}"])

    def inside():
        answers = []
        units.with_tests(lambda tests: answers.append(work(tests)))
        return answers[0]

    return forked(inside)


def test_unit_tests_notice_a_fault_that_they_reach(loaded, tmp_path, monkeypatch):
    def work(tests):
        measured = units.measure(tests, {NAME: reporting(NAME, SOURCE)})
        answers = []
        faults = [fault(name) for name in ("double:mult-to-add:1", "double:gt-to-gte:1", "double:drop-left:1")]
        units.try_mutants(tests, faults, measured, lambda mutant, answer: answers.append(answer))
        return answers

    noticed, not_noticed, noticed_too = collected(tmp_path, monkeypatch, work)
    assert noticed.endswith("test_three")
    assert not_noticed is None
    assert noticed_too.endswith("test_three")


@pytest.fixture
def chapter(tmp_path):
    """A chapter of three cells, the first of which does not call `double`."""
    sources = [f"import sys\nhalf = sys.modules['{NAME}'].double", "print(half(3))", "half(9)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="6\n")]
    notebook.cells[2].outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "4"})]
    nbformat.write(notebook, tmp_path / "chapter.ipynb")
    return tmp_path / "chapter.ipynb"


def test_chapters_notice_a_fault_that_they_reach(loaded, chapter):
    names = ("double:mult-to-add:1", "double:gt-to-gte:1", "module:plus-one:1", "Box.area:mult-to-add:1")
    faults = [fault(name) for name in names]
    statements, answers = book.try_mutants(chapter, faults, {NAME: reporting(NAME, SOURCE)}, lambda *_: None)
    assert statements == [f"{NAME}:15", f"{NAME}:16", f"{NAME}:17"]
    assert answers == {
        faults[0].name: "chapter, cell 2: ('stdout', '5\\n') where there was ('stdout', '6\\n')",
        faults[1].name: None,
    }


def test_a_fault_is_tried_to_the_end_of_the_chapter(loaded, chapter):
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.insert(1, nbformat.v4.new_code_cell("twice = half(2)"))  # 2 + 2 is 2 · 2
    nbformat.write(notebook, chapter)
    later = fault("double:mult-to-add:1")
    _, answers = book.try_mutants(chapter, [later], {NAME: reporting(NAME, SOURCE)}, lambda *_: None)
    assert answers[later.name].startswith("chapter, cell 3")


def test_a_fault_that_takes_long_to_notice_survives(loaded, chapter, monkeypatch):
    found = fault("double:mult-to-add:1")
    monkeypatch.setattr(book, "PATIENCE", -1)
    _, answers = book.try_mutants(chapter, [found], {NAME: reporting(NAME, SOURCE)}, lambda *_: None)
    assert answers == {found.name: None}


def test_a_chapter_that_is_not_as_committed_is_an_error(loaded, chapter):
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells[2].outputs = []
    nbformat.write(notebook, chapter)
    with pytest.raises(SystemExit, match="chapter ended early"):
        book.try_mutants(chapter, [], {NAME: reporting(NAME, SOURCE)}, lambda *_: None)


def test_survivors_are_named_and_too_many_fail(capsys):
    population = [mutant for mutant in mutants("cnnlib.shapes.m", "def f(a):\n    return a + 1 < 2 - a\n")]
    answers = [(mutant, "a test") for mutant in population]
    assert program.summary("units", answers, {}, 60) == 0
    answers[0] = (population[0], None)
    assert program.summary("units", answers, {}, 60) == 1
    assert f"survived: {population[0].name}" in capsys.readouterr().out
    assert program.summary("units", answers, {population[0].name: "a reason"}, 60) == 0
    assert program.summary("units", answers[1:], {population[1].name: "a reason"}, 60) == 1
    assert f"but killed by a test: {population[1].name}" in capsys.readouterr().out


def test_unit_tests_answer_for_each_package_and_chapters_for_all_together(capsys):
    source = "def f(a):\n    return a + 1 < 2 - a\n"
    small, large = (mutants(f"cnnlib.{package}.m", source) for package in ("shapes", "vectorized"))
    answers = [(small[0], None), *((mutant, "a test") for mutant in large * 9)]
    assert program.summary("units", answers, {}, 60) == 1
    assert program.summary("chapters", answers, {}, 60) == 0
    assert program.summary("chapters", [*answers[:2], (large[1], None)], {}, 60) == 1


def test_an_argument_about_a_mutant_that_is_gone_is_an_error(tmp_path, monkeypatch):
    population = mutants("cnnlib.shapes.m", "def f(a):\n    return a + 1\n")
    (tmp_path / "equivalent.toml").write_text('[everywhere]\n"shapes.m:f:plus-one:1" = "why"\n[chapters]\n')
    monkeypatch.setattr(program, "HERE", tmp_path)
    assert program.equivalents("units", population) == {"shapes.m:f:plus-one:1": "why"}
    with pytest.raises(SystemExit, match=r"mutants that do not exist: shapes\.m:f:plus-one:1"):
        program.equivalents("units", population[:1])


@pytest.mark.parametrize("kind", program.TARGETS)
def test_every_mutant_that_is_argued_about_exists(kind):
    population = [mutant for module, source in program.sources().items() for mutant in mutants(module, source)]
    assert all(reason.endswith(".") for reason in program.equivalents(kind, population).values())
