"""Measure the Equivariance chapter's turned digits on the full MNIST: ``python -m benchmarks.equivariance``.

Writes ``results/equivariance-<part>.json`` for each part, run by run: a program that was stopped goes on where it was.
Rates are chosen on validation digits; a network is tested after its last step, once.
"""

import argparse
from functools import partial

import numpy as np
import torch

from benchmarks.rates import climb
from benchmarks.record import add_row, is_recorded, rows
from cnnlib.data import as_float, mnist
from cnnlib.experiments.equivariance import rotation
from cnnlib.training import evaluate

ANGLES = tuple(range(0, 360, 15))
STEPS = (250, 800, 2400)
RATES = tuple(0.005 * 2.0**power for power in range(-6, 7))

PARTS = {
    "rotation": [(name, turned, steps) for steps in STEPS for name in ("plain", "group") for turned in (False, True)],
    "width": [
        (name, turned, 800)
        for name, turned in (
            ("plain, wide", False),
            ("plain, wide", True),
            ("group, sheets in order", False),
            ("group, wide", False),
            ("group, first sheet", False),
            ("group, sheets in order", True),
        )
    ],
}
DATA = (
    "MNIST: 55,000 digits to train on, 5,000 to choose the rate; tested on the 10,000 test digits upright, "
    "and on the first 1,000 of them at 24 angles"
)


def split(digits):
    """Return training, validation and test digits, each images (N, 1, 28, 28) and labels."""
    images, labels = as_float(digits.train.images), digits.train.labels
    last = len(labels) // 12  # 5,000 of 60,000
    test = as_float(digits.test.images), digits.test.labels
    return (images[:-last], labels[:-last]), (images[-last:], labels[-last:]), test


def validated(network, turned, validation):
    """Return the accuracy on validation digits, turned at random where the training digits were."""
    images, labels = validation
    if turned:
        images = rotation.any_angle(torch.from_numpy(images), np.random.RandomState(0)).numpy()
    return evaluate(network, images, labels).accuracy


def measure(part, digits, seeds, command):
    """Add a row to the record for each run: those of the search for a rate, and those that are tested."""
    record, about = f"equivariance-{part}", {"data": DATA, "n": seeds}
    train, validation, test = split(digits)
    some = test[0][:1000], test[1][:1000]
    best = {}

    def run(name, turned, steps, rate, *, seed, tested):
        what = {"network": name, "turned": turned, "steps": steps, "rate": rate, "seed": seed, "tested": tested}
        if not is_recorded(record, what):
            network = rotation.trained_turner(name, train, steps=steps, rate=rate, turned=turned, seed=seed)
            row = what | {"validation": validated(network, turned, validation)}
            if tested:
                row |= {
                    "parameters": sum(values.numel() for values in network.parameters()),
                    "upright": evaluate(network, *test).accuracy,
                    "swapped": rotation.six_nine_swaps(network, test),
                    "angles": ANGLES,
                    "accuracy": rotation.accuracy_by_angle(network, some, ANGLES).tolist(),
                }
            add_row(record, command, row, **about)
            print(part, *(f"{key}={row[key]}" for key in (*what, "validation")), flush=True)
        [row] = [row for row in rows(record) if what.items() <= row.items()]
        return row["validation"]

    for name, turned, steps in PARTS[part]:
        rate = best.get((name, turned), 0.005)
        # The search has a seed of its own, so that the runs that are tested were not chosen.
        rate, _ = climb(partial(run, name, turned, steps, seed=seeds, tested=False), rate, RATES)
        best[name, turned] = rate
        for seed in range(seeds):
            run(name, turned, steps, rate, seed=seed, tested=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", help=f"some of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    unknown = [name for name in options.part if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    digits = mnist(full=True)
    for name in options.part or PARTS:
        measure(name, digits, options.seeds, f"python -m benchmarks.equivariance {name} --seeds {options.seeds}")


if __name__ == "__main__":
    main()
