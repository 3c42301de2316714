"""Train LeNets as others do, on the full MNIST: ``python -m benchmarks.lenet_recipes``.

Writes ``results/lenet-recipes.json`` after every run and does what is not in it yet, so that it can be stopped and
started at will, and given more seeds. The test digits are looked at once a run and choose nothing; ``--validate``
trains on the first 55,000 digits and reports on the other 5,000 of the training set: choose by these.
"""

import argparse

import torch

from benchmarks.record import add_row, is_recorded
from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5.published import PUBLISHED, train_as_published
from cnnlib.models.storage import save_weights

NAME = "lenet-recipes"
FOLDS, FOLDED = 5, "small CNN"


def splits(digits, seeds, names, validate):
    """Yield (recipe, what is held out, seed, training digits, held-out digits) of every run, a seed at a time."""
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    for seed in range(seeds):
        for name in names:
            if validate:
                yield name, "validation", seed, _part(train, slice(55_000)), _part(train, slice(55_000, None))
            else:
                yield name, "test", seed, train, test
    if FOLDED in names and not validate:
        for fold in range(FOLDS):
            held = torch.arange(len(train[1])).numpy() % FOLDS == fold
            yield FOLDED, f"fold {fold + 1} of {FOLDS}", 0, _part(train, ~held), _part(train, held)


def _part(digits, index):
    return tuple(array[index] for array in digits)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--recipe", action="append", choices=PUBLISHED, help="can be given again; all of them by default"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, help="in place of each recipe's own; such runs are not recorded")
    parser.add_argument("--validate", action="store_true", help="hold out 5,000 training digits in place of the test's")
    parser.add_argument("--weights", metavar="FILE", help="write the weights of the first run to this safetensors file")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    runs = splits(mnist(full=True), options.seeds, options.recipe or list(PUBLISHED), options.validate)
    for name, held_out, seed, train, test in runs:
        wanted = {"recipe": name, "held_out": held_out, "seed": seed}
        if is_recorded(NAME, wanted) and not options.epochs and not options.weights:
            continue
        network, row = train_as_published(name, train, test, seed=seed, epochs=options.epochs)
        print(f"{name}, seed {seed}: {row['accuracy']:.4f} on {held_out}, {row['seconds']:.0f} s", flush=True)
        if options.weights:
            save_weights(options.weights, network.architecture, network.weights())
            options.weights = None
        if not options.epochs and not is_recorded(NAME, wanted):
            add_row(
                NAME,
                "python -m benchmarks.lenet_recipes",
                wanted | row,
                data="MNIST, 60,000 training and 10,000 test digits",
                after={name: entry.after for name, entry in PUBLISHED.items()},
            )


if __name__ == "__main__":
    main()
