"""Measure each idea of AlexNet's paper on CIFAR-10: ``python -m benchmarks.alexnet_ideas``.

Writes ``results/alexnet-ideas.json`` after every run and does what is not in it yet, so that it can be stopped and
started at will, and given more seeds. The test pictures are looked at once a run and choose nothing: the learning rate
of the ideas was chosen on training pictures 5,000 to 10,000, those of the race by a run with a seed of its own.
"""

import argparse
import json
from functools import partial

import numpy as np
import torch

from benchmarks.record import RESULTS, add_row, is_recorded
from cnnlib.data import cifar10
from cnnlib.experiments.ideas.variants import VARIANTS, centred, measure, race
from cnnlib.training import Recipe

NAME = "alexnet-ideas"
RATES = {"relu": (0.01, 0.03, 0.1), "tanh": (0.01, 0.03, 0.1), "sigmoid": (0.01, 0.03, 0.1, 0.3)}
CHOOSING = 100  # the seed of the runs that choose a learning rate
WINDOW = 50  # steps over which an error is taken


def best_rate(rows, activation):
    """Return the rate that reached the goal first; where none did, the one with the smallest error at the end."""
    tried = [row for row in rows if row.get("race") == activation and row["seed"] == CHOOSING]
    return min(tried, key=lambda row: (row["steps"] or np.inf, row["curve"][-1]))["learning_rate"]


def race_row(train, activation, rate, seed, limit):
    """Run one race; its row holds the error over the last 50 steps, every 25 steps."""
    steps, errors = race(activation, train, learning_rate=rate, seed=seed, limit=limit, window=WINDOW)
    moving = np.convolve(errors, np.ones(WINDOW) / WINDOW, mode="valid")
    # From the end backwards, so that the last value is the one that reached the goal.
    curve = moving[::-1][:: WINDOW // 2][::-1]
    return {"steps": steps, "taken": len(errors), "curve": [round(float(value), 4) for value in curve]}


def runs(options, train, test):
    """Yield (what a row is found by, function that returns the rest of it) of every run."""
    name = options.name
    for activation, rates in RATES.items():
        for rate in rates:
            wanted = {"race": activation, "learning_rate": rate, "seed": CHOOSING}
            yield wanted, partial(race_row, train, activation, rate, CHOOSING, options.limit)
    for seed in range(options.seeds):
        for activation in RATES:
            rows = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["results"]
            rate = best_rate(rows, activation)
            wanted = {"race": activation, "learning_rate": rate, "seed": seed}
            yield wanted, partial(race_row, train, activation, rate, seed, options.limit)
        for idea, ideas in VARIANTS.items():
            recipe = Recipe(options.epochs, 50, 0.05, seed, optimizer="sgd", momentum=0.9, weight_decay=5e-4)
            yield {"idea": idea, "seed": seed}, partial(measure, ideas, train, test, recipe=recipe)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=5000, help="the first of the 50,000")
    parser.add_argument("--epochs", type=int, default=15, help="of each run that measures an idea")
    parser.add_argument("--limit", type=int, default=2000, help="steps after which a race is given up")
    parser.add_argument("--name", default=NAME, help="of the record; give another when you change the above")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    dataset = cifar10()
    images = centred(dataset.train.images[: options.pictures], dataset.test.images)
    train = images[0], dataset.train.labels[: options.pictures]
    test = images[1], dataset.test.labels
    for wanted, run in runs(options, train, test):
        if is_recorded(options.name, wanted):
            continue
        row = run()
        add_row(
            options.name,
            f"python -m benchmarks.alexnet_ideas --pictures {options.pictures} --epochs {options.epochs}",
            wanted | row,
            data=f"{dataset.name}, {options.pictures} training and {len(test[1])} test pictures",
            limit=options.limit,
            recipe="SGD with momentum 0.9, weight decay 0.0005, batches of 50, one cycle up to 0.05",
            epochs=options.epochs,
        )
        print(wanted, {name: value for name, value in row.items() if name != "curve"}, flush=True)


if __name__ == "__main__":
    main()
