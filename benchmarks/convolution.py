"""Measure what the Matrices chapter shows: ``python -m benchmarks.convolution``, or some of its parts.

Each part (forms, bands, rounding, edges, copies, signals) writes a record, ``results/convolution-<part>.json``.
Times are medians; the contenders of a part take turns in one process.
"""

# ruff: noqa: E402  (NumPy's BLAS and PyTorch read the number of threads when they are imported)

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import statistics
import time
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import torch
from scipy import sparse

from benchmarks.operators import race
from benchmarks.record import rows, write_record
from cnnlib import definition, gpu, vectorized
from cnnlib.data import pictures
from cnnlib.experiments.matrices import one_dimensional
from cnnlib.models.numpy_network import innermost
from cnnlib.shapes import conv_geometry
from cnnlib.training import Recipe
from cnnlib.vectorized import _im2col, _toeplitz, _winograd


def forms():
    """Time one convolution in every form, and compare each with loops over float64."""
    rng = np.random.RandomState(0)
    x, weight = (rng.standard_normal(shape).astype(np.float32) for shape in ((8, 16, 32, 32), (32, 16, 3, 3)))
    geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2, padding=1)
    tensors = torch.from_numpy(x), torch.from_numpy(weight)
    ways = {
        "im2col": partial(vectorized.conv2d, x, weight, padding=1, algorithm="im2col"),
        "FFT": partial(vectorized.conv2d, x, weight, padding=1, algorithm="fft"),
        "Winograd F(2×2)": partial(_winograd.forward, x, weight, geometry, tile=2),
        "Winograd F(4×4)": partial(_winograd.forward, x, weight, geometry, tile=4),
        "PyTorch, unfold": partial(gpu.conv2d, *tensors, padding=1, algorithm="unfold"),
        "PyTorch, its own": partial(torch.nn.functional.conv2d, *tensors, padding=1),
    }
    start = time.perf_counter()
    loops = definition.conv2d(x, weight, padding=1)
    milliseconds = {"loops": 1e3 * (time.perf_counter() - start), **race(ways)}
    exact = definition.conv2d(x.astype(np.float64), weight.astype(np.float64), padding=1)
    results = [
        {
            "form": name,
            "milliseconds": milliseconds[name],
            "largest_relative_error": float(np.abs(np.asarray(way()) - exact).max() / np.abs(exact).max()),
        }
        for name, way in {"loops": lambda: loops, **ways}.items()
    ]
    # What `benchmarks.gpu_forms` has added, on a machine with a GPU, stays.
    results += [row for row in rows("convolution-forms") if "gpu" in row]
    return results, {
        "shape": {"x": x.shape, "weight": weight.shape, "padding": 1},
        "multiply_adds": int(np.prod(exact.shape) * np.prod(weight.shape[1:])),
        "n": "1 run of the loops, median of 21 of the others",
    }


def bands(repeats=5):
    """Time LeNet's two layers as im2col, batch first, and as products with bands of a Toeplitz matrix, batch last.

    From one column of the output, which is im2col over columns that overlap in memory, to the matrix whole.
    """
    rng = np.random.RandomState(0)
    layers = {"C1": ((64, 1, 28, 28), (6, 1, 5, 5), 2), "C3": ((64, 6, 14, 14), (16, 6, 5, 5), 0)}
    results = []
    for layer, (shape, bank, padding) in layers.items():
        x, weight = (rng.standard_normal(each).astype(np.float32) for each in (shape, bank))
        geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2, padding=padding)
        width, k = geometry.output[1], geometry.kernel[1]
        tiles = [tile for tile in range(1, width + 1) if width % tile == 0]
        tensors = torch.from_numpy(x), torch.from_numpy(weight)
        last = (tensors[0].contiguous(memory_format=torch.channels_last), tensors[1])
        ways = {
            "im2col, batch first": partial(_im2col.forward, x, weight, geometry),
            **{tile: partial(_toeplitz.forward, innermost(x), weight, geometry, tile=tile) for tile in tiles},
            "PyTorch": partial(torch.nn.functional.conv2d, *tensors, padding=padding),
            "PyTorch, channels last": partial(torch.nn.functional.conv2d, *last, padding=padding),
        }
        for repeat in range(repeats):
            for way, milliseconds in race(ways).items():
                band = {"columns": way, "zeros": 1 - k / (k + way - 1)} if way in tiles else {"way": way}
                results.append({"layer": layer, **band, "repeat": repeat, "milliseconds": milliseconds})
    return results, {
        "shapes": {layer: {"x": x, "weight": w, "padding": p} for layer, (x, w, p) in layers.items()},
        "n": f"{repeats} repeats, each the median of 21 runs; the ways take turns; one thread",
    }


