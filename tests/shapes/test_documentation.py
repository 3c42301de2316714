"""An operator is documented whole in every room, and written once."""

import ast
import inspect
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cnnlib import definition, gpu, vectorized
from cnnlib.shapes import documentation
from cnnlib.shapes.documentation import documented, sections

PACKAGE = Path(documentation.__file__).parents[1]
ROOMS = {"definition": definition, "vectorized": vectorized, "gpu": gpu}
SECTIONS = ("Parameters", "Returns", "Raises", "Examples")

in_every_room = pytest.mark.parametrize("room", ROOMS)
on_every_operator = pytest.mark.parametrize("name", definition.__all__)


def operator_sources(room):
    """Return the docstrings of the shared operators as a room's files have them, by name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((PACKAGE / room).glob("*.py"))]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_docstring(node) for node in functions if node.name in definition.__all__}


def heads(text):
    """List the names that a section's entries begin with."""
    return [name for line in re.findall(r"(?m)^[\w*].*", text) for name in re.split(r" : |$", line)[0].split(", ")]


@in_every_room
@on_every_operator
def test_an_operator_is_documented_whole(room, name):
    function = getattr(ROOMS[room], name)
    text = sections(inspect.getdoc(function))
    assert set(SECTIONS) <= text.keys() <= {"", "References", *SECTIONS}
    assert sorted(heads(text["Parameters"])) == sorted(inspect.signature(function).parameters)
    assert ">>> " in text["Examples"]
    assert ("References" in text) == ("[1]_" in text[""])
    raised = heads(text["Raises"])
    assert len(raised) == len(set(raised))


@in_every_room
@on_every_operator
def test_types_are_those_of_the_room(room, name):
    text = inspect.getdoc(getattr(ROOMS[room], name)).partition("\nExamples\n")[0]
    ours, others = ("tensor", "ndarrays?|arrays?|float32 or float64") if room == "gpu" else ("ndarray", "tensors?")
    assert re.search(rf"\b{ours} of ", text)
    assert not re.search(rf"\b({others})\b", text)


@pytest.mark.parametrize("room", ["vectorized", "gpu"])
@on_every_operator
def test_the_source_says_in_one_line_where_the_rest_is(room, name):
    summary, *rest = operator_sources(room)[name].split("\n")
    assert f"`cnnlib.definition.{name}`" in summary
    assert summary.endswith((".", ":"))
    assert not (rest and rest[0])
    assert summary in inspect.getdoc(getattr(ROOMS[room], name))


def test_no_line_is_written_in_two_rooms():
    titles = {"References", *SECTIONS, *("-" * len(title) for title in ("References", *SECTIONS))}
    lines = [
        {line.strip() for text in operator_sources(room).values() for line in text.splitlines()} - titles - {""}
        for room in ROOMS
    ]
    assert all(lines)
    assert [line for line, count in Counter(line for room in lines for line in room).items() if count > 1] == []


@pytest.fixture
def shared(monkeypatch):
    text = """Add up [1]_.

Parameters
----------
x, y : ndarray
    Arrays and subarrays.
z : int

Returns
-------
ndarray
    The sum.

References
----------
.. [1] Somebody.

Examples
--------
>>> array"""
    monkeypatch.setattr(documentation, "defined", lambda: {"add": text})


def test_what_a_room_adds_finds_its_place(shared):
    def add(x, y, way, z):
        """Add on an abacus.

        Parameters
        ----------
        way : str
            Which one.

            In two paragraphs.
        z : int
            Not 0.

        Returns
        -------
            Of wood.
        """

    assert documented(add, words={"ndarray": "abacus", "Arrays": "Abaci"}) is add
    assert (
        add.__doc__
        == """Add up [1]_.

Add on an abacus.

Parameters
----------
x, y : abacus
    Abaci and subarrays.
way : str
    Which one.

    In two paragraphs.
z : int
    Not 0.

Returns
-------
abacus
    The sum.
    Of wood.

References
----------
.. [1] Somebody.

Examples
--------
>>> array"""
    )


def test_a_rooms_own_examples_stand_alone(shared):
    def add(x, y, z):
        """Add.

        Examples
        --------
        >>> abacus
        """

    text = sections(documented(add).__doc__)
    assert text["Examples"] == ">>> abacus"
    assert list(text) == ["", "Parameters", "Returns", "References", "Examples"]


def test_an_operator_without_a_definition_is_refused(shared):
    def subtract(x, y):
        """Subtract."""

    with pytest.raises(LookupError, match=r"cnnlib\.definition has no namesake of function, received subtract"):
        documented(subtract)


def test_no_docstrings_are_needed():
    program = "from cnnlib import definition, gpu, vectorized as v; print(v.conv2d.__doc__, gpu.conv2d.__doc__)"
    command = [sys.executable, "-OO", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert result.stdout == "None None\n"
