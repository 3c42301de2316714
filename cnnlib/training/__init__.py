"""Train, evaluate, stop and go on.

``fit`` trains on arrays in memory, in one readable loop (``loop``) of steps (``steps``); ``large`` holds what data need
that no memory holds, and several processes.
"""

from cnnlib.training.augmentation import color_components, color_jitter, distort, random_crop, random_flip
from cnnlib.training.devices import pick_device
from cnnlib.training.evaluation import Evaluation, evaluate
from cnnlib.training.loop import fit
from cnnlib.training.recipes import Recipe
from cnnlib.training.schedules import one_cycle

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
