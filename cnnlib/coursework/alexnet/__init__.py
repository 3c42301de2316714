"""AlexNet: what the functions of the fifth assignment should give, and the mistakes they are known for."""

from dataclasses import replace

from cnnlib.coursework.alexnet.counting import ARITHMETIC, PARAMETERS
from cnnlib.coursework.alexnet.hints import HINTS
from cnnlib.coursework.alexnet.layers import GROUPED, NORM
from cnnlib.coursework.alexnet.shapes import SHAPES

__all__ = ["TASKS"]

TASKS = tuple(replace(task, hints=HINTS[task.name]) for task in (SHAPES, PARAMETERS, ARITHMETIC, GROUPED, NORM))
