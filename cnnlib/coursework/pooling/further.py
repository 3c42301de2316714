"""Pooling, what is right and which mistakes are known: the way back, blur, and maps of every size."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, integers, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

SIZES = Section("pooling", "Can one network read images of every size?")
ALIASING = Section("aliasing", "What does a blur save, and what does it cost?")
GRADIENT = Section("aliasing", "Who gets the gradient?")
CONV_MISTAKES = Section("convolution", "Common mistakes")


def max_pool_backward(grad_y, x, window, stride):
    return vectorized.max_pool2d_backward(grad_y, x, window, stride=stride)


def blur_pool(x, stride):
    return vectorized.blur_pool2d(x[None, None], 3, stride=stride)[0, 0]


def adaptive_average(x, size):
    return vectorized.adaptive_avg_pool2d(x[None, None], size)[0, 0]


def _each_window(rule, join=np.add):
    """Make a backward pass of a rule for one window: cells and its gradient in, the cells' gradients out."""

    def backward(grad_y, x, window, stride):
        grad_x = np.zeros_like(x)
        for n, c, i, j in np.ndindex(grad_y.shape):
            here = np.s_[n, c, i * stride : i * stride + window, j * stride : j * stride + window]
            grad_x[here] = join(grad_x[here], rule(x[here], grad_y[n, c, i, j]))
        return grad_x

    return backward


def _only_at(index):
    def rule(cells, gradient):
        grad = np.zeros_like(cells)
        grad.flat[index(cells)] = gradient
        return grad

    return rule


def _shared(cells, gradient):
    winners = cells == cells.max()
    return winners * gradient / winners.sum()


MAX_BACKWARD = Task(
    "max_pool_backward",
    max_pool_backward,
    cases=(
        Case("two windows that you can read", array([[[[10, 20]]]]), array([[[[1, 5, 2, 0], [3, 4, 6, 1]]]]), 2, 2),
        Case("a batch, and pictures that are not square", normal(2, 3, 2, 3), normal(2, 3, 4, 7), 2, 2, seed=1),
        Case("windows that overlap", normal(1, 2, 3, 4), normal(1, 2, 5, 6), 3, 1, seed=2),
        Case("ties: the first in reading order wins", normal(1, 1, 3, 4), integers(0, 3, 1, 1, 6, 8), 2, 2, seed=3),
    ),
    mistakes=(
        Mistake(
            "every winner gets all",
            "Where cells tie, each of yours gets the whole gradient, so that more comes out than went in.",
            GRADIENT,
            _each_window(lambda cells, gradient: (cells == cells.max()) * gradient),
        ),
        Mistake(
            "winners share",
            "Where cells tie, yours share the gradient. That is a convention one could have; the book's, and "
            "PyTorch's, is another.",
            GRADIENT,
            _each_window(_shared),
        ),
        Mistake(
            "the last winner gets it",
            "Where cells tie, yours gives the gradient to the last in reading order.",
            GRADIENT,
            _each_window(_only_at(lambda cells: cells.size - 1 - cells.ravel()[::-1].argmax())),
        ),
        Mistake(
            "overwritten where windows overlap",
            "A cell that wins in several windows gets what one of them hands on. It should hear from all.",
            GRADIENT,
            _each_window(_only_at(lambda cells: cells.argmax()), join=lambda old, new: np.where(new != 0, new, old)),
        ),
        Mistake(
            "overwritten where windows overlap",
            "Each window wipes out what the one before had left in the cells that they share.",
            GRADIENT,
            _each_window(_only_at(lambda cells: cells.argmax()), join=lambda old, new: new),
        ),
        Mistake(
            "the gradient of an average",
            "Every cell of a window gets its share. Behind a maximum only one cell can change the result.",
            GRADIENT,
            lambda grad_y, x, window, stride: vectorized.avg_pool2d_backward(grad_y, x, window, stride=stride),
        ),
        Mistake(
            "handed to the whole window",
            "Every cell of a window gets the whole gradient, winner or not.",
            GRADIENT,
            _each_window(lambda cells, gradient: np.full_like(cells, gradient)),
        ),
        Mistake(
            "always the same corner",
            "The first cell of each window gets the gradient, whoever won.",
            GRADIENT,
            _each_window(_only_at(lambda cells: 0)),
        ),
        Mistake(
            "gradient times value",
            "What you hand on grows with the winner's value. The slope of a maximum is one, however large it is.",
            GRADIENT,
            lambda grad_y, x, window, stride: x * max_pool_backward(grad_y, x, window, stride),
        ),
    ),
)


def _blurred(x, stride, taps=(0.25, 0.5, 0.25), mode="reflect"):
    padded = np.pad(x, 1, mode=mode)
    return vectorized.conv2d(padded[None, None], np.outer(taps, taps)[None, None], stride=stride)[0, 0]


