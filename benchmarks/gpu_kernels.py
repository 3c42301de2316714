"""Time our Triton kernels against cuDNN and unfold on a GPU: ``python -m benchmarks.gpu_kernels``.

Writes ``results/gpu-kernels.json``, anew after every problem, so that a run that is stopped leaves what it has
measured: convolution forward and both gradients on the operators' shapes, at batch 256, in four number formats and two
memory layouts; the fused block; pooling and local response normalisation. Errors stand beside the times.
Compiling takes longer than measuring: ``--compile 8`` does it ahead. ``--rehearse`` runs a little of everything on tiny
shapes, on a CPU; with TRITON_INTERPRET=1 also our kernels.
"""

import argparse
import gc
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from statistics import geometric_mean

import torch

from benchmarks.gpu_problems import CALLS, FORMATS, LAYOUTS, PASSES, Block, Convolution, Layer
from benchmarks.operators import SHAPES, Shape
from benchmarks.record import write_record
from cnnlib.training import pick_device

BATCH = 256
# For which there are targets; the one that is tuned, too, for to compile every candidate takes long.
FAVOURITE = ("bfloat16", "channels-last")
TUNED = ("lenet1", "lenet2", "alexnet1", "alexnet2", "alexnet3", "alexnet4", "alexnet5", "vgg")
POOLS = {"lenet1": 2, "lenet2": 2, "alexnet1": 3, "alexnet2": 3, "alexnet5": 3}
LAYERS = {
    "max pool 3/2": (BATCH, 96, 55, 55),
    "average pool 2/2": (BATCH, 6, 28, 28),
    "local response norm 5": (BATCH, 96, 55, 55),
}


def problems():
    """List everything there is to measure, what matters most first, for the time may be up."""
    shapes = {name: replace(shape, x=(BATCH, *shape.x[1:])) for name, shape in SHAPES.items()}
    shapes["large"] = shapes.pop("large")  # the slowest by far
    found = [Convolution(name, shape, *FAVOURITE) for name, shape in shapes.items()]
    found += [
        Block(name, shapes[name], pool, which) for name, pool in POOLS.items() for which in ("forward", "training")
    ]
    found += [
        Layer(name, LAYERS[name], which, format_, layout)
        for format_ in ("bfloat16", "float32")
        for layout in LAYOUTS
        for name in CALLS
        for which in ("forward", "training")
    ]
    rest = [(format_, layout) for layout in LAYOUTS for format_ in FORMATS if (format_, layout) != FAVOURITE]
    last, first = ([pair for pair in rest if pair[1] == layout] for layout in LAYOUTS)
    found += [Convolution(name, shape, *pair) for pair in last for name, shape in shapes.items()]
    found += [Convolution(name, shapes[name], *FAVOURITE, tuned=True) for name in TUNED]
    found += [Convolution(name, shape, *pair) for pair in first for name, shape in shapes.items()]
    return found


def tiny_problems():
    """List a few of each kind, so small that an interpreter finishes them in seconds."""
    small = {
        "lenet1": Shape((2, 1, 9, 9), (3, 1, 5, 5), padding=2),
        "alexnet2": Shape((2, 3, 7, 6), (5, 3, 5, 5), padding=2),
        "sequence": Shape((2, 2, 20), (3, 2, 9)),
    }
    return [
        *(Convolution(name, shape, *FAVOURITE) for name, shape in small.items()),
        *(Block("alexnet2", small["alexnet2"], 3, which) for which in ("forward", "training")),
        # In float32, for PyTorch's normalisation knows no bfloat16 on a CPU.
        *(
            Layer(name, (2, 6, 7, 7), which, "float32", layout)
            for name in CALLS
            for which, layout in zip(("forward", "training"), LAYOUTS, strict=True)
        ),
        Convolution("lenet1", small["lenet1"], "float32", "channels-first"),
        Convolution("lenet1", small["lenet1"], *FAVOURITE, tuned=True),
    ]


