"""Slips: right solutions as a student would write them, and the small edits that make each of them wrong.

Every module of this folder holds ``RIGHT``, the text of solutions by the names of their tasks, and ``SLIPS``, for each
of them what a student did, followed by pairs of what stands in the right solution and what stands in theirs.
"""

import importlib
import linecache
from dataclasses import dataclass
from types import FunctionType

import numpy as np

from cnnlib import vectorized


@dataclass(frozen=True)
class Slip:
    """A wrong solution: the task that it answers, what its author did, and the function's text."""

    task: str
    what: str
    text: str

    def function(self, helpers=()):
        """Define it; ``helpers`` are the functions of the notebook that it may call."""
        return defined(self.text, self.task, helpers)


def defined(text, name, helpers=()):
    """Execute a function's text as a notebook would, so that its lines can be quoted; return the function."""
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space = {"np": np, "vectorized": vectorized, "__name__": "__main__"} | {each.__name__: each for each in helpers}
    exec(compile(text, file, "exec"), space)
    found = space[name]
    assert isinstance(found, FunctionType)
    return found


def right(assignment):
    """List a module's right solutions as (task, text)."""
    module = importlib.import_module(f"{__name__}.{assignment}")
    return [(name.partition(",")[0], module.GIVEN + text) for name, text in module.RIGHT.items()]


def slips(assignment):
    """List a module's slips."""
    module = importlib.import_module(f"{__name__}.{assignment}")
    found = []
    for base, edits in module.SLIPS.items():
        for what, *pairs in edits:
            text = module.RIGHT[base]
            for old, new in zip(pairs[::2], pairs[1::2], strict=True):
                if old not in text:
                    raise ValueError(f"{base}, {what}: {old!r} is not in the solution")
                text = text.replace(old, new)
            found.append(Slip(base.partition(",")[0], what, module.GIVEN + text))
    return found
