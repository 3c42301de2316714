"""The engine that the tests of the wall use, or why there is none."""

import os

import pytest

from teaching.grading.engine import BASE, Engine, NoWallsError, found, holds, tag

GRADING_BASE = os.environ.get("GRADING_BASE", BASE)


@pytest.fixture(scope="session")
def engine():
    """Return the engine; skip where there is none, or no image that could be built upon without a network."""
    try:
        path = found()
        if not (holds(path, tag(GRADING_BASE)) or holds(path, GRADING_BASE)):
            pytest.skip(f"no image {GRADING_BASE}: GRADING_BASE may name one that has Python and NumPy")
        ready = Engine.ready(GRADING_BASE)
    except NoWallsError as error:
        pytest.skip(f"no walls on this machine: {error}")
    yield ready
    ready.sweep()
