"""AlexNet: what the functions of the fifth assignment should give, and the mistakes they are known for."""

from cnnlib.coursework.alexnet.counting import ARITHMETIC, PARAMETERS, SHAPES
from cnnlib.coursework.alexnet.layers import GROUPED, NORM

__all__ = ["TASKS"]

TASKS = (SHAPES, PARAMETERS, ARITHMETIC, GROUPED, NORM)
