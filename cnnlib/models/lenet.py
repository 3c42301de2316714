"""LeNet as courses teach it, ready to train with PyTorch."""

from cnnlib.models.architectures import lenet
from cnnlib.models.network import Network


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
