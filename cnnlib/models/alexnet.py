"""AlexNet three times, ready to train with PyTorch: as courses draw it, as published, and as libraries ship it."""

from cnnlib.models.catalogue import alexnet, alexnet2012, alexnet_one_tower
from cnnlib.models.torch_network import Network


class AlexNet(Network):
    """AlexNet as courses draw it: 3×224×224 in, 6,400 features before the dense layers.

    Parameters
    ----------
    dense_activation : "sigmoid" or "relu"
    classes, size, width
        As in `cnnlib.models.catalogue.alexnet`.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, dense_activation="sigmoid", *, classes=1000, size=224, width=1.0, seed=0):
        super().__init__(alexnet(dense_activation, classes=classes, size=size, width=width), seed=seed)


class AlexNet2012(Network):
    """AlexNet as published: 3×227×227 in, two towers, 60,965,224 parameters.

    Parameters
    ----------
    classes, size, width
        As in `cnnlib.models.catalogue.alexnet2012`.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, *, classes=1000, size=227, width=1.0, seed=0):
        super().__init__(alexnet2012(classes=classes, size=size, width=width), seed=seed)


class OneTowerAlexNet(Network):
    """The AlexNet that libraries ship: 3×224×224 in, one tower, 61,100,840 parameters.

    Parameters
    ----------
    classes, size, width
        As in `cnnlib.models.catalogue.alexnet_one_tower`.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    def __init__(self, *, classes=1000, size=224, width=1.0, seed=0):
        super().__init__(alexnet_one_tower(classes=classes, size=size, width=width), seed=seed)
