"""Which known mistake explains a set of wrong answers?

Nothing is guessed from the code. What each mistake would have made of the visible cases is computed, and the first
mistake that agrees with *all* the answers is named.
"""

import numpy as np

from cnnlib.coursework.judging import close, judge, parts, same_arguments
from cnnlib.coursework.task import Mistake, Section

SAME = 1e-5  # in units of the largest value; float32 keeps seven digits


def diagnose(task, answers):
    """Name the mistake behind a student's answers to the visible cases.

    Parameters
    ----------
    task : Task
    answers : list of Answer
        One for each of ``task.cases``, in order; at least one of them wrong.

    Returns
    -------
    Mistake or None
    """
    if _changed(task, answers):  # what was computed from a changed array is no evidence
        return _IN_PLACE
    for mistake in task.mistakes:
        if mistake.wrong is not None and _explains(mistake.wrong, task, answers):
            return mistake
        if mistake.looks_like is not None and _resembles(mistake.looks_like, task, answers):
            return mistake
    for mistake, looks_like in _BY_FORM:
        if looks_like(task, answers):
            return mistake
    return None


def _explains(wrong, task, answers):
    """Would this function have given just these answers, and at least one of the wrong ones?"""
    found = False
    for case, answer in zip(task.cases, answers, strict=True):
        same = _same_answer(wrong, case, answer)
        if same is False:
            return False
        found |= same is True and not judge(task, case, answer).ok
    return found


def _resembles(looks_like, task, answers):
    """Do all these guesses at labels look like it?"""
    received = [parts(answer.value) for answer in answers]
    truths = [case.answer()[0] for case in task.cases]
    return all(
        named is not None and named.keys() == {""} and looks_like(named[""], truth)
        for named, truth in zip(received, truths, strict=True)
    )


def _same_answer(wrong, case, answer):
    """Compare with a mistake's answer; None where the mistake has none, which tells nothing."""
    try:
        would_be = parts(wrong(*case.arguments()))
    except (ValueError, IndexError, TypeError, KeyError, ZeroDivisionError):
        return None
    received = parts(answer.value)
    if answer.failure or received is None or would_be is None or received.keys() != would_be.keys():
        return False
    # A float where an int is due is a mistake that some tasks name; half the digits are not.
    return all(
        (received[name].dtype.kind == "f") == (each.dtype.kind == "f")
        and received[name].shape == each.shape
        and np.array_equal(np.isfinite(received[name]), np.isfinite(each))
        and close(np.nan_to_num(received[name]), np.nan_to_num(each), SAME)
        for name, each in would_be.items()
    )


def _everywhere(test):
    """Make a test of (received, expected) arrays one of all answers; a failed call passes none."""

    def looks_like(task, answers):
        pairs = []
        for case, answer in zip(task.cases, answers, strict=True):
            if case.answer() is not None:
                return False
            received, expected = parts(answer.value), parts(task.expected(case))
            if answer.failure or received is None or received.keys() != expected.keys():
                return False
            pairs += [(received[name], expected[name]) for name in expected]
        return all(test(*pair) for pair in pairs)

    return looks_like


def _changed(task, answers):
    return any(
        answer.arguments is not None and not same_arguments(answer.arguments, case.arguments())
        for case, answer in zip(task.cases, answers, strict=True)
    )


def _nested_list(_, answers):
    return all(isinstance(answer.value, list) for answer in answers)


def _truncated(received, expected):
    if received.dtype.kind not in "iu" or expected.dtype.kind != "f":
        return False
    return received.shape == expected.shape and bool(np.all(np.abs(received - expected) < 1))


def _swapped(received, expected):
    return received.ndim >= 2 and close(np.swapaxes(received, -2, -1), expected, SAME)


def _another_shape(received, expected):
    same_numbers = received.size == expected.size and received.shape != expected.shape
    return same_numbers and close(received.ravel(), expected.ravel(), SAME)


def _other_digits(received, expected):
    return received.dtype != expected.dtype and close(received, expected, SAME)


def _arrays(heading):
    return Section("arrays", heading, folder="appendices")


_IN_PLACE = Mistake(
    "in-place change of the input",
    "An array that you were given is not what it was. Whoever called your function still needs it, and a "
    "second call gets another answer. `x += …`, `x[…] = …` and `x.sort()` write into the caller's array; work"
    " on a new one.",
    _arrays("An array is changed behind its owner's back"),
)

# What can go wrong in any task, told by the form of the answers.
_BY_FORM = (
    (
        Mistake(
            "nothing returned",
            "The function computes and then keeps the result to itself.",
            _arrays("Nothing comes back"),
        ),
        lambda _, answers: all(answer.value is None and not answer.failure for answer in answers),
    ),
    (
        Mistake(
            "a list, not an array",
            "The numbers are in nested lists. The next function will want an array.",
            _arrays("Nothing comes back"),
        ),
        _nested_list,
    ),
    (
        Mistake(
            "all-zero output",
            "Every value is zero: the array that you prepared is what you returned. Does the line that fills it run?",
            _arrays("Nothing comes back"),
        ),
        _everywhere(lambda received, _: not received.any()),
    ),
    (
        Mistake(
            "cut off to whole numbers",
            "Each value is the right one without its decimals. An array made from integers, or with `dtype=int`, "
            "keeps only whole numbers and drops the rest without a word; `//` does the same.",
            _arrays("Whole numbers swallow the decimals"),
        ),
        _everywhere(_truncated),
    ),
    (
        Mistake(
            "right values, wrong number type",
            "The values are right but for their type: another number of digits, or floats where whole numbers are "
            "asked for. Make the result with the type of the input.",
            _arrays("Half of the digits are gone"),
        ),
        _everywhere(_other_digits),
    ),
    (
        Mistake(
            "height and width swapped",
            "Your result is the right one, transposed. An array is (rows, columns), which is (height, width); with "
            "square pictures you would never have seen it.",
            Section("convolution", "Common mistakes"),
        ),
        _everywhere(_swapped),
    ),
    (
        Mistake(
            "right values, wrong shape",
            "The numbers are right, and in the right order, but laid out in another shape: an axis too many or too "
            "few.",
            _arrays("An axis too many"),
        ),
        _everywhere(_another_shape),
    ),
    (
        Mistake("the opposite sign", "Every value is right but for its sign.", _arrays("Nothing comes back")),
        _everywhere(lambda received, expected: close(-received.astype(float), expected, SAME)),
    ),
)

MISTAKES_BY_FORM = (_IN_PLACE, *(mistake for mistake, _ in _BY_FORM))
