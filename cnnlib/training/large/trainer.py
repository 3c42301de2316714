"""Train on data that no memory holds, with one process or many: step by step, each step on a joint batch.

`cnnlib.training.fit` is the same thing for arrays in memory, and shorter. Here pictures come from a stream, are
prepared on the device, and their gradients are averaged over all processes by PyTorch's distributed data parallel.
"""

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.parallel import DistributedDataParallel

from cnnlib.data import DataError
from cnnlib.shapes import Dropout, choice, integer
from cnnlib.training.devices import layers_in
from cnnlib.training.evaluation import evaluate_batches
from cnnlib.training.large.batches import Schedule, loader, own_rows, readable
from cnnlib.training.large.preparation import Share
from cnnlib.training.steps import descend


@dataclass(frozen=True)
class Execution:
    """How to compute a run; nothing of this changes more than rounding, but ``precision``.

    Attributes
    ----------
    precision : "float32" or "bfloat16"
        Of the layers' arithmetic; weights, gradients and their sums stay in float32.
    channels_last : bool
        Keep the channels of a pixel side by side in memory.
    compiled : bool
        Let ``torch.compile`` fuse the network's operations.
    accumulate : int
        Parts in which a process takes its share of a batch, one after another, for want of memory.
    workers : int
        Processes that read pictures, for each process that trains.

    Raises
    ------
    TypeError, ValueError
        If a value is out of range.
    """

    precision: str = "float32"
    channels_last: bool = False
    compiled: bool = False
    accumulate: int = 1
    workers: int = 0

    def __post_init__(self):
        choice("train", "precision", self.precision, ("float32", "bfloat16"))
        integer("train", "accumulate", self.accumulate, minimum=1)
        integer("train", "workers", self.workers, minimum=0)


def dropout_masks(architecture, batch_size, rows, seed, device):
    """Draw, for each dropout layer, the mask of the whole joint batch, and keep some rows.

    Parameters
    ----------
    architecture : Architecture
    batch_size : int
    rows : slice
    seed : int
    device : torch.device
        The same seed draws other masks on another kind of device.

    Returns
    -------
    list of tensor of bool, shape (rows, features)
    """
    generator = torch.Generator(device).manual_seed(seed)
    return [
        torch.rand(batch_size, *report.output_shape, generator=generator, device=device)[rows] >= report.layer.rate
        for report in architecture.trace()
        if isinstance(report.layer, Dropout)
    ]


