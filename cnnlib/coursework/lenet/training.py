"""LeNet, what is right and which mistakes are known: a step, and reading digits."""

import numpy as np

from cnnlib.coursework.inputs import array, digit_labels, digits, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("lenet", "Common mistakes")
BEFORE = Section("lenet", "What does the network say before it has learned anything?")
MOMENTUM = Section("learning", "Can a step be cleverer?")
LOOP = Section("learning", "Can ten units read ten digits?")


def momentum_step(weight, velocity, gradient, rate, momentum):
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity


STEP = Task(
    "momentum_step",
    momentum_step,
    because=(
        "A velocity that keeps 0.9 of itself adds up the last ten or so gradients: where they agree the step "
        "grows tenfold, where they alternate it is about halved."
    ),
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
            MOMENTUM,
            lambda w, v, g, rate, momentum: (
                2 * w - momentum_step(w, v, g, rate, momentum)[0],
                momentum_step(w, v, g, rate, momentum)[1],
            ),
        ),
        Mistake(
            "momentum ignored",
            "What the velocity was makes no difference.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * g, g),
        ),
        Mistake(
            "a step with the old velocity",
            "The velocity is right, and the step was taken before it was.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * v, momentum * v + g),
        ),
        Mistake(
            "the rate applied twice",
            "The step is too short by the learning rate: it is in the velocity and in the step.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * (momentum * v + rate * g), momentum * v + rate * g),
        ),
        Mistake(
            "the rate inside the velocity",
            "The step may be right for a constant rate. Here the velocity is made of gradients, and the rate comes in"
            " with the step.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - (momentum * v + rate * g), momentum * v + rate * g),
        ),
        Mistake(
            "a weighted mean of velocity and gradient",
            "Your velocity gives the gradient the share that the momentum leaves. That is another rule, with steps "
            "ten times shorter.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (
                w - rate * (momentum * v + (1 - momentum) * g),
                momentum * v + (1 - momentum) * g,
            ),
        ),
        Mistake(
            "no learning rate",
            "The step is as long as the velocity.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - momentum * v - g, momentum * v + g),
        ),
        Mistake(
            "the old velocity handed back",
            "The weight is right. The velocity that you return is the one that came in: the next step would remember "
            "nothing.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (momentum_step(w, v, g, rate, momentum)[0], v),
        ),
        Mistake(
            "in another order",
            "Both are right and in another order. Asked for: the weight, then the velocity.",
            MOMENTUM,
            lambda *call: momentum_step(*call)[::-1],
        ),
        Mistake(
            "the gradient taken off the velocity",
            "Your velocity points down and is then subtracted, so that the step goes uphill.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * (momentum * v - g), momentum * v - g),
        ),
        Mistake(
            "a velocity that points down",
            "Your step is right where there was no velocity before. In this rule the velocity takes up the gradient "
            "as it is, and the minus comes with the step.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w + momentum * v - rate * g, momentum * v - rate * g),
        ),
        Mistake(
            "rate and momentum exchanged",
            "The momentum keeps the velocity, the rate is the length of the step; yours have changed places.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - momentum * (rate * v + g), rate * v + g),
        ),
        Mistake(
            "the gradient forgotten",
            "Your velocity only fades. It takes up the gradient in every step.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * momentum * v, momentum * v),
        ),
        Mistake(
            "a step further ahead",
            "You step by the gradient and the velocity that already holds it. That is Nesterov's rule, a good one, "
            "and not this one.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * (momentum * (momentum * v + g) + g), momentum * v + g),
        ),
        Mistake(
            "gradient times weight",
            "Your velocity takes up the gradient times the weight.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: (w - rate * (momentum * v + g * w), momentum * v + g * w),
        ),
        Mistake(
            "the momentum turned round",
            "Your velocity keeps the share 1 - momentum. It keeps the share momentum.",
            MOMENTUM,
            lambda w, v, g, rate, momentum: momentum_step(w, v, g, rate, 1 - momentum),
        ),
    ),
)


def nearest_neighbour(train_images, train_labels, new_images):
    known, new = (images.reshape(len(images), -1) for images in (train_images, new_images))
    return train_labels[((known**2).sum(axis=1) - 2 * new @ known.T).argmin(axis=1)]


def _one_by_one(check):
    """Apply a check of accuracy to arrays that have one whole number a digit."""
    return lambda answer, truth: answer.shape == truth.shape and answer.dtype.kind in "iu" and check(answer, truth)


