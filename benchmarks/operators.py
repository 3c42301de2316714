"""Time `cnnlib.vectorized` against PyTorch and other NumPy ways: ``python -m benchmarks.operators``.

Writes ``results/operators-cpu.json``. All contenders of a shape take turns in one process, with two threads
each; a figure is the median of its runs. ``--only lenet1 vgg`` times some shapes and writes nothing.
"""

# ruff: noqa: E402  (NumPy's BLAS and PyTorch read the number of threads when they are imported)

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "2"

import argparse
import statistics
import time
import tracemalloc
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from scipy import signal

from benchmarks.record import write_record
from cnnlib.models.numpy_network import innermost
from cnnlib.shapes import conv_geometry
from cnnlib.timing import timed_once
from cnnlib.vectorized import _fft, _im2col, _winograd, conv1d, conv1d_backward, conv2d, conv2d_backward

ROUNDS, RUNS = 7, 3


@dataclass(frozen=True)
class Shape:
    """A convolution to time: images or sequences (N, C_in, *size) and filters (C_out, C_in, *kernel)."""

    x: tuple
    weight: tuple
    stride: int = 1
    padding: int = 0


SHAPES = {
    "lenet1": Shape((64, 1, 28, 28), (6, 1, 5, 5), padding=2),
    "lenet2": Shape((64, 6, 14, 14), (16, 6, 5, 5)),
    "alexnet1": Shape((16, 3, 224, 224), (96, 3, 11, 11), stride=4),
    "alexnet2": Shape((16, 96, 26, 26), (256, 96, 5, 5), padding=2),
    "alexnet3": Shape((16, 256, 12, 12), (384, 256, 3, 3), padding=1),
    "alexnet4": Shape((16, 384, 12, 12), (384, 384, 3, 3), padding=1),
    "alexnet5": Shape((16, 384, 12, 12), (256, 384, 3, 3), padding=1),
    "vgg": Shape((4, 64, 56, 56), (64, 64, 3, 3), padding=1),
    "large": Shape((4, 8, 128, 128), (8, 8, 31, 31), padding=15),
    "sequence": Shape((64, 8, 1024), (16, 8, 9)),
}
FAMILIES = {
    "lenet": ["lenet1", "lenet2"],
    "alexnet and vgg": ["alexnet1", "alexnet2", "alexnet3", "alexnet4", "alexnet5", "vgg"],
}


def measure(shape):
    """Time every way of computing one shape; return the record of it."""
    rng = np.random.default_rng(0)
    x, weight = (rng.standard_normal(s).astype(np.float32) for s in (shape.x, shape.weight))
    options = {"stride": shape.stride, "padding": shape.padding}
    forward, backward, reference = (
        (conv1d, conv1d_backward, torch.nn.functional.conv1d)
        if x.ndim == 3
        else (conv2d, conv2d_backward, torch.nn.functional.conv2d)
    )
    y = forward(x, weight, **options)
    grad_y = rng.standard_normal(y.shape).astype(np.float32)
    tensors = [torch.from_numpy(array) for array in (x, weight)]
    inputs = [tensor.clone().requires_grad_() for tensor in tensors]
    result, grad = reference(*inputs, **options), torch.from_numpy(grad_y)

    contenders = {
        "torch": lambda: reference(*tensors, **options),
        "auto": lambda: forward(x, weight, **options),
        "torch backward": lambda: torch.autograd.grad(result, inputs, grad, retain_graph=True),
        "auto backward": lambda: backward(grad_y, x, weight, **options),
        "tensordot": partial(tensordot, x, weight, shape),
    }
    if x.ndim == 4:
        last_x, last_grad = (innermost(array) for array in (x, grad_y))
        contenders["auto, batch last"] = lambda: forward(last_x, weight, **options)
        contenders["auto backward, batch last"] = lambda: backward(last_grad, last_x, weight, **options)
    algorithms = _algorithms(x, weight, shape)
    milliseconds = race({**contenders, **algorithms})
    record = {
        "shape": {"x": shape.x, "weight": shape.weight, **options},
        "milliseconds": milliseconds,
        "over_torch": milliseconds["auto"] / milliseconds["torch"],
        "backward_over_torch": milliseconds["auto backward"] / milliseconds["torch backward"],
        "tensordot_over_auto": milliseconds["tensordot"] / milliseconds["auto"],
        "scipy_over_auto": scipy_ratio(x, weight, shape, forward, options),
        "memory": memory(forward, x, weight, y, options),
    }
    if x.ndim == 4:
        for way in ("", " backward"):
            ratio = milliseconds[f"auto{way}, batch last"] / milliseconds[f"torch{way}"]
            record[f"batch_last{way.replace(' ', '_')}_over_torch"] = ratio
        record["memory_batch_last"] = memory(forward, last_x, weight, y, options)
    if algorithms:
        record["largest_relative_error"] = errors(x, weight, shape, algorithms)
    return record


def race(contenders):
    """Return each contender's median in milliseconds; they take turns, so that a busy moment hits all."""
    seconds = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, function in contenders.items():
            # The one before leaves its threads spinning for a while, and the caches full of its own.
            time.sleep(0.05)
            function()
            for _ in range(RUNS):
                seconds[name].append(timed_once(function))
    return {name: 1e3 * statistics.median(times) for name, times in seconds.items()}


