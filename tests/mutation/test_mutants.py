"""Which faults there are, and what is left alone."""

import ast
from pathlib import Path

import pytest

from tests.mutation.mutants import mutants, sample

CNNLIB = Path(__file__).parent.parent.parent / "cnnlib"


def made(source):
    """Map the mutants of some lines, by their names without module and number, to what they write instead."""
    found = {}
    for mutant in mutants("cnnlib.m", source):
        scope, kind, _ = mutant.name.removeprefix("m:").split(":")
        found.setdefault(f"{scope}:{kind}", []).append([line[2:] for line in mutant.difference() if line[0] == "+"])
    return found


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("return a - b", "sub-to-add", "return a + b"),
        ("return a - b", "drop-right", "return a"),
        ("return a - b", "drop-left", "return b"),
        ("return a @ b", "swap-operands", "return b @ a"),
        ("return -a", "drop-sign", "return a"),
        ("return a < b", "lt-to-lte", "return a <= b"),
        ("return a in b", "in-to-notin", "return a not in b"),
        ("return a and b", "and-to-or", "return a or b"),
        ("return a and b", "drop-operand", "return b"),
        ("return a if a < b else b", "negate", "return a if not a < b else b"),
        ("return a[b:]", "shift-lower", "return a[b + 1:]"),
        ("return a[::2]", "drop-step", "return a[:]"),
        ("return a + 3", "plus-one", "return a + 4"),
        ("return a + 3", "minus-one", "return a + 2"),
        ("return a * 0.5", "number", "return a * 0.625"),
        ("return f(a, 1)", "swap-arguments", "return f(1, a)"),
        ("return a.sum(axis=0)", "drop-keyword", "return a.sum()"),
        ("return a.transpose(1, 0)", "drop-call", "return a"),
        ("return a.T", "drop-transpose", "return a"),
        ("return max(a)", "max-to-min", "return min(a)"),
        ("return (a, b)", "swap-elements", "return (b, a)"),
        ("return k_h", "swap-name", "return k_w"),
        ("a += b", "add-to-sub", "a -= b"),
    ],
)
def test_each_kind_of_fault(line, kind, expected):
    assert [expected] in made(f"def f(a, b, k_h, k_w):\n    {line}\n")[f"f:{kind}"]


@pytest.mark.parametrize("line", ["a += b", "a[0] = b", "a(b)", "raise ValueError(a)"])
def test_a_statement_is_dropped(line):
    (mutant,) = [m for m in mutants("cnnlib.m", f"def f(a, b):\n    {line}\n") if "drop-statement" in m.name]
    assert mutant.difference() == [f"- {line}", "+ pass"]


def test_faults_are_named_by_function_and_number():
    source = "N = 4\nclass A:\n    size: int = 2\n    def f(self):\n        return 1 - 2 - 3\n"
    names = [mutant.name for mutant in mutants("cnnlib.vectorized.m", source)]
    assert [name for name in names if "sub-to-add" in name] == [
        "vectorized.m:A.f:sub-to-add:1",
        "vectorized.m:A.f:sub-to-add:2",
    ]
    assert {"vectorized.m:module:plus-one:1", "vectorized.m:A:plus-one:1"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_fault_is_reached_with_its_statement():
    source = 'def f(a, n=3):\n    """Text."""\n    if a < 1:\n        a += 2\n    return a\nN = 5\n'
    lines = {mutant.name.split(":", 1)[1]: mutant.statement for mutant in mutants("cnnlib.m", source)}
    assert lines["f:plus-one:1"] == "cnnlib.m:3"  # the default's, where the function begins
    assert lines["f:lt-to-lte:1"] == "cnnlib.m:3"
    assert lines["f:add-to-sub:1"] == "cnnlib.m:4"
    assert lines["module:plus-one:1"] is None


def test_texts_are_left_alone():
    source = '''"""Module 1 - 2."""
from a import b
__all__ = ["b"[0]]
@b(1 + 2)
def f(x: "1 < 2") -> (1, 2):
    """Docstring."""
    rank(x, ("C", "H", "W"))
    received = describe(x=x)
    raise ValueError(f"{x + 1} is less than {1 - 2}", received, -3)
'''
    assert set(made(source)) == {"f:drop-statement", "f:swap-arguments"}


@pytest.mark.parametrize("name", ["shapes/stack", "definition/pooling", "vectorized/_im2col"])
def test_every_fault_is_a_program_that_says_something_else(name):
    source = (CNNLIB / f"{name}.py").read_text(encoding="utf-8")
    found = mutants(f"cnnlib.{name.replace('/', '.')}", source)
    assert len(found) > 100
    for mutant in found[::20]:
        mutant.code()
        assert mutant.difference(), mutant.name
    assert ast.dump(found[0].tree) == ast.dump(ast.parse(source))


def test_a_sample_holds_every_modules_share_and_outlives_other_edits():
    one, other = "def f(a):\n    return a + 1 - 2 + 3\n", "def g(a):\n    return a < 1\n"
    before = mutants("cnnlib.one", one * 3) + mutants("cnnlib.other", other)
    drawn = [mutant.name for mutant in sample(before, 12, seed=1)]
    assert drawn == [mutant.name for mutant in sample(before[::-1], 12, seed=1)]
    assert drawn != [mutant.name for mutant in sample(before, 12, seed=2)]
    assert 8 <= sum(name.startswith("one:") for name in drawn) <= 11
    assert any(name.startswith("other:") for name in drawn)
    assert sample(before, 1, seed=1)[-1].name.startswith("other:")
