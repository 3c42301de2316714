"""Time LeNet's training in NumPy and in PyTorch: ``python -m benchmarks.lenet [part] …``.

``memory`` says what it costs to ask the system for every array anew; ``layers``, where a step's time goes in NumPy,
with the batch first in memory and with the batch last; ``ways``, what comes of that order and what of the algorithm;
``pieces``, how many images had best go through the layers together. ``steps`` races one training step of NumPy and of
PyTorch, with one thread and with two. ``target`` measures what it takes to read 99 % of MNIST's test digits: in NumPy,
in PyTorch, and with the network and the settings of PyTorch's own MNIST example. Each part writes
``results/lenet-<part>.json``. Run it on a machine that does nothing else.
"""

import argparse
import ctypes
import resource
import statistics
import time
from collections import defaultdict
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import product

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import nn

from benchmarks.operators import race
from benchmarks.record import write_record
from cnnlib import gpu
from cnnlib.data import as_float, mnist
from cnnlib.models import numpy_network
from cnnlib.models.catalogue import lenet
from cnnlib.models.lenet import LeNet
from cnnlib.models.numpy_network import NumpyNetwork, innermost
from cnnlib.training import evaluate
from cnnlib.training.schedules import one_cycle
from cnnlib.vectorized import cross_entropy, cross_entropy_backward
from cnnlib.vectorized.layers import Conv2d
from cnnlib.vectorized.optimizers import Adam

KINDS = (("sigmoid", "average"), ("relu", "max"))


def steps(threads=(1, 2), batches=(64, 128, 256)):
    """Race a step of Adam on two LeNets, forward and backward included, in NumPy and in PyTorch."""
    return [_race_a_step(kind, *both) for kind in KINDS for both in product(threads, batches)], {}


def _race_a_step(kind, threads, batch):
    rng = np.random.RandomState(0)
    images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
    labels = rng.randint(0, 10, batch)
    ours = NumpyNetwork(lenet(*kind))
    contenders = {"numpy": partial(_numpy_step, ours, Adam(ours.parameters), images, labels)}
    layouts = {"torch": torch.contiguous_format, "torch, channels last": torch.channels_last}
    for name, layout in layouts.items():
        theirs = LeNet(*kind).to(memory_format=layout)
        optimizer = torch.optim.Adam(theirs.parameters())
        contenders[name] = partial(_torch_step, theirs, optimizer, torch.from_numpy(images), torch.from_numpy(labels))
    _keep_freed_memory()
    with _threads(threads):
        milliseconds = race(contenders)
        faults = {name: _page_faults(step) for name, step in contenders.items()}
    ratios = {name: milliseconds["numpy"] / milliseconds[name] for name in layouts}
    print(
        *kind,
        f"{threads} threads, batch {batch}:",
        *(f"{r:.2f} times {name}" for name, r in ratios.items()),
        flush=True,
    )
    about = {"network": kind, "threads": threads, "batch": batch, "milliseconds": milliseconds}
    return about | {"page_faults": faults, "numpy_over": ratios}


def layers(batch=64, rounds=41):
    """Time each layer of a NumPy step, forward and backward, with the batch first in memory and with the batch last.

    These two take turns with a step on one image, which is hardly more than its calls, and with a large matrix product,
    whose speed says what the step's multiply-adds alone would take. What the first layer's input would cost is spared,
    as training spares it.
    """
    rng = np.random.RandomState(0)
    images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
    labels = rng.randint(0, 10, batch)
    layouts = {"batch first": images, "batch last": innermost(images), "one image": innermost(images[:1])}
    networks = {layout: NumpyNetwork(lenet()) for layout in layouts}
    optimizers = {layout: Adam(network.parameters) for layout, network in networks.items()}
    square = rng.standard_normal((1024, 1024)).astype(np.float32)
    seconds, products = defaultdict(list), []
    with _threads(1):
        for _ in range(rounds):
            products.append(_timed(np.matmul, square, square)[1])
            for layout, x in layouts.items():
                network, optimizer = networks[layout], optimizers[layout]
                with network._memory:
                    for name, direction, taken in _step_by_layers(network, optimizer, x, labels[: len(x)]):
                        seconds[layout, name, direction].append(taken)
    results = [
        {"layout": layout, "layer": name, "direction": direction, "milliseconds": 1e3 * statistics.median(times)}
        for (layout, name, direction), times in seconds.items()
    ]
    rows = [row for row in lenet().trace() if row.multiply_adds]
    # Two products of backward for each of forward's, but for the first layer, whose input has no gradient.
    multiply_adds = batch * (3 * sum(row.multiply_adds for row in rows) - rows[0].multiply_adds)
    return results, {
        "batch": batch,
        "multiply_adds": multiply_adds,
        "multiply_adds_in_a_matrix_product_milliseconds": 1e3 * statistics.median(products) * multiply_adds / 1024**3,
        "n": f"medians of {rounds} steps, one thread",
    }


