"""How far the courses' LeNet can be brought: a long training, averaged weights, a larger network as its teacher."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cnnlib.models.lenet import LeNet
from cnnlib.training import Recipe, distort, fit
from cnnlib.training.schedules import one_cycle
from cnnlib.training.steps import descend

# Distorted copies of the training digits that the teacher answers to, once for all students.
VIEWS = 20

# The teacher's logits are divided by this before they become probabilities, so that what it holds nearly as likely as
# its answer can be seen.
TEMPERATURE = 3.0

# Of the average over the steps: what a step contributes has fallen to 1/e after 2,000 more, some four epochs.
KEPT = 0.9995


def courses_lenet(seed):
    """Return LeNet with ReLU and max pooling, and the initial weights of `cnnlib.models.lenet.LeNet`.

    Parameters
    ----------
    seed : int

    Returns
    -------
    torch.nn.Sequential
        61,706 parameters. ReLU and maximum may be exchanged; here the ReLU comes second, to a quarter of the numbers.
    """
    network = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    weights = LeNet("relu", "max", seed=seed).weights().values()
    names = network.state_dict().keys()
    network.load_state_dict({name: torch.from_numpy(value) for name, value in zip(names, weights, strict=True)})
    return network


def larger_network(seed):
    """Return a network for 28×28 pixels with five normalised convolutions of 3×3 and dropout: 455,178 parameters.

    Parameters
    ----------
    seed : int

    Returns
    -------
    torch.nn.Sequential
    """

    def convolution(channels, maps):
        return nn.Conv2d(channels, maps, 3, padding=1, bias=False), nn.BatchNorm2d(maps), nn.ReLU()

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            *(*convolution(1, 16), *convolution(16, 24), nn.MaxPool2d(2)),
            *(*convolution(24, 32), *convolution(32, 48), nn.MaxPool2d(2)),
            *(*convolution(48, 64), nn.Dropout(0.3), nn.Flatten()),
            *(nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)),
        ).to(memory_format=torch.channels_last)


def train_teacher(train, *, seed=0, epochs=20):
    """Train the larger network on distorted digits with smoothed labels.

    Parameters
    ----------
    train : pair of ndarray: images (N, 1, 28, 28) from 0 to 1, labels (N,)
    seed, epochs : int

    Returns
    -------
    torch.nn.Sequential
        Ready to answer.
    """
    network = larger_network(seed)

    def loss(logits, labels):
        return cross_entropy(logits, labels, label_smoothing=0.05)

    recipe = Recipe(epochs, 128, 0.004, seed=seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # dropout draws from PyTorch's own generator
        fit(network, train, recipe, loss=loss, augment=distort, device="cpu", progress=False)
    return network.train(False)


def view(images, number):
    """Return the digits, distorted: the same ``number`` distorts them in the same way.

    Parameters
    ----------
    images : ndarray of float32, shape (N, 1, 28, 28)
    number : int

    Returns
    -------
    tensor of float32, shape (N, 1, 28, 28)
    """
    return distort(torch.tensor(images), np.random.RandomState(number))


@torch.no_grad()
def teacher_answers(network, images, *, views=VIEWS):
    """Return a teacher's logits for the first ``views`` views of the digits.

    Parameters
    ----------
    network : torch.nn.Module
    images : ndarray of float32, shape (N, 1, 28, 28)
    views : int

    Returns
    -------
    tensor of float16, shape (views, N, 10)
    """
    network.train(False)
    answers = torch.empty(views, len(images), 10, dtype=torch.float16)
    for number in range(views):
        parts = view(images, number).split(100)
        answers[number] = torch.cat([network(part.contiguous(memory_format=torch.channels_last)) for part in parts])
    return answers


def train_student(train, answers=None, *, seed, epochs=80, batch_size=128, rate=0.004, views=VIEWS):
    """Train the courses' LeNet on distorted digits, and average its weights over the last steps.

    Parameters
    ----------
    train : pair of ndarray: images (N, 1, 28, 28) from 0 to 1, labels (N,)
    answers : tensor of float16, shape (views, N, 10), optional
        A teacher's logits, to be met in place of the labels [1]_; without them, the labels, smoothed by 0.05.
    seed : int
        Of the initial weights, the order of the digits, and the view to begin with; each epoch shows the next one.
    epochs, batch_size : int
    rate : float
        Peak of the one-cycle schedule, Adam.
    views : int
        Different views, where there are no ``answers``.

    Returns
    -------
    torch.nn.Sequential
        With the averaged weights.

    Raises
    ------
    ValueError
        If ``answers`` are of another number of digits.

    References
    ----------
    .. [1] Hinton, Vinyals & Dean, *Distilling the knowledge in a neural network* (2015), Sec. 2.
    """
    images, labels = train
    if answers is not None and answers.shape[1] != len(images):
        raise ValueError(
            f"train_student: answers must be those to the {len(images)} digits of train, "
            f"received shape {tuple(answers.shape)}"
        )
    labels = torch.tensor(labels)
    network = courses_lenet(seed)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(KEPT))
    optimizer = torch.optim.Adam(network.parameters())
    random, steps = np.random.RandomState(seed), len(images) // batch_size
    for epoch in range(epochs):
        number = (seed + epoch) % (views if answers is None else len(answers))
        seen = view(images, number)

        def gradients(batch, number=number, seen=seen):
            logits = network(seen[batch])
            if answers is None:
                loss = cross_entropy(logits, labels[batch], label_smoothing=0.05)
            else:
                softened = (answers[number, batch].float() / TEMPERATURE).softmax(1)
                # The squared temperature makes up for the slopes, which the two divisions make smaller.
                loss = TEMPERATURE**2 * cross_entropy(logits / TEMPERATURE, softened)
            loss.backward()

        order = torch.from_numpy(random.permutation(len(images)))[: steps * batch_size]
        rates = [one_cycle((epoch + step / steps) / epochs, rate) for step in range(steps)]
        for _ in descend(optimizer, order.split(batch_size), rates, gradients):
            average.update_parameters(network)
    return average.module
