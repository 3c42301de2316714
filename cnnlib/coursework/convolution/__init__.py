"""Convolution: what the functions of the first assignment should give, and the mistakes they are known for."""

from dataclasses import replace

from cnnlib.coursework.convolution.backward import BACKWARD
from cnnlib.coursework.convolution.hints import HINTS
from cnnlib.coursework.convolution.layer import CONV
from cnnlib.coursework.convolution.signals import CONVOLVE, CORRELATE
from cnnlib.coursework.convolution.sizes import SIZE

__all__ = ["TASKS"]

TASKS = tuple(replace(task, hints=HINTS[task.name]) for task in (CORRELATE, CONVOLVE, SIZE, CONV, BACKWARD))
