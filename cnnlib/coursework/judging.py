"""Is an answer right? If not, in which property does it fail first?"""

from dataclasses import dataclass

import numpy as np

# From the most to the least basic: the first that fails is the one to tell.
PROPERTIES = ("runs", "answers", "leaves its input alone", "number type", "shape", "finite", "values", "accuracy")


@dataclass(frozen=True)
class Verdict:
    """How an answer fared.

    Attributes
    ----------
    ok : bool
    property : str
        The first of `PROPERTIES` that does not hold; empty where all do.
    message : str
        What is wrong. It may tell expected sizes and one expected value, so it is for visible cases only.
    """

    ok: bool
    property: str = ""
    message: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back from one call.

    Attributes
    ----------
    value : object
        Array, number, tuple or list of these, or dict of str to these; anything else is no answer.
    arguments : list or None
        The arguments after the call, where known.
    failure : str
        Why there is no value, ``"raised ValueError: …"``, for example; else empty.
    """

    value: object = None
    arguments: list | None = None
    failure: str = ""


def parts(value):
    """Take an answer apart into named arrays.

    Parameters
    ----------
    value : object

    Returns
    -------
    dict of str to ndarray of numbers, or None if the value is made of anything else
        One entry, named ``""``, for a single array or number.
    """
    if isinstance(value, dict):
        named = value
    elif isinstance(value, tuple) or (isinstance(value, list) and any(isinstance(each, np.ndarray) for each in value)):
        named = {str(place): each for place, each in enumerate(value)}
    else:
        named = {"": value}
    if not all(isinstance(each, np.ndarray | np.generic | bool | int | float) for each in named.values()):
        return None
    arrays = {str(name): np.asarray(each) for name, each in named.items()}
    return arrays if all(each.dtype.kind in "biuf" for each in arrays.values()) else None


def judge(task, case, answer):
    """Compare an answer with the right one.

    Parameters
    ----------
    task : Task
    case : Case
    answer : Answer

    Returns
    -------
    Verdict
    """
    if answer.failure:
        return Verdict(False, "runs", answer.failure)
    if answer.value is None:
        return Verdict(False, "answers", "returned None: is there a `return`?")
    received = parts(answer.value)
    if received is None:
        kind = type(answer.value).__name__
        return Verdict(False, "answers", f"returned a {kind}, not NumPy arrays or numbers")
    if answer.arguments is not None and not same_arguments(answer.arguments, case.arguments()):
        return Verdict(False, "leaves its input alone", "changed an array that it was given")
    if case.answer() is not None:
        return _accuracy(received, *case.answer())
    expected = parts(task.expected(case))
    if received.keys() != expected.keys():
        return Verdict(False, "answers", f"returned {_count(received)}, asked for {_count(expected)}")
    for compare in (_number_type, _shape, _finite, _values):
        for name, right in expected.items():
            problem = compare(_title(task, name), received[name], right, task.tolerance)
            if problem is not None:
                return problem
    return Verdict(True)


def close(received, expected, tolerance):
    """Say whether two arrays have one shape and values as near as ``tolerance`` times the largest."""
    if received.shape != expected.shape:
        return False
    largest = np.max(np.abs(expected), initial=1.0)
    received, expected = received.astype(np.float64), expected.astype(np.float64)
    return bool(np.all(np.abs(received - expected) <= tolerance * largest))


def same_arguments(after, before):
    """Say whether arguments are what they were, to the bit."""
    if len(after) != len(before):
        return False
    for one, other in zip(after, before, strict=True):
        if isinstance(other, dict):
            same = (
                isinstance(one, dict)
                and one.keys() == other.keys()
                and all(np.array_equal(one[name], other[name]) for name in other)
            )
        else:
            same = not isinstance(other, np.ndarray) or np.array_equal(one, other)
        if not same:
            return False
    return True


def _accuracy(received, truth, least):
    if received.keys() != {""}:
        return Verdict(False, "answers", f"returned {_count(received)}, asked for one array of labels")
    answer = received[""]
    if answer.dtype.kind not in "iu":
        return Verdict(False, "number type", f"returned {answer.dtype} numbers; labels are whole")
    if answer.shape != truth.shape:
        return Verdict(False, "shape", f"has shape {answer.shape}, asked for {truth.shape}, one label an image")
    share = float(np.mean(answer == truth))
    if share < least:
        return Verdict(False, "accuracy", f"read {share:.1%} of the digits; {least:.0%} are asked for")
    return Verdict(True)


def _number_type(title, received, expected, _):
    if received.dtype == expected.dtype or {received.dtype.kind, expected.dtype.kind} <= {"i", "u"}:
        return None
    return Verdict(False, "number type", f"{title}has numbers of type {received.dtype}, asked for {expected.dtype}")


def _shape(title, received, expected, _):
    if received.shape == expected.shape:
        return None
    return Verdict(False, "shape", f"{title}has shape {received.shape}, asked for {expected.shape}")


def _finite(title, received, expected, _):
    bad = int(np.sum(~np.isfinite(received)))
    return Verdict(False, "finite", f"{title}has {bad} values that are infinite or NaN") if bad else None


def _values(title, received, expected, tolerance):
    if close(received, expected, tolerance):
        return None
    error = np.abs(received.astype(np.float64) - expected.astype(np.float64))
    wrong = error > tolerance * np.max(np.abs(expected), initial=1.0)
    place = tuple(int(index) for index in np.argwhere(wrong)[0])
    where = f" at [{', '.join(map(str, place))}]" if place else ""
    count = f"{int(wrong.sum())} of {wrong.size} values differ, the first{where}: " if place else ""
    return Verdict(False, "values", f"{title}{count}{received[place]:.6g}, asked for {expected[place]:.6g}")


def _title(task, name):
    name = task.returns[int(name)] if name.isdigit() else name
    return f"{name} " if name else ""


def _count(named):
    return "one array" if len(named) == 1 else f"{len(named)} arrays"
