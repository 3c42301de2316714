"""Ways to train a LeNet that readers meet elsewhere, one entry each, so that they can be compared."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import nn

from cnnlib import gpu
from cnnlib.experiments.pooling.sizes import resized
from cnnlib.models.architecture import Architecture
from cnnlib.models.lenet import LeNet, LeNet5
from cnnlib.models.lenet5 import discriminative_loss, lenet5_images
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool
from cnnlib.training import Recipe, distort, evaluate, fit


@dataclass(frozen=True)
class Entry:
    """A network, what it is fed with, and how it is trained.

    Attributes
    ----------
    after : str
        Where it comes from, and in what it differs from there.
    build : callable
        Takes ``seed``, returns a fresh network.
    recipe : Recipe
        Its seed is replaced run by run.
    prepare : callable
        Takes images (N, 1, 28, 28) from 0 to 1, returns what the network reads.
    loss, augment : callable
        As `fit` takes them.
    """

    after: str
    build: Callable
    recipe: Recipe
    prepare: Callable = np.asarray
    loss: Callable = gpu.cross_entropy
    augment: Callable | None = None


def flux_lenet(seed):
    """LeNet without padding: 28, 24, 12, 8 and 4 pixels, 44,426 parameters."""
    padded = LeNet("relu", "max").architecture.layers
    architecture = Architecture("LeNet without padding", (1, 28, 28), (Conv(6, 5), *padded[1:]))
    return Network(architecture, seed=seed)


def small_cnn(seed):
    """One convolution of 32 kernels of 3×3, one pooling, one hidden layer of 100: 542,230 parameters."""
    layers = (
        Conv(32, 3),
        Activation("relu"),
        Pool("max", 2),
        Flatten(),
        Dense(100),
        Activation("relu"),
        Dense(10),
    )
    return Network(Architecture("Small CNN", (1, 28, 28), layers), seed=seed)


def normalized_lenet(seed):
    """LeNet of ReLUs and max pooling with batch normalisation behind each convolution, for 32×32 pixels."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        )


def enlarged(images):
    """Enlarge to 32×32 pixels, and scale to mean 0 and standard deviation 1 over MNIST's training digits."""
    return (resized(images, 32) - np.float32(0.1307)) / np.float32(0.3081)


def distort_lenet5(images, rng):
    """Distort as the paper did: no turns, and paper of -0.1 comes in from outside."""
    return distort(images, rng, degrees=0.0, background=-0.1)


_LENET5 = Entry(
    "LeCun et al. 1998, with Adam for their second-order method and 8 epochs for 20",
    lambda seed: LeNet5(seed=seed),
    Recipe(8, 100, 0.004),
    prepare=lenet5_images,
    loss=discriminative_loss,
)

PUBLISHED = {
    "LeNet, sigmoid and average": Entry(
        "the network of this book, one-cycle Adam",
        lambda seed: LeNet(seed=seed),
        Recipe(8, 100, 0.01),
    ),
    "LeNet, modern training": Entry(
        "the same 61,706 parameters with ReLU, max pooling, distorted digits and smoothed labels",
        lambda seed: LeNet("relu", "max", seed=seed),
        Recipe(20, 128, 0.005),
        loss=partial(nn.functional.cross_entropy, label_smoothing=0.05),
        augment=distort,
    ),
    "LeNet-5": _LENET5,
    "LeNet-5, distorted digits": replace(_LENET5, recipe=Recipe(12, 100, 0.004), augment=distort_lenet5),
    "Dive into Deep Learning": Entry(
        "Zhang et al., Sec. 7.6, on digits in place of clothes",
        lambda seed: LeNet(seed=seed),
        Recipe(10, 128, 0.1, optimizer="sgd", schedule="constant"),
    ),
    "batch normalisation": Entry(
        "the Paperspace tutorial",
        normalized_lenet,
        Recipe(10, 64, 0.001, schedule="constant"),
        prepare=enlarged,
    ),
    "99 % by three settings": Entry(
        "Cuda Chen's post",
        flux_lenet,
        Recipe(10, 32, 3e-4, schedule="constant", weight_decay=1e-6),
    ),
    "small CNN": Entry(
        "Machine Learning Mastery's first network, with half its epochs",
        small_cnn,
        Recipe(5, 32, 0.01, optimizer="sgd", momentum=0.9, schedule="constant"),
    ),
}


def train_as_published(name, train, held_out, *, seed, epochs=None):
    """Train one entry and look once at what was held out.

    Parameters
    ----------
    name : str
        A key of `PUBLISHED`.
    train, held_out : pair of ndarray: images (N, 1, 28, 28) from 0 to 1, labels (N,)
    seed : int
    epochs : int, optional
        In place of the entry's.

    Returns
    -------
    network : torch.nn.Module
    row : dict
        ``accuracy`` on what was held out, ``train_accuracy`` in the last epoch, ``epochs``, ``parameters``, and the
        ``seconds`` of training.

    Raises
    ------
    ValueError
        If there is no such entry.
    """
    if name not in PUBLISHED:
        raise ValueError(f"run: name must be one of {', '.join(PUBLISHED)}, received {name!r}")
    entry = PUBLISHED[name]
    recipe = replace(entry.recipe, seed=seed, epochs=epochs or entry.recipe.epochs)
    # Kernels of a few channels run faster where the channels of a pixel lie side by side.
    network = entry.build(seed).to(memory_format=torch.channels_last)
    images, labels = train
    history = fit(
        network,
        (entry.prepare(images), labels),
        recipe,
        loss=entry.loss,
        augment=entry.augment,
        device="cpu",
        progress=False,
    )
    row = {
        "accuracy": evaluate(network, entry.prepare(held_out[0]), held_out[1]).accuracy,
        "train_accuracy": history[-1]["accuracy"],
        "epochs": recipe.epochs,
        "parameters": sum(value.numel() for value in network.parameters()),
        "seconds": round(sum(row["seconds"] for row in history), 1),
    }
    return network, row
