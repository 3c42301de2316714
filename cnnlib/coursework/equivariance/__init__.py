"""Equivariance: what the functions of the second assignment should give, and the mistakes they are known for."""

from cnnlib.coursework.equivariance.measure import ERROR, SEAM, SHIFT
from cnnlib.coursework.equivariance.repair import CIRCULAR, LIFT, SHEETS, STEADY

__all__ = ["TASKS"]

TASKS = (SHIFT, ERROR, SEAM, CIRCULAR, STEADY, LIFT, SHEETS)
