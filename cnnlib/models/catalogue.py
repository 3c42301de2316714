"""The networks of the book, written down. No library is needed to read this file or to count them."""

import numpy as np

from cnnlib.models.architecture import Architecture, initial_weights
from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool, integer, positive

# The paper's alpha multiplies the sum of squares, PyTorch's and ours their mean over the five channels.
_NORM = LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


def lenet(activation="sigmoid", pooling="average"):
    """LeNet as courses teach it [1]_; with ``"relu"`` and ``"max"``, its modern sibling.

    Parameters
    ----------
    activation : str
        Name of the operator behind every layer but pooling and the last: ``"sigmoid"``, ``"tanh"``, ``"relu"``.
    pooling : "average" or "max"

    Returns
    -------
    Architecture
        1×28×28 in, ten logits out, 61,706 parameters.

    Raises
    ------
    ValueError
        If a name is not one of these.

    References
    ----------
    .. [1] After LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document
       recognition* (1998), Fig. 2.
    """
    for argument, value, options in (
        ("activation", activation, ("sigmoid", "tanh", "relu")),
        ("pooling", pooling, ("average", "max")),
    ):
        if value not in options:
            raise ValueError(f"lenet: {argument} must be one of {options}, received {value!r}")
    return Architecture(
        name=f"LeNet ({activation}, {pooling} pooling)",
        input_shape=(1, 28, 28),
        layers=(
            Conv(6, kernel=5, padding=2),
            Activation(activation),
            Pool(pooling, kernel=2),
            Conv(16, kernel=5),
            Activation(activation),
            Pool(pooling, kernel=2),
            Flatten(),
            Dense(120),
            Activation(activation),
            Dense(84),
            Activation(activation),
            Dense(10),
        ),
    )


def alexnet(dense_activation="sigmoid", *, classes=1000, size=224, width=1.0):
    """AlexNet as courses draw it beside LeNet: no padding in the first layer, one tower, no normalisation.

    Parameters
    ----------
    dense_activation : "sigmoid" or "relu"
        Behind the two hidden dense layers: the course's drawing has sigmoids there, the paper ReLUs.
    classes : int
    size : int
        Height and width of the images, in pixels.
    width : float
        Share of the channels and hidden units to keep.

    Returns
    -------
    Architecture
        3×224×224 in, a logit for each class out; 6,400 features reach the dense layers.

    Raises
    ------
    ValueError
        If ``dense_activation`` is neither, or a number is out of range.
    """
    if dense_activation not in ("sigmoid", "relu"):
        raise ValueError(f"alexnet: dense_activation must be 'sigmoid' or 'relu', received {dense_activation!r}")
    relu, units = Activation("relu"), _narrowed("alexnet", width)
    return Architecture(
        f"AlexNet as drawn, {dense_activation} dense layers{_share(width)}",
        _image("alexnet", size),
        (
            *(Conv(units(96), 11, stride=4), relu, Pool("max", 3, stride=2)),
            *(Conv(units(256), 5, padding=2), relu, Pool("max", 3, stride=2)),
            *(Conv(units(384), 3, padding=1), relu),
            *(Conv(units(384), 3, padding=1), relu),
            *(Conv(units(256), 3, padding=1), relu, Pool("max", 3, stride=2)),
            Flatten(),
            *(Dense(units(4096)), Activation(dense_activation)),
            *(Dense(units(4096)), Activation(dense_activation)),
            Dense(integer("alexnet", "classes", classes, minimum=1)),
        ),
    )


