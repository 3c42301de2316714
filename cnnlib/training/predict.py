"""``python -m cnnlib predict``: read the digit in a picture."""

import argparse
import sys

import numpy as np

from cnnlib import vectorized
from cnnlib.data.scans import as_mnist, open_picture
from cnnlib.models.architecture import run
from cnnlib.models.architectures import lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.models.storage import load_weights


def read_digit(picture, architecture, weights):
    """Bring a picture into MNIST's form and ask a network what it shows.

    Parameters
    ----------
    picture : ndarray, shape (H, W) or (H, W, 3)
    architecture : Architecture
        For images of 1×28×28.
    weights : dict of str to ndarray

    Returns
    -------
    ndarray of float32, shape (classes,)
        Probabilities.

    Raises
    ------
    ValueError
        If the picture shows nothing; see `cnnlib.data.scans.as_mnist`.
    """
    outputs = run(architecture, weights, as_mnist(picture)[None, None], ops=vectorized)
    return vectorized.softmax(list(outputs.values())[-1])[0]


def main(arguments):
    """Run the command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib predict``.

    Returns
    -------
    int
        0; 1 after a fault, which standard error then names in one line. Wrong usage exits with 2 by itself.
    """
    parser = argparse.ArgumentParser(
        prog="python -m cnnlib predict", description="Read the digit in each picture: one digit, any size, any ink."
    )
    parser.add_argument("network", choices=["lenet"])
    parser.add_argument("picture", nargs="+", help="PNG, JPEG, …")
    parser.add_argument("--weights", metavar="FILE", help="of your own training, in place of the package's")
    parser.add_argument("--activation", choices=["sigmoid", "tanh", "relu"], default="relu", help="of those weights")
    parser.add_argument("--pooling", choices=["average", "max"], default="max", help="of those weights")
    options = parser.parse_args(arguments)
    try:
        if options.weights:
            architecture = lenet(options.activation, options.pooling)
            weights = load_weights(options.weights, architecture)
        else:
            architecture, weights = trained_lenet()
        for path in options.picture:
            probabilities = read_digit(open_picture(path), architecture, weights)
            first, second = np.argsort(-probabilities)[:2]
            print(f"{path}: {first} ({probabilities[first]:.1%}; next {second}, {probabilities[second]:.1%})")
    except (OSError, ValueError) as error:
        print(f"cnnlib predict: {error}", file=sys.stderr)
        return 1
    return 0
