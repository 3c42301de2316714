"""Does a function keep to the rules of its task? Told from what it calls, before it is called."""

import dis
import sys
from types import CodeType, FunctionType, ModuleType


def broken_rule(function, task):
    """Say which rule of its task a function breaks.

    Parameters
    ----------
    function : callable
    task : Task

    Returns
    -------
    str
        Empty where it breaks none.
    """
    for name in sorted(_called(function)):
        if not _may_use(name.partition("(")[0], task.may_use):
            return f"uses {name.partition('(')[0]}; this task is to be done with {' and '.join(task.may_use)} alone"
        for barred in task.may_not_call:
            # `from cnnlib.vectorized import conv2d` names the module that holds it, further down.
            module, _, last = barred.rpartition(".")
            if name.startswith(f"{module}.") and name.endswith(f".{last}"):
                what, _, option = last.rstrip(")").partition("(")
                return f"calls `{what}`{f' with `{option}`' if option else ''}, which does the task for you"
    return ""


def _may_use(name, allowed):
    root = name.partition(".")[0]
    return root in sys.stdlib_module_names or any(f"{name}.".startswith(f"{module}.") for module in allowed)


def _called(function, seen=None):
    """Return the dotted names of all that a function, and the notebook's functions it calls, take from modules."""
    seen = set() if seen is None else seen
    if not isinstance(function, FunctionType) or function in seen:
        return set()
    seen.add(function)
    found = set()
    for code in _codes(function.__code__):
        found |= _named_in(code, function.__globals__)
        for name in code.co_names:
            held = function.__globals__.get(name)
            if isinstance(held, FunctionType) and held.__globals__ is function.__globals__:
                found |= _called(held, seen)
    return found


def _codes(code):
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _named_in(code, space):
    """Follow each global name and its attributes, and note imports and the names of arguments."""
    found, held, name = set(), None, ""
    options = [each for each in code.co_consts if isinstance(each, tuple)]
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            held = space.get(step.argval)
            name = _home(held)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(held, ModuleType):
            held = getattr(held, step.argval, None)
            name = held.__name__ if isinstance(held, ModuleType) else f"{name}.{step.argval}"
        elif step.opname == "IMPORT_NAME":
            held, name = None, step.argval
        else:
            held = None
            continue
        if name:
            found.add(name)
            found |= {f"{name}({option})" for each in options for option in each if isinstance(option, str)}
    return found


def _home(held):
    """Return the dotted name of a module, or of a function or class that a module defines; else nothing."""
    if isinstance(held, ModuleType):
        return held.__name__
    module = getattr(held, "__module__", None)
    if not callable(held) or not isinstance(module, str) or module in ("__main__", "builtins"):
        return ""
    return f"{module}.{getattr(held, '__name__', '')}"
