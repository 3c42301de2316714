"""Which known mistake explains a set of wrong answers?

Nothing is guessed from the code. What each mistake would have made of the visible cases is computed. A mistake is named
if it agrees with all the calls that came back, in the first part that is wrong, and with the most of the other parts.
It has to give a wrong answer at least once: a right one speaks for no mistake.
"""

import numpy as np

from cnnlib.coursework.judging import close, in_order, numbers_of, parts, same_arguments
from cnnlib.coursework.task import Mistake, Section

TELLING = 6  # different numbers in an answer, that no other mistake gives by chance
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
    if any(answer.breaks for answer in answers):
        return None  # the rule that is broken says it all
    if _changed(task, answers):  # what was computed from a changed array is no evidence
        return _IN_PLACE
    if not all(answer.repeats for answer in answers):
        return _REMEMBERS
    came = [pair for pair in zip(task.cases, answers, strict=True) if not pair[1].failure]
    best, most, facts = None, 0, _facts(task, came)
    for mistake in task.mistakes:
        if mistake.wrong is not None:
            explained = _explained(mistake.wrong, task, facts)
            if explained > most:
                best, most = mistake, explained
        elif best is None and came and len(came) == len(answers) and _resembles(mistake.looks_like, task, answers):
            best = mistake
    if best is not None:
        return best
    for mistake, looks_like in _BY_FORM:
        # Where a call failed, the form of the others is the least of what is wrong.
        if came and len(came) == len(answers) and looks_like(task, came):
            return mistake
    return None


def diagnose_first(task, answers, number):
    """Name the mistake behind the first wrong answer, where no mistake explains them all: there may be two.

    Parameters
    ----------
    task : Task
    answers : list of Answer
        As in `diagnose`.
    number : int
        Of the first wrong answer, counted from 1. Those before it must be what the mistake makes of them, too.

    Returns
    -------
    Mistake or None
        None also where the answer has too few numbers to tell mistakes apart.
    """
    told, case = answers[:number], task.cases[number - 1]
    if any(answer.failure or answer.breaks for answer in told) or case.answer() is not None:
        return None
    if sum(len(np.unique(each)) for each in numbers_of(told[-1].value).values()) < TELLING:
        return None
    facts = _facts(task, list(zip(task.cases, told, strict=False)))
    return next((each for each in task.mistakes if each.wrong and _explained(each.wrong, task, facts)), None)


def _explained(wrong, task, calls):
    """Count the wrong parts that this function gives as well, in all calls; 0 if the first of them is not among these.

    A call for which the function has no answer tells nothing, and nor does one that it answers rightly.
    """
    fared, ever_wrong = {}, False
    for case, received, expected, wrong_parts in calls:
        try:
            would_be = parts(wrong(*case.arguments()))
        except (ValueError, IndexError, TypeError, KeyError, ZeroDivisionError):
            continue
        if expected is None:  # labels
            return int(_equal(received.get(""), would_be[""]))
        if would_be is None or (would_be.keys() != expected.keys() and received.keys() != would_be.keys()):
            return 0
        if would_be.keys() != expected.keys() and not all(_equal(received[name], would_be[name]) for name in would_be):
            return 0  # another form, so that its parts say nothing by themselves
        for name in wrong_parts:
            if name in would_be:
                fared.setdefault(name, []).append(_equal(received.get(name), would_be[name]))
        if wrong_parts and not all(fared.get(wrong_parts[0], [False])):
            return 0
        ever_wrong |= any(
            name not in expected or not _right(would_be[name], expected[name], task.tolerance)
            for name in wrong_parts[:1]
        )
    return sum(all(same) for same in fared.values()) if ever_wrong else 0


def _facts(task, came):
    """List what is known of each call: case, received and expected parts, and the names of those that are ever wrong.

    A part that is right in every call is no evidence against a mistake in another.
    """
    known, ever_wrong = [], []
    for case, answer in came:
        received = numbers_of(answer.value)
        expected = None if case.answer() is not None else parts(task.expected(case))
        known.append((case, received, expected))
        names = in_order(task, {} if expected is None else expected if expected.keys() == received.keys() else received)
        for name in names:
            right = name in expected and _right(received.get(name), expected[name], task.tolerance)
            if not right and name in received and name not in ever_wrong:
                ever_wrong.append(name)
    order = task.returns if set(ever_wrong) <= set(task.returns) else sorted(ever_wrong)
    return [(*each, [name for name in order if name in ever_wrong]) for each in known]


