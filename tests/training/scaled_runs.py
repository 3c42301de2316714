"""A slim AlexNet of 2012 and small noise to train it on, for tests with one process and with several."""

import contextlib
import io
from contextlib import closing

import numpy as np
import torch

from cnnlib.__main__ import main
from cnnlib.models.alexnet import AlexNet2012
from cnnlib.training.large.batches import Schedule, loader
from cnnlib.training.large.preparation import Preparation, measure_colours
from cnnlib.training.large.processes import processes
from cnnlib.training.large.sources import Arrays
from cnnlib.training.large.trainer import Execution, Trainer
from cnnlib.training.recipes import Recipe

RECIPE = Recipe(1, 12, 0.01, 5, optimizer="sgd", momentum=0.9, schedule="three_drops", weight_decay=5e-4)
SEED = 5


def source(count=40):
    random = np.random.RandomState(3)
    images = random.randint(0, 256, (count, 3, 73, 73)).astype(np.uint8)
    return Arrays("noise", images, random.randint(0, 7, count).astype(np.int64), tuple("abcdefg"), photographs=True)


def trainer(group, *, dtype=torch.float64, **execution):
    """A trainer on a network with groups, normalisation and dropout."""
    network = AlexNet2012(classes=7, size=67, width=0.05, seed=2).to(dtype)
    colours = measure_colours(torch.from_numpy(source().images))
    preparation = Preparation((3, 67, 67), 73, colours, mirror=True, jitter=0.1)
    return Trainer(network, RECIPE, preparation, group, Execution(**execution), label_smoothing=0.1)


def parts_of(made, step=0):
    order = {"seed": SEED, "count": 40, "batch_size": RECIPE.batch_size}
    positions = Schedule(step, step + 1, made.rows, made.execution.accumulate, **order)
    return iter(loader(source(), positions, 0, made.device))


def gradients(**execution):
    """Return this process' view of the joint batch's gradients, loss and right answers."""
    with processes("cpu") as group, closing(trainer(group, **execution)) as made:
        loss, correct, _ = made.gradients(3, parts_of(made, 3))
        joint = group.total([float(loss) / group.count, float(correct)])
        return {name: value.grad.numpy() for name, value in made.network.named_parameters()}, joint


def command(*arguments):
    """Run the command quietly; return its exit code and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*map(str, arguments)])
    return code, out.getvalue(), err.getvalue()


def validation():
    """Return this process' view of the scores on all of the noise."""
    with processes("cpu") as group, closing(trainer(group, dtype=torch.float32)) as made:
        return made.validate(source(), batch_size=4)[0]
