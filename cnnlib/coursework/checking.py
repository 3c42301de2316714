"""The check that students run."""

import copy
import importlib

from cnnlib.coursework.diagnosis import diagnose
from cnnlib.coursework.inputs import Source
from cnnlib.coursework.judging import Answer, judge

ASSIGNMENTS = ("convolution", "equivariance", "pooling", "lenet", "alexnet")


class CheckError(AssertionError):
    """An answer is not right yet; a notebook shows this line and no traceback."""

    def _render_traceback_(self):
        return [str(self)]


def load(assignment):
    """Return an assignment's tasks by the names of their functions.

    Parameters
    ----------
    assignment : str

    Returns
    -------
    dict of str to Task

    Raises
    ------
    ValueError
        If there is no such assignment.
    """
    if assignment not in ASSIGNMENTS:
        raise ValueError(f"load: assignment must be one of {ASSIGNMENTS}, received {assignment!r}")
    module = importlib.import_module(f"cnnlib.coursework.{assignment}")
    return {task.name: task for task in module.TASKS}


def ask(function, case):
    """Call a function with a case's arguments and keep whatever happens.

    Parameters
    ----------
    function : callable
    case : Case

    Returns
    -------
    Answer
    """
    given = [each.function() if isinstance(each, Source) else each for each in case.arguments()]
    try:
        value = function(*given)
    except NotImplementedError:
        return Answer(failure="not written yet", arguments=given)
    except Exception as error:
        return Answer(failure=f"raised {type(error).__name__}: {error}", arguments=given)
    # Copied, or a function that returns its input and a later call that changes it would look alike.
    return Answer(copy.deepcopy(value), given)


def check(assignment, function, cases=None):
    """Try a function and say what is right, what is not, and which mistake it looks like.

    Parameters
    ----------
    assignment : str
        ``"convolution"``, ``"equivariance"``, ``"pooling"``, ``"lenet"`` or ``"alexnet"``.
    function : callable
        Yours, under the name that the task gives it.
    cases : sequence of Case, optional
        The task's own, if left out.

    Raises
    ------
    CheckError
        If an answer is wrong.
    ValueError
        If there is no such assignment, or no task of that name in it.

    Examples
    --------
    >>> def output_size(size, kernel, stride, padding):
    ...     return (size + 2 * padding - kernel) // stride + 1
    >>> check("convolution", output_size)
    output_size
      ✓ every window in reach, one step at a time
      ✓ padding at both ends
      ✓ a last step that does not fit
      ✓ one window fills the row
    """
    tasks = load(assignment)
    name = getattr(function, "__name__", repr(function))
    if name not in tasks:
        raise ValueError(f"check: function must be one of {sorted(tasks)}, received {name}")
    task = tasks[name]
    print(name)
    answers, verdicts = [], []
    for case in task.cases if cases is None else cases:
        answers.append(ask(function, case))
        verdicts.append(judge(task, case, answers[-1]))
        print(_line(case, verdicts[-1]), flush=True)
    if all(verdict.ok for verdict in verdicts):
        return
    mistake = diagnose(task, answers) if cases is None else None
    if mistake is not None:
        print(f"\n  It looks like this: {mistake.name}.\n  {mistake.says}\n  The book: {mistake.see}")
    right = sum(verdict.ok for verdict in verdicts)
    raise CheckError(f"{name}: {right} of {len(verdicts)} cases are right so far")


def _line(case, verdict):
    return f"  ✓ {case.looks_for}" if verdict.ok else f"  ✗ {case.looks_for}: {verdict.message}"