def compile_all(found, workers):
    """Compile the kernels of all problems in some processes at once; the cache on disk hands them over.

    A kernel that cannot be compiled fails again where it is timed, and is told there.
    """
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for problem in found:
            for which in PASSES if isinstance(problem, Convolution) else ["all"]:
                pool.submit(compile_one, problem, which)


def compile_one(problem, which):
    """Compile the kernels of one pass of a problem, and run nothing."""
    problem.compile(torch.device("cuda"), which)
    torch.cuda.empty_cache()


def measure(found, device, end):
    """Measure problems until the time is up; yield each with its rows."""
    for problem in found:
        if time.perf_counter() > end:
            return
        yield problem, list(problem.rows(device))


def summary(convolutions, blocks):
    """Return the figures that targets are set for, in bfloat16 and channels-last; None where rows are missing."""
    titles = {}
    for ours in ("Triton", "Triton, tuned"):
        for which in (*PASSES, "all passes"):
            rows = [row for row in convolutions if which in (row["pass"], "all passes")]
            titles[f"cuDNN over {ours}: {which}"] = ratio(rows, "cuDNN", ours)
    titles["unfold over Triton: all passes"] = ratio(convolutions, "unfold", "Triton")
    for which in ("forward", "training"):
        rows = [row for row in blocks if row["pass"] == which]
        titles[f"four calls over the fused block: {which}"] = ratio(rows, "PyTorch, four calls", "Triton")
    titles["compiled over the fused block: forward"] = ratio(blocks, "PyTorch, compiled", "Triton")
    return titles


def ratio(rows, other, ours):
    """Return the geometric mean of the other's time over ours wherever both have one, in the favourite format."""
    times = {}
    for row in rows:
        if (row["format"], row["layout"]) == FAVOURITE and row["milliseconds"]:
            times.setdefault((row["shape"], row["pass"]), {})[row["contender"]] = row["milliseconds"]
    ratios = [found[other] / found[ours] for found in times.values() if other in found and ours in found]
    return geometric_mean(ratios) if ratios else None


def line(row):
    """Tell a row in a line."""
    what = [row.get("shape") or row["layer"], row["format"], row["layout"], row["pass"], row["contender"]]
    told = row["failure"] or f"{row['milliseconds']:.4f} ms, error {row['largest_relative_error']:.0e}"
    return f"{', '.join(what)}: {told}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=140, help="begin no other problem after so long")
    parser.add_argument("--compile", type=int, metavar="N", help="only compile, in N processes, for a later run")
    parser.add_argument("--rehearse", action="store_true", help="tiny shapes, on the CPU")
    options = parser.parse_args()
    end = time.perf_counter() + options.seconds
    gc.freeze()  # Every capture collects garbage, and would look through all that is loaded by now.
    device = pick_device("cpu" if options.rehearse else "cuda")
    found = tiny_problems() if options.rehearse else problems()
    if options.compile:
        compile_all(found, options.compile)
        return
    results, done, path = {"convolutions": [], "blocks": [], "layers": []}, 0, None
    for problem, rows in measure(found, device, end):
        results[problem.kind] += rows
        done += 1
        print(*map(line, rows), sep="\n", flush=True)
        figures = summary(results["convolutions"], results["blocks"])
        path = write_record(
            "gpu-kernels",
            "python -m benchmarks.gpu_kernels" + (" --rehearse" if options.rehearse else ""),
            {"summary": figures, **results},
            data="normal random numbers",
            batch=2 if options.rehearse else BATCH,
            n="5 to 50 replays of a CUDA graph, the cache overwritten before each",
            complete=done == len(found),
        )
    for title, value in figures.items():
        print(f"{title}: {'not measured' if value is None else f'{value:.2f}'}")
    print(f"{done} of {len(found)} problems; written to {path}")


if __name__ == "__main__":
    main()
