"""What references and known mistakes say, computed once for a class: it does not depend on the student."""

import dataclasses
import hashlib
import pickle
import warnings
from functools import cache

from cnnlib.coursework import load
from teaching.assignment import Open, load_assignment


class Remembering:
    """A function of inputs that are never changed, which computes each result once.

    Parameters
    ----------
    function : callable
    """

    def __init__(self, function):
        self.function, self.results = function, {}

    def __call__(self, *arguments):
        """Return what the function returns, or raise what it raised."""
        key = hashlib.sha256(pickle.dumps(arguments)).digest()
        if key not in self.results:
            try:
                self.results[key] = True, self.function(*arguments)
            except Exception as error:
                self.results[key] = False, error.with_traceback(None)
        went, result = self.results[key]
        if not went:
            raise result
        return result


@cache
def remembered(name):
    """Return an assignment's tasks, whose references and mistakes remember.

    Parameters
    ----------
    name : str

    Returns
    -------
    dict of str to Task
    """
    return {task.name: _remembering(task) for task in load(name).values()}


def _remembering(task):
    mistakes = tuple(
        dataclasses.replace(mistake, wrong=Remembering(mistake.wrong)) if mistake.wrong else mistake
        for mistake in task.mistakes
    )
    barred = tuple(dataclasses.replace(way, wrong=Remembering(way.wrong)) for way in task.may_not_be)
    return dataclasses.replace(task, reference=Remembering(task.reference), mistakes=mistakes, may_not_be=barred)


def recall(name):
    """Compute beforehand what every submission to an assignment is compared with.

    Parameters
    ----------
    name : str
    """
    known = remembered(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of mistakes, which divide by zero and average nothing
        _recall(name, known)


def _recall(name, known):
    for graded in load_assignment(name).tasks:
        if not isinstance(graded, Open):
            task = known[graded.name]
            for case in (*task.cases, *graded.hidden):
                if case.answer() is None:
                    task.expected(case)
            for case in task.cases:
                for mistake in (*task.mistakes, *task.may_not_be):
                    if mistake.wrong:
                        _tried(mistake.wrong, case)


def _tried(wrong, case):
    # A mistake may have no answer to a case, and says so by what it raises.
    try:
        wrong(*case.arguments())
    except Exception:
        return
