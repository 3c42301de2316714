"""How fast each layer can be, and how fast it is: arithmetic, bytes moved, and seconds.

The roofline model [1]_ bounds a layer's speed by the smaller of two numbers: what the machine computes in a second,
and what it computes with the bytes that its memory delivers in a second.

References
----------
.. [1] Williams, Waterman & Patterson, *Roofline: an insightful visual performance model for multicore architectures*
   (2009).
"""

import time
from functools import partial
from math import prod

import torch

from cnnlib import gpu
from cnnlib.shapes import Activation, Conv, Dense, LocalResponseNorm, Pool

BYTES = 4  # of a number in single precision


def operations(report, batch):
    """Count a layer's floating-point operations on a batch: two for each multiply-add.

    Parameters
    ----------
    report : LayerReport
        Of a convolution or a dense layer.
    batch : int

    Returns
    -------
    int
    """
    return 2 * batch * report.multiply_adds


def bytes_moved(report, batch):
    """Count the bytes that a layer must move at least: input, weights and output, each once, in single precision.

    Parameters
    ----------
    report : LayerReport
    batch : int

    Returns
    -------
    int
    """
    return BYTES * (report.parameters + batch * (prod(report.input_shape) + prod(report.output_shape)))


def intensity(report, batch):
    """Return a layer's arithmetic intensity on a batch, in operations per byte moved."""
    return operations(report, batch) / bytes_moved(report, batch)


def peak_rate(*, device="cpu", size=1024, runs=12):
    """Measure the operations per second of multiplying two square matrices, the best of some runs.

    Parameters
    ----------
    device : str
    size : int
        Rows and columns.
    runs : int

    Returns
    -------
    float
    """
    a, b = (torch.rand(size, size, device=device) for _ in range(2))
    return 2 * size**3 / min(timed(lambda: a @ b, device, runs=runs))


def copy_rate(*, device="cpu", numbers=2**24, runs=5):
    """Measure the bytes per second of copying an array larger than the caches, read and written, the best of some runs.

    Parameters
    ----------
    device : str
    numbers : int
        Length of the array, in single precision.
    runs : int

    Returns
    -------
    float
    """
    source = torch.rand(numbers, device=device)
    target = torch.empty_like(source)
    return 2 * BYTES * numbers / min(timed(lambda: target.copy_(source), device, runs=runs))


def layer_seconds(architecture, batch, *, device="cpu", runs=5):
    """Time the forward pass of every layer that computes, on random numbers, the best of some runs.

    A run goes through all layers in turn, so that a layer finds in the caches what the one before has left there.

    Parameters
    ----------
    architecture : Architecture
        With maximum pooling only.
    batch : int
    device : str
    runs : int

    Returns
    -------
    dict of str to float
        Seconds by the layer's name.
    """
    every = {report.name: _call(report, batch, device) for report in architecture.trace()}
    calls = {name: call for name, call in every.items() if call is not None}
    with torch.no_grad():
        times = [[_seconds(call, device) for call in calls.values()] for _ in range(runs + 1)]
    # The first run warms up.
    return {name: min(column) for name, column in zip(calls, zip(*times[1:], strict=True), strict=True)}


def _call(report, batch, device):
    """Return one layer on random numbers, as a function of nothing; None for one that computes nothing."""
    layer, shape = report.layer, report.weight_shape
    x = torch.rand(batch, *report.input_shape, device=device)
    weights = [] if shape is None else [torch.rand(each, device=device) for each in (shape, shape[:1])]
    match layer:
        case Conv():
            return partial(gpu.conv2d, x, *weights, stride=layer.stride, padding=layer.padding, groups=layer.groups)
        case Dense():
            return partial(gpu.linear, x, *weights)
        case Pool():
            return partial(gpu.max_pool2d, x, layer.kernel, stride=layer.stride, padding=layer.padding)
        case LocalResponseNorm():
            return partial(gpu.local_response_norm, x, layer.size, alpha=layer.alpha, beta=layer.beta, k=layer.k)
        case Activation():
            return partial(getattr(gpu, layer.function), x)
    return None


def timed(work, device="cpu", *, runs=5):
    """Time a piece of work some times, after once to warm up.

    Parameters
    ----------
    work : callable
        Takes nothing.
    device : str
        That the work is done on.
    runs : int

    Returns
    -------
    list of float
        Seconds of each run. Whatever disturbs a run makes it longer, so that the least says most of the work.
    """
    return [_seconds(work, device) for _ in range(runs + 1)][1:]


def _seconds(call, device):
    # A GPU computes on while the program goes on: without waiting, one times the asking.
    wait = torch.cuda.synchronize if torch.device(device).type == "cuda" else lambda: None
    wait()
    begin = time.perf_counter()
    call()
    wait()
    return time.perf_counter() - begin
