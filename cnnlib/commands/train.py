"""``python -m cnnlib train``: train a network of the book, in one process or many."""

import os
import shutil
import signal
import sys
import traceback
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from cnnlib.commands.command_line import reported
from cnnlib.commands.train_options import chosen_recipe, network_arguments, parser
from cnnlib.data import DataError
from cnnlib.models.torch_network import Network
from cnnlib.shapes import integer
from cnnlib.training.devices import plain_words
from cnnlib.training.large.journal import Journal
from cnnlib.training.large.preparation import Colours, Preparation, measure_colours
from cnnlib.training.large.processes import Stop, processes
from cnnlib.training.large.sources import Pictures, Synthetic, open_data
from cnnlib.training.large.trainer import Execution, Trainer, train
from cnnlib.training.networks import BUILDERS, INITIAL, describe_trained, picture_side

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
        architecture = BUILDERS[options.network](**arguments)
        _require_fit(options.network, architecture, source, named.recipe)
        colours = None if options.network == "lenet" else _colours(source, group, architecture.input_shape[0])
        trainer = _trainer(options, named, architecture, source, colours, group)
        steps = _steps(options, named.recipe, source)
        journal = _journal(options, named, group, architecture, (source, validation), steps)
        with Stop() as stop, closing(journal), closing(trainer):
            journal.resume(trainer)
            done = train(trainer, source, journal, steps=steps, validation=validation, stop=stop)
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
            return Synthetic(count, 28, 10, channels=1), None
        return Synthetic(count, picture_side(_size(options, arguments)), classes), None
    if options.classes is not None:
        raise ValueError("--classes is for --synthetic; data say themselves how many classes they have")
    data = options.data or ("digits" if options.network == "lenet" else None)
    if data is None:
        raise ValueError(f"say what {options.network} shall see: --data imagenet:FOLDER, --data cifar10, --synthetic …")
    return open_data(data, picture_side(_size(options, arguments)))


def _size(options, arguments):
    return BUILDERS[options.network](**arguments).input_shape[1]


def _require_fit(network, architecture, source, recipe):
    if source.channels > architecture.input_shape[0]:
        raise ValueError(f"{network} takes gray pictures, and {source.name} has {source.channels} channels")
    if network == "lenet" and len(source.classes) != 10:
        raise ValueError(f"lenet tells 10 classes apart, and {source.name} has {len(source.classes)}")
    architecture.trace()  # an image too small for the layers is refused here
    if recipe.batch_size > len(source):
        raise ValueError(f"--batch-size must be at most the {len(source):,} pictures, received {recipe.batch_size:,}")


def _colours(source, group, channels, *, count=500):
    """Measure the colours of some pictures; the first process does, the others are told."""
    values = torch.zeros(2 * channels + 9, dtype=torch.float64)
    if group.first:
        positions = np.random.RandomState(0).choice(len(source), min(count, len(source)), replace=False)
        images, _, damaged = source.__getitems__(positions.tolist())
        if not len(images):
            reason = _reason(source, int(damaged[0]))
            raise DataError(f"none of {len(set(damaged.tolist()))} pictures can be read, the first of them: {reason}")
        apart = max(1, images.shape[2] // 64)  # neighbouring pixels say little more
        colours = measure_colours(images[:, :, ::apart, ::apart].expand(-1, channels, -1, -1))
        values = torch.from_numpy(np.concatenate([colours.mean, colours.std, colours.components.ravel()]))
    values = group.from_first(values).numpy()
    return Colours(values[:channels], values[channels : 2 * channels], values[2 * channels :].reshape(3, 3))


def _reason(source, index):
    try:
        source.folder.read(index, source.side)
    except DataError as error:
        return error
    return f"{source.folder.name(index)} could not be read before"


def _trainer(options, named, architecture, source, colours, group):
    network = Network(architecture, seed=named.recipe.seed)
    initial = INITIAL[named.initial](architecture, named.recipe.seed)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in initial.items()})
    preparation = Preparation(
        architecture.input_shape,
        picture_side(architecture.input_shape[1]),
        colours,
        mirror=source.photographs,
        jitter=named.jitter if source.photographs else 0.0,
    )
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
    parts = zip(("train", "val"), sources, strict=True)
    return Journal(
        None if folder is None else Path(folder),
        group,
        run_id,
        steps=steps,
        batch_size=named.recipe.batch_size,
        folders={part: each.folder for part, each in parts if isinstance(each, Pictures)},
        row_every=integer("train", "--log-every", options.log_every, minimum=1),
        checkpoint_every=integer("train", "--checkpoint-every", options.checkpoint_every, minimum=1),
        damaged_limit=options.damaged_limit,
        tensorboard=options.tensorboard,
    )


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
