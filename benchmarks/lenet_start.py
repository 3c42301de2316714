"""Measure what keeps a LeNet from starting: ``python -m benchmarks.lenet_start``.

Trains a LeNet for one epoch on the packaged digits, with every curve at every rate of Adam and of plain descent, twice
with the slopes of another curve, and with biases that make up for a constant. Writes ``results/lenet-start.json`` after
every run and does what is not in it yet.
"""

import argparse

import torch

from benchmarks.record import Record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet.start import BALANCED, CURVES, SLOPES, START_RATES, first_epoch


def runs():
    """Yield the name of every run, and what `first_epoch` is to be called with."""
    for name, (curve, raised) in SLOPES.items():
        yield name, {"curve": curve, "raised": raised, "optimizer": "adam", "rate": 0.003}
    for name, (curve, balanced) in BALANCED.items():
        for rate in START_RATES["adam"]:
            yield name, {"curve": curve, "balanced": balanced, "optimizer": "adam", "rate": rate}
    for optimizer, rates in START_RATES.items():
        for curve in CURVES:
            for rate in rates:
                yield curve, {"curve": curve, "optimizer": optimizer, "rate": rate}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    digits = mnist()
    train, held_out = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    record = Record(
        "lenet-start",
        "python -m benchmarks.lenet_start",
        data=f"MNIST, one epoch of {len(train[1]):,} digits, {len(held_out[1]):,} held out",
        n=options.seeds,
    )
    for seed in range(options.seeds):
        for name, settings in runs():
            record.row(
                {"name": name, "optimizer": settings["optimizer"], "rate": settings["rate"], "seed": seed},
                lambda seed=seed, settings=settings: {
                    "accuracy": first_epoch(train=train, held_out=held_out, seed=seed, **settings)
                },
            )


if __name__ == "__main__":
    main()
