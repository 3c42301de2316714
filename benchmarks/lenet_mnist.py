"""Train LeNet on the full MNIST with several seeds: ``python -m benchmarks.lenet_mnist``.

Writes ``results/lenet-mnist.json``, which the LeNet chapter shows. Nothing is chosen by looking at
the test digits: the recipe is fixed, and the record holds the accuracy after the last epoch.
"""

import argparse
from dataclasses import asdict

from benchmarks.record import write_record
from cnnlib.data import as_float, mnist
from cnnlib.models.lenet import LeNet
from cnnlib.training import Recipe, fit

# Activation, pooling, peak learning rate: a ReLU does not shrink the gradient as a sigmoid does, and
# the sigmoid's steps are too large for it.
NETWORKS = (("sigmoid", "average", 0.01), ("relu", "max", 0.003))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args()
    digits = mnist(full=True)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    results = []
    for activation, pooling, learning_rate in NETWORKS:
        for seed in range(options.seeds):
            recipe = Recipe(options.epochs, batch_size=100, learning_rate=learning_rate, seed=seed)
            history = fit(LeNet(activation, pooling, seed=seed), train, recipe, test=test)
            results.append(
                {
                    "activation": activation,
                    "pooling": pooling,
                    "recipe": asdict(recipe),
                    "test_accuracy": history[-1]["test_accuracy"],
                    "train_accuracy": history[-1]["accuracy"],
                    "seconds": round(sum(row["seconds"] for row in history), 2),
                }
            )
            print(activation, pooling, f"seed {seed}: test accuracy {history[-1]['test_accuracy']:.4f}", flush=True)
    path = write_record(
        "lenet-mnist",
        f"python -m benchmarks.lenet_mnist --seeds {options.seeds} --epochs {options.epochs}",
        results,
        data="MNIST, 60,000 training and 10,000 test digits",
        n=options.seeds,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()
