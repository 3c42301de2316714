"""Measure each idea of AlexNet's paper on CIFAR-10, each at a rate of its own: ``python -m benchmarks.ideas [part …]``.

``race`` writes ``results/ideas-race.json``: after how many steps networks of each nonlinearity read three of four
training pictures. ``effect`` writes ``results/ideas-effect.json``: how many test pictures a network with each idea
reads, after a short training and, for some, a long one. A row after every run; what is recorded is not run again. Each
rate is chosen by a seed of its own, those of the effects on training pictures 5,000 to 10,000; the test pictures are
looked at once a run and choose nothing.
"""

import argparse
from functools import partial

import numpy as np
import torch

from benchmarks.record import Record
from cnnlib.data import cifar10
from cnnlib.experiments.ideas.variants import VARIANTS, centred, made_for_sigmoids, measure, race
from cnnlib.training import Recipe

PICTURES = 5000  # the first of the 50,000 are trained on, the next as many choose
EPOCHS = (15, 45)
LONG = (  # what is also trained for the longer time; a normalisation takes ten times as long
    "none of them",
    "dropout",
    "crops and flips",
    "all but normalisation",
    "shifted colours",
    "no weight decay",
    "overlapping pooling",
)
LIMIT = 4000  # steps after which a race is given up
WINDOW = 50  # steps over which an error is taken
COMMON = 0.03  # a rate at which every racer runs, whatever its own
SEARCH = 100  # the seed of runs by which a rate is chosen

RACERS = {
    "ReLU": ("relu", lambda network: network),
    "tanh": ("tanh", lambda network: network),
    "sigmoid": ("sigmoid", lambda network: network),
    "sigmoid, weights × 4": ("sigmoid", partial(made_for_sigmoids, centred=False)),
    "sigmoid, weights × 4, centred": ("sigmoid", partial(made_for_sigmoids, centred=True)),
}


def measure_races(seeds, record, train, aside, test):
    """Race each nonlinearity; the error over the last 50 steps stands in a row every 25 steps."""
    for name, (activation, start) in RACERS.items():

        def run(rate, seed, activation=activation, start=start):
            steps, errors = race(
                activation, train, learning_rate=rate, seed=seed, limit=LIMIT, window=WINDOW, start=start
            )
            moving = np.convolve(errors, np.ones(WINDOW) / WINDOW, mode="valid")
            # From the end backwards, so that the last value is the one that reached the goal.
            curve = moving[::-1][:: WINDOW // 2][::-1]
            return {"steps": steps, "taken": len(errors), "curve": [round(float(value), 4) for value in curve]}

        def error_at(rate, run=run):
            row = run(rate, SEARCH)
            # Who does not arrive is behind all who do, and before those who are further from the goal.
            return row["steps"] or LIMIT * (1 + row["curve"][-1])

        rate = record.rate({"racer": name, "for": "rate"}, error_at, COMMON)
        # Also at one rate for all, so that no difference comes from the rates alone.
        for each in dict.fromkeys((rate, COMMON)):
            for seed in range(seeds):
                record.row({"racer": name, "rate": each, "seed": seed}, partial(run, each, seed))


def measure_effects(seeds, record, train, aside, test):
    """Train with each idea, a short time and a long one."""
    for epochs in EPOCHS:
        for idea in VARIANTS if epochs == EPOCHS[0] else LONG:
            ideas = VARIANTS[idea]

            def recipe(rate, seed, ideas=ideas, epochs=epochs):
                options = {"optimizer": "sgd", "momentum": 0.9, "weight_decay": ideas.weight_decay}
                return Recipe(epochs, 50, rate, seed, **options)

            def error_at(rate, ideas=ideas, recipe=recipe):
                try:
                    return 1 - measure(ideas, train, aside, recipe=recipe(rate, SEARCH))["accuracy"]
                except FloatingPointError:  # the loss became infinite: no rate to be had
                    return 1.0

            case = {"idea": idea, "epochs": epochs}
            rate = record.rate(case | {"for": "rate"}, error_at, 0.03)
            for seed in range(seeds):

                def run(ideas=ideas, recipe=recipe, rate=rate, seed=seed):
                    return measure(ideas, train, test, recipe=recipe(rate, seed), watched=aside)

                record.row(case | {"rate": rate, "seed": seed}, run)


PARTS = {"race": measure_races, "effect": measure_effects}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything if left out")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    dataset = cifar10()
    cuts = slice(PICTURES), slice(PICTURES, 2 * PICTURES)
    images, judged = centred(dataset.train.images[: 2 * PICTURES], dataset.test.images)
    train, aside = ((images[cut], dataset.train.labels[: 2 * PICTURES][cut]) for cut in cuts)
    for part in options.parts or PARTS:
        record = Record(
            f"ideas-{part}",
            f"python -m benchmarks.ideas {part}",
            data=f"{dataset.name}, {len(train[1]):,} training and {len(dataset.test.labels):,} test pictures",
            n=options.seeds,
        )
        PARTS[part](options.seeds, record, train, aside, (judged, dataset.test.labels))


if __name__ == "__main__":
    main()