def _neighbour_of_moved(train_images, train_labels, new_images):
    return nearest_neighbour(np.roll(train_images, 2, axis=-1), train_labels, new_images)


_BY_PIXELS = (
    "nearest neighbour",
    "your answers are those of the training picture whose pixels are nearest, moved or not. The task is to train the "
    "network",
    Section("lenet", "What does a digit look like to a program?"),
)

READ = Task(
    "read_digits",
    nearest_neighbour,
    because=(
        "A stroke is recognised wherever it is, since every window asks the same questions. A comparison of "
        "pixels cannot do that."
    ),
    may_not_be=(Mistake(*_BY_PIXELS, _neighbour_of_moved), Mistake(*_BY_PIXELS, nearest_neighbour)),
    seconds=90.0,
    may_use=("numpy", "cnnlib.vectorized"),
    cases=(
        Case(
            "learn from 2,000 digits, read 500 others, moved by two pixels",
            digits("train", 0, 2000),
            digit_labels("train", 0, 2000),
            digits("test", 0, 500, 2),
            answer=(digit_labels("test", 0, 500), 0.8),
        ),
    ),
    mistakes=(
        Mistake(
            "one answer for all",
            "Every digit gets the same answer. A network that answers so has not left its starting point, or has been"
            " thrown out by steps that are too long or go uphill: look at the loss after each epoch.",
            LOOP,
            looks_like=_one_by_one(lambda answer, truth: np.all(answer == answer[0])),
        ),
        Mistake(
            "pixels compared, not strokes",
            "Your answers are those of the training picture whose pixels are nearest. A stroke has to be recognised "
            "wherever it is: train the network.",
            Section("lenet", "What does a digit look like to a program?"),
            nearest_neighbour,
        ),
        Mistake(
            "off by one",
            "Move your answers by one, and most are right. Does a class begin at 0 or at 1?",
            LOOP,
            looks_like=_one_by_one(
                lambda answer, truth: max(np.mean(answer == truth + 1), np.mean(answer == truth - 1)) > 0.5
            ),
        ),
        Mistake(
            "scores, not labels",
            "You return ten numbers for each digit. Which of the ten digits is it?",
            LOOP,
            looks_like=lambda answer, truth: answer.shape == (len(truth), 10),
        ),
        Mistake(
            "the largest score, not its place",
            "Among your answers are numbers beyond 9 or below 0: the scores themselves (`max`), cut to whole numbers. "
            "Which of the ten places holds the largest (`argmax`)?",
            LOOP,
            looks_like=_one_by_one(lambda answer, truth: answer.min() < -1 or answer.max() > 10),
        ),
        Mistake(
            "along the wrong axis",
            "You return ten numbers, one for each class: which picture looks most like it. Asked for is one for each "
            "picture: take the largest along the other axis.",
            LOOP,
            looks_like=lambda answer, truth: answer.shape == (10,),
        ),
        Mistake(
            "all pictures in one answer",
            "You return one number. `argmax` without an axis looks for the largest of all scores of all pictures.",
            LOOP,
            looks_like=lambda answer, truth: answer.shape == (),
        ),
        Mistake(
            "the wrong pictures read",
            "You return another number of answers than there are new pictures. Which pictures does the trained network "
            "look at?",
            BEFORE,
            looks_like=lambda answer, truth: answer.ndim == 1 and len(answer) != len(truth),
        ),
        Mistake(
            "the least likely answer",
            "Fewer are right than by luck: you take the answer that the network thinks the least likely.",
            BEFORE,
            looks_like=_one_by_one(lambda answer, truth: np.mean(answer == truth) < 0.04),
        ),
        Mistake(
            "no better than luck",
            "About one in ten is right, as for a network that knows nothing. Is it trained, and are the weights that "
            "you train the ones that you read with? Are pictures and labels still in one order when you shuffle? Is the"
            " step taken for every batch, or for the last one only? Is it read with the activation it learned with?",
            BEFORE,
            looks_like=_one_by_one(lambda answer, truth: np.mean(answer == truth) < 0.18),
        ),
        Mistake(
            "learned too little",
            "It has begun to learn, and then it stops, or forgets. Does it go through the digits as many times as you "
            "mean, and through all of them? Are the weights drawn before the first epoch, and never again? Is the "
            "velocity that comes back kept for the next step? Then: more epochs, or longer steps.",
            LOOP,
            looks_like=_one_by_one(lambda answer, truth: np.mean(answer == truth) >= 0.18),
        ),
    ),
)
