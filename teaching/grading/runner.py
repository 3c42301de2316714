"""Execute a student's cells and call the functions they define: the program that rooms are built for.

It reads frames that the grader wrote and answers each with one of its own: how a cell ended, or what a function
returned and what has become of its arguments. It holds inputs of cases that have been asked, and no expected value.
Nothing here is relied upon: once a student's cell has run, this process does as the student likes, and all that it can
do is to answer something else. This file is sent to the room.
"""

import asyncio
import contextlib
import inspect
import os
import random
import signal
import struct
import sys
import types
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT

import numpy as np

from teaching.grading.frames import LONGEST, clean, decode, encode
from teaching.grading.standins import NOT_THERE, Absent, Shell

_LENGTH = struct.Struct(">I")


def words(error):
    """Return an exception as its last line says it."""
    try:
        return clean(f"{type(error).__name__}: {error}")
    except BaseException:
        return clean(type(error).__name__)


class Notebook:
    """The names of a notebook, and what is done with them."""

    def __init__(self):
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module  # what asks for the main program's names finds the notebook's
        self.names = module.__dict__
        shell = Shell(self.names)
        self.names |= {"display": print, "get_ipython": lambda: shell}
        self.inside = False
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, *_):
        if self.inside:  # not while an answer is written
            raise KeyboardInterrupt

    def answer(self, request):
        """Do what a request asks for; return the reply as bytes."""
        np.random.seed(0)
        random.seed(0)
        number = {"number": request["number"]}  # by which the grader knows the reply
        if "cell" in request:
            return encode(number | {"failure": self.run(request["cell"])})
        if request["call"] not in self.names:
            return encode(number | {"failure": f"{request['call']} is not defined"})
        fields = self.call(self.names[request["call"]], request["arguments"])
        try:
            return encode(number | fields)
        except BaseException as error:
            said = str(error)[:LONGEST] if type(error) is TypeError else f"raised {words(error)}"
            return encode(number | {"failure": said})

    def run(self, source):
        """Execute a cell; return what it died of, or an empty string."""
        try:
            self.inside = True
            code = compile(source, "<cell>", "exec", flags=PyCF_ALLOW_TOP_LEVEL_AWAIT)
            running = eval(code, self.names)
            if inspect.iscoroutine(running):
                asyncio.run(running)
        except BaseException as error:  # also sys.exit: the next cell is still to come
            return words(error)
        finally:
            self.inside = False
        return ""

    def call(self, function, arguments):
        """Call a function; return what came of it, as fields of a reply."""
        given = [evaluated(each) for each in arguments]
        try:
            self.inside = True
            value = function(*given)
        except NotImplementedError:  # as it was handed out
            return {"failure": "not written yet"}
        except BaseException as error:
            said = words(error)
            return {"failure": NOT_THERE if NOT_THERE in said else f"raised {said}"[:LONGEST]}
        finally:
            self.inside = False
        if isinstance(value, Absent):
            return {"failure": NOT_THERE}
        # Of a function among the arguments, its source: it cannot be changed.
        after = [then if callable(now) else now for now, then in zip(given, arguments, strict=True)]
        return {"failure": "", "value": value, "after": after}


def evaluated(value):
    """Return an argument as the function may have it: arrays that can be changed, and functions from their source."""
    if isinstance(value, dict) and set(value) == {"source"}:
        return eval(value["source"], {"np": np})
    if isinstance(value, dict):
        return {key: evaluated(each) for key, each in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def limit(limits):
    """Set resource limits by their names; not every system lets all be set."""
    try:
        import resource
    except ImportError:
        return
    for name, value in limits.items():
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def main(requests, limits):
    """Answer requests until there are no more.

    Parameters
    ----------
    requests : file
    limits : dict of str to int
        Of this process.
    """
    replies = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    limit(limits)
    notebook = Notebook()
    reply = encode({"number": 0, "failure": ""})
    while True:
        left = memoryview(_LENGTH.pack(len(reply)) + reply)
        while left:
            left = left[os.write(replies, left) :]
        head = requests.read(4)
        if len(head) < 4:
            os._exit(0)  # whatever the student's code registered for the exit
        reply = notebook.answer(decode(requests.read(_LENGTH.unpack(head)[0])))
