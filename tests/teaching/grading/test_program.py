"""Which cells are executed, and in which order."""

from teaching.grading.program import program, python
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


def test_what_only_a_notebook_understands_is_taken_out():
    assert python("%matplotlib inline\nx = 5 % 2\nif x:\n    !ls\n") == "pass\nx = 5 % 2\nif x:\n    pass\n"
    assert python("%%time\nx = 1") == ""
