"""LeNet, what is right and which mistakes are known: a step, and reading digits."""

import numpy as np

from cnnlib.coursework.inputs import array, digit_labels, digits, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("lenet", "Common mistakes")
BEFORE = Section("lenet", "What does the network say before it has learned anything?")
LEARNING = Section("lenet", "How does it learn?")


def momentum_step(weight, velocity, gradient, rate, momentum):
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity


STEP = Task(
    "momentum_step",
    momentum_step,
    returns=("weight", "velocity"),
    cases=(
        Case("from rest", array([1, 2]), array([0, 0]), array([10, -10]), 0.1, 0.9),
        Case("under way", normal(2, 3), normal(2, 3), normal(2, 3), 0.05, 0.5, seed=1),
        Case("no momentum", normal(4), normal(4), normal(4), 0.2, 0.0, seed=2),
    ),
    mistakes=(
        Mistake(
            "uphill",
            "The step goes along the gradient, where the loss grows.",
            LEARNING,
            lambda w, v, g, rate, momentum: (
                2 * w - momentum_step(w, v, g, rate, momentum)[0],
                momentum_step(w, v, g, rate, momentum)[1],
            ),
        ),
        Mistake(
            "momentum ignored",
            "What the velocity was makes no difference.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - rate * g, g),
        ),
        Mistake(
            "a step with the old velocity",
            "The velocity is right, and the step was taken before it was.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - rate * v, momentum * v + g),
        ),
        Mistake(
            "the rate applied twice",
            "The step is too short by the learning rate: it is in the velocity and in the step.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - rate * (momentum * v + rate * g), momentum * v + rate * g),
        ),
        Mistake(
            "the rate inside the velocity",
            "The step may be right for a constant rate. Here the velocity is made of gradients, and the rate comes in"
            " with the step.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - (momentum * v + rate * g), momentum * v + rate * g),
        ),
        Mistake(
            "a weighted mean of velocity and gradient",
            "Your velocity gives the gradient the share that the momentum leaves. That is another rule, with steps "
            "ten times shorter.",
            LEARNING,
            lambda w, v, g, rate, momentum: (
                w - rate * (momentum * v + (1 - momentum) * g),
                momentum * v + (1 - momentum) * g,
            ),
        ),
        Mistake(
            "no learning rate",
            "The step is as long as the velocity.",
            LEARNING,
            lambda w, v, g, rate, momentum: (w - momentum * v - g, momentum * v + g),
        ),
    ),
)


def nearest_neighbour(train_images, train_labels, new_images):
    known, new = (images.reshape(len(images), -1) for images in (train_images, new_images))
    return train_labels[((known**2).sum(axis=1) - 2 * new @ known.T).argmin(axis=1)]


def _one_by_one(check):
    """Apply a check of accuracy to arrays that have one whole number a digit."""
    return lambda answer, truth: answer.shape == truth.shape and answer.dtype.kind in "iu" and check(answer, truth)


READ = Task(
    "read_digits",
    nearest_neighbour,
    cases=(
        Case(
            "learn from 2,000 digits, read 500 others, moved by two pixels",
            digits("train", 0, 2000),
            digit_labels("train", 0, 2000),
            digits("test", 0, 500, 2),
            answer=(digit_labels("test", 0, 500), 0.7),
        ),
    ),
    mistakes=(
        Mistake(
            "one answer for all",
            "Every digit gets the same answer. A network that answers so has not left its starting point, or has been"
            " thrown out by steps that are too long: look at the loss after each epoch.",
            LEARNING,
            looks_like=_one_by_one(lambda answer, truth: np.all(answer == answer[0])),
        ),
        Mistake(
            "off by one",
            "Move your answers by one, and most are right. Does a class begin at 0 or at 1?",
            LEARNING,
            looks_like=_one_by_one(
                lambda answer, truth: max(np.mean(answer == truth + 1), np.mean(answer == truth - 1)) > 0.5
            ),
        ),
        Mistake(
            "scores, not labels",
            "You return ten numbers for each digit. Which of the ten digits is it?",
            BEFORE,
            looks_like=lambda answer, truth: answer.shape == (len(truth), 10),
        ),
        Mistake(
            "no better than luck",
            "About one in ten is right, as for a network that knows nothing. Is it trained, and are the weights that "
            "you train the ones that you read with? Are pictures and labels still in one order when you shuffle?",
            BEFORE,
            looks_like=_one_by_one(lambda answer, truth: np.mean(answer == truth) < 0.2),
        ),
        Mistake(
            "pixels compared, not strokes",
            "It reads some six in ten. That is what a comparison of pixels reaches on digits that were moved by two,"
            " and a network that learned too little. A stroke has to be recognised wherever it is.",
            Section("lenet", "What does a digit look like to a program?"),
            looks_like=_one_by_one(lambda answer, truth: 0.45 <= np.mean(answer == truth) < 0.7),
        ),
        Mistake(
            "learned too little",
            "It has begun to learn. More epochs, or longer steps: try them on digits that you keep aside from the "
            "training set.",
            MISTAKES,
            looks_like=_one_by_one(lambda answer, truth: 0.2 <= np.mean(answer == truth) < 0.45),
        ),
    ),
)
