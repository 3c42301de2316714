"""Train, evaluate, stop and go on."""

from cnnlib.training.augmentation import color_components, color_jitter, distort, random_crop, random_flip
from cnnlib.training.evaluation import Evaluation, evaluate
from cnnlib.training.loop import Recipe, fit, one_cycle, pick_device

__all__ = [
    "Evaluation",
    "Recipe",
    "color_components",
    "color_jitter",
    "distort",
    "evaluate",
    "fit",
    "one_cycle",
    "pick_device",
    "random_crop",
    "random_flip",
]
