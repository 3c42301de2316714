"""The trained LeNets that travel with the package.

Each is the first of a recipe, written by
``python -m benchmarks.lenet_recipes --recipe "LeNet, modern training" --seeds 1 --weights FILE``, or with
"LeNet, sigmoid and average".
"""

from pathlib import Path

from cnnlib.models.catalogue import lenet
from cnnlib.models.storage import load_weights

FILE = Path(__file__).with_name("lenet.safetensors")
LENETS = {("relu", "max"): FILE, ("sigmoid", "average"): Path(__file__).with_name("lenet-sigmoid.safetensors")}


def trained_lenet(activation="relu", pooling="max"):
    """Return a LeNet and weights trained on MNIST's 60,000 digits.

    Parameters
    ----------
    activation, pooling : str, optional
        ``"relu"`` and ``"max"``, or ``"sigmoid"`` and ``"average"``.

    Returns
    -------
    architecture : Architecture
    weights : dict of str to ndarray

    Raises
    ------
    ValueError
        If the package has no weights of such a network.
    """
    if (activation, pooling) not in LENETS:
        known = " or ".join(map(repr, LENETS))
        raise ValueError(f"trained_lenet: (activation, pooling) must be {known}, received {(activation, pooling)!r}")
    architecture = lenet(activation, pooling)
    return architecture, load_weights(LENETS[activation, pooling], architecture)