class Trainer:
    """Everything that a step needs, and the step.

    Parameters
    ----------
    network : cnnlib.models.torch_network.Network
        Moved to the processes' device, and trained in place.
    recipe : Recipe
        Its ``batch_size`` counts the joint batch.
    preparation : Preparation
    processes : Processes
    execution : Execution
    label_smoothing : float

    Raises
    ------
    ValueError
        If the processes and their parts cannot share a batch evenly.
    """

    def __init__(self, network, recipe, preparation, processes, execution, *, label_smoothing=0.0):
        parts = processes.count * execution.accumulate
        if recipe.batch_size % parts:
            raise ValueError(
                f"train: --batch-size must be a multiple of processes times --accumulate, {processes.count} × "
                f"{execution.accumulate}, received {recipe.batch_size}"
            )
        self.network, self.recipe, self.preparation = network, recipe, preparation
        self.processes, self.execution, self.label_smoothing = processes, execution, label_smoothing
        self.device = processes.device
        self.rows = own_rows(recipe.batch_size, processes.rank, processes.count)
        network.to(self.device, memory_format=self._memory_format)
        self.optimizer = recipe.optimizer_of(network.parameters())
        if execution.compiled:
            network.compile()
        self.parallel = network
        if processes.count > 1:
            gpus = [self.device] if self.device.type == "cuda" else None
            self.parallel = DistributedDataParallel(network, device_ids=gpus)

    def close(self):
        """Let go of the other processes, before they are left.

        What averages the gradients ends a thread of its own when it is deleted. Left to the interpreter, that may
        happen after the process group is gone, and then the two wait for each other.
        """
        self.parallel = self.network

    @property
    def _memory_format(self):
        return torch.channels_last if self.execution.channels_last else torch.contiguous_format

    def gradients(self, step, parts):
        """Add the gradients of a joint batch to the parameters'.

        Parameters
        ----------
        step : int
            Its number, from 0.
        parts : iterator
            Yields this process' share of the batch in ``execution.accumulate`` parts: images, labels, damaged.

        Returns
        -------
        loss, correct : tensor
            Mean loss over this process' share, and how many of it were answered right; on the device, so that it
            need not be waited for.
        damaged : list of int
            Positions of pictures that could not be read.

        Raises
        ------
        DataError
            If far and wide no picture can be read.
        """
        self.network.train()
        batch_size, count = self.recipe.batch_size, self.execution.accumulate
        # 1 and 2: other streams than the one that orders the pictures.
        mask_seed = int(np.random.RandomState([self.recipe.seed, step, 1]).randint(2**31))
        masks = dropout_masks(self.network.architecture, batch_size, self.rows, mask_seed, self.device)
        share = batch_size // self.processes.count // count
        total, correct, damaged = 0.0, 0, []
        for part in range(count):
            images, labels, unread = next(parts)
            damaged += unread.tolist()
            if len(images) < share:
                raise DataError(f"{len(damaged)} pictures in a row cannot be read; is the disk still there?")
            start = self.rows.start + part * share
            rng = np.random.RandomState([self.recipe.seed, step, 2])
            x, labels = self._prepared(images, labels, Share(rng, batch_size, slice(start, start + share)))
            own_masks = [mask[part * share : (part + 1) * share] for mask in masks]
            # The processes need to agree on the sum over all parts only.
            alone = part < count - 1 and self.processes.count > 1
            with self.parallel.no_sync() if alone else nullcontext():
                loss, right = self._one_pass(x, labels, own_masks)
            total, correct = total + loss, correct + right
        return total / count, correct, damaged

    def _prepared(self, images, labels, rng=None):
        images, labels = (tensor.to(self.device, non_blocking=True) for tensor in (images, labels))
        x = self.preparation(images, rng).to(next(self.network.parameters()).dtype)
        return x.contiguous(memory_format=self._memory_format), labels

    def _one_pass(self, x, labels, masks):
        with layers_in(self.execution.precision, self.device):
            logits = self.parallel(x, masks)
        # Not gpu.cross_entropy, which checks the labels and so makes the host wait for the device.
        loss = torch.nn.functional.cross_entropy(
            logits.to(torch.promote_types(logits.dtype, torch.float32)), labels, label_smoothing=self.label_smoothing
        )
        (loss / self.execution.accumulate).backward()
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def validate(self, source, *, batch_size=256):
        """Evaluate on held-out pictures, each process on its share of them.

        Parameters
        ----------
        source : Arrays, Synthetic or Pictures
        batch_size : int
            Bounds the memory in use.

        Returns
        -------
        scores : dict of str to float
            ``val_loss``, ``val_top1``, ``val_top5``; the same on every process.
        damaged : list of int
            Positions of this process' pictures that could not be read; they do not count.

        Raises
        ------
        DataError
            If no picture could be read.
        FloatingPointError
            If an answer is infinite or NaN.
        """
        damaged = []
        own = {"rank": self.processes.rank, "count": self.processes.count, "workers": self.execution.workers}
        read = readable(source, batch_size, self.device, damaged, **own)
        batches = (self._prepared(images, labels) for images, labels in read)
        result = evaluate_batches(self.network, batches, precision=self.execution.precision)
        shares = (result.loss, result.accuracy, result.top(5), 1.0) if len(result.labels) else 4 * (0.0,)
        loss, top1, top5, count = self.processes.total([share * len(result.labels) for share in shares])
        if not count:
            raise DataError("no picture held out for validation can be read")
        return {"val_loss": loss / count, "val_top1": top1 / count, "val_top5": top5 / count}, damaged


def run_steps(trainer, source, journal, *, steps, validation=None, stop=None):
    """Take a run from where its journal says it is to its last step.

    Parameters
    ----------
    trainer : Trainer
    source : Arrays, Synthetic or Pictures
        To train on.
    journal : cnnlib.training.large.journal.Journal
        Says where to begin, and is told what happens; writes checkpoints when they are due.
    steps : int
        Of the whole run.
    validation : Arrays, Synthetic or Pictures, optional
        Evaluated after every epoch and at the end; nothing is chosen by it.
    stop : Stop, optional
        Asked after every step.

    Returns
    -------
    bool
        Whether the run came to its end; False if it was stopped, with a checkpoint of where.

    Raises
    ------
    FloatingPointError
        If the loss becomes infinite or NaN.
    DataError
        If too many pictures are damaged.
    """
    recipe, processes = trainer.recipe, trainer.processes
    per_epoch = len(source) // recipe.batch_size
    order = {"seed": recipe.seed, "count": len(source), "batch_size": recipe.batch_size}
    positions = Schedule(journal.step, steps, trainer.rows, trainer.execution.accumulate, **order)
    parts = iter(loader(source, positions, trainer.execution.workers, trainer.device))
    due = range(journal.step, steps)
    rates = (recipe.rate(step / steps) for step in due)
    taken = descend(trainer.optimizer, due, rates, lambda step: trainer.gradients(step, parts))
    for step, (loss, correct, damaged) in zip(due, taken, strict=True):
        journal.took(step // per_epoch + 1, loss, correct, damaged)
        at_end_of_epoch = (step + 1) % per_epoch == 0 or step + 1 == steps
        stopped = stop is not None and bool(processes.any(torch.tensor([stop.signal > 0], dtype=torch.uint8)))
        if at_end_of_epoch or journal.row_due:
            scores = {}
            if at_end_of_epoch and validation is not None:
                scores, damaged = trainer.validate(validation)
                journal.found_damaged(damaged, "val")
            journal.write_row(epoch=step // per_epoch + 1, learning_rate=recipe.rate(step / steps), **scores)
        if stopped or step + 1 == steps or journal.checkpoint_due:
            journal.save(trainer)
        if stopped and step + 1 < steps:
            return False
    return True
