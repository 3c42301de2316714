"""Pooling, what is right and which mistakes are known: blur, and maps of every size."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

SIZES = Section("pooling", "Can one network read images of every size?")
ALIASING = Section("aliasing", "What does a blur save, and what does it cost?")
CONV_MISTAKES = Section("convolution", "Common mistakes")


def blur_pool(x, stride):
    return vectorized.blur_pool2d(x[None, None], 3, stride=stride)[0, 0]


def adaptive_average(x, size):
    return vectorized.adaptive_avg_pool2d(x[None, None], size)[0, 0]


def _blurred(x, stride, taps=(0.25, 0.5, 0.25), mode="reflect"):
    padded = np.pad(x, 1, mode=mode)
    return vectorized.conv2d(padded[None, None], np.outer(taps, taps)[None, None], stride=stride)[0, 0]


def _bright_pixel():
    return array([[16 if (i, j) == (2, 2) else 0 for j in range(5)] for i in range(5)])


def _with_its_surroundings(call):
    """Keep what surrounds a pixel that is alone: near an edge the reflection would hide the weights."""
    x, stride = call
    if stride < 1 or min(x.shape) < 2:
        return None
    lit = np.argwhere(x)
    alone = len(lit) == 1 and (lit.min() < 2 or np.any(np.array(x.shape) - lit[0] < 3))
    return None if alone and stride == 1 else call


def _of_both(x, stride):
    p = np.pad(x, 1, mode="reflect")
    rows = p[:-2, 1:-1] + 2 * x + p[2:, 1:-1]
    columns = p[1:-1, :-2] + 2 * x + p[1:-1, 2:]
    return ((rows + columns) / 8)[::stride, ::stride]


def _in_place(x, stride):
    p = np.pad(x, 1, mode="reflect")
    for i, j in np.ndindex(x.shape):
        p[i + 1, j + 1] = np.sum(p[i : i + 3, j : j + 3] * np.outer((1, 2, 1), (1, 2, 1)) / 16)
    return p[1:-1, 1:-1][::stride, ::stride]


def _added_weights(x, stride):
    weights = np.add.outer((1, 2, 1), (1, 2, 1)) / 24
    return vectorized.conv2d(np.pad(x, 1, mode="reflect")[None, None], weights[None, None], stride=stride)[0, 0]


def _first_of(y, like):
    """Cut to a picture's size."""
    return y[: like.shape[0], : like.shape[1]]