def alexnet2012(*, classes=1000, size=227, width=1.0):
    """AlexNet as published [1]_: two towers as groups, local response normalisation, overlapping pooling, dropout.

    Parameters
    ----------
    classes, width
        As in `alexnet`.
    size : int
        The paper says 224; its 55×55 units a map need 227.

    Returns
    -------
    Architecture
        3×227×227 in; 60,965,224 parameters, 724,406,816 multiply-adds for one image.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks* (2012),
       Sec. 3 and 4.2.
    """
    relu, units = Activation("relu"), _narrowed("alexnet2012", width)
    return Architecture(
        f"AlexNet of 2012{_share(width)}",
        _image("alexnet2012", size),
        (
            *(Conv(units(96), 11, stride=4), relu, _NORM, Pool("max", 3, stride=2)),
            *(Conv(units(256), 5, padding=2, groups=2), relu, _NORM, Pool("max", 3, stride=2)),
            *(Conv(units(384), 3, padding=1), relu),
            *(Conv(units(384), 3, padding=1, groups=2), relu),
            *(Conv(units(256), 3, padding=1, groups=2), relu, Pool("max", 3, stride=2)),
            Flatten(),
            *(Dense(units(4096)), relu, Dropout(0.5)),
            *(Dense(units(4096)), relu, Dropout(0.5)),
            Dense(integer("alexnet2012", "classes", classes, minimum=1)),
        ),
    )


def alexnet_one_tower(*, classes=1000, size=224, width=1.0):
    """The single-tower AlexNet that libraries ship [1]_: fewer channels, no groups, no normalisation.

    Parameters
    ----------
    classes, size, width
        As in `alexnet`.

    Returns
    -------
    Architecture
        3×224×224 in; 61,100,840 parameters.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    .. [1] Krizhevsky, *One weird trick for parallelizing convolutional neural networks* (2014), Sec. 5, footnote 1.
    """
    relu, units = Activation("relu"), _narrowed("alexnet_one_tower", width)
    return Architecture(
        f"AlexNet, one tower{_share(width)}",
        _image("alexnet_one_tower", size),
        (
            *(Conv(units(64), 11, stride=4, padding=2), relu, Pool("max", 3, stride=2)),
            *(Conv(units(192), 5, padding=2), relu, Pool("max", 3, stride=2)),
            *(Conv(units(384), 3, padding=1), relu),
            *(Conv(units(256), 3, padding=1), relu),
            *(Conv(units(256), 3, padding=1), relu, Pool("max", 3, stride=2)),
            Flatten(),
            *(Dropout(0.5), Dense(units(4096)), relu),
            *(Dropout(0.5), Dense(units(4096)), relu),
            Dense(integer("alexnet_one_tower", "classes", classes, minimum=1)),
        ),
    )


def _narrowed(op, width):
    """Return a function from a number of units to the share that is kept, even so that two groups can divide it."""
    share = positive(op, "width", width)
    return lambda count: max(2, 2 * round(share * count / 2))


def _share(width):
    return "" if width == 1 else f", {width:g} of the width"


def _image(op, size):
    side = integer(op, "size", size, minimum=1)
    return (3, side, side)


def paper_weights(architecture, seed):
    """Draw the starting weights of AlexNet's paper [1]_: normal, with a standard deviation of 0.01.

    Biases are 1 in the second, fourth and fifth convolution and in the hidden dense layers, so that their ReLUs see
    positive inputs from the start, and 0 elsewhere.

    Parameters
    ----------
    architecture : Architecture
    seed : int

    Returns
    -------
    dict of str to ndarray of float32
        As ``architecture.weight_shapes()`` names them.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks*
       (2012), Sec. 5.
    """
    rng = np.random.RandomState(seed)
    shapes = architecture.weight_shapes()
    output = list(shapes)[-1].split(".")[0]
    weights = {}
    for name, shape in shapes.items():
        layer, kind = name.split(".")
        if kind == "weight":
            weights[name] = rng.normal(0, 0.01, shape).astype(np.float32)
        else:
            ones = layer in ("conv2", "conv4", "conv5") or (layer.startswith("dense") and layer != output)
            weights[name] = np.full(shape, float(ones), np.float32)
    return weights


# By the names that the command line and files of weights know them by.
NETWORKS = {"lenet": lenet, "alexnet": alexnet, "alexnet2012": alexnet2012, "alexnet-one-tower": alexnet_one_tower}
INITIAL = {"balanced": initial_weights, "paper": paper_weights}
