"""Train AlexNet and LeNet on all of MNIST alike: ``python -m benchmarks.alexnet_digits``.

Writes ``results/alexnet-digits.json`` after every run and does what is not in it yet. Both networks get the same
recipe, which was chosen for neither, and look at the test digits once.
"""

import argparse

import torch

from benchmarks.record import add_row, is_recorded
from cnnlib.data import as_float, mnist
from cnnlib.experiments.ideas.digits_alexnet import digits_alexnet, train_and_tell
from cnnlib.models.catalogue import lenet
from cnnlib.training import Recipe

NAME = "alexnet-digits"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=float, default=0.25, help="share of AlexNet's channels and hidden units")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--device", default="cpu", help="cpu, cuda, …")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    digits = mnist(full=True)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    for seed in range(options.seeds):
        for architecture in (lenet("relu", "max"), digits_alexnet(options.width)):
            wanted = {"network": architecture.name, "epochs": options.epochs, "seed": seed}
            if is_recorded(NAME, wanted):
                continue
            recipe = Recipe(options.epochs, 50, 0.002, seed)
            row = train_and_tell(architecture, train, test, recipe=recipe, device=options.device)
            add_row(
                NAME,
                f"python -m benchmarks.alexnet_digits --width {options.width} --epochs {options.epochs}",
                wanted | row,
                data="MNIST, 60,000 training and 10,000 test digits",
                recipe="Adam, batches of 50, one cycle up to 0.002",
            )
            print(wanted, row, flush=True)


if __name__ == "__main__":
    main()
