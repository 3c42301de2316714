"""The networks that the command line knows, and files of weights that say what they belong to."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlib.commands.command_line import one_line
from cnnlib.data.digits import CLASSES
from cnnlib.models.architecture import Architecture, initial_weights
from cnnlib.models.catalogue import alexnet, alexnet2012, alexnet_one_tower, lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.models.storage import load_tensors, require_weights
from cnnlib.models.torch_network import Network
from cnnlib.training.large.preparation import Colours, Preparation
from cnnlib.training.recipes import paper_weights

BUILDERS = {"lenet": lenet, "alexnet": alexnet, "alexnet2012": alexnet2012, "alexnet-one-tower": alexnet_one_tower}
INITIAL = {"balanced": initial_weights, "paper": paper_weights}


def picture_side(size):
    """Return what pictures are scaled to before a window of ``size`` is cut out: 256 for AlexNet, as in its paper.

    Parameters
    ----------
    size : int

    Returns
    -------
    int

    Examples
    --------
    >>> [picture_side(size) for size in (224, 227, 112, 28)]
    [256, 256, 128, 28]
    """
    if size == 28:  # a digit fills its picture
        return size
    return 256 if size in (224, 227) else round(size * 8 / 7)


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with its weights and with what is needed to show it a picture.

    Attributes
    ----------
    network : str
        As in `BUILDERS`.
    architecture : Architecture
    weights : dict of str to ndarray
    classes : tuple of str
    preparation : Preparation
    """

    network: str
    architecture: Architecture
    weights: dict
    classes: tuple
    preparation: Preparation


def describe_trained(network, arguments, classes, colours):
    """Return what a file of weights says of itself besides the architecture's name, as JSON can hold it.

    Parameters
    ----------
    network : str
    arguments : dict
        Of the network's builder.
    classes : tuple of str
    colours : Colours or None

    Returns
    -------
    dict
    """
    spread = None if colours is None else {"mean": colours.mean.tolist(), "std": colours.std.tolist()}
    return {"network": network, "arguments": arguments, "classes": list(classes), "colours": spread}


def load_trained(path):
    """Read a file of weights that ``python -m cnnlib train`` wrote.

    Parameters
    ----------
    path : str or Path
        ``"lenet"`` stands for the weights that come with the package.

    Returns
    -------
    Trained

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, holds no weights, does not say of which network, or does not fit that.
    """
    if str(path) == "lenet":
        architecture, weights = trained_lenet()
        return Trained("lenet", architecture, weights, CLASSES, Preparation((1, 28, 28), 28))
    weights, about = load_tensors(path, kind="weights")
    if about.get("network") not in list(BUILDERS):  # a list, for what JSON holds need not be hashable
        raise ValueError(f"{path} does not say which network it is of; `python -m cnnlib train` writes files that do")
    try:
        architecture = BUILDERS[about["network"]](**about["arguments"])
        classes = _classes(about["classes"], architecture)
        colours = _colours(about["colours"], architecture)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{path} describes no network that can be built: {one_line(error)}") from None
    require_weights(path, weights, about, architecture)
    preparation = Preparation(architecture.input_shape, picture_side(architecture.input_shape[1]), colours)
    return Trained(about["network"], architecture, weights, classes, preparation)


def _classes(names, architecture):
    count = architecture.trace()[-1].output_shape[0]
    if not isinstance(names, list) or len(names) != count or not all(isinstance(name, str) for name in names):
        raise ValueError(f"classes must be {count} names")
    return tuple(names)


def _colours(spread, architecture):
    if spread is None:
        return None
    mean, std = (np.array(spread[name], np.float64) for name in ("mean", "std"))
    if not mean.shape == std.shape == architecture.input_shape[:1] or not np.isfinite(mean / std).all():
        raise ValueError(f"colours must have a mean and a positive spread for {architecture.input_shape[0]} channels")
    return Colours(mean, std, None)


def network_of(trained):
    """Return the PyTorch network of trained weights, ready to answer.

    Parameters
    ----------
    trained : Trained

    Returns
    -------
    Network
    """
    network = Network(trained.architecture)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in trained.weights.items()})
    return network.eval()
