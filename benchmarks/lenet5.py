"""Measure what LeNet-5's initial weights and its losses do: ``python -m benchmarks.lenet5 [part …]``, or all parts.

On the packaged digits, a row after every run; what is recorded is not run again. ``initial`` writes
``results/lenet5-initial.json``: how far the signal reaches before training, and what is read after one epoch.
``rejection`` writes ``results/lenet5-rejection.json``: what networks under three losses refuse. The rate of each loss
is chosen on a thousand of the training digits, with a seed of its own. ``confidence`` writes
``results/lenet5-confidence.json``: how often LeNets that have learned from the packaged digits are right when they are
so and so sure, on MNIST's 10,000 test digits.
"""

import argparse

import numpy as np
import torch

from benchmarks.record import Record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5 import rejection
from cnnlib.models.lenet import LeNet
from cnnlib.models.lenet5 import LeNet5, discriminative_loss, lenet5_images
from cnnlib.training import Recipe, evaluate, fit

EPOCHS = 10
FIRST_RATES = (0.002, 0.005, 0.01)  # of the one epoch from either range; the best of either lies between them
SEARCH = 100  # the seed of runs by which a rate is chosen
NEIGHBOURS = (0.003, 0.01)  # rates that did nearly as well where the rate of the confidence was chosen
SURE = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1)  # classes of confidence


def measure_initial(train, test, seeds, record):
    """Train LeNet-5 for one epoch from weights in either range."""
    framed = [(lenet5_images(images), labels) for images, labels in (train, test)]
    for seed in range(seeds):
        for initial in ("printed", "aimed"):
            for rate in FIRST_RATES:

                def measure(seed=seed, initial=initial, rate=rate):
                    network = LeNet5(seed=seed, initial=initial)
                    with torch.no_grad():
                        outputs = network.activations(torch.from_numpy(framed[0][0][:1000]))
                    # Between digits, not between units: what is the same for every digit tells nothing.
                    spread = {name: outputs[name].std(dim=0).mean().item() for name in ("c1", "c3", "c5", "f6")}
                    recipe = Recipe(1, 50, rate, seed, schedule="constant")
                    fit(network, framed[0], recipe, loss=discriminative_loss, device="cpu", progress=False)
                    return {"spread": spread, "accuracy": evaluate(network, *framed[1]).accuracy}

                record.row({"initial": initial, "rate": rate, "seed": seed}, measure)


def measure_rejection(train, test, seeds, record):
    """Train under each loss, and count what is refused where 5 of 100 digits are."""
    part, aside = [tuple(array[cut] for array in train) for cut in (slice(3000), slice(3000, None))]
    for loss in rejection.LOSSES:

        def error_at(rate, loss=loss):
            network = rejection.trained_reader(loss, part, epochs=EPOCHS, rate=rate, seed=SEARCH)
            return 1 - evaluate(network, lenet5_images(aside[0]), aside[1]).accuracy

        rate = record.rate({"loss": loss, "for": "rate"}, error_at)
        for seed in range(seeds):

            def measure(loss=loss, rate=rate, seed=seed):
                network = rejection.trained_reader(loss, train, epochs=EPOCHS, rate=rate, seed=seed)
                # As its loss is meant to be doubted, and as the others are.
                own, other = ("probability", "output") if loss == "softmax" else ("output", "probability")
                return rejection.refusals(network, test, own) | {other: rejection.refusals(network, test, other)}

            record.row({"loss": loss, "rate": rate, "seed": seed}, measure)


def measure_confidence(train, test, seeds, record):
    """Train today's LeNet, and count right answers by their probability, on the test digits and on rubbish."""
    part, aside = [tuple(array[cut] for array in train) for cut in (slice(3000), slice(3000, None))]
    official = mnist(full=True).test
    official = as_float(official.images), official.labels
    nonsense = rejection.rubbish(official[0])["shuffled"]

    def trained(digits, rate, seed):
        network = LeNet("relu", "max", seed=seed)
        fit(network, digits, Recipe(EPOCHS, 50, rate, seed), device="cpu", progress=False)
        return network

    rate = record.rate({"for": "rate"}, lambda rate: 1 - evaluate(trained(part, rate, SEARCH), *aside).accuracy)
    for seed in range(seeds):

        def measure(seed=seed):
            network = trained(train, rate, seed)
            result = evaluate(network, *official)
            says, right = result.probabilities.max(axis=1), result.predictions == official[1]
            place = np.digitize(says, SURE[1:-1])
            bins = [
                {"count": int(inside.sum()), "says": float(says[inside].sum()), "right": int(right[inside].sum())}
                for inside in (place == each for each in range(len(SURE) - 1))
            ]
            of_nonsense = evaluate(network, nonsense, official[1]).probabilities.max(axis=1)
            return {"accuracy": result.accuracy, "bins": bins, "nonsense": float(of_nonsense.mean())}

        record.row({"rate": rate, "seed": seed}, measure)
        for neighbour in NEIGHBOURS:
            # What it says to rubbish depends on the rate; how often it is right hardly does.
            def measure_neighbour(neighbour=neighbour, seed=seed):
                network = trained(train, neighbour, seed)
                of_nonsense = evaluate(network, nonsense, official[1]).probabilities.max(axis=1)
                return {"accuracy": evaluate(network, *official).accuracy, "nonsense": float(of_nonsense.mean())}

            record.row({"for": "neighbour", "rate": neighbour, "seed": seed}, measure_neighbour)


PARTS = {"initial": measure_initial, "rejection": measure_rejection, "confidence": measure_confidence}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything if left out")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    digits = mnist()
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    data = f"MNIST, {len(train[1]):,} training and {len(test[1]):,} held-out digits"
    about = {part: {"data": data} for part in PARTS}
    about["confidence"] = {"data": f"MNIST, {len(train[1]):,} training digits, all test digits", "edges": SURE}
    for part in options.parts or PARTS:
        record = Record(f"lenet5-{part}", f"python -m benchmarks.lenet5 {part}", **about[part], n=options.seeds)
        PARTS[part](train, test, options.seeds, record)


if __name__ == "__main__":
    main()
