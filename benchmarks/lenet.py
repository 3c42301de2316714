"""Time LeNet's training in NumPy and in PyTorch: ``python -m benchmarks.lenet [steps] [target]``.

``steps`` races one training step of each, ``target`` trains on the full MNIST until an epoch ends with 99 % of the
test digits read, in NumPy, in PyTorch, and with the network and the settings of PyTorch's own MNIST example. Each part
writes ``results/lenet-<part>.json``. Run it on a machine that does nothing else.
"""

import argparse
import time
from functools import partial

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import nn

from benchmarks.operators import race
from benchmarks.record import write_record
from cnnlib import gpu
from cnnlib.data import as_float, mnist
from cnnlib.models.architectures import lenet
from cnnlib.models.lenet import LeNet
from cnnlib.models.numpy_network import NumpyNetwork
from cnnlib.training import evaluate
from cnnlib.vectorized.optimizers import Adam


def steps(batches=(64, 128, 256)):
    """Race a step of Adam on LeNet, forward and backward included, in NumPy and in PyTorch."""
    results = []
    for batch in batches:
        rng = np.random.RandomState(0)
        images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
        labels = rng.randint(0, 10, batch)
        ours, theirs = NumpyNetwork(lenet()), LeNet()
        contenders = {
            "numpy": partial(_numpy_step, ours, Adam(ours.parameters), images, labels),
            "torch": partial(
                _torch_step,
                theirs,
                torch.optim.Adam(theirs.parameters()),
                torch.from_numpy(images),
                torch.from_numpy(labels),
            ),
        }
        milliseconds = race(contenders)
        ratio = milliseconds["numpy"] / milliseconds["torch"]
        results.append({"batch": batch, "milliseconds": milliseconds, "numpy_over_torch": ratio})
        print(f"batch {batch}: numpy {ratio:.2f} times torch", flush=True)
    return results


def _numpy_step(network, optimizer, images, labels):
    network.loss(images, labels)
    optimizer.step(network.gradients)


def _torch_step(network, optimizer, images, labels):
    loss = gpu.cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def target(accuracy=0.99, epochs=15):
    """Train until an epoch ends at or above ``accuracy``; the seconds are of training alone."""
    digits = mnist(full=True)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    results = []
    for name, trainer in (("torch", _in_torch), ("numpy", _in_numpy), ("PyTorch's example", _as_the_example)):
        seconds, reached, epoch = 0.0, 0.0, 0
        one_epoch, read = trainer()
        while reached < accuracy and epoch < epochs:
            start = time.perf_counter()
            one_epoch(*train, np.random.RandomState(epoch).permutation(len(train[1])))
            seconds += time.perf_counter() - start
            epoch += 1
            reached = float(np.mean(read(test[0]) == test[1]))
            print(f"{name}: epoch {epoch}, {seconds:.1f} s, {reached:.4f}", flush=True)
        results.append({"way": name, "seconds": seconds, "epochs": epoch, "accuracy": reached})
    return results


def _in_numpy():
    """Return LeNet of ReLU and max pooling as (train one epoch in a given order, read images)."""
    network = NumpyNetwork(lenet("relu", "max"))
    optimizer = Adam(network.parameters, 0.002)

    def one_epoch(images, labels, order):
        for start in range(0, len(order), 100):
            batch = order[start : start + 100]
            _numpy_step(network, optimizer, images[batch], labels[batch])

    return one_epoch, network.predict


def _in_torch():
    """Return the same network and settings in PyTorch."""
    network = LeNet("relu", "max").to(memory_format=torch.channels_last)
    return _torch_trainer(network, torch.optim.Adam(network.parameters(), 0.002), batch_size=100)


def _as_the_example():
    """Return the network and settings of PyTorch's MNIST example: dropout, Adadelta, batches of 64."""
    torch.manual_seed(0)
    network = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
    )
    return _torch_trainer(network, torch.optim.Adadelta(network.parameters(), lr=1.0), batch_size=64)


def _torch_trainer(network, optimizer, batch_size):
    def one_epoch(images, labels, order):
        network.train()
        images, labels = torch.from_numpy(images), torch.tensor(labels)
        for batch in torch.from_numpy(order).split(batch_size):
            _torch_step(network, optimizer, images[batch], labels[batch])

    def read(images):
        return evaluate(network, images, np.zeros(len(images), np.int64)).predictions

    return one_epoch, read


PARTS = {"steps": steps, "target": target}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{' or '.join(PARTS)}; both unless named")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"part must be one of {', '.join(PARTS)}, received {', '.join(unknown)}")
    torch.set_num_threads(options.threads)
    with threadpool_limits(options.threads):
        for part in options.parts or PARTS:
            command = f"python -m benchmarks.lenet {part} --threads {options.threads}"
            print(f"written to {write_record(f'lenet-{part}', command, PARTS[part]())}")


if __name__ == "__main__":
    main()
