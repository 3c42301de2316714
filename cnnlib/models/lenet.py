"""LeNet as courses teach it and LeNet-5 of 1998, ready to train with PyTorch."""

from cnnlib.models.catalogue import lenet
from cnnlib.models.lenet5 import LeNet5
from cnnlib.models.torch_network import Network

__all__ = ["LeNet", "LeNet5"]


class LeNet(Network):
    """The LeNet that courses teach: 1×28×28 in, ten logits out, 61,706 parameters.

    Parameters
    ----------
    activation : "sigmoid", "tanh" or "relu"
    pooling : "average" or "max"
        The defaults are the classic ones; ``LeNet("relu", "max")`` is its modern sibling.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If ``activation`` or ``pooling`` is none of these.
    """

    def __init__(self, activation="sigmoid", pooling="average", *, seed=0):
        super().__init__(lenet(activation, pooling), seed=seed)
