"""A network and a task so small that a training run takes milliseconds."""

import numpy as np

from cnnlib.models.architecture import Architecture
from cnnlib.models.network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool

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
