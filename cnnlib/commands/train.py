"""``python -m cnnlib train``: train a network of the book, in one process or many."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from cnnlib.commands.command_line import Parser, reported
from cnnlib.models.catalogue import NETWORKS
from cnnlib.shapes import integer
from cnnlib.training.devices import plain_words
from cnnlib.training.large.run import Plan, carry_out
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

ADVICE = "try a smaller --batch-size, --accumulate or fewer --workers"


def main(arguments):
    """Run the command.

    Parameters
    ----------
    arguments : list of str
        What follows ``python -m cnnlib train``.

    Returns
    -------
    int
        0; 2 after a fault, which standard error then names in one line; 130 after Ctrl-C, 143 after SIGTERM.
    """
    options = parser().parse_args(arguments)
    # Each machine says once what is wrong with it.
    return reported("cnnlib train", lambda: _train(options), quiet=int(os.environ.get("LOCAL_RANK", 0)) > 0)


def _train(options):
    with plain_words(advice=ADVICE):
        outcome = carry_out(plan_of(options))
    if outcome.first:
        _say(outcome)
    return outcome.code


def _say(outcome):
    if not outcome.done:
        on = "the same command goes on from there" if outcome.folder else "nothing is kept without --folder FOLDER"
        at = f"interrupted at step {outcome.step:,} of {outcome.steps:,}"
        print(f"cnnlib train: {at}; {on}", file=sys.stderr)
        return
    last = outcome.last
    scores = f"training loss {last['loss']:.4f}"
    if "val_top1" in last:
        scores = f"top-1 accuracy {last['val_top1']:.4f}, top-5 {last['val_top5']:.4f}"
    length = f"{outcome.steps:,} steps, {last['epoch']} epochs"
    print(f"{outcome.network} on {outcome.data}: {scores} after {length}")
    if outcome.folder:
        weights, metrics = (outcome.folder / name for name in ("weights.safetensors", "metrics.csv"))
        print(f"weights in {weights}, metrics in {metrics}")


def plan_of(options):
    """Return the run that the options describe.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        If an option is out of range, contradicts another, or would have no effect.
    """
    if options.folder is None and options.synthetic is not None:
        about_files = ("checkpoint_every", "log_every", "tensorboard")
        _require_unused(options, *about_files, why="keeps nothing without --folder FOLDER")
    settings = _given(options, damaged_limit="damaged_limit")
    for name, option in (("row_every", "log_every"), ("checkpoint_every", "checkpoint_every"), ("steps", "steps")):
        if getattr(options, option) is not None:
            settings[name] = integer("train", _flag(option), getattr(options, option), minimum=1)
    return Plan(
        options.network,
        network_arguments(options),
        chosen_recipe(options),
        **_pictures(options),
        **settings,
        device=options.device,
        accumulate=options.accumulate,
        workers=options.workers,
        folder=None if options.folder is None else Path(options.folder),
        tensorboard=options.tensorboard,
    )


def _pictures(options):
    """Return which pictures to train on."""
    data = options.data
    if data is None and options.synthetic is None and options.network == "lenet":
        data = "digits"
    if not (data or "").startswith("imagenet:"):
        _require_unused(options, "damaged_limit", why="is for pictures in folders: --data imagenet:FOLDER")
    if options.synthetic is None:
        _require_unused(options, "classes", why="is for --synthetic; data say themselves how many classes they have")
        if data is None:
            known = "--data imagenet:FOLDER, --data cifar10, --synthetic …"
            raise ValueError(f"say what {options.network} is to see: {known}")
        return {"data": data}
    if data is not None:
        raise ValueError(f"--data or --synthetic, not both, received --data {data}")
    if options.network == "lenet":
        _require_unused(options, "classes", why="is not for lenet, which tells 10 apart")
    noise = {"noise": integer("train", "--synthetic", options.synthetic, minimum=1)}
    if options.classes is not None:
        noise["classes"] = integer("train", "--classes", options.classes, minimum=1)
    return noise


def _flag(option):
    return f"--{option.replace('_', '-')}"


def _require_unused(options, *names, why):
    """Refuse an option that would have no effect."""
    for option in names:
        if getattr(options, option) not in (None, False):
            raise ValueError(f"{_flag(option)} {why}")


def parser():
    """Return the parser of the command.

    Returns
    -------
    Parser
    """
    parser = Parser(
        prog="python -m cnnlib train",
        description="Train a network of the book, in one process or, under torchrun, in many.",
        epilog=EXAMPLES,
    )
    parser.add_argument("network", choices=NETWORKS, help="%(choices)s")
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
        metavar="SHARE",
        help=f"imagenet: stop if more than this share of the pictures cannot be read (default: {Plan.damaged_limit})",
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
    length = group.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, help="passes over the training pictures")
    length.add_argument("--steps", type=int, help="length of the run in steps, in place of --epochs")
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
        "--checkpoint-every", type=int, metavar="STEPS", help=f"(default: {Plan.checkpoint_every}, and at the end)"
    )
    group.add_argument(
        "--log-every", type=int, metavar="STEPS", help=f"a row of metrics (default: {Plan.row_every}, and epochs)"
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
            raise ValueError(f"{_flag(option)} is not for {options.network}")
    return _given(options, **takes)


def _given(options, **names):
    values = {name: getattr(options, option) for name, option in names.items()}
    return {name: value for name, value in values.items() if value is not None}
