"""Train, evaluate, stop and go on."""

from cnnlib.training.augmentation import distort
from cnnlib.training.evaluation import Evaluation, evaluate
from cnnlib.training.loop import Recipe, fit, one_cycle, pick_device

__all__ = ["Evaluation", "Recipe", "distort", "evaluate", "fit", "one_cycle", "pick_device"]
