"""Run a student's cells and call the functions they define: the only program that the walls are built for.

It reads a pickle from its input (the grader's, so to be trusted) and writes frames to its output (the student's, so
not to be trusted): what it begins, how that ended, and what a function returned, as plain numbers. It holds inputs
and no expected value. Nothing here is relied upon: once a student's cell has run, this process does as the student
likes, and all that it can do is to write other frames.
"""

import importlib.abc
import importlib.util
import json
import os
import pickle
import struct
import sys
import types

STUBS = ("cnnlib.coursework", "cnnlib.data", "cnnlib.figures", "matplotlib", "IPython", "anywidget")
PLAIN = (bool, int, float, type(None))
INTEGERS = (f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))
DTYPES = frozenset(["bool", "float16", "float32", "float64", "complex64", "complex128", *INTEGERS])
DEEPEST, LONGEST = 3, 1000  # nesting of what a function returns, letters of a text


class Absent:
    """Whatever is asked of it, it is there and does nothing: figures and checks have no use here."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **options):
        return self

    def __iter__(self):
        return iter(())


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder: what a notebook may import, and no graded function needs, becomes a module of nothing."""

    def find_spec(self, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{stub}.") for stub in STUBS):
            return importlib.util.spec_from_loader(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = Absent().__getattr__
        return module

    def exec_module(self, module):
        """There is nothing to execute."""


class Channel:
    """Where frames go: a line of JSON after its length, then the bytes of its arrays."""

    def __init__(self, file):
        self.file = file

    def send(self, frame, arrays=()):
        """Write one frame."""
        head = json.dumps(frame | {"arrays": [[str(each.dtype), list(each.shape)] for each in arrays]}).encode()
        self.file.write(struct.pack(">I", len(head)) + head)
        for each in arrays:
            self.file.write(each.tobytes())
        self.file.flush()


def plain(value, arrays, depth=0):
    """Write a value as JSON, its arrays apart; a `TypeError` says what cannot be written."""
    import numpy as np

    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, PLAIN):
        return value
    if issubclass(type(value), np.ndarray | np.generic | complex):  # isinstance believes what an object says it is
        array = np.asarray(value)
        if array.dtype.name not in DTYPES:
            raise TypeError(f"returned an array of {array.dtype}, not of the usual numbers")
        arrays.append(array.astype(array.dtype.newbyteorder("=")))
        return {"array": len(arrays) - 1}
    if isinstance(value, tuple | list | dict) and depth < DEEPEST:
        if isinstance(value, dict):
            return {"dict": [[str(key)[:LONGEST], plain(each, arrays, depth + 1)] for key, each in value.items()]}
        return {type(value).__name__: [plain(each, arrays, depth + 1) for each in value]}
    if isinstance(value, Absent):
        raise TypeError("used something that is not there when it is graded, where Python has NumPy and little else")
    raise TypeError(f"returned a {type(value).__name__}, not an array or a number")


def words(error):
    """Return an exception as its last line says it."""
    try:
        return f"{type(error).__name__}: {error}"[:LONGEST]
    except BaseException:
        return type(error).__name__


def run_cell(source, namespace):
    """Execute a cell; return what it died of, or an empty string."""
    try:
        exec(compile(source, "<cell>", "exec"), namespace)
    except BaseException as error:  # also sys.exit: the next cell is still to come
        return words(error)
    return ""


def call(function, arguments):
    """Call a function and return what came of it, as a frame's fields and its arrays."""
    before = [pickle.dumps(each) for each in arguments]
    given = [evaluate(each) for each in arguments]
    try:
        value = function(*given)
    except NotImplementedError:  # as it was handed out
        return {"value": None, "failure": "not written yet"}, []
    except BaseException as error:
        return {"value": None, "failure": f"raised {words(error)}"}, []
    # A function among the arguments cannot be changed.
    changed = [not callable(now) and pickle.dumps(now) != then for now, then in zip(given, before, strict=True)]
    arrays = []
    try:
        after = {str(place): plain(given[place], arrays) for place, is_new in enumerate(changed) if is_new}
        return {"value": plain(value, arrays), "failure": "", "changed": after}, arrays
    except TypeError as error:
        return {"value": None, "failure": str(error)}, []


def evaluate(value):
    """Return an argument; one that is itself a function comes as its source."""
    import numpy as np

    return eval(value["source"], {"np": np}) if isinstance(value, dict) and set(value) == {"source"} else value


def main():
    """Execute the cells, then call the functions, telling each step before it begins and after it ended."""
    sys.path[:] = [*sys.path[1:], os.path.join(os.path.dirname(__file__), "packages")]
    sys.meta_path.append(Stubs())
    job = pickle.load(sys.stdin.buffer)
    channel = Channel(os.fdopen(os.dup(1), "wb"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    import numpy as np

    # As in a kernel, so that what asks for the main program's names finds the notebook's.
    namespace = types.ModuleType("__main__").__dict__ | {"display": print, "get_ipython": Absent()}
    for step, source in job["cells"]:
        channel.send({"begin": step})
        np.random.seed(0)
        channel.send({"end": step, "failure": run_cell(source, namespace)})
    for step, name, cases in job["tasks"]:
        channel.send({"begin": step})
        for number, arguments in enumerate(cases):
            np.random.seed(0)
            if name in namespace:
                fields, arrays = call(namespace[name], arguments)
            else:
                fields, arrays = {"value": None, "failure": f"{name} is not defined"}, []
            channel.send({"case": [step, number]} | fields, arrays)
        channel.send({"end": step, "failure": ""})
    channel.send({"done": True})
    os._exit(0)  # whatever the student's code registered for the exit


if __name__ == "__main__":
    main()
