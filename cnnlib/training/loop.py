"""Train a network: one loop, meant to be read."""

import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from cnnlib import gpu
from cnnlib.training.checkpoints import has_finite_weights, load_checkpoint, save_checkpoint
from cnnlib.training.devices import pick_device
from cnnlib.training.evaluation import evaluate


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
    device, home = pick_device(device), next(network.parameters()).device
    network.to(device)
    try:
        return _all_epochs(network, train, recipe, test, loss, augment, device, checkpoint, progress)
    finally:
        network.to(home)


def _all_epochs(network, train, recipe, test, loss, augment, device, checkpoint, progress):
    """Train a network that is on ``device``; return the history."""
    images, labels = (torch.tensor(array, device=device) for array in train)
    optimizer = recipe.optimizer_of(network.parameters())
    architecture = getattr(network, "architecture", None)
    name = architecture.name if architecture else type(network).__name__
    run_id = {"architecture": name, "images": len(images), **asdict(recipe)}
    history = []
    if checkpoint is not None and Path(checkpoint).exists():
        history = load_checkpoint(checkpoint, network, optimizer, run_id)

    epochs = range(len(history) + 1, recipe.epochs + 1)
    for epoch in tqdm(
        epochs, desc="training", unit="epoch", initial=len(history), total=recipe.epochs, disable=not progress
    ):
        start = time.perf_counter()
        mean, accuracy = _one_epoch(network, optimizer, images, labels, recipe, epoch, loss, augment)
        row = {"epoch": epoch, "loss": mean, "accuracy": accuracy, "seconds": time.perf_counter() - start}
        if not np.isfinite(mean):
            raise FloatingPointError(f"fit: the loss became {mean} in epoch {epoch}; try a lower learning_rate")
        if not has_finite_weights(network):
            raise FloatingPointError(
                f"fit: the weights became infinite or NaN in epoch {epoch}; try a lower learning_rate"
            )
        if test is not None:
            result = evaluate(network, *test)
            row |= {"test_loss": result.loss, "test_accuracy": result.accuracy}
        history.append(row)
        if checkpoint is not None:
            save_checkpoint(checkpoint, network, optimizer, run_id, history)
    return history


def _one_epoch(network, optimizer, images, labels, recipe, epoch, loss, augment):
    """Take one step for each batch; return the mean loss and accuracy over the epoch."""
    network.train()
    # Seeded by the epoch, not carried over from the last, so that a resumed run sees the same batches.
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    rng = np.random.RandomState([recipe.seed, epoch])
    order = rng.permutation(len(images))
    batches = torch.from_numpy(order).to(images.device).split(recipe.batch_size)
    total_loss = torch.zeros((), device=images.device)
    correct = torch.zeros((), device=images.device)
    for step, batch in enumerate(batches):
        share = (epoch - 1 + step / len(batches)) / recipe.epochs
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(share)
        seen = images[batch] if augment is None else augment(images[batch], rng)
        logits = network(seen)
        mean = loss(logits, labels[batch])
        optimizer.zero_grad()
        mean.backward()
        optimizer.step()
        # Summed on the device: reading these numbers would make a GPU wait once more in every step.
        total_loss += mean.detach() * len(batch)
        correct += (logits.detach().argmax(1) == labels[batch]).sum()
    return float(total_loss) / len(images), float(correct) / len(images)
