"""One run on several processes: who am I, how many are we, and what do we all agree on.

``torchrun --nproc-per-node K`` starts K copies of a program and tells each by its environment which one it is.
"""

import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist

from cnnlib.training.devices import pick_device


@dataclass(frozen=True)
class Processes:
    """The processes of a run, seen from one of them.

    Attributes
    ----------
    rank : int
        This process' number; 0 speaks and writes for all.
    count : int
    device : torch.device
        Where this process computes.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def first(self):
        return self.rank == 0

    def total(self, values):
        """Add up numbers over all processes.

        Parameters
        ----------
        values : sequence of float

        Returns
        -------
        list of float
            The same on every process.
        """
        sums = torch.tensor(values, dtype=torch.float64)
        if self.count > 1:
            dist.all_reduce(sums)
        return sums.tolist()

    def any(self, flags):
        """Combine flags: what is set on one process is set on all.

        Parameters
        ----------
        flags : tensor of uint8
            On the CPU; written to.

        Returns
        -------
        tensor of uint8
            The same on every process.
        """
        if self.count > 1:
            dist.all_reduce(flags, dist.ReduceOp.MAX)
        return flags

    def from_first(self, tensor):
        """Overwrite a tensor with the first process' values, and return it."""
        if self.count > 1:
            dist.broadcast(tensor, 0)
        return tensor


def launched():
    """Return this process' number among those that ``torchrun`` started, and how many there are; (0, 1) without it."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


@contextmanager
def processes(device="auto"):
    """Join the processes that ``torchrun`` started, and leave them at the end.

    Parameters
    ----------
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``; with CUDA, each process of a machine takes a GPU of its own.

    Yields
    ------
    Processes

    Raises
    ------
    ValueError
        If this machine lacks the device, or has fewer GPUs than processes.
    """
    rank, count = launched()
    device = pick_device(device)
    if device.type == "cuda" and count > 1:
        local = int(os.environ.get("LOCAL_RANK", 0))
        if local >= torch.cuda.device_count():
            raise ValueError(
                f"--nproc-per-node must be at most the number of GPUs, {torch.cuda.device_count()}, "
                f"received {os.environ.get('LOCAL_WORLD_SIZE')}"
            )
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    if count == 1:
        yield Processes(0, 1, device)
        return
    # Gradients travel by NCCL between GPUs; what the processes agree on besides is a few numbers on the CPU.
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(rank, count, device)
    finally:
        dist.destroy_process_group()


class Stop:
    """Remember Ctrl-C and SIGTERM until the step in hand is done; a second one ends the process at once.

    As a context: the signals' own handlers come back at the end.

    Attributes
    ----------
    signal : int
        Number of the signal that came, 0 before; SIGTERM too where ``torchrun`` itself is gone, for then nobody would
        end this process.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self):
        self._received = 0
        self._parent = os.getppid() if launched()[1] > 1 else None

    @property
    def signal(self):
        if self._parent not in (None, os.getppid()):
            return int(signal.SIGTERM)
        return self._received

    def __enter__(self):
        self._before = {number: signal.signal(number, self._remember) for number in self.SIGNALS}
        return self

    def __exit__(self, *exception):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _remember(self, number, frame):
        self._received = number
        for each in self.SIGNALS:
            signal.signal(each, self._before[each])
