"""LeNet, what is right and which mistakes are known: the cross-entropy."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, labels, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("lenet", "Common mistakes")
SOFTMAX = Section("learning", "Can ten units read ten digits?")


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


def _labels_that_exist(call):
    logits, labels = call
    return [logits, np.minimum(labels, logits.shape[1] - 1)] if logits.shape[1] >= 2 else None


@np.errstate(all="ignore")
def _log_of_softmax(logits, labels):
    return -np.log(_picked(vectorized.softmax(logits), labels)).mean()


def _clipped(logits, labels, least):
    return float(-np.log(np.clip(_picked(vectorized.softmax(logits), labels), least, 1)).mean())


LOSS = Task(
    "cross_entropy",
    cross_entropy,
    because=(
        "log(a / b) is log a - log b, so that no probability is ever computed, and lowering all logits by "
        "the largest changes nothing but that no power exceeds one. Logits 0 and 2000 become -2000 and 0: the powers "
        "are 0 and 1, the logarithm of their sum is 0, and the loss at the first label is 0 - (-2000) = 2000."
    ),
    axes=("n k", "n"),
    fit=_labels_that_exist,
    may_use=("numpy", "cnnlib.vectorized"),
    may_not_call=("cnnlib.vectorized.cross_entropy",),
    cases=(
        Case("who knows nothing: log 4", array([[0, 0, 0, 0], [5, 5, 5, 5]]), labels(4, 2), seed=3),
        Case("more pictures than classes", normal(7, 3), labels(3, 7), seed=1),
        Case("more classes than pictures", normal(4, 10), labels(10, 4), seed=2),
        Case("sure and wrong: the loss is 2000", array([[0, 2000]]), labels(1, 1)),
        Case("logits in the thousands", array([[1000, 1002, 998], [-3000, -3001, -3000]]), labels(3, 2), seed=1),
    ),
    mistakes=(
        Mistake(
            "sum instead of mean",
            "Your loss grows with the number of pictures, and the steps of learning would grow with it.",
            SOFTMAX,
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
            SOFTMAX,
            _overflowing,
        ),
        Mistake(
            "another logarithm",
            "Your losses are all wrong by one factor, that between two kinds of logarithm.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).mean() / np.log(2)),
        ),
        Mistake(
            "another logarithm",
            "Your losses are all wrong by one factor, that between two kinds of logarithm.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).mean() / np.log(10)),
        ),
        Mistake(
            "mean over the classes, too",
            "Your loss is too small, as many times as there are classes. Each picture has one right answer, and "
            "counts once.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).sum() / z.size),
        ),
        Mistake(
            "probabilities, not their logarithms",
            "Your loss never exceeds one. A confident wrong answer should cost much more than an unsure one.",
            SOFTMAX,
            _loss(lambda z, y: 1 - np.exp(_picked(_log_softmax(z), y)).mean()),
        ),
        Mistake(
            "softmax over the wrong axis",
            "In your result, pictures of one batch compete with each other. Each picture's probabilities should add "
            "up to one.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z, axis=0), y).mean()),
        ),
        Mistake(
            "a loss for each picture",
            "You return a loss for each picture. One number is asked for, their mean.",
            SOFTMAX,
            lambda z, y: -_picked(_log_softmax(z), y),
        ),
        Mistake(
            "the logit of the right answer, and no softmax",
            "You take the right answer's logit. What it is worth depends on the other logits.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(z, y).mean()),
        ),
        Mistake(
            "a probability of zero",
            "Sure and wrong, your probability is too small for a float and becomes 0, whose logarithm is infinite. "
            "The logarithm of a quotient is a difference: no probability is needed.",
            SOFTMAX,
            _loss(_log_of_softmax),
        ),
        Mistake(
            "a probability kept away from zero",
            "Sure and wrong costs as many as the logits are apart, here 2000. Yours stops at the logarithm of the "
            "small number that you add.",
            SOFTMAX,
            _loss(lambda z, y: -np.log(np.exp(_picked(_log_softmax(z), y)) + 1e-12).mean()),
        ),
        Mistake(
            "a probability kept away from zero",
            "Sure and wrong costs as many as the logits are apart, here 2000. Your loss stops where you clip.",
            SOFTMAX,
            lambda z, y: _clipped(z, y, 1e-300),
        ),
        Mistake(
            "a probability kept away from zero",
            "Sure and wrong costs as many as the logits are apart, here 2000. Your loss stops where you clip.",
            SOFTMAX,
            lambda z, y: _clipped(z, y, 1e-12),
        ),
        Mistake(
            "a probability kept away from zero",
            "Sure and wrong costs as many as the logits are apart, here 2000. Your loss stops where you clip.",
            SOFTMAX,
            lambda z, y: _clipped(z, y, 1e-15),
        ),
        Mistake(
            "lowered in one place only",
            "The logits are lowered in the sum and not in the numerator, or the other way round: your losses are off "
            "by the largest logit.",
            SOFTMAX,
            _loss(lambda z, y: (np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)) - _picked(z, y)).mean()),
        ),
        Mistake(
            "softmax over the wrong axis",
            "The sum in the softmax runs over the pictures. Each picture's probabilities should add up to one.",
            SOFTMAX,
            _loss(
                lambda z, y: (
                    np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=0)).mean()
                    - _picked(z - z.max(axis=1, keepdims=True), y)
                ).mean()
            ),
        ),
        Mistake(
            "the right answer not looked at",
            "Your loss does not know the labels: it is the surprise at the answer that the network prefers.",
            SOFTMAX,
            _loss(lambda z, y: np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)).mean()),
        ),
        Mistake(
            "labels counted from one",
            "You take the logit beside the right one. Labels count from 0, as places do.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y - 1).mean()),
        ),
        Mistake(
            "the surprise squared",
            "You average the squares of the surprises.",
            SOFTMAX,
            _loss(lambda z, y: (_picked(_log_softmax(z), y) ** 2).mean()),
        ),
        Mistake(
            "one label for all pictures",
            "You compare every picture with the first label.",
            SOFTMAX,
            _loss(lambda z, y: -_log_softmax(z)[:, y[0]].mean()),
        ),
        Mistake(
            "a mean over all pairs",
            "You pick every label's logit in every picture: `z[:, labels]` is a table. Each picture has one label: "
            "`z[np.arange(N), labels]`.",
            SOFTMAX,
            _loss(lambda z, y: -_log_softmax(z)[:, y].mean()),
        ),
        Mistake(
            "the last picture only",
            "Your loss is that of the last picture, divided by their number: `=` for `+=`?",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y)[-1] / len(y)),
        ),
        Mistake(
            "the first picture only",
            "Your loss is that of the first picture, divided by their number: does a `return` stand inside of the "
            "loop?",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y)[0] / len(y)),
        ),
        Mistake(
            "divided by the classes",
            "You divide by the number of classes. The mean is one over the pictures.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).sum() / z.shape[1]),
        ),
        Mistake(
            "added, not taken off",
            "The right answer's logit lowers the surprise: it is taken off the logarithm of the sum.",
            SOFTMAX,
            _loss(
                lambda z, y: (
                    2 * z.max(axis=1)
                    + np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)) * 2
                    + _picked(_log_softmax(z), y)
                ).mean()
            ),
        ),
        Mistake(
            "the largest surprise, not the mean",
            "You return the largest surprise of the batch. Asked for is their mean.",
            SOFTMAX,
            _loss(lambda z, y: -_picked(_log_softmax(z), y).min()),
        ),
    ),
)
