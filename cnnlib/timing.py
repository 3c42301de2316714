"""How long a piece of work takes on a device, and the rate that it cannot exceed there."""

import time


def timed(work, device="cpu", *, runs=5, seconds=0.0):
    """Time a piece of work some times, after once to warm up.

    Parameters
    ----------
    work : callable
        Takes nothing.
    device : str or torch.device
        That the work is done on: a GPU computes on while the program goes on, and is waited for.
    runs : int
        At least so many times.
    seconds : float
        And for at least so long.

    Returns
    -------
    list of float
        Seconds of each run. Whatever disturbs a run makes it longer, so that the least says most of the work.
    """
    timed_once(work, device)
    times, end = [], time.perf_counter() + seconds
    while len(times) < runs or time.perf_counter() < end:
        times.append(timed_once(work, device))
    return times


def timed_once(work, device="cpu"):
    """Time a piece of work once, as it comes.

    Parameters
    ----------
    work, device
        As `timed` takes them.

    Returns
    -------
    float
        Seconds.
    """
    _wait(device)
    begin = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - begin


def _wait(device):
    """Wait until the device has done all that it was asked for."""
    kind = str(device).partition(":")[0]
    if kind in ("cuda", "mps"):
        import torch

        getattr(torch, kind).synchronize()


def matrix_rate(device="cpu", dtype=None, *, size=None, runs=12, seconds=0.0):
    """Measure the multiply-adds per second of multiplying two square matrices: about the most that a network can reach.

    Parameters
    ----------
    device : str or torch.device
    dtype : torch.dtype, optional
        Single precision by default.
    size : int, optional
        Rows and columns; 1024 on a CPU, 8192 on a GPU.
    runs : int
    seconds : float
        As `timed` takes them; the best run counts.

    Returns
    -------
    float
    """
    import torch

    size = size or (8192 if torch.device(device).type == "cuda" else 1024)
    a, b = (torch.rand(size, size, device=device).to(dtype or torch.float32) for _ in range(2))
    return size**3 / min(timed(lambda: a @ b, device, runs=runs, seconds=seconds))
