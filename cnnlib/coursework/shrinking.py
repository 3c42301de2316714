"""Make a failing example smaller until nothing can be left out."""

import re
import time

import numpy as np

from cnnlib.coursework.calling import answer_to
from cnnlib.coursework.judging import judge, numbers_of
from cnnlib.coursework.task import Case

CALLS, SECONDS = 400, 3.0  # of all attempts: a student waits


class Example(Case):
    """A case whose arguments are given."""

    def __init__(self, looks_for, arguments):
        super().__init__(looks_for)
        self._given = arguments

    def arguments(self):
        """Return copies of the arguments."""
        return [each.copy() if isinstance(each, np.ndarray) else each for each in self._given]


def smallest(task, function, case, answer):
    """Find a small example that fails as a case does.

    Parameters
    ----------
    task : Task
        Its ``axes`` say what may be taken away.
    function : callable
    case : Case
        A failing one.
    answer : Answer
        The function's, to this case.

    Returns
    -------
    (Case, Answer)
        The case itself where nothing can be left out of it.
    """
    best, fails = (case, answer), _way(task, case, answer)
    calls, found = 0, bool(task.axes) and not fails[0].startswith("was stopped")
    end = time.monotonic() + SECONDS
    while found:
        found = False
        for arguments in _smaller(task, best[0].arguments()):
            smaller = Example(case.looks_for, arguments)
            if not _has_an_answer(task, smaller):
                continue
            calls, left = calls + 1, end - time.monotonic()
            if calls > CALLS or left <= 0:
                return best
            tried = answer_to(function, smaller.arguments(), left, aloud=False)
            if _way(task, smaller, tried) == fails:
                best, found = (smaller, tried), True
                break
    return best


def _has_an_answer(task, case):
    """Say whether the call can be made, and has a right answer of finite numbers."""
    try:
        with np.errstate(all="ignore"):
            right = task.expected(case)
    except (ValueError, IndexError, ZeroDivisionError):
        return False
    return all(np.all(np.isfinite(each)) for each in numbers_of(right).values())


def _way(task, case, answer):
    """In which way an answer fails: the property, the part, and the error but for its numbers."""
    verdict = judge(task, case, answer)
    return re.sub(r"\d+", "#", answer.failure), verdict.property, verdict.part


def _smaller(task, arguments):
    """Yield arguments with less in them: whole halves first, then slices, then smaller numbers, then round ones."""
    for less in (lambda size: size // 2, lambda size: size - 2, lambda size: size - 1):
        for letter, size in _sizes(task, arguments).items():
            if 1 <= less(size) < size:
                yield from _fitting(task, _cut(task, arguments, letter, less(size)))
        for place, how in enumerate(task.axes):
            value = arguments[place]
            if how == "less" and 0 <= less(value) < value:
                yield from _fitting(task, [*arguments[:place], less(value), *arguments[place + 1 :]])
            if how == "shorter" and 1 <= less(len(value)) < len(value):
                yield from _fitting(task, [*arguments[:place], value[: less(len(value))], *arguments[place + 1 :]])
    for place, value in enumerate(arguments):
        if task.axes[place] and isinstance(value, np.ndarray) and np.any(value != np.rint(value)):
            round_ones = np.copysign(np.ceil(2 * np.abs(value)), value)  # never 0, which would hide much
            yield from _fitting(task, [*arguments[:place], round_ones, *arguments[place + 1 :]])


def _sizes(task, arguments):
    """Return how long each named axis is."""
    sizes = {}
    for how, value in zip(task.axes, arguments, strict=True):
        if isinstance(value, np.ndarray) and how:
            sizes |= {letter: size for letter, size in zip(how.split(), value.shape, strict=True) if letter != "."}
    return sizes


def _cut(task, arguments, letter, size):
    made = []
    for how, value in zip(task.axes, arguments, strict=True):
        for axis, name in enumerate(how.split() if isinstance(value, np.ndarray) else ()):
            value = value.take(range(size), axis=axis) if name == letter else value
        made.append(value)
    return made


def _fitting(task, arguments):
    try:
        fitting = arguments if task.fit is None else task.fit(arguments)
    except ValueError:  # of the reference: no such call
        return
    if fitting is not None:
        yield fitting
