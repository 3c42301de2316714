"""LeNet: what the functions of the fourth assignment should give, and the mistakes they are known for."""

from cnnlib.coursework.lenet.counting import PARAMETER, SIZE
from cnnlib.coursework.lenet.loss import LOSS
from cnnlib.coursework.lenet.network import FORWARD, GRADIENTS
from cnnlib.coursework.lenet.training import READ, STEP

__all__ = ["TASKS"]

TASKS = (SIZE, PARAMETER, LOSS, FORWARD, GRADIENTS, STEP, READ)
