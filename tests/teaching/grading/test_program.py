"""Which cells are executed, and in which order."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from teaching.grading.program import LONGEST, TOO_LONG, program, python
from teaching.grading.standins import Shell
from teaching.grading.submissions import Cell


def locked(name, source=""):
    return Cell("code", source, name, locked=True)


def work(name, source):
    return Cell("code", source, name)


SOURCE = [
    Cell("markdown", "# Title"),
    locked("imports", "import numpy"),
    work("one", "reference 1"),
    locked("check-one", "check(one)"),
    Cell("code", "# hidden", "test-one", locked=True, grade=True),
    work("two", "reference 2"),
    Cell("markdown", "answer", "open"),
]


def test_the_students_work_stands_in_the_teachers_frame():
    handed_in = [locked("imports", "evil"), work("one", "mine 1"), locked("check-one", "evil"), work("two", "mine 2")]
    assert program(SOURCE, handed_in) == [("imports", "import numpy"), ("one", "mine 1"), ("two", "mine 2")]


def test_order_is_the_teachers():
    handed_in = [work("two", "mine 2"), work("one", "mine 1")]
    assert [name for name, _ in program(SOURCE, handed_in)] == ["imports", "one", "two"]


def test_what_was_added_follows_what_it_followed():
    added = Cell("code", "helper")
    listed = program(SOURCE, [added, work("one", "mine 1"), added, locked("check-one"), added, work("two", "mine 2")])
    assert [name for name, _ in listed] == ["imports", "", "one", "", "", "two"]


def test_what_was_added_behind_an_answer_in_words_is_executed():
    assert program(SOURCE, [Cell("markdown", "I think", "open"), Cell("code", "late")])[-1] == ("", "late")


def test_a_cell_twice_is_executed_twice_and_one_deleted_not_at_all():
    listed = program(SOURCE, [work("one", "first"), work("one", "second")])
    assert listed == [("imports", "import numpy"), ("one", "first"), ("one", "second")]


def test_a_solution_cell_that_claims_to_be_locked_is_the_students_still():
    assert ("one", "mine") in program(SOURCE, [locked("one", "mine")])


def test_without_metadata_everything_runs_in_its_order():
    handed_in = [Cell("code", "import numpy"), Cell("markdown", "text"), Cell("code", "def one(): 1")]
    assert program(SOURCE, handed_in) == [("imports", "import numpy"), ("", "import numpy"), ("", "def one(): 1")]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("y = (x\n     % y.shape)", "y = (x\n     % y.shape)"),
        ("%%time\nx = 1", "x = 1"),
        ("\n\n%%time\n%%capture out\nx = 1", "x = 1"),
        ("%%timeit -n 3\nx = 1", "x = 1"),
        ("%%bash\nls", ""),
        ("%%writefile a.py\nx = 1", ""),
        ("", ""),
        ("def f(:", "def f(:"),
    ],
)
def test_what_is_python_stays_and_other_languages_go(source, code):
    assert python(source) == code


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("files = !ls\nn = len(files)", {"files": [], "n": 0}),
        ("np.pad?\nx = 1", {"x": 1}),
        ("?np.pad", {}),
        ("%matplotlib inline\nx = 5 % 2", {"x": 1}),
        ("%time x = sum([1, 2])", {"x": 3}),
        ("x = %time sum([1, 2])", {"x": 3}),
        ("%timeit -n 10 -r 2 x = 1", {}),
        ("if True:\n    !ls\n    %cd ..\nx = 2", {"x": 2}),
        ("%%time\nx = 1\n!ls", {"x": 1}),
        ("!pip install numpy", {}),
        ("%env A=1", {}),
        ("get_ipython().magic('time')\nx = 1", {"x": 1}),
    ],
)
def test_a_notebooks_own_commands_execute_or_do_nothing(source, seen):
    names = {}
    names["get_ipython"] = lambda: Shell(names)
    exec(python(source), names)
    assert seen.items() <= names.items()


@pytest.mark.parametrize("source", ["\n" * 200_000, "x = 1\n" + "\n" * 200_000 + "y = 2", "!ls\n" * 50_000])
def test_no_cell_is_read_often(source, monkeypatch):
    monkeypatch.setattr(TransformerManager, "transform_cell", None)  # it reads a cell once for each command
    assert len(python(source)) <= len(source)


def test_a_store_of_answers_is_not_executed():
    handed_in = [work("one", "mine"), Cell("code", "data = '" + "x" * LONGEST + "'"), work("two", "after it")]
    assert program(SOURCE, handed_in) == [
        ("imports", "import numpy"), ("one", "mine"), ("", TOO_LONG), ("two", "after it"),
    ]  # fmt: skip


def test_blanks_are_no_store():
    assert program(SOURCE, [work("one", "mine" + "\n" * 2 * LONGEST), work("two", "2")])[-1] == ("two", "2")
