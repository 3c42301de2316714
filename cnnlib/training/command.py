"""``python -m cnnlib train``: train a network of the book from the command line."""

import argparse
import sys
from pathlib import Path

from cnnlib.data import DataError, as_float, mnist
from cnnlib.models.lenet import LeNet
from cnnlib.models.storage import save_weights
from cnnlib.training.loop import Recipe, fit


def main(arguments):
    """Run the command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib train``.

    Returns
    -------
    int
        0; 1 after a fault, which standard error then names in one line; 130 after Ctrl-C. Wrong
        usage exits with 2 by itself.
    """
    options = _parser().parse_args(arguments)
    try:
        _train(options)
    except (DataError, OSError, ValueError, FloatingPointError) as error:
        print(f"cnnlib train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        resume = "; the same command goes on from its checkpoint" if options.checkpoint else ""
        print(f"cnnlib train: interrupted{resume}", file=sys.stderr)
        return 130
    return 0


def _parser():
    defaults = Recipe()
    parser = argparse.ArgumentParser(
        prog="python -m cnnlib train",
        description="Train a network of the book.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("network", choices=["lenet"])
    parser.add_argument("--full", action="store_true", help="train on MNIST's 60,000 digits, not the packaged 5,000")
    parser.add_argument("--activation", choices=["sigmoid", "tanh", "relu"], default="sigmoid", help="nonlinearity")
    parser.add_argument("--pooling", choices=["average", "max"], default="average", help="what a window is reduced to")
    parser.add_argument("--epochs", type=int, default=defaults.epochs, help="passes over the training images")
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size, help="images a step")
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate, help="peak of the schedule")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="of the weights and of the order of images")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--checkpoint", metavar="FILE", help="write it after every epoch; go on from it if it exists")
    parser.add_argument("--weights", metavar="FILE", help="write the trained weights to this safetensors file")
    return parser


def _train(options):
    recipe = Recipe(options.epochs, options.batch_size, options.learning_rate, options.seed)
    # Found out now, not after hours of training that could then not be kept.
    for file in (options.checkpoint, options.weights):
        if file is not None and not Path(file).absolute().parent.is_dir():
            raise FileNotFoundError(f"no folder to write {file} into")
    digits = mnist(full=options.full)
    network = LeNet(options.activation, options.pooling, seed=options.seed)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    history = fit(network, train, recipe, test=test, device=options.device, checkpoint=options.checkpoint)
    last = history[-1]
    print(
        f"{network.architecture.name} on {digits.name}: test accuracy {last['test_accuracy']:.4f} "
        f"after {last['epoch']} epochs, {sum(row['seconds'] for row in history):.1f} s of training"
    )
    if options.weights is not None:
        save_weights(options.weights, network.architecture, network.weights())
        print(f"weights written to {options.weights}")
