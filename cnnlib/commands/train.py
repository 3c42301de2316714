"""``python -m cnnlib train``: train a network of the book, in one process or many."""

import argparse
import os
import shutil
import signal
import sys
import traceback
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import torch

from cnnlib.commands.command_line import Parser, reported
from cnnlib.data import DataError
from cnnlib.models.catalogue import INITIAL, NETWORKS
from cnnlib.models.torch_network import Network
from cnnlib.models.trained import describe_trained, picture_side
from cnnlib.shapes import integer
from cnnlib.training.devices import plain_words
from cnnlib.training.large.journal import Journal
from cnnlib.training.large.preparation import Preparation, colours_of
from cnnlib.training.large.processes import Stop, processes
from cnnlib.training.large.sources import Pictures, Synthetic, open_data
from cnnlib.training.large.trainer import Execution, Trainer, run_steps
from cnnlib.training.recipes import RECIPES

IMAGENET_SIZE = 1_281_167
DAMAGED_LIMIT = 0.01
CHECKPOINT_EVERY, LOG_EVERY = 1000, 50

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
    named = chosen_recipe(options)
    arguments = network_arguments(options)
    with processes(options.device) as group, _one_of_many(group), plain_words(advice=ADVICE):
        _require_compiler(named.compiled, group.device)
        source, validation = _sources(options, arguments)
        if options.network != "lenet":
            arguments["classes"] = len(source.classes)
        architecture = NETWORKS[options.network](**arguments)
        _require_fit(options.network, architecture, source, named.recipe)
        colours = None if options.network == "lenet" else colours_of(source, group, architecture.input_shape[0])
        trainer = _trainer(options, named, architecture, source, colours, group)
        steps = _steps(options, named.recipe, source)
        journal = _journal(options, named, group, architecture, (source, validation), steps)
        with Stop() as stop, closing(journal), closing(trainer):
            journal.resume(trainer)
            done = run_steps(trainer, source, journal, steps=steps, validation=validation, stop=stop)
            if done:
                journal.finish(trainer.network, describe_trained(options.network, arguments, source.classes, colours))
    if group.first:
        _say(journal, architecture, source, steps, done)
    # Another process may have been the one that the signal reached.
    return 0 if done else 128 + (stop.signal or signal.SIGTERM)


@contextmanager
def _one_of_many(group):
    """Tell the end of another process from a fault of this one."""
    try:
        yield
    except RuntimeError as error:
        if group.count == 1 or isinstance(error, DataError):
            raise
        first_line = str(error).splitlines()[0]
        # The frames it came through would keep alive what `Trainer.close` lets go of.
        traceback.clear_frames(error.__traceback__)
        raise ConnectionError(
            f"another process of this run has ended ({first_line}); the same command goes on from the last checkpoint"
        ) from None


def _require_compiler(wanted, device):
    """Find out before the run what ``torch.compile`` would say in fifty lines at its first step."""
    if wanted and device.type == "cpu":
        named = os.environ.get("CXX")
        if not any(shutil.which(name) for name in ([named] if named else ["g++", "clang++", "c++", "cl"])):
            raise ValueError("--compile needs a C++ compiler on the CPU; install g++, or say --no-compile")


def _sources(options, arguments):
    """Open what to train on and what to validate on."""
    if options.synthetic is not None:
        if options.data is not None:
            raise ValueError(f"--data or --synthetic, not both, received --data {options.data}")
        count = integer("train", "--synthetic", options.synthetic, minimum=1)
        classes = integer("train", "--classes", options.classes or 1000, minimum=1)
        if options.network == "lenet":
            _require_unused(options, "classes", why="is not for lenet, which tells 10 apart")
            return Synthetic(count, 28, 10, channels=1), None
        return Synthetic(count, picture_side(_size(options, arguments)), classes), None
    if options.classes is not None:
        raise ValueError("--classes is for --synthetic; data say themselves how many classes they have")
    data = options.data or ("digits" if options.network == "lenet" else None)
    if data is None:
        raise ValueError(f"say what {options.network} is to see: --data imagenet:FOLDER, --data cifar10, --synthetic …")
    return open_data(data, picture_side(_size(options, arguments)))


def _size(options, arguments):
    return NETWORKS[options.network](**arguments).input_shape[1]


