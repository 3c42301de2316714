"""How the programs for a GPU time it: the device's part alone, captured in a CUDA graph, with a cold cache."""

import statistics
import time

import torch

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
        other = torch.empty(4 * torch.cuda.get_device_properties(device).L2_cache_size, dtype=torch.int8, device=device)
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
    """Return the largest difference from float64's result, relative to the largest value of that."""
    return float((result.double() - exact).abs().max() / exact.abs().max())


NOT_MEASURED = {"milliseconds": None, "quartiles": None, "n": 0, "largest_relative_error": None}


def attempted(measure):
    """Return what ``measure`` returns, with ``failure`` None; where it fails, `NOT_MEASURED` and why, in one line.

    Each contender may fail in a way of its own, and the others shall go on; after an error of the device nothing can.
    """
    try:
        return {**measure(), "failure": None}
    except Exception as error:
        if torch.cuda.is_available():
            torch.cuda.synchronize()  # raises the same again where the device is lost
        return NOT_MEASURED | {"failure": one_line(error)}


def one_line(error):
    """Return an error's kind and the first line that it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__
