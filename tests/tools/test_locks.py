"""The ranges of pyproject.toml and the three files that pin them: exact, of one mind, and complete."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines]
# What the package and its tests need; the tools of those who work on it are in requirements.txt alone.
RANGES = [
    Requirement(line)
    for lines in (PROJECT["dependencies"], *(EXTRAS[extra] for extra in ("gpu", "scale", "book", "test")))
    for line in lines
    if not line.startswith("cnnlib[")
]
LOCKS = ("requirements.txt", "requirements-oldest.txt", "requirements-newest.txt")


def pinned(lock):
    """Requirements of an exact environment, by their normalised names."""
    lines = [line.split("#")[0].strip() for line in (ROOT / lock).read_text(encoding="utf-8").splitlines()]
    requirements = [Requirement(line) for line in lines if line]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def version(requirement):
    [part] = requirement.specifier
    assert part.operator == "==", requirement
    assert "*" not in part.version, requirement
    return Version(part.version)


def test_the_package_accepts_ranges():
    for requirement in DECLARED:
        assert not any(part.operator in ("==", "===", "~=") for part in requirement.specifier), requirement


def test_every_range_has_an_oldest_version():
    for requirement in RANGES:
        assert [part.operator for part in requirement.specifier].count(">=") == 1, requirement


def test_the_environment_installs_on_every_python_that_the_book_promises():
    # The newest of a package may ask for a later patch of 3.11 than a system has: Debian 12 stays at 3.11.2.
    for requirement in pinned("requirements.txt").values():
        if requirement.marker is None or requirement.marker.evaluate():
            # get, not []: some package may come without the field, and a backport on the path raises then.
            needed = importlib.metadata.metadata(requirement.name).get("Requires-Python") or ""
            assert SpecifierSet(needed).contains("3.11.0"), f"{requirement} needs Python {needed}"


@pytest.mark.parametrize("lock", LOCKS)
def test_an_environment_is_exact_complete_and_within_the_ranges(lock):
    versions = {name: version(requirement) for name, requirement in pinned(lock).items()}
    for requirement in RANGES:
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_oldest_are_the_lower_ends_of_the_ranges():
    oldest = pinned("requirements-oldest.txt")
    for requirement in RANGES:
        # These two are the same in all locks, which say why.
        if requirement.name not in ("torch", "triton"):
            [lowest] = [part.version for part in requirement.specifier if part.operator == ">="]
            assert version(oldest[canonicalize_name(requirement.name)]) == Version(lowest), requirement


@pytest.mark.parametrize("name", ["torch", "triton"])
def test_all_three_have_the_same_torch(name):
    assert len({version(pinned(lock)[name]) for lock in LOCKS}) == 1
