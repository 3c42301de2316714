"""What ``python -m tests.fuzz.operators`` counts, on two properties of which one does not hold."""

import json

import pytest

from benchmarks import record
from tests.fuzz import operators

PROPERTIES = """
from hypothesis import given, settings, strategies as st

@settings(max_examples=40, database=None)
@given(st.integers(), st.booleans())
def test_holds(number, flag):
    assert number + flag >= number

@settings(max_examples=40, database=None)
@given(st.integers())
def test_breaks(number):
    assert number {bound}

def test_without_examples():
    pass
"""


@pytest.fixture
def properties(tmp_path, monkeypatch):
    """A group of properties in a file, ``bound`` in one of them, and records that go to a temporary folder."""

    def write(bound):
        (tmp_path / "test_properties.py").write_text(PROPERTIES.format(bound=bound))

    monkeypatch.setattr(operators, "GROUPS", {"integers": (str(tmp_path), {})})
    monkeypatch.setattr(operators, "ROOT", tmp_path)
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results")
    return write


def test_a_property_that_breaks_is_named_and_recorded(properties, tmp_path, capsys):
    properties("< 1000")
    assert operators.main([]) == 1
    (row,) = json.loads((tmp_path / "results" / "fuzz-operators.json").read_text())["results"]
    assert row["properties"] == 2
    assert row["examples"] >= 40
    assert [name.rpartition("::")[2] for name in row["failed"]] == ["test_breaks"]
    assert "2 properties" in capsys.readouterr().out


def test_properties_that_hold_are_counted(properties, tmp_path):
    properties("!= 'one'")
    assert operators.main(["integers", "--seed", "3"]) == 0
    (row,) = json.loads((tmp_path / "results" / "fuzz-operators.json").read_text())["results"]
    assert (row["properties"], row["examples"], row["fewest"], row["failed"], row["seed"]) == (2, 80, 40, [], 3)


def test_an_unknown_group_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        operators.main(["everything"])
    assert ended.value.code == 2
    assert "received everything" in capsys.readouterr().err
