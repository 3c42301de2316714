"""The comparison cannot be talked round, and says what is wrong in the order in which it matters."""

import re

import numpy as np
import pytest

from cnnlib.coursework import (
    PROPERTIES,
    Answer,
    Case,
    Mistake,
    Section,
    Task,
    array,
    diagnose,
    digit_labels,
    judge,
    normal,
)
from cnnlib.coursework.diagnosis import diagnose_first


class EqualToEverything:
    def __eq__(self, other):
        return True


class Agreeable(np.ndarray):
    """An array that says yes to every comparison."""

    def __array_ufunc__(self, *_, **__):
        return np.True_

    def __eq__(self, other):
        return np.True_


DOUBLE = Task("double", lambda x: 2 * x, cases=(Case("numbers", array([[1, 2, 3], [4, 5, 6]])),), mistakes=())
RIGHT = np.array([[2.0, 4, 6], [8, 10, 12]])


@pytest.mark.parametrize(
    ("value", "wrong_property", "message"),
    [
        (RIGHT, "", ""),
        (RIGHT + 1e-12, "", ""),
        (np.asfortranarray(RIGHT), "", ""),
        (None, "answers", "returned None"),
        ("2.0", "answers", "returned a str"),
        (EqualToEverything(), "answers", "returned an EqualToEverything, not an array or a number"),
        (np.full((2, 3), EqualToEverything(), dtype=object), "answers", "returned an array of objects"),
        (np.zeros((2, 3)).view(Agreeable), "values", "6 of 6 values differ"),
        (RIGHT.astype(complex), "answers", "returned complex numbers, where real ones are asked for"),
        (RIGHT.astype(str), "answers", "returned an array of type <U32, not of numbers"),
        ((value for value in RIGHT), "answers", "returned a generator, not an array or a number"),
        ((RIGHT, RIGHT), "answers", "returned a tuple of 2 values; one array or number is asked for"),
        ((RIGHT,), "answers", "A comma behind `return …` makes a tuple"),
        ({"y": RIGHT, "z": RIGHT}, "answers", "returned a dict of 2 values"),
        (RIGHT.tolist(), "answers", "returned a list"),
        (np.array([2, None, 6]), "answers", "an array of objects, not of numbers: place 1 is None"),
        (RIGHT.astype(int), "number type", "has numbers of type int64, asked for float64"),
        (RIGHT.astype(np.float32), "number type", "has numbers of type float32"),
        (RIGHT > 0, "number type", "type bool"),
        (RIGHT.T.copy(), "shape", r"has shape \(3, 2\), asked for \(2, 3\)"),
        (RIGHT[None], "shape", r"\(1, 2, 3\)"),
        (np.full((2, 3), np.nan), "finite", "6 values that are infinite or NaN"),
        (np.where(RIGHT == 6, np.inf, RIGHT), "finite", "1 value that is infinite or NaN"),
        (np.zeros((2, 3)), "values", r"6 of 6 values differ, the first at \[0, 0\]: 0, asked for 2"),
        (RIGHT + np.eye(2, 3) * 1e-6, "values", r"2 of 6 values differ, the first at \[0, 0\]"),
    ],
)
def test_what_is_wrong_is_told(value, wrong_property, message):
    verdict = judge(DOUBLE, DOUBLE.cases[0], Answer(value))
    assert verdict.property == wrong_property
    assert verdict.ok == (not wrong_property)
    assert verdict.property in ("", *PROPERTIES)
    assert re.search(message, verdict.message)


def test_a_call_that_failed_is_told_by_its_failure():
    verdict = judge(DOUBLE, DOUBLE.cases[0], Answer(failure="took longer than 10 s"))
    assert (verdict.property, verdict.message) == ("runs", "took longer than 10 s")


def test_a_changed_argument_counts_though_the_values_are_right():
    [given] = DOUBLE.cases[0].arguments()
    given[1, 2] = -1
    verdict = judge(DOUBLE, DOUBLE.cases[0], Answer(RIGHT, [given]))
    assert verdict.property == "leaves its input alone"
    assert judge(DOUBLE, DOUBLE.cases[0], Answer(RIGHT, DOUBLE.cases[0].arguments())).ok


def test_several_results_are_told_by_name():
    task = Task("two", lambda x: (x, 2 * x), (Case("numbers", normal(3)),), (), returns=("once", "twice"))
    [x] = task.cases[0].arguments()
    assert judge(task, task.cases[0], Answer((x, 2 * x))).ok
    assert judge(task, task.cases[0], Answer([x, 2 * x])).ok
    verdict = judge(task, task.cases[0], Answer((x, 3 * x)))
    assert verdict.message.startswith("twice 3 of 3 values differ")


