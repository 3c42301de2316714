"""Every wrong solution is rejected, and nearly all are told which mistake they are."""

import inspect
import runpy
from functools import cache
from pathlib import Path

import pytest

from cnnlib.coursework import ASSIGNMENTS, ask, check, diagnose, judge, load
from teaching.assignment import load_assignment
from tests.coursework.slips import slips

FOLDER = Path(__file__).parent / "wrong_solutions"


@cache
def wrong_solutions():
    """List (assignment, task, function), in the files' order."""
    found = []
    for assignment in ASSIGNMENTS:
        for name, value in runpy.run_path(str(FOLDER / f"{assignment}.py")).items():
            if inspect.isfunction(value) and "__" in name:
                found.append(pytest.param(assignment, name.split("__")[0], value, id=f"{assignment}-{name}"))
    return found


def answers_of(task, function):
    return [ask(function, case) for case in task.cases]


@pytest.mark.parametrize(("assignment", "name", "function"), wrong_solutions())
def test_a_wrong_solution_is_rejected_and_told_its_mistake(assignment, name, function):
    task = load(assignment)[name]
    answers = answers_of(task, function)
    verdicts = [judge(task, case, answer) for case, answer in zip(task.cases, answers, strict=True)]
    assert not all(verdict.ok for verdict in verdicts)
    for verdict in verdicts:
        assert bool(verdict.message) != verdict.ok
    mistake = diagnose(task, answers)
    assert (mistake.name if mistake else "unknown") == function.__doc__


def test_there_are_enough_of_them_in_every_assignment():
    functions = [param.values for param in wrong_solutions()]
    assert len(functions) >= 60
    assert sum(function.__doc__ != "unknown" for _, _, function in functions) >= 50
    for assignment in ASSIGNMENTS:
        assert len([each for each in functions if each[0] == assignment]) >= 12


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_the_hidden_cases_reject_them_too(assignment):
    # What passes hidden cases alone fails a visible one; still, few may.
    graded = {task.name: task for task in load_assignment(assignment).tasks[:-1]}
    tasks, missed = load(assignment), []
    for param in wrong_solutions():
        of, name, function = param.values
        if of != assignment:
            continue
        hidden = graded[name].hidden
        if all(judge(tasks[name], case, ask(function, case)).ok for case in hidden):
            missed.append(function.__name__)
    assert len(missed) <= 1, missed


def test_a_check_names_the_mistake_and_where_the_book_explains_it():
    function = next(each for each in slips("convolution") if each.what == "flips the kernel").function()
    report = check("convolution", function)
    assert report.mistake.name == "flipped kernel"
    for text in (repr(report), report._repr_html_()):
        assert "It looks like this:" in text
        assert "Convolution, “Common mistakes”" in text


def test_a_task_not_begun_is_no_mistake(capsys):
    def correlate2d(x, kernel, stride):
        raise NotImplementedError

    report = check("convolution", correlate2d)
    assert capsys.readouterr().out.count("not written yet") == 1
    assert (report.mistake, report.failure) == (None, None)


@pytest.mark.parametrize("name", ["numpy", "Convolution", ""])
def test_an_unknown_assignment_is_refused(name):
    with pytest.raises(ValueError, match="load: assignment must be one of"):
        load(name)


def test_an_unknown_function_is_refused():
    with pytest.raises(ValueError, match=r"check: function must be one of .*, received <lambda>"):
        check("pooling", lambda x: x)