BLUR = Task(
    "blur_pool",
    blur_pool,
    because=(
        "(1, 2, 1) / 4 makes nothing of the fastest wave, 1, -1, 1, -1: its blur is 0. What a stride of 2 "
        "would have turned into a constant is gone before it is thinned out."
    ),
    axes=("h w", "less"),
    fit=_with_its_surroundings,
    cases=(
        Case("one bright pixel spreads as the weights say", _bright_pixel(), 1),
        Case("a picture that is not square", normal(6, 9), 2, seed=1),
        Case("every third", normal(7, 5), 3, seed=2),
        Case("no stride", normal(4, 6), 1, seed=3),
        Case("one bright pixel, and every second cell", array([[0, 0, 0, 0, 0], [0, 0, 0, 16, 0], [0, 0, 0, 0, 0]]), 2),
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
        Mistake(
            "not thinned out",
            "Your result has all the cells of the blurred map. Only every S-th row and column is kept.",
            ALIASING,
            lambda x, stride: _blurred(x, 1),
        ),
        Mistake(
            "rows thinned out, columns not",
            "Every S-th row is kept, and every column. Both are thinned out.",
            ALIASING,
            lambda x, stride: _blurred(x, 1)[::stride],
        ),
        Mistake(
            "begins with the second cell",
            "You keep the cells from the second on. The first is kept, then every S-th.",
            ALIASING,
            lambda x, stride: _blurred(x, 1)[1::stride, 1::stride],
        ),
        Mistake(
            "the middle no heavier than its neighbours",
            "The three weights are 1, 2 and 1: the middle counts twice.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, taps=(0.25, 0.25, 0.25)),
        ),
        Mistake(
            "weights that do not add up to one",
            "Every value is off by one factor. The nine weights are divided by their sum, 16.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, taps=(1 / 3, 2 / 3, 1 / 3)),
        ),
        Mistake(
            "weights that do not add up to one",
            "Every value is off by one factor. The nine weights are divided by their sum, 16.",
            ALIASING,
            lambda x, stride: 4 * _blurred(x, stride),
        ),
        Mistake(
            "weights that do not add up to one",
            "Every value is off by one factor: the weights add up to one already, and a mean divides again.",
            ALIASING,
            lambda x, stride: _blurred(x, stride) / 9,
        ),
        Mistake(
            "other weights",
            "The weights along an axis are 1, 2 and 1, divided by 4.",
            ALIASING,
            lambda x, stride: _blurred(x, stride, taps=(0.2, 0.6, 0.2)),
        ),
        Mistake(
            "a cell of padding too many",
            "The picture moved down and to the right by a cell: it is continued by one cell at each end, not by two.",
            ALIASING,
            lambda x, stride: _first_of(_blurred(np.pad(x, 1, mode="reflect"), 1), x)[::stride, ::stride],
        ),
        Mistake(
            "the mean of two blurs",
            "You blur along rows and, apart from that, along columns, and take the mean: nothing comes from the "
            "corners. Blur along the second axis what is blurred along the first.",
            ALIASING,
            _of_both,
        ),
        Mistake(
            "weights added, not multiplied",
            "Your nine weights are sums of the weights along the axes. A corner has 1 · 1 of 16, the middle 2 · 2.",
            ALIASING,
            _added_weights,
        ),
        Mistake(
            "blurred twice",
            "Your blur runs over the picture two times.",
            ALIASING,
            lambda x, stride: _blurred(_blurred(x, 1), stride),
        ),
        Mistake(
            "blurred in place",
            "You write into the picture from which the next cells are still to be computed. Read from one array, write "
            "into another.",
            ALIASING,
            _in_place,
        ),
        Mistake(
            "the largest, not the mean",
            "Your values are the largest of their neighbourhoods.",
            ALIASING,
            lambda x, stride: vectorized.max_pool2d(np.pad(x, 1, mode="reflect")[None, None], 3, stride=stride)[0, 0],
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


def _spread_out(i, size, count):
    return i * (size + (-size // count)) // max(count - 1, 1)


def _ceil_of_next(i, size, count):
    return -(-(i + 1) * size // count)


ADAPTIVE = Task(
    "adaptive_average",
    adaptive_average,
    because=(
        "Rounding starts down and ends up lets neighbours share the cell that falls between them, so that "
        "every cell is in a window and nothing is lost."
    ),
    axes=("h w", "fewer"),
    cases=(
        Case("it divides evenly", array([[1, 2, 3, 4], [5, 6, 7, 8]]), (1, 2)),
        Case("five columns into two", array([[1, 2, 3, 4, 5]]), (1, 2)),
        Case("not square, and nothing divides", normal(7, 11), (3, 4), seed=1),
        Case("nearly as many windows as cells", normal(5, 7), (4, 5), seed=2),
        Case("one number for the whole map", normal(6, 5), (1, 1), seed=3),
        Case("more windows than cells", normal(2, 3), (3, 5), seed=4),
        Case("36 columns into 28", normal(1, 36), (1, 28), seed=5),
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
        Mistake(
            "ends rounded to the nearest",
            "Your windows end at the nearest cell. The end is rounded *up*, so that a cell that two windows share is "
            "in both.",
            SIZES,
            _by_windows(_floor, lambda i, size, count: round((i + 1) * size / count)),
        ),
        Mistake(
            "ends rounded to the nearest",
            "Both ends of your windows are rounded to the nearest cell. The start is rounded down, the end *up*.",
            SIZES,
            _by_windows(
                lambda i, size, count: round(i * size / count), lambda i, size, count: round((i + 1) * size / count)
            ),
        ),
        Mistake(
            "starts rounded to the nearest",
            "Your windows start at the nearest cell. The start is rounded *down*.",
            SIZES,
            _by_windows(lambda i, size, count: round(i * size / count), _ceil_of_next),
        ),
        Mistake(
            "starts rounded up",
            "Your windows start too late: the start is rounded *down*, so that no cell is missed.",
            SIZES,
            _by_windows(lambda i, size, count: -(-i * size // count), _ceil_of_next),
        ),
        Mistake(
            "a cell too many",
            "Your windows end one cell too late where it divides evenly. Rounding up adds nothing to a whole number.",
            SIZES,
            _by_windows(_floor, lambda i, size, count: (i + 1) * size // count + 1),
        ),
        Mistake(
            "windows of one size, rounded up",
            "Your windows are all equally wide, and the last is cut off. They should share the cells out.",
            SIZES,
            _by_windows(
                lambda i, size, count: i * -(-size // count), lambda i, size, count: (i + 1) * -(-size // count)
            ),
        ),
        Mistake(
            "an end that floats round up",
            "Where it divides evenly, a quotient of floats can come out a little too large, and is then rounded up to "
            "the next cell. In whole numbers, `-(-a // b)` rounds a / b up.",
            SIZES,
            _by_windows(
                lambda i, size, count: int(i * (size / count)),
                lambda i, size, count: int(np.ceil((i + 1) * (size / count))),
            ),
        ),
        Mistake(
            "starts of a rounded window",
            "Your windows start at i·⌊H/n⌋, so that they fall behind more and more. Multiply before you divide.",
            SIZES,
            _by_windows(lambda i, size, count: i * (size // count), _ceil_of_next),
        ),
        Mistake(
            "windows of one size that overlap",
            "Your windows all have the same size and are shifted against each other to reach both ends. Their starts "
            "and ends are asked for as two formulas, rounded down and up, and sizes differ.",
            SIZES,
            _by_windows(_spread_out, lambda i, size, count: _spread_out(i, size, count) - (-size // count)),
        ),
        Mistake(
            "divided by one size for all",
            "Your windows are right, and you divide the sum of each by the same number. Windows differ in size.",
            SIZES,
            lambda x, size: (
                _by_windows(_floor, _ceil_of_next, np.sum)(x, size) / (x.shape[0] // size[0] * (x.shape[1] // size[1]))
            ),
        ),
    ),
)
