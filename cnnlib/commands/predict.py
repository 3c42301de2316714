"""``python -m cnnlib predict``: say what a picture shows. NumPy is all that it needs."""

import numpy as np

from cnnlib import vectorized
from cnnlib.commands.command_line import Parser, reported
from cnnlib.data.folder import read_picture
from cnnlib.data.scans import as_mnist, open_picture
from cnnlib.models.architecture import logits
from cnnlib.models.catalogue import NETWORKS
from cnnlib.models.trained import load_trained

EXAMPLES = """examples:
  python -m cnnlib predict lenet seven.png
      One digit, any size, any ink; with the weights that come with the package.
  python -m cnnlib predict lenet seven.png --weights runs/lenet-digits/weights.safetensors
      With those of your own training; the file says which LeNet it is of.
  python -m cnnlib predict alexnet2012 cat.jpg dog.jpg --weights runs/alexnet2012-imagenet/weights.safetensors
      The five most probable classes, by the names of the folders that the network was trained on."""


def probabilities(trained, x):
    """Ask a network what an image shows.

    Parameters
    ----------
    trained : cnnlib.models.trained.Trained
    x : ndarray of float32, shape (C, H, W)

    Returns
    -------
    ndarray of float32, shape (classes,)

    Raises
    ------
    FloatingPointError
        If the answer is infinite or NaN.
    """
    with np.errstate(all="ignore"):  # what overflows is told in one line, below
        answer = vectorized.softmax(logits(trained.architecture, trained.weights, x[None], ops=vectorized))[0]
    if not np.isfinite(answer).all():
        raise FloatingPointError("the network's answer is infinite or NaN")
    return answer


def main(arguments):
    """Run the command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib predict``.

    Returns
    -------
    int
        0; 2 after a fault, which standard error then names in one line; 130 after Ctrl-C.
    """
    parser = Parser(prog="python -m cnnlib predict", description="Say what each picture shows.", epilog=EXAMPLES)
    parser.add_argument("network", choices=NETWORKS, help="%(choices)s")
    parser.add_argument("picture", nargs="+", help="PNG, JPEG, …")
    parser.add_argument(
        "--weights", metavar="FILE", help="of your own training; without it, lenet has those of the package"
    )
    options = parser.parse_args(arguments)
    return reported("cnnlib predict", lambda: _predict(options))


def _predict(options):
    trained = _trained(options)
    for path in options.picture:
        answer = probabilities(trained, _image(path, trained))
        best = np.argsort(-answer, kind="stable")
        if trained.network == "lenet":
            first, second = best[:2]
            told = f"{first} ({answer[first]:.1%}; next {second}, {answer[second]:.1%})"
        else:
            told = ", ".join(f"{trained.classes[i]} ({answer[i]:.1%})" for i in best[:5])
        print(f"{path}: {told}")


def _trained(options):
    if options.weights is None:
        if options.network != "lenet":
            raise ValueError(f"{options.network} needs --weights FILE: the package carries weights of lenet only")
        return load_trained("lenet")
    trained = load_trained(options.weights)
    if trained.network != options.network:
        raise ValueError(f"{options.weights} holds weights of {trained.network}, not of {options.network}")
    return trained


def _image(path, trained):
    """Read a picture as the network's input."""
    if trained.network != "lenet":
        return trained.prepared(read_picture(path, trained.picture_side)[None])[0]
    try:
        return as_mnist(open_picture(path))[None]
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
