"""What ``make`` offers: listed by ``make`` alone, each with what it does, and declared to make no file of its name."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def targets(text):
    """Names before a colon at the start of a line, as make reads them."""
    rules = re.findall(r"^(?![.\t#])([^\s:=#][^:=#]*):(?!=)", text, re.MULTILINE)
    return [name for rule in rules for name in rule.split()]


def phony(text):
    """Names that are declared to be no files."""
    return [name for line in re.findall(r"^\.PHONY:(.*)", text, re.MULTILINE) for name in line.split()]


def test_every_target_is_declared_to_be_no_file():
    # All of them are names for programs; a folder of the name would otherwise keep one from running.
    assert sorted(phony(MAKEFILE)) == sorted(targets(MAKEFILE))
    assert len(targets(MAKEFILE)) > 20


def test_a_target_that_is_not_declared_is_seen():
    text = ".PHONY: a\nX := 1\na: b ## Do\n\t@c: d\nb c:\n"
    assert targets(text) == ["a", "b", "c"]
    assert phony(text) == ["a"]


@pytest.fixture(scope="module")
def said():
    """What make says when it is asked for nothing."""
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^make (\S+) +(\S.*)$", done.stdout, re.MULTILINE))


def test_make_alone_lists_every_target_with_what_it_does(said):
    assert list(said) == targets(MAKEFILE)


def test_make_alone_names_the_two_settings(said):
    assert "TORCH=cpu" in said["environment"]
    assert "REPOSITORY=https://" in said["publish"]
