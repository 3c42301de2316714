"""Call a student's function and keep whatever happens: what it returns, prints or raises, and in which line."""

import contextlib
import copy
import ctypes
import dataclasses
import io
import linecache
import sys
import sysconfig
import threading
import time
import traceback
from pathlib import Path

from cnnlib.coursework.inputs import Source
from cnnlib.coursework.judging import Answer, parts
from cnnlib.coursework.rules import broken_rule

LIBRARIES = tuple({*sysconfig.get_paths().values(), str(Path(__file__).parents[1])})
TWICE = 0.5  # seconds of a call that is not repeated, since a student waits


class _OverTimeError(BaseException):
    """Raised in a student's function when its time is over; no ``except Exception`` holds it."""


def ask(function, case, task=None, spent=0.0):
    """Call a function with a case's arguments and keep whatever happens.

    Parameters
    ----------
    function : callable
    case : Case
    task : Task, optional
        If given, its limit of time and its rules hold, and a fast call is made twice.
    spent : float
        Seconds of the limit that other cases have taken.

    Returns
    -------
    Answer
    """
    if task is None:
        return answer_to(function, case.arguments())
    breaks = broken_rule(function, task)
    if breaks:
        return Answer(breaks=breaks)
    answer = answer_to(function, case.arguments(), task.seconds - spent, task.seconds)
    if answer.failure or case.answer() is not None or answer.seconds > TWICE:
        return answer
    again = answer_to(function, case.arguments(), task.seconds, aloud=False)
    return dataclasses.replace(answer, repeats=not again.failure and _same(answer.value, again.value))


def answer_to(function, arguments, seconds=None, limit=None, aloud=True):
    """Call a function and keep whatever happens.

    Parameters
    ----------
    function : callable
    arguments : list
        They may be changed.
    seconds : float, optional
        When to stop it.
    limit : float, optional
        What to say that its limit is, if not ``seconds``.
    aloud : bool
        Whether what it prints is seen.

    Returns
    -------
    Answer
    """
    given = [each.function() if isinstance(each, Source) else each for each in arguments]
    heard = _Heard(sys.stdout if aloud else None)
    begin = time.monotonic()
    try:
        with contextlib.redirect_stdout(heard), _stopping_after(seconds):
            value = function(*given)
    except _OverTimeError:
        limit = seconds if limit is None else limit
        return Answer(failure=f"was stopped after {limit:g} s, its limit: does a loop go on for ever?")
    except NotImplementedError as error:
        return Answer(failure=_not_written(error, function), arguments=given)
    except (Exception, SystemExit) as error:
        said = f"raised {type(error).__name__}: {error}{_place(error, function)}"
        return Answer(failure=said, arguments=given, printed=heard.beginning)
    took = time.monotonic() - begin
    # Copied, or a function that returns its input and a later call that changes it would look alike. What cannot be
    # copied cannot be judged either.
    with contextlib.suppress(Exception):
        value = copy.deepcopy(value)
    return Answer(value, given, printed=heard.beginning, seconds=took)


class _Heard(io.TextIOBase):
    """A stream that passes on what is printed and keeps its beginning."""

    def __init__(self, onto):
        self.onto, self.beginning = onto, ""

    def write(self, text):
        self.beginning += text[: 1000 - len(self.beginning)]
        if self.onto is not None:
            self.onto.write(text)
        return len(text)

    def flush(self):
        if self.onto is not None:
            self.onto.flush()


@contextlib.contextmanager
def _stopping_after(seconds):
    """Raise `_OverTimeError` in this thread once the time is over, and again each second until it has stopped."""
    if seconds is None:
        yield
        return
    done, lock = threading.Event(), threading.Lock()
    thread = ctypes.c_ulong(threading.get_ident())

    def watch():
        wait = max(seconds, 0.0)
        while not done.wait(wait):
            with lock:
                if not done.is_set():
                    # Not a signal: those reach the main thread alone, and not every system has a timer for them.
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_OverTimeError))
            wait = 1.0

    def end():
        while not done.is_set():
            with lock:
                done.set()
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    thread, None
                )  # one that is on its way is not wanted any more

    try:
        threading.Thread(target=watch, daemon=True).start()
        yield
    finally:
        try:
            end()
        except _OverTimeError:  # it may come in any line, also in this one's; the next would be a second later
            end()


def _same(first, second):
    """Say whether two values are the same to the bit, as far as they are made of arrays."""
    one, other = parts(first), parts(second)
    if one is None or other is None:
        return True
    return one.keys() == other.keys() and all(
        one[name].shape == other[name].shape and one[name].tobytes() == other[name].tobytes() for name in one
    )


def _frames(error):
    """List an exception's frames outside of libraries and of this module's caller."""
    return [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(LIBRARIES)]


def _not_written(error, function):
    frames = traceback.extract_tb(error.__traceback__)
    name = getattr(function, "__name__", "")
    last = frames[-1].name if frames else name
    return "not written yet" if last in (name, "answer_to") else f"calls {last}, which is not written yet"


def _place(error, function):
    """Say in which of the student's own lines it happened."""
    frames = _frames(error)
    if not frames:
        return ""
    last = frames[-1]
    line = (last.line or linecache.getline(last.filename, last.lineno)).strip()
    named = last.name != getattr(function, "__name__", "") and not last.name.startswith("<")
    inside = f" of {last.name}" if named else ""
    return f"\n      in line {last.lineno}{inside}: {line}" if line else f", in line {last.lineno}{inside}"