def _right(received, expected, tolerance):
    return received is not None and received.dtype.kind == expected.dtype.kind and close(received, expected, tolerance)


def _equal(received, would_be):
    """Compare one part with a mistake's."""
    # A float where an int is due is a mistake that some tasks name; half the digits are not.
    return (
        received is not None
        and (not received.size or (received.dtype.kind == "f") == (would_be.dtype.kind == "f"))
        and received.shape == would_be.shape
        and np.array_equal(np.isfinite(received), np.isfinite(would_be))
        and close(np.nan_to_num(received), np.nan_to_num(would_be), SAME)
    )


def _resembles(looks_like, task, answers):
    """Do all these guesses at labels look like it?"""
    received = [parts(answer.value) for answer in answers]
    truths = [case.answer()[0] for case in task.cases]
    return all(
        named is not None and named.keys() == {""} and looks_like(named[""], truth)
        for named, truth in zip(received, truths, strict=True)
    )


def _everywhere(test):
    """Make a test of (received, expected) arrays one of all calls that came back, in every part that is wrong."""

    def looks_like(task, came):
        pairs = []
        for case, answer in came:
            if case.answer() is not None:
                return False
            received, expected = numbers_of(answer.value), parts(task.expected(case))
            if not received or not received.keys() <= expected.keys():
                return False
            pairs += [
                (name, received[name], expected[name], _right(received[name], expected[name], task.tolerance))
                for name in received
            ]
        wrong = {name for name, _, _, right in pairs if not right}
        return bool(wrong) and all(test(mine, right) for name, mine, right, _ in pairs if name in wrong)

    return looks_like


def _changed(task, answers):
    return any(
        answer.arguments is not None and not same_arguments(answer.arguments, case.arguments())
        for case, answer in zip(task.cases, answers, strict=True)
    )


def _nested_list(task, came):
    """Would `np.array` around it have been right in every call?"""
    for case, answer in came:
        if not isinstance(answer.value, list) or case.answer() is not None:
            return False
        expected = parts(task.expected(case))
        try:
            value = np.array(answer.value)
        except ValueError:
            return False
        if expected.keys() != {""} or value.dtype.kind not in "biuf" or not close(value, expected[""], SAME):
            return False
    return True


def _printed(_, came):
    return all(answer.value is None and answer.printed.strip() for _, answer in came)


def _truncated(received, expected):
    if received.dtype.kind not in "iu" or expected.dtype.kind != "f":
        return False
    return received.shape == expected.shape and bool(np.all(np.abs(received - expected) < 1))


def _swapped(received, expected):
    return expected.ndim >= 2 and received.ndim >= 2 and close(np.swapaxes(received, -2, -1), expected, SAME)


def _another_shape(received, expected):
    same_numbers = received.size == expected.size and received.shape != expected.shape
    return same_numbers and close(received.ravel(), expected.ravel(), SAME)


def _other_digits(received, expected):
    return received.dtype != expected.dtype and close(received, expected, SAME)


def _arrays(heading):
    return Section("arrays", heading, folder="appendices")


_REMEMBERS = Mistake(
    "another answer at every call",
    "Called again with the same input, your function gave another answer. Either it changes something that lives "
    "outside of it, such as a global array or a list as a default value; or it draws a random number without a seed; or"
    " it leaves cells of `np.empty` as they were, which hold whatever was in memory.",
    _arrays("An array is changed behind its owner's back"),
)
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
            "printed, not returned",
            "The function shows its result on the screen and gives nothing to the one who called it. `print` is for "
            "you, `return` for the program.",
            _arrays("Nothing comes back"),
        ),
        _printed,
    ),
    (
        Mistake(
            "nothing returned",
            "The function computes and then keeps the result to itself.",
            _arrays("Nothing comes back"),
        ),
        lambda _, came: all(answer.value is None for _, answer in came),
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

MISTAKES_BY_FORM = (_IN_PLACE, _REMEMBERS, *(mistake for mistake, _ in _BY_FORM))
