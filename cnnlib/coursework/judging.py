"""Is an answer right? If not, in which property does it fail first, and which of its parts are right?"""

from dataclasses import dataclass, field

import numpy as np

# From the most to the least basic: the first that fails is the one to tell.
PROPERTIES = (
    "rules",
    "runs",
    "answers",
    "leaves its input alone",
    "repeats itself",
    "number type",
    "shape",
    "finite",
    "values",
    "accuracy",
)


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
    parts : dict of str to str
        Where several results are asked for, how each fared: ``"right"``, ``"wrong"`` or ``"missing"``.
    part : str
        The one that `message` is about; empty where there are none.
    share : float or None
        Of labels that are right, where labels were asked for.
    """

    ok: bool
    property: str = ""
    message: str = ""
    parts: dict = field(default_factory=dict)
    part: str = ""
    share: float | None = None


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
    printed : str
        The beginning of what the function printed, where known.
    repeats : bool
        Whether a second call with the same arguments gave the same; True where nobody tried.
    seconds : float
        How long the call took, where known.
    breaks : str
        Which rule of the task the function breaks; empty where none, or where nobody looked.
    """

    value: object = None
    arguments: list | None = None
    failure: str = ""
    printed: str = ""
    repeats: bool = True
    seconds: float = 0.0
    breaks: str = ""


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
    named = _named(value)
    if any(_not_numbers(each) for each in named.values()):
        return None
    return {name: np.asarray(each) for name, each in named.items()}


def numbers_of(value):
    """Take an answer apart into named arrays, leaving out whatever is none.

    Parameters
    ----------
    value : object

    Returns
    -------
    dict of str to ndarray of numbers
    """
    return {name: np.asarray(each) for name, each in _named(value).items() if not _not_numbers(each)}


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
    if answer.breaks:
        return Verdict(False, "rules", answer.breaks)
    if answer.failure:
        return Verdict(False, "runs", answer.failure)
    if answer.value is None:
        shown = f", and printed {answer.printed.splitlines()[0][:40]}" if answer.printed.strip() else ""
        return Verdict(False, "answers", f"returned None{shown}: is there a `return`?")
    labels = case.answer()
    expected = {"": None} if labels is not None else parts(task.expected(case))
    problem = _another_form(task, answer.value, expected)
    if problem:
        return Verdict(False, "answers", problem)
    if answer.arguments is not None and not same_arguments(answer.arguments, case.arguments()):
        return Verdict(False, "leaves its input alone", "changed an array that it was given")
    if not answer.repeats:
        return Verdict(False, "repeats itself", "gave another answer when it was called again with the same input")
    received = _named(answer.value)
    if labels is not None:
        return _accuracy(task, case, received[""], *labels)
    verdicts = {name: _part(task, name, received[name], expected[name]) for name in in_order(task, expected)}
    marks = {name: _mark(received[name], verdict) for name, verdict in verdicts.items()}
    told = {title(task, name): mark for name, mark in marks.items() if name}
    # A part that is wrong comes before one that is not there yet.
    for kind in ("wrong", "missing"):
        for name, verdict in verdicts.items():
            if marks[name] == kind:
                return Verdict(False, verdict.property, verdict.message, told, name)
    return Verdict(True, parts=told)


def in_order(task, names):
    """Return the names of an answer's parts in the order in which a task judges them."""
    if set(task.returns) == set(names):
        return task.returns
    return tuple(names)


def title(task, name):
    """Return what a part is called: ``grad_x`` for the first of three, for example."""
    return task.returns[int(name)] if name.isdigit() else name


def close(received, expected, tolerance):
    """Say whether two arrays have one shape and values as near as ``tolerance`` times the largest."""
    if received.shape != expected.shape:
        return False
    return not wrong_cells(received, expected, tolerance).any()


def wrong_cells(received, expected, tolerance):
    """Return where two arrays of one shape differ, as an array of bool."""
    if received.dtype.kind in "biu" and expected.dtype.kind in "biu":
        return received != expected
    largest = np.max(np.abs(expected), initial=1.0)
    received, expected = received.astype(np.float64), expected.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return ~(np.abs(received - expected) <= tolerance * largest)


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


def _named(value):
    """Return an answer's parts as they are, by name."""
    if isinstance(value, dict):
        return {str(name): each for name, each in value.items()}
    if isinstance(value, tuple) or (isinstance(value, list) and any(isinstance(each, np.ndarray) for each in value)):
        return {str(place): each for place, each in enumerate(value)}
    return {"": value}


def _not_numbers(value):
    """Say in a few words why a value is no array of numbers; an empty string if it is one."""
    if not isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        return f"{_a(type(value).__name__)}, not an array or a number"
    kind = np.asarray(value).dtype.kind
    if kind == "c":
        return "complex numbers, where real ones are asked for"
    if kind == "O":
        lacking = next((place for place, each in enumerate(np.ravel(value)) if each is None), None)
        if lacking is not None:
            return f"an array of objects, not of numbers: place {lacking} is None. Does every branch return a number?"
        return "an array of objects (dtype=object), not of numbers: NumPy makes one of rows that differ in length"
    return "" if kind in "biuf" else f"an array of type {np.asarray(value).dtype}, not of numbers"