def ways(batch=64):
    """Race a step of LeNet's layers by bands and by im2col, each with the batch first in memory and last."""
    rng = np.random.RandomState(0)
    images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
    labels = rng.randint(0, 10, batch)
    layouts = {"first": images, "last": innermost(images)}
    contenders = {}
    for algorithm, layout in product(("toeplitz", "im2col"), layouts):
        network = NumpyNetwork(lenet())
        for name in ("conv1", "conv2"):
            given = network.layers[name].parameters
            padding = 2 if name == "conv1" else 0
            network.layers[name] = Conv2d(given["weight"], given["bias"], padding=padding, algorithm=algorithm)
        step = partial(_step_by_layers, network, Adam(network.parameters), layouts[layout], labels)
        contenders[f"{algorithm}, batch {layout}"] = partial(_kept, network, step)
    with _threads(1):
        milliseconds = race(contenders)
    print(milliseconds, flush=True)
    return [{"batch": batch, "milliseconds": milliseconds}], {}


def _kept(network, step):
    """Take a step whose memory is that of the step before."""
    with network._memory:
        return list(step())


def _step_by_layers(network, optimizer, x, labels):
    """Take a step and yield, for everything that it does, a name, the direction, and the seconds."""
    for name, layer in network.layers.items():
        x, taken = _timed(layer.forward, x)
        yield name, "forward", taken
    _, taken = _timed(cross_entropy, x, labels)
    yield "loss", "forward", taken
    grad, taken = _timed(cross_entropy_backward, 1.0, x, labels)
    yield "loss", "backward", taken
    first = next(iter(network.layers))
    for name, layer in reversed(network.layers.items()):
        grad, taken = _timed(layer.backward, grad, **({"input_gradient": False} if name == first else {}))
        yield name, "backward", taken
    _, taken = _timed(optimizer.step, network.gradients)
    yield "Adam", "step", taken


def memory(batches=(64, 128, 256)):
    """Race a step in memory that the step before has left against one in new memory, with one thread.

    What new memory costs hangs on what the process did before: the C library hands some of it on.
    """
    results = []
    for batch in batches:
        rng = np.random.RandomState(0)
        images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
        labels = rng.randint(0, 10, batch)
        networks = {"kept": NumpyNetwork(lenet()), "new": NumpyNetwork(lenet())}
        networks["new"]._memory = nullcontext()
        contenders = {
            name: partial(_numpy_step, network, Adam(network.parameters), images, labels)
            for name, network in networks.items()
        }
        with _threads(1):
            milliseconds = race(contenders)
            faults = {name: _page_faults(step) for name, step in contenders.items()}
        results.append({"batch": batch, "milliseconds": milliseconds, "page_faults": faults})
        print(results[-1], flush=True)
    return results, {}


def pieces(batch=1024, lengths=(64, 256, 1024)):
    """Race a step on one batch that goes through the layers in pieces of several lengths, with one thread."""
    rng = np.random.RandomState(0)
    images = rng.uniform(0, 1, (batch, 1, 28, 28)).astype(np.float32)
    labels = rng.randint(0, 10, batch)
    network = NumpyNetwork(lenet())
    optimizer = Adam(network.parameters)

    def step(length):
        numpy_network.PIECE = length
        _numpy_step(network, optimizer, images, labels)

    before = numpy_network.PIECE
    try:
        with _threads(1):
            milliseconds = race({str(length): partial(step, length) for length in lengths})
    finally:
        numpy_network.PIECE = before
    print(milliseconds, flush=True)
    return [{"batch": batch, "milliseconds": milliseconds}], {}


def _keep_freed_memory():
    """Have the GNU C library keep, for all contenders, what is freed, as our own memory does.

    Otherwise it is a matter of chance how many new pages a step of PyTorch meets: one race of 256 digits found 22.8
    milliseconds without this, and 13.0 with it. What keeps memory cannot be told to let go of it again, so that
    ``memory`` has to come before.
    """
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # their names in malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        for what, size in ((trim_threshold, 2**30), (top_pad, 2**26), (mmap_threshold, 2**25)):
            mallopt(what, size)


