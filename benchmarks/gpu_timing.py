"""How the programs for a GPU time it: the device's part alone, captured in a CUDA graph, with a cold cache."""

import statistics
import time
from math import isfinite

import torch

_LARGER_THAN_CACHES = 2**28  # bytes
_WARM_UP = 3  # calls: to compile, to let cuDNN choose, to allocate


def tensor_float_32(allowed):
    """Say whether products of float32 may be cut to TensorFloat-32's ten bits, in convolutions and dense layers alike.

    By PyTorch's older switches, which set the newer ones as well; to ask an older one after setting a newer is an
    error.
    """
    torch.backends.cudnn.allow_tf32 = allowed
    torch.backends.cuda.matmul.allow_tf32 = allowed


def timed(call, device, *, seconds=0.05, most=50):
    """Time a piece of work, and return what it returned.

    On a GPU the call is captured once and replayed, so that what the host takes to ask for it does not count; before
    each replay the cache is filled with something else. On a CPU it is called as it is.

    Parameters
    ----------
    call : callable
        Takes nothing, returns a tensor.
    device : torch.device
    seconds : float
        To spend on replays, about.
    most : int
        Replays at most; at least five.

    Returns
    -------
    dict
        ``milliseconds``, the median; ``quartiles``; and the number of runs, ``n``.
    result : tensor
        Of the last run.
    """
    if device.type != "cuda":
        call()
        times, result = [], None
        for _ in range(2):
            start = time.perf_counter()
            result = call()
            times.append(1e3 * (time.perf_counter() - start))
        return summarized(times), result
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(_WARM_UP):
            call()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            result = call()
        other = torch.empty(_LARGER_THAN_CACHES, dtype=torch.int8, device=device)
        times = replayed(graph, other, 3)
        count = max(5, min(most, int(1e3 * seconds / statistics.median(times))))
        times = replayed(graph, other, count)
    torch.cuda.current_stream().wait_stream(stream)
    return summarized(times), result.clone()


def replayed(graph, other, count):
    """Replay a graph, each time after overwriting ``other``, which then fills the cache; return the milliseconds."""
    events = [[torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(count)]
    for start, end in events:
        # This keeps the device busy while the host asks for the rest, too.
        other.zero_()
        start.record()
        graph.replay()
        end.record()
    torch.cuda.synchronize()
    return [start.elapsed_time(end) for start, end in events]


def summarized(times):
    """Return the median, the quartiles and the number of some times in milliseconds."""
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return {"milliseconds": middle, "quartiles": [low, high], "n": len(times)}


def relative_error(result, exact):
    """Return the largest difference from float64's result, relative to the largest value of that; it must be finite."""
    if result.shape != exact.shape:
        raise ValueError(f"the result must have shape {tuple(exact.shape)}, received {tuple(result.shape)}")
    error = float((result.double() - exact).abs().max() / exact.abs().max())
    if not isfinite(error):
        raise ValueError("the result is not finite")
    return error


NOT_MEASURED = {"milliseconds": None, "quartiles": None, "n": 0, "largest_relative_error": None}


def race(about, contenders, exact, device, *, compared=lambda result: result):
    """Time every contender, and yield a row for each.

    Each may fail in a way of its own, and the others go on; only after an error of the device nothing can.

    Parameters
    ----------
    about : dict
        What every row says.
    contenders : dict of str to callable
        As `timed` takes them.
    exact : tensor of float64
    device : torch.device
    compared : callable
        Takes a result, returns the part of it that is to be near ``exact``.

    Yields
    ------
    dict
        ``about``, ``contender``, what `timed` measured, ``largest_relative_error``, and ``failure``: None, or one line
        of why there is nothing else.
    """
    for contender, call in contenders.items():
        try:
            times, result = timed(call, device)
            measured = times | {"largest_relative_error": relative_error(compared(result), exact), "failure": None}
        except Exception as error:
            if device.type == "cuda":
                torch.cuda.synchronize()  # raises the same again where the device is lost
            measured = NOT_MEASURED | {"failure": one_line(error)}
        yield about | {"contender": contender} | measured


def one_line(error):
    """Return an error's kind and the first line that it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__
