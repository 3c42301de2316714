"""How fast each layer can be, and how fast it is: arithmetic, bytes moved, and seconds.

The roofline model [1]_ bounds a layer's speed by the smaller of two numbers: what the machine computes in a second,
and what it computes with the bytes that its memory delivers in a second.

References
----------
.. [1] Williams, Waterman & Patterson, *Roofline: an insightful visual performance model for multicore architectures*
   (2009).
"""

from functools import partial
from math import prod

import torch

from cnnlib import gpu
from cnnlib.models.architecture import apply_layer
from cnnlib.shapes import Dropout, Flatten
from cnnlib.timing import timed, timed_once

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


def layer_seconds(architecture, batch, *, device="cpu", dtype=torch.float32, runs=5):
    """Time the forward pass of every layer that computes, on random numbers, the best of some runs.

    A run goes through all layers in turn, so that a layer finds in the caches what the one before has left there.

    Parameters
    ----------
    architecture : Architecture
    batch : int
    device : str
    dtype : torch.dtype
    runs : int

    Returns
    -------
    dict of str to float
        Seconds by the layer's name.
    """
    calls = {
        report.name: _call(report, batch, device, dtype)
        for report in architecture.trace()
        if not isinstance(report.layer, Flatten | Dropout)
    }
    with torch.no_grad():
        times = [[timed_once(call, device) for call in calls.values()] for _ in range(runs + 1)]
    # The first run warms up.
    return {name: min(column) for name, column in zip(calls, zip(*times[1:], strict=True), strict=True)}


def _call(report, batch, device, dtype):
    """Return one layer on random numbers, as a function of nothing."""
    shapes = [(batch, *report.input_shape)]
    if report.weight_shape is not None:
        shapes += [report.weight_shape, report.weight_shape[:1]]
    return partial(apply_layer, report, *(torch.rand(shape, device=device).to(dtype) for shape in shapes), ops=gpu)
