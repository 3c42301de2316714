"""Put other code into a module that is loaded already, in this process alone.

Whatever holds one of the module's functions, by import or in a table, holds the changed one from then on: only the
code and the defaults inside the function object are replaced. So tests are collected once, and a chapter can be run
up to the cell in which a fault would first matter; then a forked process gets the fault and goes on from there.
"""

import ast
import builtins
import inspect
import sys
from types import ModuleType

from tests.mutation.mutants import own_statements

PLAIN = (int, float, str, tuple, list, dict)


def graft(module, code):
    """Give the loaded module the functions, methods and constants that it would have, had ``code`` been its source.

    Parameters
    ----------
    module : str
        Its name in ``sys.modules``.
    code : code
        Of the whole module.
    """
    loaded, fresh = sys.modules[module], ModuleType(module)
    exec(code, vars(fresh))
    _graft_all(vars(loaded), vars(fresh), module)
    for name, value in vars(fresh).items():
        held = vars(loaded).get(name)
        if not name.startswith("__") and isinstance(value, PLAIN) and value != held:
            for other in [each for key, each in sys.modules.items() if key.startswith("cnnlib.")]:
                if vars(other).get(name) is held:
                    setattr(other, name, value)


def _graft_all(old, new, module):
    for name, value in new.items():
        held = old.get(name)
        if isinstance(value, property):
            value, held = value.fget, held.fget
        if inspect.isfunction(value) and value.__module__ == module:
            held.__code__, held.__defaults__, held.__kwdefaults__ = (
                value.__code__,
                value.__defaults__,
                value.__kwdefaults__,
            )
        elif inspect.isclass(value) and value.__module__ == module:
            _graft_all(vars(held), vars(value), module)


def reporting(module, source):
    """Compile the module so that each statement in its functions adds its key, ``module:line``, to `reached`."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        first = own_statements(function)[0]
        at = function.body.index(first)
        function.body[at:] = _announced(module, function.body[at:])
    return compile(ast.fix_missing_locations(tree), f"<{module}>", "exec")


def _announced(module, statements):
    """Put before each statement, and each of those inside it, the call that says that it is reached."""
    announced = []
    for statement in statements:
        if not isinstance(statement, ast.FunctionDef):
            for node in (statement, *getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
                for slot in ("body", "orelse", "finalbody"):
                    if getattr(node, slot, None):
                        setattr(node, slot, _announced(module, getattr(node, slot)))
        announced += [ast.parse(f"__reached__.add('{module}:{statement.lineno}')").body[0], statement]
    return announced


def reached():
    """Return the set to which the code of `reporting` adds; to be cleared at will."""
    if not hasattr(builtins, "__reached__"):
        builtins.__reached__ = set()
    return builtins.__reached__