def _a(kind):
    return f"{'an' if kind[0] in 'aeioAEIO' else 'a'} {kind}"


def _another_form(task, value, expected):
    """Say where an answer is not one array, a tuple or a dict as it should be; an empty string where it is."""
    received = _named(value)
    wanted = [title(task, name) for name in in_order(task, expected)]
    if expected.keys() == {""}:
        return _no_single_array(value)
    several = f"{len(wanted)} arrays, {', '.join(wanted)}"
    if not all(name.isdigit() for name in expected):
        if not isinstance(value, dict):
            return f"returned {_what(value)}; a dict is asked for, with {several}"
        lacks, more = sorted(expected.keys() - received.keys()), sorted(received.keys() - expected.keys())
        told = [f"lacks {_list(lacks)}"] if lacks else []
        told += [f"has {_list(more)}, which {'is' if len(more) == 1 else 'are'} not asked for"] if more else []
        return "the dict that came back " + " and ".join(told) if told else ""
    if not isinstance(value, tuple | list) or received.keys() == {""}:
        return f"returned {_what(value)}; asked for are {several}"
    if len(received) != len(expected):
        return f"returned {_what(value)}; asked for are {several}"
    return ""


def _no_single_array(value):
    if isinstance(value, tuple) and len(value) == 1:
        return "returned a tuple of 1 value; one array or number is asked for. A comma behind `return …` makes a tuple"
    if isinstance(value, tuple | list | dict):
        return f"returned {_what(value)}; one array or number is asked for"
    problem = _not_numbers(value)
    return f"returned {problem}" if problem else ""


def _what(value):
    if isinstance(value, tuple | list | dict):
        kind, count = type(value).__name__, len(value)
        return f"{_a(kind)} of {count} {'value' if count == 1 else 'values'}"
    return _not_numbers(value) or ("one array" if np.ndim(value) else "one number")


def _list(names):
    return ", ".join(repr(name) for name in names)


def _mark(received, verdict):
    return "missing" if received is None else "right" if verdict.ok else "wrong"


def _part(task, name, received, expected):
    """Judge one of the results."""
    called = title(task, name)
    if received is None:
        return Verdict(False, "answers", f"{called} is None: it is still to be written")
    problem = _not_numbers(received)
    if problem:
        return Verdict(False, "answers", f"{called} is {problem}")
    received = np.asarray(received)
    for compare in (_number_type, _shape, _finite, _values):
        found = compare(f"{called} " if called else "", received, expected, task.tolerance)
        if found is not None:
            return found
    return Verdict(True)


def _accuracy(task, case, answer, truth, least):
    problem = _not_numbers(answer)
    if problem:
        return Verdict(False, "answers", f"returned {problem}")
    answer = np.asarray(answer)
    if answer.dtype.kind not in "iu":
        return Verdict(False, "number type", f"returned {answer.dtype} numbers; labels are whole")
    if answer.shape != truth.shape:
        return Verdict(False, "shape", f"has shape {answer.shape}, asked for {truth.shape}, one label an image")
    share = float(np.mean(answer == truth))
    for way in task.may_not_be:
        if np.mean(answer == way.wrong(*case.arguments())) > 0.98:
            return Verdict(False, "rules", f"{way.name}: {way.says}", share=share)
    if share < least:
        message = f"read {share:.1%} of the digits; {least:.0%} are asked for"
        return Verdict(False, "accuracy", message, share=share)
    return Verdict(True, share=share)


def _number_type(called, received, expected, _):
    if received.dtype == expected.dtype or {received.dtype.kind, expected.dtype.kind} <= {"i", "u"}:
        return None
    message = f"{called}has numbers of type {received.dtype}, asked for {expected.dtype}"
    return Verdict(False, "number type", message)


def _shape(called, received, expected, _):
    if received.shape == expected.shape:
        return None
    return Verdict(False, "shape", f"{called}has shape {received.shape}, asked for {expected.shape}")


def _finite(called, received, expected, _):
    bad = int(np.sum(~np.isfinite(received)))
    if not bad:
        return None
    what = "1 value that is" if bad == 1 else f"{bad} values that are"
    return Verdict(False, "finite", f"{called}has {what} infinite or NaN")


def _values(called, received, expected, tolerance):
    wrong = wrong_cells(received, expected, tolerance)
    count = int(wrong.sum())
    if not count:
        return None
    place = tuple(int(index) for index in np.argwhere(wrong)[0])
    one, other = two_values(received[place], expected[place])
    if not place:
        return Verdict(False, "values", f"{called or 'gave '}{one}, asked for {other}")
    differs = "values differs, at" if count == 1 else "values differ, the first at"
    if wrong.size == 1:
        return Verdict(False, "values", f"{called}has the one value {one}, asked for {other}")
    where = f"{count} of {wrong.size} {differs} [{', '.join(map(str, place))}]"
    return Verdict(False, "values", f"{called}{where}: {one}, asked for {other}")


def two_values(one, other):
    """Write two numbers with as many digits as it takes to tell them apart."""
    if isinstance(one, bool | np.bool_):
        return str(bool(one)), str(bool(other))
    for digits in (6, 9, 17):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1] or one == other:
            return texts
    return texts
