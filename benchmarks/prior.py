"""Measure what the Prior chapter shows, on the full MNIST: ``python -m benchmarks.prior [part …]``.

Each part writes a record of its own, ``results/prior-<part>.json``, a row at a time: a run that was stopped goes on
where it was. Whatever is chosen, a ridge, a prior's precision or a learning rate, is chosen on validation digits, the
last 10,000 of the 60,000 training digits; with 60,000 digits the network or layer is then trained anew on all of them.
All parts together take about three quarters of an hour on one core.
"""

# ruff: noqa: E402  (NumPy's BLAS and PyTorch read the number of threads when they are imported)

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.record import Record
from cnnlib.data import Split, mnist
from cnnlib.experiments.prior import denoising, permutation, placement, sharing

PRECISIONS = (0.0, 1.0, 10.0, 30.0, 100.0, 300.0, 1e3, 1e4, 1e6, np.inf)
COARSE = (0.0, 10.0, 100.0, np.inf)
RIDGES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1e3)
SEARCH = 100  # the seed of runs by which a rate is chosen; reported runs have others


@dataclass(frozen=True)
class Digits:
    """The three parts of MNIST: 50,000 to train on, 10,000 to choose by, 10,000 to report; and all to train on."""

    train: Split
    aside: Split
    test: Split
    all: Split


def parts(dataset):
    images, labels = dataset.train.images, dataset.train.labels
    aside = len(labels) // 6
    return Digits(Split(images[:-aside], labels[:-aside]), Split(images[-aside:], labels[-aside:]),
                  dataset.test, dataset.train)  # fmt: skip


def measure_strength(digits, record, seeds):
    """Take noise off digits by dense layers under priors from none to infinitely strong."""
    noisy = {name: denoising.noisy_digits(getattr(digits, name), seed=seed)
             for seed, name in enumerate(("train", "aside", "test", "all"))}  # fmt: skip
    alike = [(value, value) for value in PRECISIONS]
    apart = {"centred": product(COARSE, COARSE), "wandering": product((0.0, np.inf), repeat=2)}
    for task in ("centred", "wandering"):
        pairs = list(dict.fromkeys([*alike, *apart[task]]))
        sets = {name: denoising.wandering_pairs(pair, seed) for seed, (name, pair) in enumerate(noisy.items())}
        sets = noisy if task == "centred" else sets
        for count in (20, 200, 2_000, len(digits.all)):
            everything = count == len(digits.all)
            for seed in range(1 if everything else seeds):  # all digits can be drawn in one way only
                seen = sets["train"] if everything else denoising.drawn(sets["train"], count, seed)
                for share, local in pairs:
                    # JSON has no infinity.
                    wanted = {"task": task, "count": count, "seed": seed, "sharing": str(share), "locality": str(local)}

                    def measure(share=share, local=local, seen=seen, sets=sets, everything=everything):
                        layers = {ridge: denoising.Prior(share, local, ridge).fit(*seen) for ridge in RIDGES}
                        aside = {ridge: denoising.squared_error(v, sets["aside"]) for ridge, v in layers.items()}
                        ridge = min(aside, key=aside.get)
                        v = denoising.Prior(share, local, ridge).fit(*sets["all"]) if everything else layers[ridge]
                        return {"ridge": ridge, "validation": aside[ridge],
                                "error": denoising.squared_error(v, sets["test"])}  # fmt: skip

                    record.row(wanted, measure)


def readings(digits):
    """Say what is read: task, readers, digits, steps, seeds."""
    width, all_ = sharing.KINDS, len(digits.all)
    others = tuple(f"{kind}, {pool}" for pool in ("every second", "average") for kind in (*width, "shared"))
    yield "wandering", (*width, "shared", *others), 1_000, 1_200, 5
    yield "wandering", (*width, "shared"), all_, 1_200, 5
    for count in (all_, 1_000):
        yield "wandering", ("conv, 39 maps", "dense, 9 units"), count, 1_200, 3
    for count in (1_000, all_):
        yield "centred", width, count, 1_200, 3
    yield "shuffled", width, all_, 1_200, 3
    for task in ("centred", "shuffled"):
        yield task, ("conv, 39 maps",), all_, 1_200, 3
    yield "centred", ("local, 39 maps",), all_, 1_200, 3
    yield "wandering", width, 1_000, 3_600, 3
    yield "wandering", (*width, "conv, 39 maps"), all_, 3_600, 3
    for task in ("centred", "shuffled"):
        yield task, ("dense", "conv"), all_, 3_600, 3


