"""Measure what the appendix on speed shows of a processor's core: ``python -m benchmarks.speed [part …]``.

``loops`` writes ``results/speed-loops.json``: one convolution by loops in Python, by the same loops compiled, by loops
in better orders, and by libraries. It needs a C compiler by the name of ``cc``. ``regimes`` writes
``results/speed-regimes.json``: how long functions of arrays of all sizes take, and steps of LeNet's training with
batches of all sizes, and of a LeNet whose arrays are all tiny. Each time is the least of many, in turns: whatever
disturbs a run makes it longer. ``--second`` writes what a second processor takes beside that,
``results/speed-<part>-second.json``: what holds on both is less likely to be of one alone.
"""

# ruff: noqa: E402  (NumPy's BLAS and PyTorch read the number of threads when they are imported)

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import ctypes
import subprocess
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.record import write_record
from cnnlib import definition, gpu, vectorized
from cnnlib.models.architecture import Architecture
from cnnlib.models.catalogue import lenet
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Conv, Dense
from cnnlib.timing import matrix_rate, timed
from cnnlib.training.steps import descend

FLAGS = ("-O3", "-march=native", "-mprefer-vector-width=256")
ONE_AT_A_TIME = "-fno-tree-vectorize"
COMPILED = {
    "C, output by output": ("by_output", ONE_AT_A_TIME),
    "C, padded": ("by_output_padded", ONE_AT_A_TIME),
    "C, padded, eight allowed": ("by_output_padded",),
    "C, map by map": ("by_map", ONE_AT_A_TIME),
    "C, eight at a time": ("by_map",),
    "C, sums in registers": ("by_tile",),
}


def over_lists(x, weight):
    """Convolve in plain Python, on lists of lists: the loops of ``by_output`` in loops.c, line by line."""
    images, maps, height, width = len(x), len(x[0]), len(x[0][0]), len(x[0][0][0])
    filters, size = len(weight), len(weight[0][0])
    y = [[[[0.0] * width for _ in range(height)] for _ in range(filters)] for _ in range(images)]
    for n in range(images):
        for o in range(filters):
            for i in range(height):
                for j in range(width):
                    total = 0.0
                    for c in range(maps):
                        for u in range(size):
                            for v in range(size):
                                row, column = i + u - size // 2, j + v - size // 2
                                if 0 <= row < height and 0 <= column < width:
                                    total += x[n][c][row][column] * weight[o][c][u][v]
                    y[n][o][i][j] = total
    return y


def compiled(folder, function, *flags, x, weight):
    """Compile a function of ``loops.c``, and return one that convolves ``x`` with ``weight``, "same" as large."""
    library = Path(folder) / f"{'-'.join([function, *flags])}.so"
    source = Path(__file__).parent / "loops.c"
    images, channels, height, width = x.shape
    filters, _, size, _ = weight.shape
    sizes = {"N": images, "C": channels, "O": filters, "H": height, "W": width, "K": size}
    told = [f"-D{name}={value}" for name, value in sizes.items()]
    command = ["cc", "-shared", "-fPIC", *FLAGS, *flags, *told, "-o", str(library), str(source)]
    subprocess.run(command, check=True)
    run = getattr(ctypes.CDLL(str(library)), function)
    y = np.empty((images, filters, height, width), np.float32)

    def convolve():
        edge = size // 2
        given = x if function == "by_output" else np.pad(x, [(0, 0), (0, 0), (edge, edge), (edge, edge)])
        run(*(array.ctypes.data_as(ctypes.c_void_p) for array in (given, weight, y)))
        return y

    return convolve


