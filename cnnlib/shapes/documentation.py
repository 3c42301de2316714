"""The documentation that an operator has in common in all rooms: written once, in ``cnnlib.definition``."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

DEFINITION = Path(__file__).parents[1] / "definition"


def documented(function, *, words=None):
    """Complete a docstring by the one that ``cnnlib.definition`` has for the operator of the same name.

    A decorator. What the operator's own docstring says is added: its text behind the shared text, a parameter at its
    place in the signature, a further line to a parameter or a section that both have. Examples of its own replace
    the shared ones. No room imports another, so the shared docstring is read from its file.

    Parameters
    ----------
    function : function
    words : dict of str, optional
        Words of the definition to replace in all but the examples, such as "ndarray" by what stands for it.

    Returns
    -------
    function
        The same, its ``__doc__`` complete; as it is without docstrings (``python -OO``) or without the definitions.

    Raises
    ------
    LookupError
        If ``cnnlib.definition`` has no operator of this name.
    """
    # Where a grader lets students' code see some rooms only, the definition may not be among them.
    if function.__doc__ is None or not DEFINITION.is_dir():
        return function
    if function.__name__ not in defined():
        raise LookupError(f"documented: cnnlib.definition has no namesake of function, received {function.__name__}")
    shared, own = (sections(text) for text in (defined()[function.__name__], inspect.cleandoc(function.__doc__)))
    for title in shared.keys() - {"Examples"}:
        for word, replacement in (words or {}).items():
            shared[title] = re.sub(rf"\b{word}\b", replacement, shared[title])
    order = list(inspect.signature(function).parameters)
    for title, text in own.items():
        if title == "Parameters":
            shared[title] = join_entries(shared[title], text, order)
        elif title == "Examples":
            shared[title] = text
        else:
            shared[title] += ("\n\n" if title == "" else "\n") + text
    function.__doc__ = "\n\n".join(
        f"{title}\n{'-' * len(title)}\n{text}" if title else text for title, text in shared.items()
    )
    return function


@cache
def defined():
    """Read the docstrings of ``cnnlib.definition``: a dict by function."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(DEFINITION.glob("*.py"))]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_docstring(node) for node in functions}


def sections(text):
    """Cut a numpydoc docstring: {title: text}, "" for what stands before the first title."""
    opening, *rest = re.split(r"\n\n([A-Z][a-z]+)\n-+\n", text)
    return {"": opening} | dict(zip(rest[::2], rest[1::2], strict=True))


def join_entries(shared, own, order):
    """Add ``own`` descriptions of parameters to ``shared`` ones, both as text, in the ``order`` of their names."""
    entries = {}
    for entry in re.split(r"\n(?=\S)", f"{shared}\n{own}"):
        name = re.match(r"\w+", entry)[0]
        if name in entries:  # one line more, under the type that is there
            entries[name] += "\n" + entry.partition("\n")[2]
        else:
            entries[name] = entry
    return "\n".join(sorted(entries.values(), key=lambda entry: order.index(re.match(r"\w+", entry)[0])))