def _require_fit(network, architecture, source, recipe):
    if source.channels > architecture.input_shape[0]:
        raise ValueError(f"{network} takes gray pictures, and {source.name} has {source.channels} channels")
    if network == "lenet" and len(source.classes) != 10:
        raise ValueError(f"lenet tells 10 classes apart, and {source.name} has {len(source.classes)}")
    architecture.trace()  # an image too small for the layers is refused here
    if recipe.batch_size > len(source):
        raise ValueError(f"--batch-size must be at most the {len(source):,} pictures, received {recipe.batch_size:,}")


def _trainer(options, named, architecture, source, colours, group):
    network = Network(architecture, seed=named.recipe.seed)
    initial = INITIAL[named.initial](architecture, named.recipe.seed)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in initial.items()})
    jitter = named.jitter if source.photographs else 0.0
    preparation = Preparation.of(architecture, colours, mirror=source.photographs, jitter=jitter)
    workers = options.workers
    if workers is None:
        neighbours = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
        workers = min(8, max(1, os.cpu_count() // neighbours)) if isinstance(source, Pictures) else 0
    execution = Execution(named.precision, named.channels_last, named.compiled, options.accumulate, workers)
    return Trainer(network, named.recipe, preparation, group, execution, label_smoothing=named.label_smoothing)


def _steps(options, recipe, source):
    if options.steps is not None:
        return integer("train", "--steps", options.steps, minimum=1)
    return recipe.epochs * (len(source) // recipe.batch_size)


def _journal(options, named, group, architecture, sources, steps):
    source = sources[0]
    run_id = {
        "network": architecture.name,
        "input_shape": list(architecture.input_shape),
        "data": source.fingerprint(),
        **asdict(named.recipe),
        "steps": steps,
        "initial": named.initial,
        "label_smoothing": named.label_smoothing,
        "jitter": named.jitter,
        "precision": named.precision,
    }
    folder = options.folder
    if folder is None and options.synthetic is None:
        folder = Path("runs", f"{options.network}-{source.name}")
    if folder is None:
        about_files = ("checkpoint_every", "log_every", "tensorboard")
        _require_unused(options, *about_files, why="keeps nothing without --folder FOLDER")
    parts = zip(("train", "val"), sources, strict=True)
    folders = {part: each.folder for part, each in parts if isinstance(each, Pictures)}
    if not folders:
        _require_unused(options, "damaged_limit", why="is for pictures in folders: --data imagenet:FOLDER")
    return Journal(
        None if folder is None else Path(folder),
        group,
        run_id,
        steps=steps,
        batch_size=named.recipe.batch_size,
        folders=folders,
        row_every=_every(options, "log_every", LOG_EVERY),
        checkpoint_every=_every(options, "checkpoint_every", CHECKPOINT_EVERY),
        damaged_limit=DAMAGED_LIMIT if options.damaged_limit is None else options.damaged_limit,
        tensorboard=options.tensorboard,
    )


def _flag(option):
    return f"--{option.replace('_', '-')}"


def _every(options, option, default):
    value = getattr(options, option)
    return default if value is None else integer("train", _flag(option), value, minimum=1)


def _require_unused(options, *names, why):
    """Refuse an option that would have no effect."""
    for option in names:
        if getattr(options, option) not in (None, False):
            raise ValueError(f"{_flag(option)} {why}")


def _say(journal, architecture, source, steps, done):
    if not done:
        on = "the same command goes on from there" if journal.folder else "nothing is kept without --folder FOLDER"
        print(f"cnnlib train: interrupted at step {journal.step:,} of {steps:,}; {on}", file=sys.stderr)
        return
    last = journal.rows[-1]
    scores = f"training loss {last['loss']:.4f}"
    if "val_top1" in last:
        scores = f"top-1 accuracy {last['val_top1']:.4f}, top-5 {last['val_top5']:.4f}"
    print(f"{architecture.name} on {source.name}: {scores} after {steps:,} steps, {last['epoch']} epochs")
    if journal.folder:
        print(f"weights in {journal.folder / 'weights.safetensors'}, metrics in {journal.folder / 'metrics.csv'}")


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
        help=f"imagenet: stop if more than this share of the pictures cannot be read (default: {DAMAGED_LIMIT})",
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
        "--checkpoint-every", type=int, metavar="STEPS", help=f"(default: {CHECKPOINT_EVERY}, and at the end)"
    )
    group.add_argument(
        "--log-every", type=int, metavar="STEPS", help=f"a row of metrics (default: {LOG_EVERY}, and epochs)"
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
