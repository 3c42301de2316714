"""The check that students run."""

import importlib
import warnings

from cnnlib.coursework.calling import ask
from cnnlib.coursework.diagnosis import diagnose, diagnose_first
from cnnlib.coursework.errors import meaning
from cnnlib.coursework.judging import judge, title
from cnnlib.coursework.likeness import describe
from cnnlib.coursework.report import MARKS, Report, compared, failure
from cnnlib.coursework.shrinking import smallest
from cnnlib.coursework.standing import note, standing

ASSIGNMENTS = ("convolution", "equivariance", "pooling", "lenet", "alexnet")


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


def check(assignment, function, cases=None):
    """Try a function and say what is right, what is not, and which mistake it looks like.

    The cases are printed as they are tried. The report that is returned shows the first that fails, made as small as
    it still fails, with a map of the wrong cells; a notebook draws it.

    Parameters
    ----------
    assignment : str
        ``"convolution"``, ``"equivariance"``, ``"pooling"``, ``"lenet"`` or ``"alexnet"``.
    function : callable
        Yours, under the name that the task gives it.
    cases : sequence of Case, optional
        The task's own, if left out.

    Returns
    -------
    Report
        ``check(…).case(3)`` gives the arguments of the third case, ``check(…).must_be_right()`` raises a `CheckError`
        unless all are right.

    Raises
    ------
    ValueError
        If there is no such assignment, or no task of that name in it.

    Examples
    --------
    >>> def output_size(size, kernel, stride, before, after):
    ...     return (size + before + after - kernel) // stride + 1
    >>> report = check("convolution", output_size)
    output_size
      ✓ 1 every window in reach, one step at a time
      ✓ 2 padding at both ends
      ✓ 3 one more at the end, for an even kernel
      ✓ 4 a last step that does not fit
      ✓ 5 one window fills the row
      ✓ 6 more than half a step left over
    >>> report.ok, report.case(2)
    (True, [28, 7, 1, 3, 3])
    """
    tasks = load(assignment)
    name = getattr(function, "__name__", repr(function))
    if name not in tasks:
        raise ValueError(f"check: function must be one of {sorted(tasks)}, received {name}")
    task = tasks[name]
    shown = task.cases if cases is None else tuple(cases)
    print(name)
    answers, verdicts = [], []
    for number, case in enumerate(shown, 1):
        answers.append(ask(function, case, task, sum(answer.seconds for answer in answers)))
        verdicts.append(judge(task, case, answers[-1]))
        print(_line(number, case, verdicts[-1]), flush=True)
        if answers[-1].breaks or "was stopped" in answers[-1].failure or answers[-1].failure == "not written yet":
            break  # the other cases would say the same, and take their time
    report = Report(task, shown, verdicts)
    if cases is None:
        report.hint, report.standing = note(assignment, task, verdicts), standing(assignment)
    if not report.ok:
        # A student's own warnings have been heard; those of what a mistake would compute are not theirs.
        with warnings.catch_warnings(action="ignore"):
            _explain(report, function, list(zip(shown, answers, verdicts, strict=False)), whole=cases is None)
    return report


def _explain(report, function, calls, whole):
    """Find the mistake, if the task's own cases were all tried, and show the first wrong case."""
    task, answers = report.task, [answer for _, answer, _ in calls]
    number, first = next((number, call) for number, call in enumerate(calls, 1) if not call[2].ok)
    if whole and len(calls) == len(task.cases):
        report.mistake = diagnose(task, answers)
        if report.mistake is None:
            report.mistake = diagnose_first(task, answers, number)
            report.only_in = number if report.mistake else None
    report.failure = _shown(task, function, *first, number, _remarks(task, number, first, calls))


def _remarks(task, number, first, calls):
    """Say how the answers differ from what they should be, in the part that is wrong first; or what an error means."""
    _, answer, verdict = first
    if answer.failure:
        return [said] if (said := meaning(answer.failure)) else []
    pairs = [compared(task, *call) for call in calls if call[2].part == verdict.part]
    called = title(task, verdict.part) if verdict.part else ""
    how, where = describe([pair for pair in pairs if pair[0] is not None], task.tolerance, called)
    return [each for each in (how, where and f"In case {number}: {where[0].lower()}{where[1:]}") if each]


def _shown(task, function, case, answer, verdict, number, remarks):
    """Make what the report shows of the first failing case."""
    if verdict.property in ("rules", "repeats itself", "leaves its input alone") or answer.failure == "not written yet":
        return None
    small, its_answer = smallest(task, function, case, answer)
    if its_answer.failure and small is not case:
        remarks = [meaning(its_answer.failure)] if remarks else []
    its_verdict = judge(task, small, its_answer)
    return failure(task, small, its_answer, its_verdict, number, small is not case, remarks)


def _line(number, case, verdict):
    if verdict.ok:
        share = "" if verdict.share is None else f": read {verdict.share:.1%}"
        return f"  ✓ {number} {case.looks_for}{share}"
    parts = f"{_parts(verdict.parts)}\n      " if verdict.parts else ""
    return f"  ✗ {number} {case.looks_for}: {parts}{verdict.message}"


def _parts(marks):
    """Write how each part fared: ``grad_x ✓ grad_weight ✗``, or ``dense3 ✓✓ dense2 ✗✗`` for weights and biases."""
    told = {}
    for name, mark in marks.items():
        layer = name.partition(".")[0]
        told[layer] = told.get(layer, "") + MARKS[mark]
    return " ".join(f"{layer} {each}" for layer, each in told.items())