def rounding(draws=20):
    """Compare im2col and Winograd's tiles in single precision with float64, on inputs and weights drawn anew."""
    rng = np.random.RandomState(0)
    results = []
    for (channels, filters, size), draw in product(((4, 8, 16), (16, 32, 32)), range(draws)):
        x, weight = rng.standard_normal((2, channels, size, size)), rng.standard_normal((filters, channels, 3, 3))
        x, weight = x.astype(np.float32), weight.astype(np.float32)
        geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2, padding=1)
        exact = vectorized.conv2d(x.astype(np.float64), weight.astype(np.float64), padding=1, algorithm="im2col")
        answers = {
            "im2col": vectorized.conv2d(x, weight, padding=1, algorithm="im2col"),
            "Winograd F(2×2)": _winograd.forward(x, weight, geometry, tile=2),
            "Winograd F(4×4)": _winograd.forward(x, weight, geometry, tile=4),
        }
        for form, answer in answers.items():
            error = float(np.sqrt(np.mean((answer - exact) ** 2) / np.mean(exact**2)))
            results.append({"channels": channels, "draw": draw, "form": form, "relative_error": error})
    return results, {
        "shapes": "x (2, C, H, H) and weight (2 C, C, 3, 3), padding 1: C = 4 with H = 16, and C = 16 with H = 32",
        "n": f"{draws} draws of inputs and weights for each; root mean square errors",
    }


def copies(repeats=9):
    """Time products of slices with two shared weights, and with weights of their own at each place."""

    def products(image, left, right):
        return left * image[:, :-1] + right * image[:, 1:]

    results = []
    for height, width in ((280, 320), (2800, 3200)):
        image = np.random.RandomState(0).rand(height, width).astype(np.float32)
        one, two = np.float32(-1), np.float32(1)
        own = (np.full((height, width - 1), value) for value in (one, two))
        ways = {"shared": partial(products, image, one, two), "own": partial(products, image, *own)}
        for repeat in range(repeats):
            took = race(ways)
            ratio = took["own"] / took["shared"]
            results.append({"height": height, "width": width, "repeat": repeat, "own_over_shared": ratio})
    return results, {"n": f"{repeats} repeats, each a ratio of medians of 21 runs that take turns"}


