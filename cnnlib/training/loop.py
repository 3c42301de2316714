"""Train a network on arrays in memory: one loop, meant to be read."""

import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from cnnlib import gpu
from cnnlib.training.checkpoints import has_finite_weights, load_checkpoint, save_checkpoint
from cnnlib.training.devices import pick_device
from cnnlib.training.evaluation import evaluate
from cnnlib.training.steps import descend


def fit(
    network,
    train,
    recipe,
    *,
    test=None,
    loss=gpu.cross_entropy,
    augment=None,
    device="auto",
    checkpoint=None,
    progress=True,
):
    """Train ``network`` in place.

    Parameters
    ----------
    network : torch.nn.Module
        Logits (N, classes) out.
    train, test : pair of ndarray: images (N, C, H, W) float32, labels (N,) int
        ``test``, when given, is evaluated after every epoch; nothing is chosen by it.
    recipe : Recipe
    loss : callable
        Takes logits and labels, returns the mean to be made smaller.
    augment : callable, optional
        Takes each batch of images and a `numpy.random.RandomState`, returns the images to train on.
    device : str
        Where to train: ``"auto"``, ``"cpu"``, ``"cuda"``, … Afterwards the network is where it was before.
    checkpoint : path, optional
        Written after every epoch. If it exists, training goes on from it, and ends where an uninterrupted run with
        the same ``loss`` and ``augment`` would, to the bit where PyTorch has the same number of threads.
    progress : bool
        Show a progress bar.

    Returns
    -------
    list of dict
        For each epoch ``epoch``, ``loss`` and ``accuracy`` on the training images as they were seen,
        ``test_loss``, ``test_accuracy`` and ``seconds`` of training.

    Raises
    ------
    ValueError
        If images and labels differ in number, the device is missing, or the checkpoint is of another run.
    FloatingPointError
        If the loss or the weights become infinite or NaN, or the network's answers to ``test`` are.
    """
    if len(train[0]) != len(train[1]) or not len(train[0]):
        raise ValueError(
            f"fit: train must hold as many images as labels and at least one, "
            f"received {len(train[0])} images and {len(train[1])} labels"
        )
    with _lent(network, pick_device(device)) as device:
        images, labels = (torch.tensor(array, device=device) for array in train)
        optimizer = recipe.optimizer_of(network.parameters())
        run_id = {"architecture": _name(network), "images": len(images), **asdict(recipe)}
        history = []
        if checkpoint is not None and Path(checkpoint).exists():
            history = load_checkpoint(checkpoint, network, optimizer, run_id)

        def gradients(batch):
            logits = network(images[batch] if augment is None else augment(images[batch], rng))
            mean = loss(logits, labels[batch])
            mean.backward()
            # Summed on the device: reading these numbers would make a GPU wait once more in every step.
            return torch.stack([mean.detach() * len(batch), (logits.detach().argmax(1) == labels[batch]).sum()])

        epochs = range(len(history) + 1, recipe.epochs + 1)
        bar = {"desc": "training", "unit": "epoch", "initial": len(history), "total": recipe.epochs}
        for epoch in tqdm(epochs, **bar, disable=not progress):
            start = time.perf_counter()
            rng, order, rates = _plan_of_epoch(recipe, epoch, len(images))
            network.train()
            batches = order.to(device).split(recipe.batch_size)
            total, correct = sum(descend(optimizer, batches, rates, gradients)).tolist()
            mean, accuracy = total / len(images), correct / len(images)
            row = {"epoch": epoch, "loss": mean, "accuracy": accuracy, "seconds": time.perf_counter() - start}
            _require_finite(network, mean, epoch)
            if test is not None:
                result = evaluate(network, *test)
                row |= {"test_loss": result.loss, "test_accuracy": result.accuracy}
            history.append(row)
            if checkpoint is not None:
                save_checkpoint(checkpoint, network, optimizer, run_id, history)
    return history


def _plan_of_epoch(recipe, epoch, count):
    """Return an epoch's random numbers, the order of its images, and the learning rate of each of its steps."""
    # Seeded by the epoch, not carried over from the last, so that a resumed run sees the same batches.
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    rng = np.random.RandomState([recipe.seed, epoch])
    order = torch.from_numpy(rng.permutation(count))
    steps = -(-count // recipe.batch_size)
    return rng, order, [recipe.rate((epoch - 1 + step / steps) / recipe.epochs) for step in range(steps)]


@contextmanager
def _lent(network, device):
    """Have a network on a device, and bring it home afterwards."""
    home = next(network.parameters()).device
    network.to(device)
    try:
        yield device
    finally:
        network.to(home)


def _name(network):
    architecture = getattr(network, "architecture", None)
    return architecture.name if architecture else type(network).__name__


def _require_finite(network, loss, epoch):
    what = None if np.isfinite(loss) else f"loss became {loss}"
    if what is None and not has_finite_weights(network):
        what = "weights became infinite or NaN"
    if what:
        raise FloatingPointError(f"fit: the {what} in epoch {epoch}; try a lower learning_rate")
