"""Measure what pooling gives and takes: ``python -m benchmarks.pooling [part …]``, all parts if none is named.

Writes ``results/pooling.json``, which the pooling chapter shows beside runs of its own; a part that is not named keeps
its rows. Every network gets the rate that suits it: `searched_rate` chooses it by validation pictures, with seeds of
its own. Test pictures are asked about once, and every run is in the record.
"""

import argparse
import json
import statistics
import time

import numpy as np
import torch

from benchmarks import record
from benchmarks.rates import climb
from cnnlib.data import as_float, mnist
from cnnlib.experiments.pooling import savings, scaling, sizes, where
from cnnlib.training import evaluate

COUNTS = (100, 400, 1600)
SEEDS = range(5)
MANY_SEEDS, FEW_SEEDS = range(10), range(3)  # where differences are small, and where runs are long
CURVES = ("none", "3×3", "global")
MIDDLE = 400  # pictures, where all poolings are compared
SEVERAL = (20, 28, 40, 56)  # pixels of the digits that one network is trained on
SHEETS = (48, 64, 80)  # pixels; a margin of 10 is as wide as what a unit sees beyond the digit
LONG = 3  # times the usual budget, to see whether more of it changes anything
BY_HEART = (1, 3, 10)  # times the usual budget, to see when training pictures are known by heart
FRESH = 40_000  # pictures, each seen once
EPOCHS = {"savings": 6, "sizes": 4}
RATES = (0.00037, 0.001111, 0.003333, 0.01, 0.03, 0.1, 0.3, 0.9, 2.7, 8.1)


def searched_rate(train_with, validation, *, seeds=(100,)):
    """Climb `RATES` by the pictures that networks read.

    Parameters
    ----------
    train_with : callable
        Takes a rate and a seed, returns a network.
    validation : pair of ndarray
        Images and labels.
    seeds : sequence of int
        Others than those of the runs that are reported.

    Returns
    -------
    rate : float
    scores : dict of float to float
        Mean validation accuracy of every rate that was tried.
    """

    def score(rate):
        return statistics.mean(evaluate(train_with(rate, seed), *validation).accuracy for seed in seeds)

    return climb(score, 0.03, RATES)


def measure_where():
    """Answer both questions: with three poolings from few and many pictures, with all of them from 400."""
    runs = [
        (pool, count, True) for pool in where.SCENE_POOLINGS for count in COUNTS if pool in CURVES or count == MIDDLE
    ]
    runs += [("none", MIDDLE, False), ("global", MIDDLE, False)]
    for task in where.ANSWERS_TO:
        for pool, count, wandering in runs:
            if wandering or task == "there":
                yield from _answers(task, pool, count, wandering)


def _answers(task, name, count, wandering):
    options = {"wandering": wandering}
    images, answers = where.scenes(1000, seed=20_000, **options)

    def train_with(rate, seed, visits=where.VISITS):
        return where.learn_scenes(
            task, where.SCENE_POOLINGS[name], count, rate=rate, seed=seed, visits=visits, **options
        )

    rate, scores = searched_rate(lambda *which: train_with(*which)[0], (images, answers[task]), seeds=(100, 101, 102))
    about = {"task": task, "pooling": name, "count": count, **options, "rate": rate}
    budgets = (1, LONG) if name in ("none", "3×3") and count == MIDDLE and wandering else (1,)
    for budget in budgets:
        for seed in SEEDS if budget == 1 else FEW_SEEDS:
            network, seen = train_with(rate, seed, budget * where.VISITS)
            known, new = where.known_and_new(network, task, seen, **options)
            row = {**about, "budget": budget, "seed": seed, "train": known, "test": new}
            yield row | ({"validation": scores} if seed == 0 else {})


def measure_redrawn():
    """Ask whether the letter is there, after training on 400 letters whose bars and noise are new at each visit."""
    images, answers = where.scenes(1000, seed=20_000)

    def train_with(rate, seed):
        return where.learn_scenes("there", where.SCENE_POOLINGS["none"], MIDDLE, rate=rate, seed=seed, redrawn=True)

    rate, scores = searched_rate(
        lambda *which: train_with(*which)[0], (images, answers["there"]), seeds=(100, 101, 102)
    )
    for seed in SEEDS:
        network, seen = train_with(rate, seed)
        known, new = where.known_and_new(network, "there", seen)
        row = {"pooling": "none", "count": MIDDLE, "rate": rate, "seed": seed, "train": known, "test": new}
        yield row | ({"validation": scores} if seed == 0 else {})