def edges(block=256):
    """Time one edge filter, each pixel less its left neighbour, in every form that a layer may have."""
    image = pictures()["china"].mean(axis=2)[:280, :320].astype(np.float32) / 255
    height, width = image.shape
    kernel = np.array([[-1, 1]], np.float32)
    x, weight = image[None, None], kernel[None, None]
    local = np.broadcast_to(weight, (height, width - 1, *weight.shape)).copy()
    left, right = (np.full((height, width - 1), value, np.float32) for value in (-1, 1))
    n_in, n_out = height * width, height * (width - 1)
    rows = np.arange(n_out)
    first = rows // (width - 1) * width + rows % (width - 1)
    matrix = sparse.csr_matrix(
        (np.tile(kernel[0], n_out), np.stack([first, first + 1], axis=1).ravel(), 2 * np.arange(n_out + 1)),
        shape=(n_out, n_in),
    )
    flat, tensors = image.ravel(), (torch.from_numpy(x), torch.from_numpy(weight))
    shared, own = 2, 2 * n_out
    ways = {
        "shared, a difference of slices": (0, lambda: image[:, 1:] - image[:, :-1]),
        "shared, products of slices": (shared, lambda: kernel[0, 0] * image[:, :-1] + kernel[0, 1] * image[:, 1:]),
        "shared, vectorized.conv2d": (shared, partial(vectorized.conv2d, x, weight)),
        "shared, PyTorch's conv2d": (shared, partial(torch.nn.functional.conv2d, *tensors)),
        "own weights, products of slices": (own, lambda: left * image[:, :-1] + right * image[:, 1:]),
        "own weights, vectorized.locally_connected2d": (own, partial(vectorized.locally_connected2d, x, local)),
        "sparse matrix, SciPy": (own, lambda: matrix @ flat),
    }
    milliseconds = race({name: way for name, (_, way) in ways.items()})
    # The dense matrix does not fit into most machines: it is made and multiplied a block of rows at a time,
    # and only the products are timed.
    dense_y, seconds = np.empty(n_out, np.float32), 0.0
    for start in range(0, n_out, block):
        dense = matrix[start : start + block].toarray()
        begin = time.perf_counter()
        dense_y[start : start + block] = dense @ flat
        seconds += time.perf_counter() - begin
    milliseconds["dense matrix, NumPy"] = 1e3 * seconds
    ways["dense matrix, NumPy"] = n_in * n_out, lambda: dense_y
    exact, fastest = (image[:, 1:] - image[:, :-1]).ravel(), min(milliseconds.values())
    results = [
        {
            "form": name,
            "weights": stored,
            "milliseconds": milliseconds[name],
            "times_the_fastest": milliseconds[name] / fastest,
            "largest_difference": float(np.abs(np.asarray(way()).ravel() - exact).max()),
        }
        for name, (stored, way) in ways.items()
    ]
    return results, {
        "shape": {"x": x.shape, "weight": weight.shape},
        "n": f"median of 21 runs; dense: 1 run, in blocks of {block} rows",
    }


def digits(seeds=10, epochs=40, search=3):
    """Train the readers of 1-D digits, each at the rate that is best for it on signals kept aside."""
    recipe = Recipe(epochs, batch_size=100)
    runs = [(name, False) for name in one_dimensional.MODELS]
    runs += [(name, True) for name in ("convolutional", "dense", *one_dimensional.LOCAL_CHANNELS)]
    results = []
    for name, shuffled in runs:
        # Other seeds than those of the runs that are reported.
        tried = one_dimensional.accuracies_by_rate(name, range(100, 100 + search), recipe=recipe, shuffled=shuffled)
        rate = max(tried, key=tried.get)
        reached = one_dimensional.accuracies(
            name, range(seeds), recipe=replace(recipe, learning_rate=rate), shuffled=shuffled
        )
        results.append(
            {
                "model": name,
                "samples": "shuffled" if shuffled else "in order",
                "parameters": sum(each.numel() for each in one_dimensional.network(name).parameters()),
                "accuracy_aside_by_rate": {str(each): score for each, score in tried.items()},
                "rate": rate,
                "test_accuracies": reached.tolist(),
            }
        )
        print(f"{name}, shuffled {shuffled}: {rate}, {statistics.mean(reached):.4f}", flush=True)
    return results, {
        "data": "MNIST-1D, 4,000 training and 1,000 test signals; rates chosen on 800 of the training signals",
        "epochs": epochs,
        "n": f"{seeds} seeds; {search} others for each rate; a random order for each seed",
    }


PARTS = {"forms": forms, "bands": bands, "rounding": rounding, "edges": edges, "copies": copies, "signals": digits}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help="all of them unless named")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"part must be one of {', '.join(PARTS)}, received {', '.join(unknown)}")
    for part in parts:
        results, about = PARTS[part]()
        path = write_record(f"convolution-{part}", f"python -m benchmarks.convolution {part}", results, **about)
        print(f"written to {path}")


if __name__ == "__main__":
    main()
