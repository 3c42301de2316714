"""Measure what LeNet's accuracy depends on: ``python -m benchmarks.lenet_learning``.

Trains every activation with every pooling, every network between LeNet-5 and the courses' LeNet, what lies between a
learned pooling and a plain one, and one network on ever more digits. Each case first gets a learning rate of its own,
searched on training digits that are set aside, with a seed of its own; the held-out digits choose nothing. On the
packaged digits it writes ``results/lenet-learning.json``, with ``--full`` on all of MNIST
``results/lenet-learning-full.json``, a row after every run, and does what is not there yet.
"""

import argparse
from functools import partial

import torch

from benchmarks.record import Record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5 import ablation, succession

# Digits shown in a run, and the parts of the training set that one network is shown as often.
SHOWN = {False: 40_000, True: 180_000}
COUNTS = {False: (250, 500, 1000, 2000), True: (7_500, 15_000, 30_000)}
PARTS = ("ablation", "succession", "subsampling", "counts")
COMMON = 0.01  # the rate at which every case of these parts is trained as well, so that two can be compared at one rate
COMPARED = ("ablation", "succession", "subsampling")
SEARCH = 100  # the seed of runs by which a rate is chosen


def part_of(digits, cut):
    return tuple(array[cut] for array in digits)


def cases(part, count, *, full):
    """Yield what a part varies, how many of ``count`` digits it trains on, how many it is shown, and how it trains."""
    modern = partial(ablation.lenet_accuracy, "relu", "max")
    if part == "ablation":
        for activation in ablation.ACTIVATIONS:
            for pooling in ablation.POOLINGS:
                train = partial(ablation.lenet_accuracy, activation, pooling)
                yield {"activation": activation, "pooling": pooling}, count, SHOWN[full], train
    elif part == "succession":
        for changes in range(len(succession.CHANGES) + 1):
            yield {"changes": changes}, count, SHOWN[full], partial(succession.successor_accuracy, changes)
    elif part == "subsampling":
        # The published subsampling and the plain one are rows of the succession, after two changes and after three.
        for name in ("learned", "squashed"):
            train = partial(succession.successor_accuracy, 2, subsampling=name)
            yield {"subsampling": name}, count, SHOWN[full], train
    elif part == "counts":
        # All digits are a row of the ablation.
        for few in COUNTS[full]:
            yield {"count": few}, few, SHOWN[full], modern


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all 60,000 training digits and the 10,000 test digits")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--part", action="append", choices=PARTS, help="can be given again; all by default")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    digits = mnist(full=options.full)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    count = len(train[1])
    kept = count - count // 5  # the rest is set aside
    record = Record(
        "lenet-learning-full" if options.full else "lenet-learning",
        "python -m benchmarks.lenet_learning" + " --full" * options.full,
        data=f"MNIST, {count:,} training and {len(test[1]):,} held-out digits",
        shown=SHOWN[options.full],
        changes=succession.CHANGES,
    )
    for part in options.part or PARTS:
        for varied, few, shown, run in cases(part, count, full=options.full):
            case = {"part": part} | varied
            chosen_on = min(few, kept)

            def error_at(rate, run=run, chosen_on=chosen_on, shown=shown):
                inside, aside = part_of(train, slice(chosen_on)), part_of(train, slice(kept, None))
                return 1 - run(inside, aside, epochs=shown // chosen_on, rate=rate, seed=SEARCH)

            rate = record.rate(case | {"for": "rate"}, error_at)
            for seed in range(options.seeds):

                def measure(run=run, few=few, shown=shown, rate=rate, seed=seed):
                    inside = part_of(train, slice(few))
                    return {"accuracy": run(inside, test, epochs=shown // few, rate=rate, seed=seed)}

                record.row(case | {"rate": rate, "seed": seed}, measure)
                if rate != COMMON and part in COMPARED and not options.full:
                    record.row(
                        {"part": "common rate", "of": part} | varied | {"rate": COMMON, "seed": seed},
                        partial(measure, rate=COMMON),
                    )


if __name__ == "__main__":
    main()
