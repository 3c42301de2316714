"""Measure what the Aliasing chapter shows: ``python -m benchmarks.aliasing [halving] [one-rate] [letters]``.

``halving``: networks that halve their grids in different ways, how well they read digits, and how steady their answers
are. ``one-rate``: two of them again, at a rate that others have. ``letters``: readers of turned letters. Each writes a
record of its own, ``results/aliasing-<part>.json``. Each network of ``halving`` and ``letters`` gets a learning rate of
its own, found on examples kept aside. Rows are written when they are done, so that a run that was stopped goes on.
"""

import argparse
import statistics
from functools import partial

import numpy as np
import torch

from benchmarks.rates import climb
from benchmarks.record import Record, add_row, is_recorded
from cnnlib.data import as_float, mnist
from cnnlib.experiments.aliasing.channels import LETTER_READERS, read_letters, turned_letters
from cnnlib.experiments.aliasing.ring import RingNetwork, folded_share, steadiness
from cnnlib.training import Recipe, evaluate, fit

WAYS = (
    ("max", "drop"),
    ("max", "blur"),
    ("none", "drop"),
    ("none", "blur"),
    ("conv", "drop"),
    ("conv", "blur"),
    ("none", "two"),
    ("max", "gap"),
    ("max", "learned"),
    ("max", "two"),
    ("max", "five"),
    ("max", "ideal"),
)
# Trained three times as long as well, to see whether a larger budget changes anything.
LONG = (("max", "drop"), ("max", "blur"), ("none", "drop"), ("none", "blur"))
ONE_RATE = 0.03  # of the networks with a second convolution or learned kernels; others do best at 0.1
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3)
TRAINING, ASIDE = slice(4000), slice(4000, 6000)
EPOCHS = 4
COUNTS = (50, 100, 200, 2000)


def searched(accuracy, seeds=(100, 101)):
    """Climb `RATES` by the mean accuracy of some seeds, others than those of the runs that are reported.

    Parameters
    ----------
    accuracy : callable
        Takes a rate and a seed, trains, and returns the accuracy on what is kept aside.
    seeds : sequence of int

    Returns
    -------
    rate : float
    reached : dict of float to float
        Mean accuracy of every rate that was tried.
    """
    return climb(lambda rate: statistics.mean(accuracy(rate, seed) for seed in seeds), 0.03, RATES)


def _digits():
    """Return what is trained on, kept aside and tested."""
    digits = mnist(full=True)
    images, labels = as_float(digits.train.images[:6000]), digits.train.labels[:6000]
    parts = [(images[cut], labels[cut]) for cut in (TRAINING, ASIDE)]
    return *parts, (as_float(digits.test.images), digits.test.labels)


def _trained(training, way, epochs, rate, seed):
    network = RingNetwork(*way, seed=seed)
    fit(network, training, Recipe(epochs, 50, rate, seed), progress=False)
    return network


def halving(seeds=5):
    """Train each of `WAYS` at the best rate, and ask the test digits and the same moved by a pixel."""
    training, aside, test = _digits()
    for (summary, kernel), epochs in [*((way, EPOCHS) for way in WAYS), *((way, 3 * EPOCHS) for way in LONG)]:
        named = {"summary": summary, "kernel": kernel, "epochs": epochs}
        if is_recorded("aliasing-halving", named):
            continue
        learn = partial(_trained, training, (summary, kernel), epochs)
        rate, reached = searched(lambda rate, seed, learn=learn: evaluate(learn(rate, seed), *aside).accuracy)
        runs = []
        for seed in range(seeds if epochs == EPOCHS else 3):
            network = learn(rate, seed)
            runs.append({"seed": seed, **steadiness(network, *test)})
            if kernel == "learned":
                kernels = [each.detach().numpy() for each in network.halvings]
                runs[-1]["folded_share"] = folded_share(np.concatenate(kernels))
        row = {
            **named,
            "parameters": sum(each.numel() for each in network.parameters()),
            "accuracy_aside_by_rate": {str(each): value for each, value in reached.items()},
            "rate": rate,
            "runs": runs,
        }
        add_row(
            "aliasing-halving",
            "python -m benchmarks.aliasing halving",
            row,
            data="MNIST, 4,000 training digits, 2,000 kept aside to choose rates, 10,000 test digits",
            n=f"{seeds} seeds, 3 for the long runs; 2 others for each rate",
        )
        print(named, rate, *(f"{run['accuracy']:.4f} {run['consistency']:.4f}" for run in runs), flush=True)


def one_rate(seeds=5):
    """Train max pooling with and without a blur at `ONE_RATE`, and ask as `halving` does."""
    training, _, test = _digits()
    record = Record(
        "aliasing-one-rate",
        "python -m benchmarks.aliasing one-rate",
        data="MNIST, 4,000 training digits, 10,000 test digits",
        n=f"{seeds} seeds",
    )
    for kernel in ("drop", "blur"):
        for seed in range(seeds):

            def measure(kernel=kernel, seed=seed):
                return steadiness(_trained(training, ("max", kernel), EPOCHS, ONE_RATE, seed), *test)

            record.row({"summary": "max", "kernel": kernel, "rate": ONE_RATE, "seed": seed}, measure)


def letters(seeds=20):
    """Let each of `LETTER_READERS` learn from few and many turned letters, and try it on 2,000 others."""
    aside, fresh = (turned_letters(2000, seed)[:2] for seed in (2, 1))
    readers = [*((reader, False) for reader in LETTER_READERS), ("maximum of eight", True)]
    for reader, every_turn in readers:
        for count in COUNTS:
            named = {"reader": reader, "every_turn": every_turn, "count": count}
            if is_recorded("aliasing-letters", named):
                continue
            learn = partial(read_letters, reader, count, every_turn=every_turn)
            rate, reached = searched(lambda rate, seed, learn=learn: learn(rate=rate, seed=seed, fresh=aside))
            row = {
                **named,
                "parameters": sum(each.numel() for each in LETTER_READERS[reader](0).parameters()),
                "accuracy_aside_by_rate": {str(each): value for each, value in reached.items()},
                "rate": rate,
                "accuracies": [learn(rate=rate, seed=seed, fresh=fresh) for seed in range(seeds)],
            }
            add_row(
                "aliasing-letters",
                "python -m benchmarks.aliasing letters",
                row,
                data="noisy letters F and their mirror images, turned; "
                "2,000 others to choose rates, 2,000 others to test",
                steps=300,
                n=f"{seeds} seeds; 2 others for each rate",
            )
            print(named, rate, row["accuracies"], flush=True)


PARTS = {"halving": halving, "one-rate": one_rate, "letters": letters}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help="all of them unless named")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"part must be one of {', '.join(PARTS)}, received {', '.join(unknown)}")
    # Networks this small lose more to threads than they gain.
    torch.set_num_threads(1)
    for part in parts:
        PARTS[part]()


if __name__ == "__main__":
    main()
