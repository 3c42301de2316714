"""The trained LeNet that travels with the package.

It is the first of the recipe "LeNet, modern training", written by
``python -m benchmarks.lenet_recipes --recipe "LeNet, modern training" --seeds 1 --weights FILE``.
"""

from pathlib import Path

from cnnlib.models.catalogue import lenet
from cnnlib.models.storage import load_weights

FILE = Path(__file__).with_name("lenet.safetensors")


def trained_lenet():
    """Return LeNet with ReLU and max pooling, and weights trained on MNIST's 60,000 digits.

    Returns
    -------
    architecture : Architecture
    weights : dict of str to ndarray
    """
    architecture = lenet("relu", "max")
    return architecture, load_weights(FILE, architecture)
