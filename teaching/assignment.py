"""What a teacher decides about an assignment: points, minutes, hidden cases, rubric.

The right answers and the known mistakes are `cnnlib.coursework`'s; what is here never reaches a student.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path

from cnnlib.coursework import ASSIGNMENTS as NAMES
from cnnlib.coursework import Case

__all__ = ["NAMES", "Assignment", "Criterion", "Graded", "Open", "load_assignment"]


@dataclass(frozen=True)
class Graded:
    """A function to write, graded by running it.

    Attributes
    ----------
    name : str
        The function's, and the task's in `cnnlib.coursework`.
    points, minutes : int
    goal : str
        What a student who solves it has learned.
    hidden : tuple of Case
        Tried after the visible ones; each says what it looks for.
    seconds : float, optional
        Of processor time, for all cases together; the task's own limit, if left out.
    may_use : tuple of str
        Operators of ``cnnlib.vectorized`` that a solution may call; no others are there when it is graded.
    """

    name: str
    points: int
    minutes: int
    goal: str
    hidden: tuple[Case, ...]
    seconds: float | None = None
    may_use: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """A line of a rubric: points, and what they are given for."""

    points: int
    text: str


@dataclass(frozen=True)
class Open:
    """A question with more than one good answer, graded by a person with the rubric."""

    points: int
    minutes: int
    goal: str
    rubric: tuple[Criterion, ...]
    name: str = "open"


@dataclass(frozen=True)
class Assignment:
    """One chapter's coursework.

    Attributes
    ----------
    name : str
        As in `NAMES`, and the chapter's file name.
    title : str
    goals : tuple of str
    tasks : tuple of Graded and Open
        In the notebook's order.
    """

    name: str
    title: str
    goals: tuple[str, ...]
    tasks: tuple[Graded | Open, ...]

    @property
    def chapter(self):
        """Path of the chapter, without suffix."""
        return f"chapters/{self.name}"

    @property
    def points(self):
        """Sum over the tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def minutes(self):
        """Sum over the tasks."""
        return sum(task.minutes for task in self.tasks)

    @property
    def notebook(self):
        """Path of the source notebook."""
        return Path(__file__).parent / self.name / f"{self.name}.ipynb"


def load_assignment(name):
    """Return an assignment.

    Parameters
    ----------
    name : str

    Returns
    -------
    Assignment

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in NAMES:
        raise ValueError(f"load_assignment: name must be one of {NAMES}, received {name!r}")
    return importlib.import_module(f"teaching.{name}.tasks").ASSIGNMENT
