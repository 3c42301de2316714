"""Measure what LeNet's accuracy depends on, on the packaged digits: ``python -m benchmarks.lenet_learning``.

Writes ``results/lenet-learning.json``: every activation with every pooling, and accuracy against the number of
training digits. Recipes are fixed and nothing is chosen by the held-out digits.
"""

import argparse

import torch

from benchmarks.record import write_record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.learning import ACTIVATIONS, POOLINGS, accuracy

COUNTS = (250, 500, 1000, 2000, 4000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10, help="over 4,000 digits; fewer digits, as many steps")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    digits = mnist()
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    results = {"ablation": [], "counts": []}
    for seed in range(options.seeds):
        for activation in ACTIVATIONS:
            for pooling in POOLINGS:
                value = accuracy(activation, pooling, train, test, epochs=options.epochs, seed=seed)
                results["ablation"].append(
                    {"activation": activation, "pooling": pooling, "seed": seed, "accuracy": value}
                )
                print(activation, pooling, seed, f"{value:.3f}", flush=True)
        for count in COUNTS[:-1]:
            # Every prefix of the packaged digits is balanced.
            few = train[0][:count], train[1][:count]
            epochs = options.epochs * len(train[1]) // count
            value = accuracy("relu", "max", few, test, epochs=epochs, seed=seed)
            results["counts"].append({"count": count, "seed": seed, "accuracy": value})
            print(count, seed, f"{value:.3f}", flush=True)
    path = write_record(
        "lenet-learning",
        f"python -m benchmarks.lenet_learning --seeds {options.seeds} --epochs {options.epochs}",
        results,
        data="MNIST, 4,000 training and 1,000 held-out digits",
        n=options.seeds,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()
