"""The folder of a run: its checkpoint, its metrics, its damaged pictures, its weights.

All processes call the journal alike, because some of what it writes is a sum over them; the first one writes.
"""

import csv
import io
import math
import sys
import time

import torch
from tqdm import tqdm

from cnnlib.data import DataError
from cnnlib.durable import append, write_whole
from cnnlib.models.storage import save_tensors
from cnnlib.training.checkpoints import has_finite_weights, load_checkpoint, save_checkpoint

PATIENCE = 5.0  # seconds
COLUMNS = ("step", "epoch", "learning_rate", "loss", "accuracy", "val_loss", "val_top1", "val_top5")


class Journal:
    """Remember a run so that it can go on after any interruption as if nothing had happened.

    Parameters
    ----------
    folder : Path or None
        Made if it is not there; None keeps nothing.
    processes : Processes
    run_id : dict
        What makes this run this run; a checkpoint of another is refused.
    steps : int
        Of the whole run.
    batch_size : int
    folders : dict of str to cnnlib.data.folder.PictureFolder
        ``"train"`` and ``"val"``, those that are folders, to say which picture is damaged.
    row_every, checkpoint_every : int
        Steps between two rows of metrics, and between two checkpoints.
    damaged_limit : float
        Share of a folder's pictures that may be damaged.
    tensorboard : bool
        Write event files too.
    shown : bool
        Show progress.

    Attributes
    ----------
    step : int
        Steps taken.
    rows : list of dict
        The metrics so far. They hold nothing that a repetition would not repeat, times least of all.
    """

    def __init__(
        self,
        folder,
        processes,
        run_id,
        *,
        steps,
        batch_size,
        folders=None,
        row_every=50,
        checkpoint_every=1000,
        damaged_limit=0.01,
        tensorboard=False,
        shown=True,
    ):
        self.folder, self.processes, self.run_id = folder, processes, run_id
        self.batch_size, self.row_every, self.checkpoint_every = batch_size, row_every, checkpoint_every
        self.folders, self.damaged_limit = folders or {}, damaged_limit
        self.step, self.rows = 0, []
        self._sums, self._pending = [0.0, 0.0], []
        self._flags = {part: torch.zeros(len(pictures), dtype=torch.uint8) for part, pictures in self.folders.items()}
        self._reasons = {part: {} for part in self.folders}
        self._unsaid = 0
        self.progress = tqdm(
            total=steps * batch_size,
            desc="training",
            unit=" images",
            unit_scale=True,
            delay=1.0,  # what fails at once says so in one line
            mininterval=1.0 if sys.stderr.isatty() else 5.0,
            disable=not (shown and processes.first),
        )
        self._writes = folder is not None and processes.first
        self._lock = self._events = None
        if self._writes:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(folder)
            for leftover in folder.glob(".*.part*"):  # of a process that was killed while it wrote
                leftover.unlink()
        self._tensorboard = tensorboard and self._writes

    @property
    def checkpoint(self):
        return self.folder / "checkpoint.safetensors"

    def resume(self, trainer):
        """Go to where the run was, if there is a checkpoint.

        Parameters
        ----------
        trainer : Trainer
            Its network and optimizer are written to.

        Raises
        ------
        ValueError
            If the checkpoint is damaged or of another run; nothing has changed then.
        """
        if self.folder is not None and self.checkpoint.exists():
            history = load_checkpoint(self.checkpoint, trainer.network, trainer.optimizer, self.run_id)
            self.step, self.rows = history["step"], history["rows"]
            if self.processes.first:
                self._sums = history["sums"]
            self.progress.n = self.progress.initial = self.step * self.batch_size
        if self._writes:
            self._recall_damaged()
            # From the checkpoint, not from what is there: rows of steps that will be taken again are not in it.
            write_whole(self.folder / "metrics.csv", lambda path: path.write_text(_table(self.rows), "utf-8"))
        if self._tensorboard:
            self._events = _event_writer(self.folder / "tensorboard", purge_step=self.step + 1)

    def took(self, epoch, loss, correct, damaged):
        """Note a step: mean loss and right answers of this process' share, and pictures that could not be read."""
        self.step += 1
        self._pending.append(torch.stack([loss / self.processes.count, correct.to(loss.dtype)]))
        self.found_damaged(damaged, "train")
        if self.progress.update(self.batch_size):  # it was shown a moment ago: reading the loss waits for the device
            self._tell(epoch, float(loss))

    def _tell(self, epoch, loss):
        self.progress.set_postfix_str(f"epoch {epoch}, loss {loss:.4f}", refresh=False)

    def found_damaged(self, positions, part):
        """Note pictures of ``"train"`` or ``"val"`` that could not be read."""
        for position in positions:
            self._unsaid += not self._flags[part][position]
            self._flags[part][position] = 1

    @property
    def row_due(self):
        return self.step % self.row_every == 0

    @property
    def checkpoint_due(self):
        return self.step % self.checkpoint_every == 0

    def write_row(self, **columns):
        """Write one row of metrics: the means since the last one, and what is given.

        Parameters
        ----------
        **columns : float
            Named in `COLUMNS`.

        Raises
        ------
        FloatingPointError
            If the loss is infinite or NaN.
        DataError
            If too many pictures are damaged.
        """
        loss, correct = self._joint_sums()
        self._sums = [0.0, 0.0]
        steps = self.step - (self.rows[-1]["step"] if self.rows else 0)
        means = {"loss": loss / steps, "accuracy": correct / (steps * self.batch_size)}
        row = {"step": self.step, **means, **columns}
        self.rows.append({name: row[name] for name in COLUMNS if name in row})
        self._tell(row["epoch"], row["loss"])
        if self._writes:
            append(self.folder / "metrics.csv", _table(self.rows[-1:], header=False))
        if self._events is not None:
            for name, value in self.rows[-1].items():
                self._events.add_scalar(name, value, self.step)
            told = self.progress.format_dict
            if told["elapsed"]:
                self._events.add_scalar("images_per_second", (told["n"] - told["initial"]) / told["elapsed"], self.step)
        self._list_damaged()
        self.progress.unpause()  # a validation, say, is not training

    def save(self, trainer):
        """Write a checkpoint of this very step.

        Parameters
        ----------
        trainer : Trainer

        Raises
        ------
        OSError
            If it cannot be written; the last one is then still there.
        FloatingPointError
            If the loss or the weights are infinite or NaN: the last one is worth more.
        """
        sums = self._joint_sums()
        if not has_finite_weights(trainer.network):
            raise FloatingPointError(
                f"the weights became infinite or NaN in step {self.step}; try a lower --learning-rate"
            )
        if self._writes:
            history = {"step": self.step, "rows": self.rows, "sums": sums}
            save_checkpoint(self.checkpoint, trainer.network, trainer.optimizer, self.run_id, history)
        if self._events is not None:
            self._events.flush()
        self.progress.unpause()

    def finish(self, network, about):
        """Write the trained weights, with what is needed to use them.

        Parameters
        ----------
        network : Network
        about : dict
            Besides the architecture's name.
        """
        if self._writes:
            about = {"architecture": network.architecture.name, **about}
            save_tensors(self.folder / "weights.safetensors", network.weights(), kind="weights", about=about)

    def close(self):
        """End the progress line, the event file and the hold on the folder."""
        self.progress.close()
        if self._events is not None:
            self._events.close()
        if self._lock is not None:
            self._lock.close()

    def _joint_sums(self):
        """Return the loss and the right answers since the last row, over all processes; the device is waited for."""
        if self._pending:
            values = torch.stack(self._pending).cpu().double().sum(0).tolist()
            self._sums = [before + new for before, new in zip(self._sums, values, strict=True)]
            self._pending = []
        sums = self.processes.total(self._sums)
        if not math.isfinite(sums[0]):
            raise FloatingPointError(f"the loss became {sums[0]} before step {self.step}; try a lower --learning-rate")
        self._sums = sums if self.processes.first else [0.0, 0.0]
        return sums

    def _list_damaged(self):
        """Bring what each process found together, write ``damaged.txt``, and stop where it is too much."""
        [new] = self.processes.total([float(self._unsaid)])
        self._unsaid = 0
        if not new:
            return
        for part, pictures in self.folders.items():
            flags = self.processes.any(self._flags[part])
            if self._writes:
                self._explain(part, pictures, flags)
        if self._writes:
            lines = [f"{name}\t{reason}\n" for part in self.folders for name, reason in self._reasons[part].items()]
            text = "".join(sorted(lines))
            write_whole(self.folder / "damaged.txt", lambda path: path.write_text(text, "utf-8", "surrogateescape"))
        for part, pictures in self.folders.items():
            count = int(self._flags[part].sum())
            if count > self.damaged_limit * len(pictures):
                raise DataError(
                    f"{count:,} of {len(pictures):,} pictures in {pictures.path} cannot be read, more than the "
                    f"{self.damaged_limit:.1%} that --damaged-limit allows"
                )

    def _explain(self, part, pictures, flags):
        """Read damaged pictures once more, to say what is wrong with them."""
        for index in flags.nonzero().flatten().tolist():
            name = f"{part}/{pictures.name(index)}"
            if name not in self._reasons[part]:
                try:
                    pictures.read(index, 32)
                    reason = "could not be read before"
                except DataError as error:
                    reason = str(error).removeprefix(f"{pictures.path / pictures.name(index)} ")
                self._reasons[part][name] = reason

    def _recall_damaged(self):
        """Know again what ``damaged.txt`` says, so that a resume adds to it."""
        path = self.folder / "damaged.txt"
        if path.exists():
            for line in path.read_text("utf-8", "surrogateescape").splitlines():
                name, _, reason = line.partition("\t")
                part = name.partition("/")[0]
                if part in self._reasons:
                    self._reasons[part][name] = reason


def _table(rows, *, header=True):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    if header:
        writer.writeheader()
    # Six digits: what is left of them is rounding, which another number of processes does otherwise.
    writer.writerows(
        {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()} for row in rows
    )
    return text.getvalue()


def _lock(folder):
    """Keep other runs out of the folder for as long as this process lives."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        return None
    file = (folder / ".lock").open("w")
    # Processes whose torchrun was killed finish their step first.
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() < patience:
                time.sleep(0.1)
                continue
            file.close()
            raise ValueError(f"another process is training in {folder}; wait for it, or name another folder") from None
        return file


def _event_writer(folder, purge_step):
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        raise ValueError("--tensorboard needs the package tensorboard: python -m pip install tensorboard") from None
    return SummaryWriter(str(folder), purge_step=purge_step)
