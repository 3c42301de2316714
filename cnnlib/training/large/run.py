"""A run on data that no memory holds, as it is planned: carried out from its data to its weights."""

import os
import shutil
import signal
import traceback
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from cnnlib.data import DataError
from cnnlib.models.catalogue import INITIAL, NETWORKS
from cnnlib.models.torch_network import Network
from cnnlib.models.trained import describe_trained, picture_side
from cnnlib.training.large.journal import Journal
from cnnlib.training.large.preparation import Preparation, colours_of
from cnnlib.training.large.processes import Stop, processes
from cnnlib.training.large.sources import Pictures, Synthetic, open_data
from cnnlib.training.large.trainer import Execution, Trainer, run_steps
from cnnlib.training.recipes import NamedRecipe


@dataclass(frozen=True)
class Plan:
    """Everything that is decided about a run before it begins.

    Attributes
    ----------
    network : str
        As in `cnnlib.models.catalogue.NETWORKS`.
    arguments : dict
        Of the network's builder, but for the number of classes.
    named : NamedRecipe
    data : str or None
        As `open_data` takes it; None for noise.
    noise : int
        Pictures of noise, where there are no data.
    classes : int
        Of the noise.
    steps : int or None
        Length of the run; None for the recipe's epochs.
    device : str
    accumulate : int
    workers : int or None
        As `Execution` takes them; None for as many as there are cores, where pictures come from a folder.
    folder : Path or None
        That keeps the run; by default ``runs/NETWORK-DATA``, and none for noise.
    row_every, checkpoint_every : int
    damaged_limit : float
    tensorboard : bool
        As `Journal` takes them.
    """

    network: str
    arguments: dict
    named: NamedRecipe
    data: str | None = None
    noise: int = 0
    classes: int = 1000
    steps: int | None = None
    device: str = "auto"
    accumulate: int = 1
    workers: int | None = None
    folder: Path | None = None
    row_every: int = 50
    checkpoint_every: int = 1000
    damaged_limit: float = 0.01
    tensorboard: bool = False


@dataclass(frozen=True)
class Outcome:
    """What has become of a run.

    Attributes
    ----------
    done : bool
        False if it was stopped, with a checkpoint of where if there is a folder.
    code : int
        0, or 128 and the number of the signal that stopped it.
    first : bool
        Whether this is the process that speaks for all.
    network, data : str
        Their names in full.
    step, steps : int
        Taken, and planned.
    last : dict or None
        The last row of metrics.
    folder : Path or None
        Where the run is kept.
    """

    done: bool
    code: int
    first: bool
    network: str
    data: str
    step: int
    steps: int
    last: dict | None
    folder: Path | None


def carry_out(plan):
    """Train as planned, from the last checkpoint if there is one.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Outcome

    Raises
    ------
    DataError, OSError, ValueError, FloatingPointError
        If the parts of the plan do not fit each other, or what they need is not there or fails.
    ConnectionError
        If another process of the run has ended.
    """
    named, arguments = plan.named, dict(plan.arguments)
    with processes(plan.device) as group, _one_of_many(group):
        _require_compiler(named.compiled, group.device)
        source, validation = _sources(plan)
        if plan.network != "lenet":
            arguments["classes"] = len(source.classes)
        architecture = NETWORKS[plan.network](**arguments)
        _require_fit(plan.network, architecture, source, named.recipe)
        colours = None if plan.network == "lenet" else colours_of(source, group, architecture.input_shape[0])
        trainer = _trainer(plan, architecture, source, colours, group)
        steps = plan.steps or named.recipe.epochs * (len(source) // named.recipe.batch_size)
        journal = _journal(plan, group, architecture, (source, validation), steps)
        with Stop() as stop, closing(journal), closing(trainer):
            journal.resume(trainer)
            done = run_steps(trainer, source, journal, steps=steps, validation=validation, stop=stop)
            if done:
                journal.finish(trainer.network, describe_trained(plan.network, arguments, source.classes, colours))
    # Another process may have been the one that the signal reached.
    code = 0 if done else 128 + (stop.signal or signal.SIGTERM)
    last = journal.rows[-1] if journal.rows else None
    names = architecture.name, source.name
    return Outcome(done, code, group.first, *names, journal.step, steps, last, journal.folder)


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


def _sources(plan):
    """Open what to train on and what to validate on."""
    if plan.data is None and plan.network == "lenet":
        return Synthetic(plan.noise, 28, 10, channels=1), None
    side = picture_side(NETWORKS[plan.network](**plan.arguments).input_shape[1])
    return (Synthetic(plan.noise, side, plan.classes), None) if plan.data is None else open_data(plan.data, side)


def _require_fit(network, architecture, source, recipe):
    if source.channels > architecture.input_shape[0]:
        raise ValueError(f"{network} takes gray pictures, and {source.name} has {source.channels} channels")
    if network == "lenet" and len(source.classes) != 10:
        raise ValueError(f"lenet tells 10 classes apart, and {source.name} has {len(source.classes)}")
    architecture.trace()  # an image too small for the layers is refused here
    if recipe.batch_size > len(source):
        raise ValueError(f"--batch-size must be at most the {len(source):,} pictures, received {recipe.batch_size:,}")


def _trainer(plan, architecture, source, colours, group):
    named = plan.named
    network = Network(architecture, seed=named.recipe.seed)
    initial = INITIAL[named.initial](architecture, named.recipe.seed)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in initial.items()})
    jitter = named.jitter if source.photographs else 0.0
    preparation = Preparation.of(architecture, colours, mirror=source.photographs, jitter=jitter)
    workers = plan.workers
    if workers is None:
        neighbours = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
        workers = min(8, max(1, os.cpu_count() // neighbours)) if isinstance(source, Pictures) else 0
    execution = Execution(named.precision, named.channels_last, named.compiled, plan.accumulate, workers)
    return Trainer(network, named.recipe, preparation, group, execution, label_smoothing=named.label_smoothing)


def _journal(plan, group, architecture, sources, steps):
    named = plan.named
    run_id = {
        "network": architecture.name,
        "input_shape": list(architecture.input_shape),
        "data": sources[0].fingerprint(),
        **asdict(named.recipe),
        "steps": steps,
        "initial": named.initial,
        "label_smoothing": named.label_smoothing,
        "jitter": named.jitter,
        "precision": named.precision,
    }
    parts = zip(("train", "val"), sources, strict=True)
    folder = plan.folder
    if folder is None and plan.data is not None:
        folder = Path("runs", f"{plan.network}-{sources[0].name}")
    return Journal(
        folder,
        group,
        run_id,
        steps=steps,
        batch_size=named.recipe.batch_size,
        folders={part: each.folder for part, each in parts if isinstance(each, Pictures)},
        row_every=plan.row_every,
        checkpoint_every=plan.checkpoint_every,
        damaged_limit=plan.damaged_limit,
        tensorboard=plan.tensorboard,
    )