BLUR = Task(
    "blur_pool",
    blur_pool,
    cases=(
        Case("one bright pixel", array([[0, 0, 0, 0, 0], [0, 0, 0, 16, 0], [0, 0, 0, 0, 0]]), 2),
        Case("a picture that is not square", normal(6, 9), 2, seed=1),
        Case("every third", normal(7, 5), 3, seed=2),
        Case("no stride", normal(4, 6), 1, seed=3),
    ),
    mistakes=(
        Mistake(
            "thinned out first, then blurred",
            "The blur comes too late: what the stride dropped is gone before anybody has looked at it.",
            ALIASING,
            lambda x, stride: _blurred(x[::stride, ::stride], 1),
        ),
        Mistake(
            "not blurred",
            "You keep every S-th cell as it is. That is the plain stride that this is to repair.",
            ALIASING,
            lambda x, stride: x[::stride, ::stride],
        ),
        Mistake(
            "zeros at the border",
            "Right inside, too faint along the edges: there your blur mixes in zeros. The picture is to be continued "
            "by reflection.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, mode="constant"),
        ),
        Mistake(
            "edge repeated at the border",
            "Right inside, wrong along the edges: you repeat the outermost cell. Reflected *about* the outermost "
            "cell, its neighbour comes next.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, mode="edge"),
        ),
        Mistake(
            "border closed into a ring",
            "Right inside, wrong along the edges: you continue the picture with its other end.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, mode="wrap"),
        ),
        Mistake(
            "a box, not (1, 2, 1)",
            "Your blur gives three cells the same weight.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, taps=(1 / 3, 1 / 3, 1 / 3)),
        ),
        Mistake(
            "blurred along one axis only",
            "Your blur runs along rows and leaves columns alone, or the other way round.",
            ALIASING,
            lambda x, stride: vectorized.blur_pool2d(x[None, None], (1, 3), stride=stride)[0, 0],
        ),
        Mistake(
            "blurred along one axis only",
            "Your blur runs along columns and leaves rows alone, or the other way round.",
            ALIASING,
            lambda x, stride: vectorized.blur_pool2d(x[None, None], (3, 1), stride=stride)[0, 0],
        ),
        Mistake(
            "sum instead of mean",
            "A picture that is 1 everywhere should stay 1. Yours grows brighter.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, taps=(1.0, 2.0, 1.0)),
        ),
        Mistake(
            "only the windows inside",
            "Your result has lost its border. The picture is continued beyond its edges first.",
            ALIASING,
            lambda x, stride: _blurred(x, 1)[1:-1, 1:-1][::stride, ::stride],
        ),
    ),
)


def _by_windows(starts, stops, statistic=np.mean):
    """Make an adaptive pooling of rules for a window's ends: (index, size, count) in, a place out."""

    def pool(x, size):
        y = np.zeros(size)
        (height, width), (rows, columns) = x.shape, size
        for i, j in np.ndindex(*size):
            top, bottom = starts(i, height, rows), stops(i, height, rows)
            left, right = starts(j, width, columns), stops(j, width, columns)
            y[i, j] = statistic(x[top:bottom, left:right])
        return y

    return pool


def _floor(i, size, count):
    return i * size // count


def _ceil_of_next(i, size, count):
    return -(-(i + 1) * size // count)


ADAPTIVE = Task(
    "adaptive_average",
    adaptive_average,
    cases=(
        Case("it divides evenly", array([[1, 2, 3, 4], [5, 6, 7, 8]]), (1, 2)),
        Case("five columns into two", array([[1, 2, 3, 4, 5]]), (1, 2)),
        Case("not square, and nothing divides", normal(7, 11), (3, 4), seed=1),
        Case("nearly as many windows as cells", normal(5, 7), (4, 5), seed=2),
        Case("one number for the whole map", normal(6, 5), (1, 1), seed=3),
    ),
    mistakes=(
        Mistake(
            "windows end too early",
            "Both ends of your windows are rounded down. The end is rounded *up*, so that no cell is cut in half and "
            "given to nobody.",
            SIZES,
            _by_windows(_floor, lambda i, size, count: (i + 1) * size // count),
        ),
        Mistake(
            "what is left over is dropped",
            "Your windows are all equally wide and do not reach the end of the map. Every cell must be in a window.",
            SIZES,
            _by_windows(lambda i, size, count: i * (size // count), lambda i, size, count: (i + 1) * (size // count)),
        ),
        Mistake(
            "the last window takes the rest",
            "Your windows are equally wide but for the last, which takes what is left over. They should share it out.",
            SIZES,
            _by_windows(
                lambda i, size, count: i * (size // count),
                lambda i, size, count: size if i == count - 1 else (i + 1) * (size // count),
            ),
        ),
        Mistake(
            "sum instead of mean",
            "Your values grow with the windows. Windows differ in size, so a sum would make some places brighter than"
            " others.",
            SIZES,
            _by_windows(_floor, _ceil_of_next, np.sum),
        ),
        Mistake(
            "maximum instead of mean",
            "Your values are the largest of their windows.",
            SIZES,
            _by_windows(_floor, _ceil_of_next, np.max),
        ),
        Mistake(
            "height and width swapped",
            "Your result has as many rows as it should have columns. A pair is (rows, columns).",
            CONV_MISTAKES,
            lambda x, size: adaptive_average(x, size[::-1]),
        ),
        Mistake(
            "one cell of each window",
            "You kept the first cell of each window and looked at no other.",
            SIZES,
            _by_windows(_floor, lambda i, size, count: i * size // count + 1),
        ),
    ),
)
