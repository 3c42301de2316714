"""How to train: the settings of a run, checked, and the ones that have a name."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlib.shapes import integer, positive
from cnnlib.training.schedules import SCHEDULES

# Adam divides the rate by as little as 0.1 before it meets the weights, and these end at 3.4e38.
LARGEST_RATE = 1e37


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    epochs : int
        Passes over the training images.
    batch_size : int
        Images a step; the last step of an epoch takes what is left.
    learning_rate : float
        Of every step, or the peak of the one-cycle schedule.
    seed : int
        Of the order in which the images come, and of what ``augment`` does to them.
    optimizer : "adam" or "sgd"
    momentum : float
        Of ``"sgd"``, from 0 to below 1.
    schedule : "one_cycle", "constant", "three_drops" or "warm_up_cosine"
        See `cnnlib.training.schedules`.
    weight_decay : float
        Added to each gradient times the weight, at least 0.

    Raises
    ------
    TypeError
        If a value is not a number, or one of the integers is not an integer.
    ValueError
        If a value is out of range, or a name is none of these.
    """

    epochs: int = 20
    batch_size: int = 50
    learning_rate: float = 0.01
    seed: int = 0
    optimizer: str = "adam"
    momentum: float = 0.0
    schedule: str = "one_cycle"
    weight_decay: float = 0.0

    def __post_init__(self):
        for name, minimum in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            # Past the frozen guard: NumPy's integers become int, which a checkpoint can hold.
            object.__setattr__(self, name, integer("Recipe", name, getattr(self, name), minimum=minimum))
        object.__setattr__(self, "learning_rate", positive("Recipe", "learning_rate", self.learning_rate))
        if self.learning_rate > LARGEST_RATE:
            raise ValueError(f"Recipe: learning_rate must be at most {LARGEST_RATE:g}, received {self.learning_rate:g}")
        for name, options in (("optimizer", ("adam", "sgd")), ("schedule", tuple(SCHEDULES))):
            if getattr(self, name) not in options:
                raise ValueError(f"Recipe: {name} must be one of {options}, received {getattr(self, name)!r}")
        if not 0 <= self.momentum < 1 or (self.momentum and self.optimizer == "adam"):
            raise ValueError(f"Recipe: momentum must be from 0 to below 1, and 0 with adam, received {self.momentum!r}")
        if not 0 <= self.weight_decay < np.inf:
            raise ValueError(f"Recipe: weight_decay must be at least 0 and finite, received {self.weight_decay!r}")

    def rate(self, progress):
        """Return the learning rate after a share ``progress`` of all steps, from 0 to 1."""
        return SCHEDULES[self.schedule](progress, self.learning_rate)

    def optimizer_of(self, parameters, **options):
        """Return the PyTorch optimizer of these parameters; ``options`` say how it is to compute, or replace ``lr``."""
        rates = {"lr": self.learning_rate, "weight_decay": self.weight_decay} | options
        if self.optimizer == "sgd":
            return torch.optim.SGD(parameters, momentum=self.momentum, **rates)
        return torch.optim.Adam(parameters, **rates)


@dataclass(frozen=True)
class NamedRecipe:
    """A recipe with what else belongs to it.

    Attributes
    ----------
    recipe : Recipe
    initial : "balanced" or "paper"
        Starting weights, as `cnnlib.models.catalogue.INITIAL` names them.
    label_smoothing : float
        Share of each label that is spread evenly over all classes.
    jitter : float
        Standard deviation of the colour augmentation; 0 for none.
    precision : "float32" or "bfloat16"
    channels_last, compiled : bool
    """

    recipe: Recipe
    initial: str = "balanced"
    label_smoothing: float = 0.0
    jitter: float = 0.0
    precision: str = "float32"
    channels_last: bool = False
    compiled: bool = False


RECIPES = {
    "lenet": NamedRecipe(Recipe()),
    # Krizhevsky, Sutskever & Hinton (2012), Sec. 4.1 and 5.
    "paper": NamedRecipe(
        Recipe(90, 128, 0.01, optimizer="sgd", momentum=0.9, schedule="three_drops", weight_decay=5e-4),
        initial="paper",
        jitter=0.1,
    ),
    # The paper's learning rate, eight times as high for eight times the batch (Krizhevsky 2014, Sec. 5; Goyal et al.
    # 2017, Sec. 2.1), with what GPUs since then are built for.
    "modern": NamedRecipe(
        Recipe(90, 1024, 0.08, optimizer="sgd", momentum=0.9, schedule="warm_up_cosine", weight_decay=5e-4),
        label_smoothing=0.1,
        jitter=0.1,
        precision="bfloat16",
        channels_last=True,
        compiled=True,
    ),
}
