"""Equivariance: what the functions of the second assignment should give, and the mistakes they are known for."""

from dataclasses import replace

from cnnlib.coursework.equivariance.hints import HINTS
from cnnlib.coursework.equivariance.measure import ERROR, SHIFT
from cnnlib.coursework.equivariance.repair import CIRCULAR, LIFT, SHEETS, STEADY
from cnnlib.coursework.equivariance.seam import SEAM

__all__ = ["TASKS"]

TASKS = tuple(replace(task, hints=HINTS[task.name]) for task in (SHIFT, ERROR, SEAM, CIRCULAR, STEADY, LIFT, SHEETS))
