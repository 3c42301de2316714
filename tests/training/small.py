"""A network and a task so small that a training run takes milliseconds."""

import numpy as np
import torch

from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool
from cnnlib.training import Recipe, fit

RECIPE = Recipe(5, 7, 0.05, 2)

SMALL = Architecture(
    "Small", (1, 6, 5), (Conv(3, (2, 3)), Activation("tanh"), Pool("average", (2, 3)), Flatten(), Dense(3))
)


def small_network(seed=1):
    return Network(SMALL, seed=seed)


def bands(count, seed=0):
    """Draw images with one bright band: at the top (class 0), in the middle (1) or at the bottom (2)."""
    random = np.random.RandomState(seed)
    labels = random.randint(0, 3, count)
    images = random.uniform(0, 0.3, (count, 1, 6, 5)).astype(np.float32)
    for image, label in zip(images, labels, strict=True):
        image[0, 2 * label : 2 * label + 2] += 0.7
    return images, labels


def timeless(history):
    """Drop from a history what no two runs share."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history]


def bits(network):
    return {name: value.tobytes() for name, value in network.weights().items()}


def train(recipe=RECIPE, checkpoint=None, *, network=None, images=40):
    """Run or resume; return the history without times, and the bits of the trained weights."""
    network = network or small_network()
    history = fit(
        network, bands(images), recipe, test=bands(20, 1), device="cpu", checkpoint=checkpoint, progress=False
    )
    return timeless(history), bits(network)


def train_in_another_process(path, recipe, started):
    """Say so, then train; the process is not expected to live."""
    torch.set_num_threads(1)  # as in the tests: the order of a sum decides its last bit
    started.send(True)
    train(recipe, path)
