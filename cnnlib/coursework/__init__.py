"""Checks for the book's assignments: what is right, what is not, and which mistake it looks like.

``from cnnlib.coursework import check`` is all that a student needs. The rest serves those who grade: what a
task asks and which mistakes are known (`load`), the one comparison (`judge`) and the diagnosis (`diagnose`).
"""

from cnnlib.coursework.calling import ask
from cnnlib.coursework.checking import ASSIGNMENTS, check, load
from cnnlib.coursework.diagnosis import diagnose
from cnnlib.coursework.inputs import (
    Source,
    array,
    digit_labels,
    digits,
    function,
    integers,
    labels,
    lenet_weights,
    normal,
    redrawn_digits,
    redrawn_labels,
)
from cnnlib.coursework.judging import PROPERTIES, Answer, Verdict, judge
from cnnlib.coursework.report import CheckError, Report
from cnnlib.coursework.standing import begin, progress
from cnnlib.coursework.task import Case, Hint, Mistake, Section, Task

__all__ = [
    "ASSIGNMENTS",
    "PROPERTIES",
    "Answer",
    "Case",
    "CheckError",
    "Hint",
    "Mistake",
    "Report",
    "Section",
    "Source",
    "Task",
    "Verdict",
    "array",
    "ask",
    "begin",
    "check",
    "diagnose",
    "digit_labels",
    "digits",
    "function",
    "integers",
    "judge",
    "labels",
    "lenet_weights",
    "load",
    "normal",
    "progress",
    "redrawn_digits",
    "redrawn_labels",
]
