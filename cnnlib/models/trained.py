"""Files of weights that say what they belong to: network, classes, and how a picture is prepared for it."""

from dataclasses import dataclass

import numpy as np

from cnnlib.models.architecture import Architecture
from cnnlib.models.catalogue import NETWORKS, lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.models.storage import load_tensors, require_weights

DIGITS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Colours:
    """How the colours of a data set are spread, on a scale from 0 to 1.

    Attributes
    ----------
    mean, std : ndarray, shape (C,)
        Of each channel.
    components : ndarray, shape (3, 3), or None
        See `cnnlib.training.color_components`; None for gray pictures, and where nothing is trained any more.
    """

    mean: np.ndarray
    std: np.ndarray
    components: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with its weights and with what is needed to show it a picture.

    Attributes
    ----------
    network : str
        As in `cnnlib.models.catalogue.NETWORKS`.
    architecture : Architecture
    weights : dict of str to ndarray
    classes : tuple of str
    colours : Colours or None
        What a picture's values are shifted and divided by; None leaves them at 0 to 1.
    """

    network: str
    architecture: Architecture
    weights: dict
    classes: tuple
    colours: Colours | None = None

    @property
    def picture_side(self):
        """What a picture is scaled to, in pixels, before its middle is cut out."""
        return picture_side(self.architecture.input_shape[1])

    def prepared(self, pictures):
        """Turn pictures into the network's input: cut out the middle, normalise.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (N, C, S, S)
            Already scaled to ``picture_side``.

        Returns
        -------
        ndarray of float32, shape (N, C, H, W)
        """
        channels, height, width = self.architecture.input_shape
        top, left = (pictures.shape[2] - height) // 2, (pictures.shape[3] - width) // 2
        x = pictures[:, :channels, top : top + height, left : left + width].astype(np.float32) / 255
        if self.colours is None:
            return x
        mean, std = (value.astype(np.float32)[:, None, None] for value in (self.colours.mean, self.colours.std))
        return (x - mean) / std


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
    """Read a file of weights that ``python -m cnnlib train`` wrote, or `save_weights` for a LeNet.

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
        return Trained("lenet", *trained_lenet(), DIGITS)
    weights, about = load_tensors(path, kind="weights")
    about = _named_lenet(about) or about
    if about.get("network") not in list(NETWORKS):  # a list, for what JSON holds need not be hashable
        raise ValueError(f"{path} does not say which network it is of; `python -m cnnlib train` writes files that do")
    try:
        architecture = NETWORKS[about["network"]](**about["arguments"])
        classes = _classes(about["classes"], architecture)
        colours = _colours(about["colours"], architecture)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{path} describes no network that can be built: {' '.join(str(error).split())}") from None
    require_weights(path, weights, about, architecture)
    return Trained(about["network"], architecture, weights, classes, colours)


def _named_lenet(about):
    """Return the description of a LeNet of which only the architecture's name is known; None for anything else."""
    if "network" in about:
        return None
    for activation in ("sigmoid", "tanh", "relu"):
        for pooling in ("average", "max"):
            if lenet(activation, pooling).name == about.get("architecture"):
                arguments = {"activation": activation, "pooling": pooling}
                return about | describe_trained("lenet", arguments, DIGITS, None)
    return None


def _classes(names, architecture):
    count = architecture.classes
    if not isinstance(names, list) or len(names) != count or not all(isinstance(name, str) for name in names):
        raise ValueError(f"classes must be {count} names")
    return tuple(names)


def _colours(spread, architecture):
    if spread is None:
        return None
    mean, std = (np.array(spread[name], np.float64) for name in ("mean", "std"))
    if not mean.shape == std.shape == architecture.input_shape[:1] or not np.isfinite(mean / std).all():
        raise ValueError(f"colours must have a mean and a positive spread for {architecture.input_shape[0]} channels")
    return Colours(mean, std)
