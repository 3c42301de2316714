"""Which pictures make up which step, and who reads them.

A *joint batch* is what one step of the run sees, over all processes. Which pictures it holds, how each is cropped and
which units are dropped depends on the seed and the step alone; process r of K takes the r-th of K equal parts. So one,
two or eight processes, with any number of reading workers, make the same run.
"""

import signal
from functools import lru_cache

import numpy as np
import torch


@lru_cache(maxsize=1)
def _order(seed, count, epoch):
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    return np.random.RandomState([seed, epoch]).permutation(count)


def joint_batch(step, *, seed, count, batch_size):
    """Return the positions of the pictures of a step, in order.

    Each epoch takes whole batches from a new permutation; the few pictures that are left over are others each time.

    Parameters
    ----------
    step : int
        From 0.
    seed : int
    count : int
        Pictures in the data set.
    batch_size : int

    Returns
    -------
    ndarray of int, shape (batch_size,)

    Examples
    --------
    >>> [joint_batch(step, seed=0, count=5, batch_size=2).tolist() for step in range(3)]
    [[2, 0], [3, 4], [0, 1]]
    """
    epoch, within = divmod(step, count // batch_size)
    return _order(seed, count, epoch)[within * batch_size : (within + 1) * batch_size]


def own_rows(batch_size, rank, processes):
    """Return the slice of the joint batch that a process takes.

    Parameters
    ----------
    batch_size : int
        A multiple of ``processes``.
    rank, processes : int

    Returns
    -------
    slice
    """
    share = batch_size // processes
    return slice(rank * share, (rank + 1) * share)


class Schedule:
    """The positions of every part that one process reads, from one step to another.

    Parameters
    ----------
    first, last : int
        Steps ``first`` to ``last - 1``.
    rows : slice
        See `own_rows`.
    parts : int
        Into how many equal parts a step is cut.
    **order
        As `joint_batch` takes it.
    """

    def __init__(self, first, last, rows, parts, **order):
        self.first, self.last, self.rows, self.parts, self.order = first, last, rows, parts, order

    def __len__(self):
        return (self.last - self.first) * self.parts

    def __iter__(self):
        for step in range(self.first, self.last):
            own = joint_batch(step, **self.order)[self.rows]
            for part in np.split(own, self.parts):
                yield part.tolist()


def in_turn(count, size, rank, processes):
    """List the positions that one process evaluates: every ``processes``-th, in batches of ``size``."""
    own = np.arange(rank, count, processes)
    return [own[start : start + size].tolist() for start in range(0, len(own), size)]


def loader(source, positions, workers, device):
    """Read batches ahead, in order.

    Parameters
    ----------
    source : Arrays, Synthetic or Pictures
    positions : iterable of list of int
    workers : int
        Processes that read; 0 reads in this one.
    device : torch.device

    Returns
    -------
    torch.utils.data.DataLoader
        Yields what ``source`` makes of each list, in page-locked memory where a GPU will fetch it.
    """
    return torch.utils.data.DataLoader(
        source,
        batch_sampler=positions,
        num_workers=workers,
        collate_fn=_as_it_is,
        worker_init_fn=_leave_signals_to_the_trainer,
        pin_memory=device.type == "cuda",
        prefetch_factor=4 if workers else None,
    )


def readable(source, batch_size, device, damaged, *, rank=0, count=1, workers=0):
    """Yield what one process evaluates, leaving out what cannot be read.

    Parameters
    ----------
    source : Arrays, Synthetic or Pictures
    batch_size : int
    device : torch.device
    damaged : list
        Gets the positions of the pictures that cannot be read.
    rank, count : int
        Of the process, and how many there are.
    workers : int
        Processes that read.

    Yields
    ------
    images : tensor of uint8, shape (n, C, H, W)
    labels : tensor of int, shape (n,)
    """
    for images, labels, unread in loader(source, in_turn(len(source), batch_size, rank, count), workers, device):
        damaged += unread.tolist()
        if len(images):
            yield images, labels


def _as_it_is(batch):
    return batch


def _leave_signals_to_the_trainer(worker):
    """A signal to the whole group must not take the readers away from a step that is to be finished."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