def measure_heart():
    """Ask a network with a global maximum where the letter is: known pictures after long training, and fresh ones.

    New pictures are answered by chance at every rate, so validation pictures cannot choose one. The rate suits the
    training pictures.
    """
    rate, pool = 0.03, where.SCENE_POOLINGS["global"]
    images, answers = where.new_scenes()
    places = answers["where"]
    outer = np.isin(places // 6, (0, 5)) | np.isin(places % 6, (0, 5))  # the 20 places at the border
    cases = [(count, budget) for count in COUNTS[1:] for budget in BY_HEART]
    for count, budget in [*cases, (FRESH, FRESH // where.VISITS)]:
        for seed in FEW_SEEDS:
            network, seen = where.learn_scenes("where", pool, count, rate=rate, seed=seed, visits=budget * where.VISITS)
            right = evaluate(network, images, places).predictions == places
            row = {"count": count, "rate": rate, "budget": budget, "seed": seed}
            row["train"] = evaluate(network, *seen).accuracy
            yield row | {"test": right.mean(), "outer": right[outer].mean(), "inner": right[~outer].mean()}


def measure_savings():
    """Read digits with several poolings between two convolutions."""
    train, validation, test = _digits()
    for kind in savings.MIDDLE_POOLINGS:

        def train_with(rate, seed, epochs=EPOCHS["savings"], kind=kind):
            return savings.learn_pooled(kind, train, rate=rate, epochs=epochs, seed=seed)

        rate, scores = searched_rate(train_with, validation)
        for budget in (1, LONG) if kind in ("none", "2×2 maximum") else (1,):
            for seed in MANY_SEEDS if budget == 1 else FEW_SEEDS:
                start = time.process_time()
                network = train_with(rate, seed, budget * EPOCHS["savings"])
                row = {"pooling": kind, "rate": rate, "budget": budget, "seed": seed}
                row["seconds"] = round(time.process_time() - start, 2)  # of the processor, not of the clock
                row |= {"train": evaluate(network, *train).accuracy, "test": evaluate(network, *test).accuracy}
                yield row | ({"validation": scores} if seed == 0 else {})


def measure_sizes():
    """Read digits of nine sizes with networks trained at 28×28 or at several sizes, and digits on sheets of paper."""
    train, validation, test = _digits()
    kinds = (("grid of 4×4", (28,)), ("global average", (28,)), ("grid of 4×4", SEVERAL))
    for kind, sides in kinds:
        for network, row in _readers(kind, train, validation, sides):
            scaled = {str(side): sizes.resized(test[0], side) for side in sizes.SIDES}
            read = {side: evaluate(network, images, test[1]).accuracy for side, images in scaled.items()}
            yield {**row, "trained": list(sides), "read": read}


def measure_sheets():
    """Read digits of several sizes on sheets of several sizes, after training on 28×28 in the middle of a sheet."""
    (train, known), (validation, chosen_by), test = _digits()
    on_sheets = (sizes.on_paper(train, SHEETS[0]), known), (sizes.on_paper(validation, SHEETS[0]), chosen_by)
    for network, row in _readers("global maximum", *on_sheets, SHEETS[:1]):
        read = [
            {"digit": side, "sheet": sheet, "accuracy": _read_on_sheet(network, test, side, sheet)}
            for side, sheet in [(28, sheet) for sheet in SHEETS] + [(side, SHEETS[-1]) for side in (14, 20, 40, 56)]
        ]
        yield {**row, "read": read}


def _read_on_sheet(network, test, side, sheet):
    return evaluate(network, sizes.on_paper(sizes.resized(test[0], side), sheet), test[1]).accuracy


def _readers(kind, train, validation, sides):
    """Yield a network of each seed, at the rate that suits them, with what a row says of it."""

    def train_with(rate, seed):
        return sizes.learn_sizes(kind, train, rate=rate, epochs=EPOCHS["sizes"], seed=seed, sides=sides)

    rate, scores = searched_rate(train_with, validation)
    for seed in SEEDS:
        row = {"pooling": kind, "rate": rate, "seed": seed}
        yield train_with(rate, seed), row | ({"validation": scores} if seed == 0 else {})


def measure_scaling():
    """Read MNIST's 10,000 test digits by their nearest neighbour among 4,000, all scaled to 7×7 in one way."""
    known, new = mnist().train, mnist(full=True).test
    for name, way in scaling.WAYS.items():
        pairs = [(way(as_float(part.images)), part.labels) for part in (known, new)]
        yield {"way": name, "accuracy": scaling.nearest_neighbour(*pairs), "digits": len(new.labels)}


def _digits():
    """Return 3,000 digits to train on, 1,000 to choose by, and 1,000 to report."""
    digits = mnist()
    images, labels = as_float(digits.train.images), digits.train.labels
    return (images[:3000], labels[:3000]), (images[3000:], labels[3000:]), (
        as_float(digits.test.images),
        digits.test.labels,
    )  # fmt: skip


PARTS = {
    "where": measure_where,
    "redrawn": measure_redrawn,
    "heart": measure_heart,
    "savings": measure_savings,
    "sizes": measure_sizes,
    "sheets": measure_sheets,
    "scaling": measure_scaling,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything if left out")
    options = parser.parse_args()
    # Networks this small lose more to threads than they gain.
    torch.set_num_threads(1)
    path = record.RESULTS / "pooling.json"
    results = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else {}
    for part in options.parts or PARTS:
        results[part] = []
        for row in PARTS[part]():
            results[part].append(row)
            print(part, row, flush=True)
        record.write_record(
            "pooling",
            "python -m benchmarks.pooling",
            {name: results[name] for name in PARTS if name in results},
            data="drawn scenes, 1,000 to choose rates by and 2,000 to test; MNIST, 3,000 digits to train on, "
            "1,000 to choose by, 1,000 to test; 10,000 to test for scaling",
            n=f"{len(SEEDS)}; {len(MANY_SEEDS)} for savings, {len(FEW_SEEDS)} for long runs",
        )
        print(f"written to {path}")


if __name__ == "__main__":
    main()
