"""Train a network: one loop, meant to be read."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from cnnlib import gpu
from cnnlib.shapes import integer, positive
from cnnlib.training.checkpoints import load_checkpoint, save_checkpoint
from cnnlib.training.evaluation import evaluate


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    epochs : int
        Passes over the training images.
    batch_size : int
        Images a step; the last step of an epoch takes what is left.
    learning_rate : float
        Of every step, or the peak of the one-cycle schedule.
    seed : int
        Of the order in which the images come, and of what ``augment`` does to them.
    optimizer : "adam" or "sgd"
    momentum : float
        Of ``"sgd"``, from 0 to below 1.
    schedule : "one_cycle" or "constant"
    weight_decay : float
        Added to each gradient times the weight, at least 0.

    Raises
    ------
    TypeError
        If a value is not a number, or one of the integers is not an integer.
    ValueError
        If a value is out of range, or a name is none of these.
    """

    epochs: int = 20
    batch_size: int = 50
    learning_rate: float = 0.01
    seed: int = 0
    optimizer: str = "adam"
    momentum: float = 0.0
    schedule: str = "one_cycle"
    weight_decay: float = 0.0

    def __post_init__(self):
        for name, minimum in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            # Past the frozen guard: NumPy's integers become int, which a checkpoint can hold.
            object.__setattr__(self, name, integer("Recipe", name, getattr(self, name), minimum=minimum))
        object.__setattr__(self, "learning_rate", positive("Recipe", "learning_rate", self.learning_rate))
        for name, options in (("optimizer", ("adam", "sgd")), ("schedule", ("one_cycle", "constant"))):
            if getattr(self, name) not in options:
                raise ValueError(f"Recipe: {name} must be one of {options}, received {getattr(self, name)!r}")
        if not 0 <= self.momentum < 1 or (self.momentum and self.optimizer == "adam"):
            raise ValueError(f"Recipe: momentum must be from 0 to below 1, and 0 with adam, received {self.momentum!r}")
        if not 0 <= self.weight_decay < np.inf:
            raise ValueError(f"Recipe: weight_decay must be at least 0 and finite, received {self.weight_decay!r}")


def one_cycle(progress, peak):
    """Return the learning rate after a share ``progress`` of all steps.

    It climbs linearly to ``peak`` over the first 30 %, then falls to zero along a half cosine [1]_.

    Parameters
    ----------
    progress : float
        From 0 before the first step to 1 after the last.
    peak : float

    Returns
    -------
    float

    References
    ----------
    .. [1] Smith & Topin, *Super-convergence* (2018), with the cosine of Loshchilov & Hutter, *SGDR* (2017), Eq. 5.

    Examples
    --------
    >>> one_cycle(0.15, peak=0.01), one_cycle(0.3, peak=0.01), round(one_cycle(0.65, peak=0.01), 6)
    (0.005, 0.01, 0.005)
    """
    warm_up = 0.3
    if progress < warm_up:
        return float(peak * progress / warm_up)
    return float(peak * (1 + np.cos(np.pi * (progress - warm_up) / (1 - warm_up))) / 2)


def pick_device(device="auto"):
    """Return the device asked for, or with ``"auto"`` a CUDA GPU where there is one.

    Parameters
    ----------
    device : str

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If PyTorch does not know the device, or this machine does not have it.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device must be one this machine has, received {device!r} ({reason})") from None
    return torch.device(device)


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
        ``"auto"``, ``"cpu"``, ``"cuda"``, …; the network stays there.
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
        If the loss becomes infinite or NaN.
    """
    if len(train[0]) != len(train[1]) or not len(train[0]):
        raise ValueError(
            f"fit: train must hold as many images as labels and at least one, "
            f"received {len(train[0])} images and {len(train[1])} labels"
        )
    device = pick_device(device)
    network.to(device)
    images, labels = (torch.tensor(array, device=device) for array in train)
    optimizer = _optimizer(network, recipe)
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
        if test is not None:
            result = evaluate(network, *test)
            row |= {"test_loss": result.loss, "test_accuracy": result.accuracy}
        history.append(row)
        if checkpoint is not None:
            save_checkpoint(checkpoint, network, optimizer, run_id, history)
    return history


def _optimizer(network, recipe):
    rates = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(network.parameters(), momentum=recipe.momentum, **rates)
    return torch.optim.Adam(network.parameters(), **rates)


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
        if recipe.schedule == "one_cycle":
            share = (epoch - 1 + step / len(batches)) / recipe.epochs
            for group in optimizer.param_groups:
                group["lr"] = one_cycle(share, recipe.learning_rate)
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