def measure_reading(digits, record, seeds):
    """Read digits, centred, wandering or shuffled, by dense, locally connected and convolutional networks."""
    names = ("train", "aside", "test", "all")
    small = {
        task: {
            name: (sharing.halved(part.images, wander, seed=seed), part.labels)
            for seed, (name, part) in enumerate((name, getattr(digits, name)) for name in names)
        }
        for task, wander in (("centred", 0), ("wandering", 3))
    }

    def sets(task, seed):
        if task != "shuffled":
            return small[task]
        order = permutation.pixel_order(196, seed)
        return {name: (permutation.permute(x, order), y) for name, (x, y) in small["centred"].items()}

    def drawn(pair, count, seed):
        chosen = np.random.RandomState(seed).permutation(len(pair[1]))[:count]
        return tuple(array[chosen] for array in pair)

    start = {}
    for task, readers, count, steps, most in readings(digits):
        for reader in readers:
            case = {"task": task, "reader": reader, "count": count, "steps": steps}

            def error_at(rate, task=task, reader=reader, count=count, steps=steps):
                # Few digits that wander: the mean of two draws.
                found = []
                for seed in range(SEARCH, SEARCH + (2 if count <= 1_000 and task == "wandering" else 1)):
                    those = sets(task, seed)
                    seen = drawn(those["train"], count, seed)
                    found.append(
                        sharing.reading_errors(reader, seen, those["aside"], steps=steps, rate=rate, seed=seed)
                    )
                return float(np.mean([error for error, _ in found]))

            # To a dense network shuffled digits are digits: it gets the rate that was searched on these.
            alike = {"task": "centred"} if task == "shuffled" and reader == "dense" else {}
            rate = record.rate(case | alike | {"for": "rate"}, error_at, start.get((task, reader), 0.01))
            start[task, reader] = rate
            for seed in range(min(seeds, most)):

                def measure(task=task, reader=reader, count=count, steps=steps, rate=rate, seed=seed):
                    those = sets(task, seed)
                    seen = drawn(those["all" if count == len(digits.all) else "train"], count, seed)
                    error, seen_error = sharing.reading_errors(
                        reader, seen, those["test"], steps=steps, rate=rate, seed=seed
                    )
                    return {"rate": rate, "error": error, "training_error": seen_error}

                record.row(case | {"seed": seed}, measure)


def measure_placement(digits, record, seeds):
    """Read stacks by one layer, shared or unshared, with or without a word about places."""
    readers = {
        "shared, largest": ("conv", "largest", False),
        "shared, largest, row": ("conv", "largest", True),
        "unshared, largest": ("local", "largest", False),
        "shared, every place": ("conv", "every place", False),
        "unshared, every place": ("local", "every place", False),
    }
    train, aside, test = (
        placement.stacks(part, count, seed=seed)
        for seed, (part, count) in enumerate(((digits.train, 20_000), (digits.aside, 4_000), (digits.test, 4_000)))
    )
    aside, test = placement.both_ways(*aside), placement.both_ways(*test)
    for name, (kind, readout, row) in readers.items():

        def trained(rate, seed, kind=kind, readout=readout, row=row):
            return placement.trained_stack_reader(kind, 8, readout, train, steps=1_200, rate=rate, seed=seed, row=row)

        def error_at(rate, trained=trained):
            return 1 - placement.accuracies_by_answer(trained(rate, SEARCH), aside)[0]

        rate = record.rate({"reader": name, "for": "rate"}, error_at)
        for seed in range(seeds):

            def measure(trained=trained, rate=rate, seed=seed):
                network = trained(rate, seed)
                accuracy, alike, unlike = placement.accuracies_by_answer(network, test)
                parameters = sum(value.numel() for value in network.parameters())
                return {"rate": rate, "parameters": parameters, "accuracy": accuracy, "alike": alike, "unlike": unlike}

            record.row({"reader": name, "seed": seed}, measure)


# What each part measures, on which data, with how many seeds at most.
PARTS = {
    "strength": (measure_strength, "MNIST at 14×14 pixels, with noise of 0.3 on every pixel", 3),
    "reading": (measure_reading, "MNIST at 14×14 pixels", 5),
    "placement": (measure_placement, "20,000 training and 4,000 test stacks of MNIST digits at 14×14 pixels", 3),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", help=f"some of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("--seeds", type=int, default=5, help="at most; some parts and long runs have three")
    options = parser.parse_args()
    unknown = [name for name in options.part if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    digits = parts(mnist(full=True))
    for name in options.part or PARTS:
        measure, data, most = PARTS[name]
        seeds = min(options.seeds, most)
        record = Record(f"prior-{name}", f"python -m benchmarks.prior {name}", data=data, n=seeds)
        measure(digits, record, seeds)


if __name__ == "__main__":
    main()
