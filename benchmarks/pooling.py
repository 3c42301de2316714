"""Measure what pooling gives and takes, with several seeds: ``python -m benchmarks.pooling``.

Writes ``results/pooling.json``, which the pooling chapter shows beside runs of its own. Recipes are fixed, nothing is
chosen by looking at the test images, and every run is in the record.
"""

import argparse

import torch

from benchmarks.record import write_record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.aliasing import subsampling
from cnnlib.experiments.pooling import sizes, where
from cnnlib.training import Recipe, evaluate, fit

COUNTS = (100, 200, 400, 800, 1600)
WINDOWS = (1, 2, 3, 6, 9, 18)
SIZES = (20, 24, 28, 32, 36, 40, 48, 56, 64)
SHIFTS = range(1, 9)
EPOCHS = 4


def measure_where(seed):
    """Answer both questions: three windows from few and many pictures, six windows from 800."""
    runs = [(count, window) for count in COUNTS for window in WINDOWS if count == 800 or window in (1, 3, 18)]
    return [
        {
            "task": task,
            "window": window,
            "count": count,
            "seed": seed,
            "accuracy": where.learn(task, window, count, seed=seed),
        }
        for task in where.ANSWERS_TO
        for count, window in runs
    ]


def measure_sizes(seed, train, test):
    """Train at 28×28 with a grid of 4×4 and with a global average; read digits of nine sizes."""
    rows = []
    for grid in (4, 1):
        network = sizes.AnySize(grid, seed=seed)
        fit(network, train, Recipe(EPOCHS, seed=seed), progress=False)
        accuracies = [evaluate(network, sizes.resized(test[0], size), test[1]).accuracy for size in SIZES]
        rows.append({"grid": grid, "seed": seed, "accuracy": dict(zip(map(str, SIZES), accuracies, strict=True))})
    return rows


def measure_aliasing(seed, train, test):
    """Train with each kind of subsampling and count steady answers; run the first one without any, too."""
    rows = []
    for kind in subsampling.SUBSAMPLING:
        network = subsampling.CircularNetwork(kind, seed=seed)
        fit(network, train, Recipe(EPOCHS, seed=seed), progress=False)
        rows.append(_steadiness(kind, kind, seed, network, test))
        if kind == "max":
            network.subsampling = "none"
            rows.append(_steadiness("max", "none", seed, network, test))
    return rows


def _steadiness(trained, run, seed, network, test):
    return {
        "trained": trained,
        "run": run,
        "seed": seed,
        "accuracy": evaluate(network, *test).accuracy,
        "consistency": subsampling.consistency(network, *test, SHIFTS),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="runs of each experiment")
    options = parser.parse_args()
    # Networks this small lose more to threads than they gain.
    torch.set_num_threads(1)
    digits = mnist()
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    results = {"where": [], "sizes": [], "aliasing": []}
    for seed in range(options.seeds):
        for name, rows in (
            ("where", measure_where(seed)),
            ("sizes", measure_sizes(seed, train, test)),
            ("aliasing", measure_aliasing(seed, train, test)),
        ):
            results[name] += rows
            print(f"seed {seed}: {name}, {len(rows)} rows", flush=True)
    path = write_record(
        "pooling",
        f"python -m benchmarks.pooling --seeds {options.seeds}",
        results,
        data="drawn scenes, 1,000 of them to test; MNIST, 4,000 training and 1,000 test digits",
        n=options.seeds,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()
