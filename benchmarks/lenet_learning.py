"""Measure what LeNet's accuracy depends on: ``python -m benchmarks.lenet_learning``.

Trains every activation with every pooling, every network between LeNet-5 and the courses' LeNet, and one network on
ever more digits. On the packaged digits it writes ``results/lenet-learning.json``, with ``--full`` on all of MNIST
``results/lenet-learning-full.json``, a row after every run, and does what is not there yet. Recipes are fixed, nothing
is chosen by the held-out digits.
"""

import argparse

import torch

from benchmarks.record import add_row, is_recorded
from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5 import ablation, succession

# Digits shown in a run, and the parts of the training set that one network is shown as often.
SHOWN = {False: 40_000, True: 180_000}
COUNTS = {False: (250, 500, 1000, 2000, 4000), True: (7_500, 15_000, 30_000, 60_000)}


def runs(train, test, *, full):
    """Yield what a run varies, and a function from a seed to its accuracy."""
    count = len(train[1])
    epochs = SHOWN[full] // count
    for activation in ablation.ACTIVATIONS:
        for pooling in ablation.POOLINGS:
            yield (
                {"part": "ablation", "activation": activation, "pooling": pooling},
                lambda seed, pair=(activation, pooling): ablation.lenet_accuracy(
                    *pair, train, test, epochs=epochs, seed=seed
                ),
            )
    for changes in range(len(succession.CHANGES) + 1):
        yield (
            {"part": "succession", "changes": changes},
            lambda seed, changes=changes: succession.successor_accuracy(changes, train, test, epochs=epochs, seed=seed),
        )
    # All digits with ReLU and maximum are a row of the ablation.
    for few in COUNTS[full][:-1]:
        part = train[0][:few], train[1][:few]
        yield (
            {"part": "counts", "count": few},
            lambda seed, part=part: ablation.lenet_accuracy(
                "relu", "max", part, test, epochs=SHOWN[full] // len(part[1]), seed=seed
            ),
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all 60,000 training digits and the 10,000 test digits")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--part", action="append", choices=["ablation", "succession", "counts"], help="all by default")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    name = "lenet-learning-full" if options.full else "lenet-learning"
    digits = mnist(full=options.full)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    for seed in range(options.seeds):
        for varied, accuracy in runs(train, test, full=options.full):
            wanted = varied | {"seed": seed}
            if is_recorded(name, wanted) or varied["part"] not in (options.part or [varied["part"]]):
                continue
            row = wanted | {"accuracy": accuracy(seed)}
            add_row(
                name,
                "python -m benchmarks.lenet_learning" + " --full" * options.full,
                row,
                data=f"MNIST, {len(train[1]):,} training and {len(test[1]):,} held-out digits",
                shown=SHOWN[options.full],
                changes=succession.CHANGES,
            )
            print(row, flush=True)


if __name__ == "__main__":
    main()
