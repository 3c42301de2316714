"""What LeNet-5 refuses to read: three losses for one body, digits and rubbish, at one share of refused digits."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.experiments.lenet5.succession import Successor
from cnnlib.models.lenet5 import LeNet5, discriminative_loss, distance_loss, lenet5_images
from cnnlib.shapes import choice
from cnnlib.training import Recipe, fit

LOSSES = {"Eq. 8": distance_loss, "Eq. 9": discriminative_loss, "softmax": gpu.cross_entropy}
# How a network says that it is unsure: by its largest output (minus the distance of the nearest bitmap, or the largest
# logit), or by the largest probability of a softmax over its outputs.
DOUBTS = ("output", "probability")


def trained_reader(loss, train, *, epochs, rate, seed=0):
    """Train the body of LeNet-5 under one of `LOSSES`, with Adam in batches of 50.

    Under the softmax the ten outputs are dense units that are learned; under the others they compare with the bitmaps.
    All start with the weights of 1998.

    Parameters
    ----------
    loss : str
        A key of `LOSSES`.
    train : pair of ndarray: images (N, 1, 28, 28) from 0 to 1, labels (N,)
    epochs : int
    rate : float
        Peak of the one-cycle schedule.
    seed : int

    Returns
    -------
    torch.nn.Module
        It reads what `lenet5_images` returns.

    Raises
    ------
    KeyError
        If there is no such loss.
    """
    objective = LOSSES[loss]
    network = Successor(1, seed=seed) if loss == "softmax" else LeNet5(seed=seed)
    recipe = Recipe(epochs, 50, rate, seed)
    fit(network, (lenet5_images(train[0]), train[1]), recipe, loss=objective, device="cpu", progress=False)
    return network


def answers_and_doubts(network, images, by):
    """Ask a network of `trained_reader`.

    Parameters
    ----------
    network : torch.nn.Module
    images : ndarray of float32, shape (N, 1, 28, 28)
        From 0 to 1.
    by : str
        One of `DOUBTS`.

    Returns
    -------
    answers : ndarray of int, shape (N,)
    doubts : ndarray, shape (N,)
        The larger, the less sure.

    Raises
    ------
    ValueError
        If there is no such doubt.
    """
    choice("answers_and_doubts", "by", by, DOUBTS)
    with torch.no_grad():
        logits = network(torch.from_numpy(lenet5_images(images)))
    # In double precision: of the surest answers, one minus a probability would be 0 in single.
    doubts = 1 - logits.double().softmax(dim=1).amax(dim=1) if by == "probability" else -logits.amax(dim=1)
    return logits.argmax(dim=1).numpy(), doubts.numpy()


def rubbish(images, seed=0):
    """Make pictures that are no digits out of digits.

    Parameters
    ----------
    images : ndarray of float32, shape (N, 1, 28, 28)
    seed : int

    Returns
    -------
    dict of str to ndarray, each of the shape of ``images``
        ``"shuffled"``: the pixels in one and the same random order; ``"halves"``: the upper half of a digit over the
        lower half of the next one; ``"negative"``: ink and paper exchanged;
        ``"noise"``: every pixel drawn uniformly from 0 to 1.
    """
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    random = np.random.RandomState(seed)
    order = random.permutation(images[0].size)
    halves = images.copy()
    halves[:, :, images.shape[2] // 2 :] = np.roll(images, -1, axis=0)[:, :, images.shape[2] // 2 :]
    return {
        "shuffled": images.reshape(len(images), -1)[:, order].reshape(images.shape),
        "halves": halves,
        "negative": 1 - images,
        "noise": random.uniform(size=images.shape).astype(images.dtype),
    }


def refusals(network, digits, by, *, share=0.05, seed=0):
    """Let a network refuse the digits that it doubts most, and count what else it then refuses.

    Parameters
    ----------
    network, by
        As in `answers_and_doubts`.
    digits : pair of ndarray: images (N, 1, 28, 28) from 0 to 1, labels (N,)
    share : float
        Of these digits, how many are refused.
    seed : int
        Of the rubbish.

    Returns
    -------
    dict
        ``accuracy`` before any refusal; ``mistakes``, the share of mistakes that is refused, None where there is none;
        and under each name of `rubbish` the share that is refused.
    """
    answers, doubts = answers_and_doubts(network, digits[0], by)
    limit, right = np.quantile(doubts, 1 - share), answers == digits[1]
    row = {
        "accuracy": float(right.mean()),
        "mistakes": None if right.all() else float((doubts[~right] > limit).mean()),
    }
    for name, images in rubbish(digits[0], seed).items():
        row[name] = float((answers_and_doubts(network, images, by)[1] > limit).mean())
    return row
