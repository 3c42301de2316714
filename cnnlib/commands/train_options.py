"""What can be said to ``python -m cnnlib train``, and what is not said but meant."""

import argparse
from dataclasses import replace

from cnnlib.commands.command_line import Parser
from cnnlib.training.networks import BUILDERS
from cnnlib.training.recipes import RECIPES

IMAGENET_SIZE = 1_281_167

EXAMPLES = """examples:
  python -m cnnlib train lenet
      LeNet on the 5,000 digits that come with the packages: half a minute.
  python -m cnnlib train alexnet2012 --data cifar10 --input-size 67 --width 0.25 --epochs 10
      A slim AlexNet on small pictures.
  python -m cnnlib train alexnet2012 --synthetic --steps 20
      No data at all: does it run here, and how fast?
  torchrun --nproc-per-node 8 -m cnnlib train alexnet2012 --data imagenet:/data/imagenet --recipe modern
      ImageNet on eight GPUs. --batch-size counts the pictures of all of them together.

The run's folder (--folder) holds checkpoint.safetensors, metrics.csv, weights.safetensors and, where pictures could
not be read, damaged.txt. Whatever stops a run (Ctrl-C, a full disk, kill -9, a power cut), the same command goes on
from the last checkpoint, also with another number of processes, and comes to the same end."""


def parser():
    """Return the parser of the command.

    Returns
    -------
    cnnlib.commands.command_line.Parser
    """
    parser = Parser(
        prog="python -m cnnlib train",
        description="Train a network of the book, in one process or, under torchrun, in many.",
        epilog=EXAMPLES,
    )
    parser.add_argument("network", choices=BUILDERS, help="%(choices)s")
    group = parser.add_argument_group("pictures")
    group.add_argument(
        "--data",
        metavar="WHAT",
        help="digits (the packaged 5,000; LeNet's default), mnist, cifar10, or imagenet:FOLDER with "
        "train/<class>/… and val/<class>/… in it",
    )
    group.add_argument(
        "--synthetic",
        type=int,
        nargs="?",
        const=IMAGENET_SIZE,
        metavar="N",
        help="noise in place of data, N pictures of it (default: as many as ImageNet has)",
    )
    group.add_argument("--classes", type=int, help="how many classes the noise has (default: 1000)")
    group.add_argument(
        "--damaged-limit",
        type=float,
        default=0.01,
        metavar="SHARE",
        help="stop if more than this share of the pictures cannot be read (default: %(default)s)",
    )
    group = parser.add_argument_group("network")
    group.add_argument("--width", type=float, help="AlexNets: share of the channels and hidden units (default: 1)")
    group.add_argument("--input-size", type=int, metavar="PIXELS", help="AlexNets: side of the images (227 or 224)")
    group.add_argument(
        "--activation",
        choices=["sigmoid", "tanh", "relu"],
        help="lenet: nonlinearity; alexnet: of its dense layers (default: sigmoid)",
    )
    group.add_argument("--pooling", choices=["average", "max"], help="lenet: of a window (default: average)")
    group = parser.add_argument_group("recipe")
    group.add_argument(
        "--recipe",
        choices=RECIPES,
        help="lenet: Adam, one cycle; paper: AlexNet's of 2012 (its default); modern: warm-up, cosine, label "
        "smoothing, batches of 1024, bfloat16, channels last, compiled. What follows changes one setting of it",
    )
    group.add_argument("--epochs", type=int, help="passes over the training pictures")
    group.add_argument("--steps", type=int, help="length of the run in steps, in place of --epochs")
    group.add_argument("--batch-size", type=int, help="pictures a step, over all processes together")
    group.add_argument("--learning-rate", type=float, help="highest of the schedule")
    group.add_argument("--seed", type=int, help="of weights, order, augmentation and dropout (default: 0)")
    group = parser.add_argument_group("machine")
    group.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
    group.add_argument("--precision", choices=["float32", "bfloat16"], help="of the layers' arithmetic")
    group.add_argument("--channels-last", action=argparse.BooleanOptionalAction, help="layout of images in memory")
    group.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, help="by torch.compile; the start takes longer"
    )
    group.add_argument(
        "--accumulate", type=int, default=1, metavar="PARTS", help="take each batch in so many parts, to save memory"
    )
    group.add_argument("--workers", type=int, help="processes that read pictures, for each that trains")
    group = parser.add_argument_group("what is kept")
    group.add_argument(
        "--folder", metavar="FOLDER", help="of this run (default: runs/NETWORK-DATA; none with --synthetic)"
    )
    group.add_argument(
        "--checkpoint-every", type=int, default=1000, metavar="STEPS", help="(default: %(default)s, and at the end)"
    )
    group.add_argument(
        "--log-every", type=int, default=50, metavar="STEPS", help="a row of metrics (default: %(default)s, and epochs)"
    )
    group.add_argument("--tensorboard", action="store_true", help="write event files too, into FOLDER/tensorboard")
    return parser


def chosen_recipe(options):
    """Return the named recipe with the settings that were given on the command line in place of its own.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    NamedRecipe

    Raises
    ------
    ValueError
        If a setting is out of range.
    """
    named = RECIPES[options.recipe or ("lenet" if options.network == "lenet" else "paper")]
    settings = _given(options, epochs="epochs", batch_size="batch_size", learning_rate="learning_rate", seed="seed")
    about = _given(options, precision="precision", channels_last="channels_last", compiled="compile")
    return replace(named, recipe=replace(named.recipe, **settings), **about)


def network_arguments(options):
    """Return what to build the network with, as keyword arguments of its builder, but for the number of classes.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If an option does not belong to this network.
    """
    takes = {
        "lenet": {"activation": "activation", "pooling": "pooling"},
        "alexnet": {"dense_activation": "activation", "size": "input_size", "width": "width"},
    }.get(options.network, {"size": "input_size", "width": "width"})
    for option in ("activation", "pooling", "input_size", "width"):
        if getattr(options, option) is not None and option not in takes.values():
            raise ValueError(f"--{option.replace('_', '-')} is not for {options.network}")
    return _given(options, **takes)


def _given(options, **names):
    values = {name: getattr(options, option) for name, option in names.items()}
    return {name: value for name, value in values.items() if value is not None}