def test_a_dict_needs_every_name():
    task = Task("named", lambda x: {"a": x, "b": -x}, (Case("numbers", normal(3)),), ())
    [x] = task.cases[0].arguments()
    assert judge(task, task.cases[0], Answer({"b": -x, "a": x})).ok
    assert judge(task, task.cases[0], Answer({"a": x})).property == "answers"
    assert judge(task, task.cases[0], Answer({"a": x, "c": -x})).property == "answers"


def test_a_whole_number_may_be_of_any_width_and_no_float():
    task = Task("count", lambda x: 6, (Case("numbers", array([1])),), ())
    for value in (6, np.int32(6), np.uint8(6), np.array(6)):
        assert judge(task, task.cases[0], Answer(value)).ok
    for value in (6.0, True, np.float64(6)):
        assert judge(task, task.cases[0], Answer(value)).property == "number type"


def test_labels_are_judged_by_how_many_are_right():
    case = Case("digits", array([1]), answer=(digit_labels("test", 0, 100), 0.7))
    task = Task("read", lambda x: x, (case,), ())
    truth = case.answer()[0]
    mostly = truth.copy()
    mostly[:30] += 1
    assert judge(task, case, Answer(mostly)).ok
    mostly[30] += 1
    verdict = judge(task, case, Answer(mostly))
    assert (verdict.property, verdict.message) == ("accuracy", "read 69.0% of the digits; 70% are asked for")
    assert judge(task, case, Answer(truth.astype(float))).property == "number type"
    assert judge(task, case, Answer(truth[:, None])).property == "shape"
    assert judge(task, case, Answer((truth, truth))).property == "answers"


def test_arguments_are_the_same_in_every_call_and_shared_by_none():
    case = Case("numbers", normal(2, 3), 4, None, seed=7)
    first, second = case.arguments(), case.arguments()
    first[0][:] = 0
    np.testing.assert_array_equal(second[0], np.random.RandomState(7).normal(size=(2, 3)))
    assert second[1:] == [4, None]


def mistake(name, wrong):
    return Mistake(name, "It is.", Section("convolution", "Common mistakes"), wrong)


def only_matrices(x):
    if x.ndim < 2:
        raise ValueError("one axis")
    return 5 * x


def test_a_mistake_explains_all_answers_or_none():
    cases = (Case("a matrix", normal(2, 3)), Case("a row", normal(4)))
    task = Task("double", lambda x: 2 * x, cases, (mistake("thrice", lambda x: 3 * x), mistake("fives", only_matrices)))
    (matrix,), (row,) = (case.arguments() for case in cases)
    assert diagnose(task, [Answer(3 * matrix), Answer(3 * row)]).name == "thrice"
    assert diagnose(task, [Answer(3 * matrix), Answer(4 * row)]) is None
    # A call that failed tells nothing.
    assert diagnose(task, [Answer(3 * matrix), Answer(failure="raised ValueError")]).name == "thrice"
    # Where a mistake has no answer, the others decide, as long as one of them is wrong.
    assert diagnose(task, [Answer(5 * matrix), Answer(failure="raised ValueError")]).name == "fives"
    assert diagnose(task, [Answer(5 * matrix), Answer(7 * row)]).name == "fives"
    assert diagnose(task, [Answer(failure="raised A"), Answer(failure="raised B")]) is None


def test_a_changed_argument_comes_before_every_other_mistake():
    task = Task("double", lambda x: 2 * x, (Case("a row", normal(4)),), (mistake("thrice", lambda x: 3 * x),))
    [row] = task.cases[0].arguments()
    assert diagnose(task, [Answer(3 * row, [row + 1])]).name == "in-place change of the input"


def test_a_mistake_that_has_no_answer_at_all_explains_nothing():
    def never(x):
        raise ValueError("never")

    task = Task("double", lambda x: 2 * x, (Case("a row", normal(4)),), (mistake("never", never),))
    assert diagnose(task, [Answer(failure="raised ValueError: never")]) is None


def test_a_right_answer_speaks_for_no_mistake():
    def fails_where_it_matters(x):
        if x.ndim == 2:
            raise ValueError
        return 2 * x

    cases = (Case("a row", normal(8)), Case("a matrix", normal(3, 4)))
    task = Task("double", lambda x: 2 * x, cases, (mistake("silent", fails_where_it_matters),))
    [[row], [matrix]] = (case.arguments() for case in task.cases)
    answers = [Answer(2 * row), Answer(matrix + 1)]
    assert diagnose(task, answers) is None
    assert diagnose_first(task, answers, 2) is None


def test_a_form_is_named_only_where_every_call_came_back():
    task = Task("double", lambda x: 2 * x, (Case("a row", normal(1, 8)), Case("a matrix", normal(3, 4))), ())
    [[row], [matrix]] = (case.arguments() for case in task.cases)
    flat = Answer(2 * row.ravel())
    assert diagnose(task, [flat, Answer(2 * matrix.ravel())]).name == "right values, wrong shape"
    assert diagnose(task, [flat, Answer(failure="raised IndexError: shape mismatch")]) is None