def loops(rounds=30):
    """Time one convolution in every order and language; the loops in Python run once."""
    rng = np.random.RandomState(0)
    x, weight = (rng.standard_normal(shape).astype(np.float32) for shape in ((8, 16, 32, 32), (32, 16, 3, 3)))
    tensors = torch.from_numpy(x), torch.from_numpy(weight)
    exact = vectorized.conv2d(x.astype(float), weight.astype(float), padding=1)
    multiply_adds = exact.size * weight[0].size
    took, answers = {}, {}
    slow = {
        "our definition": partial(definition.conv2d, x, weight, padding=1),
        "Python, output by output": partial(over_lists, x.tolist(), weight.tolist()),
    }
    for name, way in slow.items():
        start = time.perf_counter()
        answers[name] = np.array(way())
        took[name] = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        ways = {name: compiled(folder, *how, x=x, weight=weight) for name, how in COMPILED.items()}
        ways["NumPy, im2col"] = partial(vectorized.conv2d, x, weight, padding=1, algorithm="im2col")
        ways["PyTorch"] = partial(torch.nn.functional.conv2d, *tensors, padding=1)
        for _ in range(rounds):
            for name, way in ways.items():
                took[name] = min(took.get(name, np.inf), *timed(way, runs=2))
        answers |= {name: np.asarray(way()).copy() for name, way in ways.items()}
    results = [
        {
            "form": name,
            "multiply_adds_per_second": multiply_adds / seconds,
            "largest_relative_error": float(np.abs(answers[name] - exact).max() / np.abs(exact).max()),
        }
        for name, seconds in took.items()
    ]
    results.append({"form": "a product of two large matrices", "multiply_adds_per_second": matrix_rate(runs=30)})
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return results, {
        "shape": {"x": x.shape, "weight": weight.shape, "padding": 1},
        "multiply_adds": int(multiply_adds),
        "compiler": compiler,
        "flags": " ".join(FLAGS),
        "n": f"1 run of the two in Python, least of {2 * rounds} of the others",
    }


def step_seconds(architecture, batch, runs):
    """Return the seconds of a step of Adam, the least of some."""
    network = Network(architecture, seed=0)
    optimizer = torch.optim.Adam(network.parameters(), foreach=False)
    images, labels = torch.rand(batch, 1, 28, 28), torch.zeros(batch, dtype=torch.long)

    def gradients(given):
        gpu.cross_entropy(network(given[0]), given[1]).backward()

    return min(timed(lambda: list(descend(optimizer, [(images, labels)], [0.001], gradients)), runs=runs))


def regimes(rounds=15):
    """Time functions of arrays that touch each number once, and steps of LeNet's training."""
    functions = {"negative": np.negative, "sqrt": np.sqrt, "exp": np.exp}
    results = []
    for exponent in range(4, 27):
        numbers = 2**exponent
        x = np.abs(np.random.RandomState(0).standard_normal(numbers).astype(np.float32))
        y = np.empty_like(x)
        calls = max(1, 2**20 // numbers)  # a clock cannot tell a single short call
        took = dict.fromkeys(functions, np.inf)
        for _ in range(rounds):
            for name, function in functions.items():

                def call(function=function, calls=calls, x=x, y=y):
                    for _ in range(calls):
                        function(x, out=y)

                took[name] = min(took[name], min(timed(call, runs=2)) / calls)
        results += [{"function": name, "numbers": numbers, "seconds": value} for name, value in took.items()]
    for batch in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
        results.append({"batch": batch, "seconds": step_seconds(lenet("relu", "max"), batch, 2 * rounds)})
    # As many operations, on next to no numbers.
    small = [
        replace(layer, out_channels=1) if isinstance(layer, Conv) else layer for layer in lenet("relu", "max").layers
    ]
    small = [replace(layer, out_features=2) if isinstance(layer, Dense) else layer for layer in small]
    tiny = Architecture("LeNet, tiny", (1, 28, 28), tuple(small))
    results.append({"tiny": True, "seconds": step_seconds(tiny, 1, 2 * rounds)})
    return results, {
        "matrix_product": matrix_rate(runs=2 * rounds),
        "n": f"least of {2 * rounds}; functions of float32 arrays in NumPy, steps of Adam in PyTorch",
    }


PARTS = {"loops": loops, "regimes": regimes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything if left out")
    parser.add_argument("--second", action="store_true", help="keep the records of a second processor")
    torch.set_num_threads(1)
    options = parser.parse_args()
    name, option = ("-second", " --second") if options.second else ("", "")
    for part in options.parts or PARTS:
        results, about = PARTS[part]()
        command = f"python -m benchmarks.speed {part}{option}"
        print(f"written to {write_record(f'speed-{part}{name}', command, results, **about)}")


if __name__ == "__main__":
    main()
