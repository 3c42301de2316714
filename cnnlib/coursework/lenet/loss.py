"""LeNet, what is right and which mistakes are known: the cross-entropy."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, labels, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("lenet", "Common mistakes")
BEFORE = Section("lenet", "What does the network say before it has learned anything?")


def cross_entropy(logits, labels):
    return vectorized.cross_entropy(logits, labels)


def _log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _picked(scores, labels):
    return scores[np.arange(len(labels)), labels]


@np.errstate(all="ignore")
def _overflowing(logits, labels):
    powers = np.exp(logits)
    return float(-np.mean(np.log(_picked(powers / powers.sum(axis=1, keepdims=True), labels))))


def _loss(formula):
    return lambda logits, labels: float(formula(logits, labels))


LOSS = Task(
    "cross_entropy",
    cross_entropy,
    cases=(
        Case("who knows nothing: log 4", array([[0, 0, 0, 0], [5, 5, 5, 5]]), labels(4, 2), seed=3),
        Case("more pictures than classes", normal(7, 3), labels(3, 7), seed=1),
        Case("more classes than pictures", normal(4, 10), labels(10, 4), seed=2),
        Case("logits in the thousands", array([[1000, 1002, 998], [-3000, -3001, -3000]]), labels(3, 2), seed=1),
    ),
    mistakes=(
        Mistake(
            "sum instead of mean",
            "Your loss grows with the number of pictures, and the steps of learning would grow with it.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).sum()),
        ),
        Mistake(
            "softmax twice",
            "Your loss is squeezed: it cannot come near zero, however sure the logits are.",
            MISTAKES,
            _loss(lambda z, y: -_picked(_log_softmax(np.exp(_log_softmax(z))), y).mean()),
        ),
        Mistake(
            "overflow",
            "Small logits are right; large ones give infinity or NaN, since their powers exceed what a float can "
            "hold. Softmax does not change when all logits of a picture are lowered by one number.",
            BEFORE,
            _overflowing,
        ),
        Mistake(
            "another logarithm",
            "Your losses are all wrong by one factor, that between two kinds of logarithm.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).mean() / np.log(2)),
        ),
        Mistake(
            "another logarithm",
            "Your losses are all wrong by one factor, that between two kinds of logarithm.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).mean() / np.log(10)),
        ),
        Mistake(
            "mean over the classes, too",
            "Your loss is too small, as many times as there are classes. Each picture has one right answer, and "
            "counts once.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).sum() / z.size),
        ),
        Mistake(
            "probabilities, not their logarithms",
            "Your loss never exceeds one. A confident wrong answer should cost much more than an unsure one.",
            BEFORE,
            _loss(lambda z, y: 1 - np.exp(_picked(_log_softmax(z), y)).mean()),
        ),
        Mistake(
            "softmax over the wrong axis",
            "In your result, pictures of one batch compete with each other. Each picture's probabilities should add "
            "up to one.",
            BEFORE,
            _loss(lambda z, y: -_picked(_log_softmax(z, axis=0), y).mean()),
        ),
        Mistake(
            "a loss for each picture",
            "You return a loss for each picture. One number is asked for, their mean.",
            BEFORE,
            lambda z, y: -_picked(_log_softmax(z), y),
        ),
        Mistake(
            "the logit of the right answer, and no softmax",
            "You take the right answer's logit. What it is worth depends on the other logits.",
            BEFORE,
            _loss(lambda z, y: -_picked(z, y).mean()),
        ),
    ),
)
