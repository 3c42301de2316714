"""``python -m cnnlib predict``: say what a picture shows."""

import numpy as np

from cnnlib import vectorized
from cnnlib.commands.command_line import Parser, reported
from cnnlib.data.folder import read_picture
from cnnlib.data.scans import as_mnist, open_picture
from cnnlib.models.architecture import run
from cnnlib.models.catalogue import lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.models.storage import load_weights
from cnnlib.training.devices import plain_words

EXAMPLES = """examples:
  python -m cnnlib predict lenet seven.png
      One digit, any size, any ink; with the weights that come with the package.
  python -m cnnlib predict alexnet2012 cat.jpg dog.jpg --weights runs/alexnet2012-imagenet/weights.safetensors
      The five most probable classes, by the names of the folders that the network was trained on."""


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
    FloatingPointError
        If the answer is infinite or NaN.
    """
    outputs = run(architecture, weights, as_mnist(picture)[None, None], ops=vectorized)
    return _sound(vectorized.softmax(list(outputs.values())[-1])[0])


def _sound(probabilities):
    if not np.isfinite(probabilities).all():
        raise FloatingPointError("the network's answer is infinite or NaN")
    return probabilities


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
    networks = ["lenet", "alexnet", "alexnet2012", "alexnet-one-tower"]
    parser.add_argument("network", choices=networks, help="%(choices)s")
    parser.add_argument("picture", nargs="+", help="PNG, JPEG, …")
    parser.add_argument("--weights", metavar="FILE", help="of your own training; lenet has the package's otherwise")
    parser.add_argument(
        "--activation", choices=["sigmoid", "tanh", "relu"], default="relu", help="lenet: of those weights (relu)"
    )
    parser.add_argument("--pooling", choices=["average", "max"], default="max", help="lenet: of those weights (max)")
    options = parser.parse_args(arguments)
    action = _predict_digits if options.network == "lenet" else _predict_classes
    return reported("cnnlib predict", lambda: action(options))


def _predict_digits(options):
    if options.weights:
        architecture = lenet(options.activation, options.pooling)
        weights = load_weights(options.weights, architecture)
    else:
        architecture, weights = trained_lenet()
    for path in options.picture:
        picture = open_picture(path)
        try:
            probabilities = read_digit(picture, architecture, weights)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        first, second = np.argsort(-probabilities)[:2]
        print(f"{path}: {first} ({probabilities[first]:.1%}; next {second}, {probabilities[second]:.1%})")


@plain_words(advice="end other programs and try again")
def _predict_classes(options):
    import torch

    from cnnlib.training.networks import load_trained, network_of

    if options.weights is None:
        raise ValueError(f"{options.network} needs --weights FILE: the package carries weights of lenet only")
    trained = load_trained(options.weights)
    if trained.network != options.network:
        raise ValueError(f"{options.weights} holds weights of {trained.network}, not of {options.network}")
    network = network_of(trained)
    for path in options.picture:
        image = torch.from_numpy(read_picture(path, trained.preparation.side))[None]
        with torch.no_grad():
            probabilities = _sound(torch.softmax(network(trained.preparation(image))[0], 0).numpy()).tolist()
        best = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])[:5]
        print(f"{path}: {', '.join(f'{trained.classes[i]} ({probabilities[i]:.1%})' for i in best)}")