def _page_faults(step, steps=20):
    """Count the pages that the system had to hand out for a step, on average."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / steps


def _timed(function, *arguments, **options):
    start = time.perf_counter()
    result = function(*arguments, **options)
    return result, time.perf_counter() - start


@contextmanager
def _threads(number):
    """Hold NumPy's and PyTorch's threads at ``number``."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        with threadpool_limits(number):
            yield
    finally:
        torch.set_num_threads(before)


def _numpy_step(network, optimizer, images, labels):
    network.loss(images, labels)
    optimizer.step(network.gradients)


def _torch_step(network, optimizer, images, labels):
    loss = gpu.cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def target(seeds=5, threads=2):
    """Train to 99 % of the test digits; the seconds are of training alone.

    Our settings were chosen on digits held out from the training set, and the test digits are looked at once a run.
    PyTorch's example, which takes minutes and has one seed, looks at them after every epoch, as its authors wrote it:
    its clock stops at the first epoch that reaches 99 %, which is in its favour.
    """
    digits = mnist(full=True)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    results = []
    _keep_freed_memory()
    with _threads(threads):
        for seed in range(seeds):
            for way, run in (("torch", _in_torch), ("numpy", _in_numpy), ("PyTorch's example", _as_the_example)):
                if run is _as_the_example and seed:
                    continue
                row = {"way": way, "seed": seed, **run(train, test, seed)}
                print(*(f"{key} {value}" for key, value in row.items()), sep=", ", flush=True)
                results.append(row)
    return results, {}


EPOCHS, BATCH, PEAK = 4, 256, 0.01


def _in_torch(train, test, seed):
    """Train LeNet of ReLU and max pooling with Adam over one cycle of the learning rate."""
    network = LeNet("relu", "max", seed=seed).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters())
    images, labels = torch.from_numpy(train[0]), torch.tensor(train[1])

    def step(batch, rate):
        optimizer.param_groups[0]["lr"] = rate
        _torch_step(network, optimizer, images[batch], labels[batch])

    seconds = _one_cycle(step, len(labels), seed)
    return _row(seconds, EPOCHS, evaluate(network, *test).accuracy)


def _in_numpy(train, test, seed):
    """Train the same network, from the same weights, on the same batches."""
    network = NumpyNetwork(lenet("relu", "max"), seed=seed)
    optimizer = Adam(network.parameters, PEAK)
    images, labels = train

    def step(batch, rate):
        optimizer.lr = rate
        _numpy_step(network, optimizer, images[batch], labels[batch])

    seconds = _one_cycle(step, len(labels), seed)
    return _row(seconds, EPOCHS, np.mean(network.predict(test[0]) == test[1]))


def _one_cycle(step, n, seed):
    """Take all steps of a run and return its seconds."""
    start = time.perf_counter()
    for epoch in range(EPOCHS):
        order = np.random.RandomState([seed, epoch]).permutation(n)
        for first in range(0, n, BATCH):
            step(order[first : first + BATCH], one_cycle((epoch + first / n) / EPOCHS or 1 / n, PEAK))
    return time.perf_counter() - start


def _as_the_example(train, test, seed, accuracy=0.99, epochs=14):
    """Train PyTorch's MNIST example: dropout, Adadelta whose rate falls by 0.7 an epoch, batches of 64."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
    )
    optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.7)
    images, test_images = ((torch.from_numpy(part) - 0.1307) / 0.3081 for part in (train[0], test[0]))
    labels = torch.tensor(train[1])
    seconds = 0.0
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        network.train()
        for batch in torch.from_numpy(np.random.RandomState([seed, epoch]).permutation(len(labels))).split(64):
            _torch_step(network, optimizer, images[batch], labels[batch])
        schedule.step()
        seconds += time.perf_counter() - start
        reached = evaluate(network, test_images.numpy(), test[1]).accuracy
        if reached >= accuracy:
            break
    return _row(seconds, epoch, reached)


def _row(seconds, epochs, accuracy):
    return {"seconds": round(seconds, 1), "epochs": epochs, "accuracy": round(float(accuracy), 4)}


PARTS = {"memory": memory, "layers": layers, "ways": ways, "pieces": pieces, "steps": steps, "target": target}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all unless named")
    options = parser.parse_args()
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"part must be one of {', '.join(PARTS)}, received {', '.join(unknown)}")
    for part in (part for part in PARTS if part in (options.parts or PARTS)):  # their order matters
        results, about = PARTS[part]()
        path = write_record(f"lenet-{part}", f"python -m benchmarks.lenet {part}", results, **about)
        print(f"written to {path}")


if __name__ == "__main__":
    main()
