"""Measure the Equivariance chapter's experiments on the full MNIST: ``python -m benchmarks.equivariance``.

Writes ``results/equivariance-<part>.json`` for each part, which the chapter shows beside its own, smaller runs.
Nothing is chosen by looking at the test digits; every number is of a network after its last step.
"""

import argparse
from itertools import product

import numpy as np

from benchmarks.record import write_record
from cnnlib.data import as_float, mnist
from cnnlib.experiments.equivariance import rotation
from cnnlib.experiments.prior import denoising, permutation, placement, sharing

PRECISIONS = (0.0, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 1e4, 1e6, np.inf)
ANGLES = tuple(range(0, 360, 15))


def measure_prior(digits, seeds):
    """Denoise with dense layers under priors from none to infinitely strong."""
    train, test = denoising.noisy_digits(digits.train), denoising.noisy_digits(digits.test, seed=1)
    for count, precision, seed in product((20, 200, 2_000, 60_000), PRECISIONS, range(seeds)):
        if count == len(digits.train) and seed:
            continue  # all digits can be drawn in one way only
        weights, error = denoising.denoising_error(precision, train, test, count, seed=seed)
        far = denoising.distances(weights)
        # JSON has no infinity.
        yield {"count": count, "precision": str(precision), "seed": seed, "error": error, "distances": far}


def measure_sharing(digits, seeds):
    """Read digits, centred and wandering, by dense, locally connected and convolutional networks."""
    for wander in (0, 3):
        train, test = (
            (sharing.halved(part.images, wander, seed=seed), part.labels)
            for seed, part in enumerate((digits.train, digits.test))
        )
        for count, kind, seed in product((50, 200, 1_000, 5_000, 60_000), sharing.KINDS, range(seeds)):
            # At least one pass over all of them.
            steps = max(400, count // 50)
            error = sharing.reading_error(kind, train, test, count, steps=steps, seed=seed)
            yield {"wander": wander, "count": count, "kind": kind, "seed": seed, "error": error}


def measure_placement(digits, seeds):
    """Read towers by one layer, local or convolutional, of growing width."""
    train, test = placement.towers(digits.train, 20_000), placement.towers(digits.test, 4_000, seed=1)
    for readout, kind, width, seed in product(("pooled", "dense"), ("conv", "local"), (1, 2, 4, 8, 16), range(seeds)):
        accuracy = placement.tower_accuracy(kind, width, readout, train, test, seed=seed)
        yield {"readout": readout, "kind": kind, "width": width, "seed": seed, "accuracy": accuracy}


def measure_permutation(digits, seeds):
    """Read digits whose pixels were shuffled; each seed has a permutation of its own."""
    train, test = ((as_float(part.images[:10_000]), part.labels[:10_000]) for part in (digits.train, digits.test))
    for name, seed, shuffled in product(permutation.TRAINED_READERS, range(seeds), (False, True)):
        order = permutation.pixel_order(seed) if shuffled else None
        network = permutation.trained_reader(name, train, seed=seed, order=order)
        accuracy = permutation.permuted_accuracy(network, test, order)
        yield {"network": name, "permuted": shuffled, "seed": seed, "accuracy": accuracy}


def measure_rotation(digits, seeds):
    """Read rotated digits by networks that were shown upright ones, or all angles."""
    train = as_float(digits.train.images), digits.train.labels
    test = as_float(digits.test.images[:2_000]), digits.test.labels[:2_000]
    for name, seed in product(rotation.READERS, range(seeds)):
        network = rotation.trained_turner(name, train, steps=800, seed=seed)
        curve = rotation.accuracy_by_angle(network, test, ANGLES)
        yield {"network": name, "seed": seed, "angles": ANGLES, "accuracy": curve.tolist()}


PARTS = {
    "prior": (measure_prior, "60,000 training and 10,000 test digits of MNIST at 14×14 pixels, with noise"),
    "sharing": (measure_sharing, "60,000 training and 10,000 test digits of MNIST at 14×14 pixels"),
    "placement": (measure_placement, "20,000 training and 4,000 test towers of MNIST digits at 14×14 pixels"),
    "permutation": (measure_permutation, "the first 10,000 training digits and the 10,000 test digits of MNIST"),
    "rotation": (measure_rotation, "60,000 training and the first 2,000 test digits of MNIST"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", help=f"some of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    unknown = [name for name in options.part if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    digits = mnist(full=True)
    for name in options.part or PARTS:
        measure, data = PARTS[name]
        rows = []
        for row in measure(digits, options.seeds):
            rows.append(row)
            print(name, *(f"{key}={value}" for key, value in row.items() if key != "angles"), flush=True)
        command = f"python -m benchmarks.equivariance {name} --seeds {options.seeds}"
        path = write_record(f"equivariance-{name}", command, rows, data=data, n=options.seeds)
        print(f"written to {path}")


if __name__ == "__main__":
    main()