def _algorithms(x, weight, shape):
    """Return the algorithms that this shape is there to compare, each as a function of nothing."""
    if x.ndim == 3:
        return {}
    geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2, stride=shape.stride, padding=shape.padding)
    calls = {"im2col": partial(_im2col.forward, x, weight, geometry)}
    if _fft.pays(geometry):
        calls["fft"] = partial(_fft.forward, x, weight, geometry)
    if geometry.kernel == (3, 3):
        for tile in (2, 4):
            calls[f"winograd F({tile}×{tile})"] = partial(_winograd.forward, x, weight, geometry, tile=tile)
    return calls if len(calls) > 1 else {}


def errors(x, weight, shape, algorithms):
    """Return each algorithm's largest error in float32, relative to the largest value of float64's result."""
    exact = conv2d(
        x.astype(np.float64),
        weight.astype(np.float64),
        stride=shape.stride,
        padding=shape.padding,
        algorithm="im2col",
    )
    largest = np.abs(exact).max()
    return {name: float(np.abs(function() - exact).max() / largest) for name, function in algorithms.items()}


def tensordot(x, weight, shape):
    """Convolve as a NumPy user would without this package: `sliding_window_view` and one `tensordot`."""
    axes = tuple(range(2, x.ndim))
    padded = np.pad(x, [(0, 0), (0, 0)] + [(shape.padding,) * 2] * len(axes))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axes)
    windows = windows[(slice(None), slice(None), *[slice(None, None, shape.stride)] * len(axes))]
    kernel = tuple(range(2 + len(axes), 2 + 2 * len(axes)))
    return np.moveaxis(np.tensordot(windows, weight, ((1, *kernel), (1, *axes))), -1, 1)


def scipy_ratio(x, weight, shape, forward, options):
    """Compare one image, channel by channel through `scipy.signal.correlate`, with the same image through ours.

    A filter bank of hundreds of channels takes SciPy minutes, so it gets eight filters and ours the same eight.
    """
    x, weight = x[:1], weight[:8]
    widths = [(0, 0)] + [(shape.padding,) * 2] * (x.ndim - 2)
    steps = (slice(None, None, shape.stride),) * (x.ndim - 2)

    def correlate():
        image = np.pad(x[0], widths)
        maps = (
            sum(signal.correlate(plane, k, mode="valid") for plane, k in zip(image, bank, strict=True))
            for bank in weight
        )
        return np.stack([plane[steps] for plane in maps])

    times = race({"scipy": correlate, "ours": lambda: forward(x, weight, **options)})
    return times["scipy"] / times["ours"]


def memory(forward, x, weight, y, options):
    """Trace the peak of one call, result included, and set it against the bound: three images' columns, x and y."""
    columns = weight[0].size * int(np.prod(y.shape[2:])) * x.itemsize
    tracemalloc.start()
    forward(x, weight, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    bound = 3 * columns + x.nbytes + y.nbytes
    return {"peak_bytes": peak, "bound_bytes": bound, "peak_over_bound": peak / bound}


def summary(records):
    """Return the figures that the targets are set for, as far as the shapes were measured."""
    figures = {}
    for family, names in FAMILIES.items():
        for key, title in (("over_torch", "over torch"), ("batch_last_over_torch", "batch last, over torch")):
            ratios = [records[name][key] for name in names if name in records]
            if ratios:
                figures[f"{family}: geometric mean {title}"] = statistics.geometric_mean(ratios)
    for title, key, pick in (
        ("slowest shape over torch", "over_torch", max),
        ("backward over torch: geometric mean", "backward_over_torch", statistics.geometric_mean),
        ("backward over torch: slowest shape", "backward_over_torch", max),
        ("tensordot over ours: geometric mean", "tensordot_over_auto", statistics.geometric_mean),
        ("scipy over ours: geometric mean", "scipy_over_auto", statistics.geometric_mean),
    ):
        figures[title] = pick([record[key] for record in records.values()])
    peaks = [
        record[key]["peak_over_bound"] for record in records.values() for key in record if key.startswith("memory")
    ]
    figures["peak memory over its bound: largest"] = max(peaks)
    if "large" in records:
        times = records["large"]["milliseconds"]
        figures["large kernel: im2col over fft"] = times["im2col"] / times["fft"]
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=SHAPES, metavar="SHAPE", help=", ".join(SHAPES))
    options = parser.parse_args()
    torch.set_num_threads(2)
    records = {}
    for name in options.only or SHAPES:
        records[name] = record = measure(SHAPES[name])
        print(name, {key: round(value, 3) for key, value in record["milliseconds"].items()}, flush=True)
        for key in (key for key in record if "_over_" in key or key == "over_torch"):
            print(f"    {key}: {record[key]:.2f}")
        print(
            f"    peak over bound: {record['memory']['peak_over_bound']:.2f}", record.get("largest_relative_error", "")
        )
    figures = summary(records)
    for title, value in figures.items():
        print(f"{title}: {value:.2f}")
    if not options.only:
        path = write_record(
            "operators-cpu",
            "python -m benchmarks.operators",
            {"summary": figures, "shapes": records},
            seeds=[0],
            n=ROUNDS * RUNS,
        )
        print(f"written to {path}")


if __name__ == "__main__":
    main()
