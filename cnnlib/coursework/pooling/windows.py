"""Pooling, what is right and which mistakes are known: maximum and average over windows."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, integers, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("pooling", "Common mistakes")
STATISTICS = Section("pooling", "What can a number say about its neighbourhood?")
ALIASING = Section("aliasing", "What does a blur save, and what does it cost?")
CONV_MISTAKES = Section("convolution", "Common mistakes")


def max_pool(x, window):
    return vectorized.max_pool2d(x[None, None], window)[0, 0]


def pool2d(x, window, stride, padding, statistic):
    pool = {"max": vectorized.max_pool2d, "average": vectorized.avg_pool2d}[statistic]
    return pool(x, window, stride=stride, padding=padding)


def _mean(x, window):
    return vectorized.avg_pool2d(x[None, None], window)[0, 0]


def _of_each(rule):
    """Make a mistake of a rule for one window: its cells in, a number out."""

    def wrong(x, window):
        y = np.zeros((x.shape[0] // window, x.shape[1] // window))
        for i, j in np.ndindex(y.shape):
            y[i, j] = rule(x[i * window : (i + 1) * window, j * window : (j + 1) * window])
        return y

    return wrong


def _first(y, like):
    """Cut to the size that is asked for."""
    return y[..., : like.shape[-2], : like.shape[-1]]


MAX = Task(
    "max_pool",
    max_pool,
    because=(
        "Side by side, window i begins at row i·K: of 7 columns, windows of 2 begin at 0, 2 and 4, and the last column "
        "is in none. A maximum that begins with the window's own values needs no smallest number to begin with."
    ),
    axes=("h w", "less"),
    cases=(
        Case("two windows that you can read", array([[1, 5, 2, 0], [3, 4, 6, 1]]), 2),
        Case("a picture that is not square", normal(6, 9), 3, seed=1),
        Case("rows and columns left over", normal(5, 7), 2, seed=2),
        Case("nothing but negative values", array([[-4, -3, -2, -9], [-5, -6, -7, -1]]), 2),
    ),
    mistakes=(
        Mistake(
            "mean instead of maximum",
            "Your numbers lie between the smallest and the largest of their windows: they are averages.",
            STATISTICS,
            _mean,
        ),
        Mistake(
            "the maximum begins at zero",
            "Where all values of a window are negative, you say 0, which is not among them. With what does your "
            "search for the largest begin?",
            MISTAKES,
            lambda x, window: np.maximum(max_pool(x, window), 0),
        ),
        Mistake(
            "largest size, not largest value",
            "The strongest value of a window wins with you, also where it is negative.",
            STATISTICS,
            lambda x, window: max_pool(np.abs(x), window),
        ),
        Mistake(
            "windows that overlap",
            "Your windows move on by one cell. Here they stand side by side: after a window of K cells comes the "
            "next, K further.",
            MISTAKES,
            lambda x, window: vectorized.max_pool2d(x[None, None], window, stride=1)[0, 0],
        ),
        Mistake(
            "what is left over is pooled",
            "You have windows that hang over the edge. What does not fill a window is dropped here.",
            MISTAKES,
            lambda x, window: vectorized.max_pool2d(x[None, None], window, ceil_mode=True)[0, 0],
        ),
        Mistake(
            "the smallest, not the largest",
            "Each of your numbers is the smallest of its window.",
            STATISTICS,
            lambda x, window: -max_pool(-x, window),
        ),
        Mistake(
            "pooled along one axis only",
            "Your windows are flat: rows went together, and columns did not, or the other way round.",
            MISTAKES,
            lambda x, window: max_pool(x, (window, 1)),
        ),
        Mistake(
            "pooled along one axis only",
            "Your windows are flat: rows went together, and columns did not, or the other way round.",
            MISTAKES,
            lambda x, window: max_pool(x, (1, window)),
        ),
        Mistake(
            "one cell of each window",
            "You kept one cell of each window, always in the same corner, and looked at no other.",
            ALIASING,
            lambda x, window: x[: len(x) // window * window : window, : x.shape[1] // window * window : window],
        ),
        Mistake(
            "sum instead of maximum",
            "Your numbers are the sums of their windows.",
            STATISTICS,
            lambda x, window: window**2 * _mean(x, window),
        ),
        Mistake(
            "the place of the largest, not its value",
            "You say where in its window the largest value stands (`argmax`). Asked for is how large it is (`max`).",
            STATISTICS,
            _of_each(np.argmax),
        ),
        Mistake(
            "windows at i, not at K·i",
            "The size is right and the windows overlap: window (i, j) begins at row K·i; yours begins at row i.",
            MISTAKES,
            lambda x, window: _first(vectorized.max_pool2d(x[None, None], window, stride=1)[0, 0], max_pool(x, window)),
        ),
        Mistake(
            "the last cell of each window",
            "You keep whatever comes last in the window: is a value compared with the largest so far, before it takes "
            "its place?",
            STATISTICS,
            _of_each(lambda cells: cells[-1, -1]),
        ),
        Mistake(
            "the window's last row or column left out",
            "Your windows end one cell too early: a slice leaves out the place behind its colon.",
            MISTAKES,
            _of_each(lambda cells: cells[:-1].max()),
        ),
        Mistake(
            "the window's last row or column left out",
            "Your windows end one cell too early: a slice leaves out the place behind its colon.",
            MISTAKES,
            _of_each(lambda cells: cells[:, :-1].max()),
        ),
        Mistake(
            "windows of two, whatever is asked for",
            "Your windows have a fixed size. It is an argument.",
            MISTAKES,
            lambda x, window: np.array(
                [
                    [x[i * 2 : i * 2 + 2, j * 2 : j * 2 + 2].max() for j in range(x.shape[1] // window)]
                    for i in range(len(x) // window)
                ]
            ),
        ),
    ),
)


def _by_hand(x, window, stride, padding, statistic, fill):
    """Pool a picture that was padded before, with ``fill``."""
    ends = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    return pool2d(np.pad(x, ends, constant_values=fill), window, stride, 0, statistic)


def _not_counting(x, window, stride, padding, statistic):
    if statistic == "max":
        return pool2d(x, window, stride, padding, statistic)
    return vectorized.avg_pool2d(x, window, stride=stride, padding=padding, count_include_pad=False)


def _infinite_average(x, window, stride, padding, statistic):
    return _by_hand(x, window, stride, padding, statistic, -np.inf)


def _rectangles(x, window, like, stride, padding, statistic):
    """Pool with one window, in as many places as with another."""
    ends = [(0, 0), (0, 0), (padding, padding + max(window)), (padding, padding + max(window))]
    y = pool2d(x, like, stride, padding, statistic)
    padded = np.pad(x, ends, constant_values=-np.inf if statistic == "max" else 0)
    return _first(pool2d(padded, window, stride, 0, statistic), y)


def _of_padded(x, window, stride, padding, statistic, rule):
    """Pad as the statistic wants it, and then take the one that a rule gives."""
    ends = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    padded = np.pad(x, ends, constant_values=-np.inf if statistic == "max" else 0)
    return pool2d(padded, window, stride, 0, rule(statistic))


def _side_by_side(x, window, stride, padding, statistic):
    ends = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    padded = np.pad(x, ends, constant_values=-np.inf if statistic == "max" else 0)
    y = np.zeros(pool2d(x, window, stride, padding, statistic).shape)
    for i, j in np.ndindex(y.shape[2:]):
        cells = padded[:, :, i * window[0] : (i + 1) * window[0], j * window[1] : (j + 1) * window[1]]
        y[:, :, i, j] = cells.max(axis=(2, 3)) if statistic == "max" else cells.mean(axis=(2, 3))
    return y


def _over_everything(x, window, stride, padding, statistic):
    y = pool2d(x, window, stride, padding, statistic)
    of_all = y.max(axis=(0, 1)) if statistic == "max" else y.mean(axis=(0, 1))
    return np.broadcast_to(of_all, y.shape)


def _moved_in(x, window, stride, padding, statistic):
    ends = [(0, 0), (0, 0), (2 * padding, 0), (2 * padding, 0)]
    return pool2d(np.pad(x, ends, constant_values=-np.inf if statistic == "max" else 0), window, stride, 0, statistic)


POOL = Task(
    "pool2d",
    pool2d,
    because=(
        "One loop serves both statistics, and only the padding tells them apart: a maximum must never choose "
        "it (-∞), and an average counts it (0)."
    ),
    axes=("n c h w", "", "less", "less", ""),
    cases=(
        Case("maxima side by side", normal(2, 3, 4, 6), (2, 2), 2, 0, "max", seed=1),
        Case("averages side by side", normal(1, 2, 6, 4), (3, 2), 2, 0, "average", seed=2),
        Case("windows that are not square, and overlap", normal(2, 1, 7, 8), (2, 4), 3, 0, "max", seed=3),
        Case("a padded average", normal(1, 2, 5, 6), (3, 2), 2, 1, "average", seed=4),
        Case("a padded maximum of negative values", integers(-9, 0, 2, 1, 4, 5), (2, 3), 2, 1, "max", seed=5),
    ),
    mistakes=(
        Mistake(
            "a maximum padded with zeros",
            "In your padded maximum there are zeros that win against negative values. Padding must never win.",
            MISTAKES,
            lambda *call: _by_hand(*call, 0.0),
        ),
        Mistake(
            "an average padded with minus infinity",
            "Infinities appear in your averages, at the border. What is right for a maximum's padding is wrong for an"
            " average's.",
            MISTAKES,
            _infinite_average,
        ),
        Mistake(
            "padding not counted",
            "Your padded averages are too large at the border: you divide by the number of pixels in the window. Here"
            " the zeros of the padding count as values.",
            MISTAKES,
            _not_counting,
        ),
        Mistake(
            "sum instead of mean",
            "Your averages are too large, as many times as the window has cells.",
            STATISTICS,
            lambda x, window, stride, padding, statistic: (
                pool2d(x, window, stride, padding, statistic) * (np.prod(window) if statistic == "average" else 1)
            ),
        ),
        Mistake(
            "statistic ignored",
            "All your results are averages.",
            STATISTICS,
            lambda x, window, stride, padding, statistic: pool2d(x, window, stride, padding, "average"),
        ),
        Mistake(
            "statistic ignored",
            "All your results are maxima.",
            STATISTICS,
            lambda x, window, stride, padding, statistic: pool2d(x, window, stride, padding, "max"),
        ),
        Mistake(
            "stride ignored",
            "The stride makes no difference to your answer: windows stand side by side, whatever it says.",
            MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(x, window, window, padding, statistic),
        ),
        Mistake(
            "stride ignored",
            "Your windows move on by one cell, whatever the stride says.",
            MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(x, window, 1, padding, statistic),
        ),
        Mistake(
            "stride applied twice",
            "Your maps are too small by the stride. Somewhere a map that was made in steps is walked through in steps"
            " again.",
            CONV_MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(x, window, stride, padding, statistic)[
                :, :, ::stride, ::stride
            ],
        ),
        Mistake(
            "height and width swapped",
            "Your windows are as wide as they should be high. A pair is (rows, columns).",
            CONV_MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(x, window[::-1], stride, padding, statistic),
        ),
        Mistake(
            "padding on one side",
            "Where there is padding, your maps are too small or moved: it is all at one end.",
            CONV_MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(
                np.pad(
                    x,
                    [(0, 0), (0, 0), (padding, 0), (padding, 0)],
                    constant_values=-np.inf if statistic == "max" else 0,
                ),
                window,
                stride,
                0,
                statistic,
            ),
        ),
        Mistake(
            "padding ignored",
            "With padding your result is as large as without it.",
            CONV_MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(x, window, stride, 0, statistic),
        ),
        Mistake(
            "channels pooled together",
            "Every channel of yours has the same values. Pooling treats each channel by itself.",
            STATISTICS,
            lambda x, window, stride, padding, statistic: np.repeat(
                pool2d(
                    x.max(axis=1, keepdims=True) if statistic == "max" else x.mean(axis=1, keepdims=True),
                    window,
                    stride,
                    padding,
                    statistic,
                ),
                x.shape[1],
                axis=1,
            ),
        ),
        Mistake(
            "the two statistics exchanged",
            "Where a maximum is asked for you average, and the other way round.",
            STATISTICS,
            lambda x, window, stride, padding, statistic: pool2d(
                x, window, stride, padding, "average" if statistic == "max" else "max"
            ),
        ),
        Mistake(
            "the two statistics exchanged",
            "Where a maximum is asked for you average, and the other way round.",
            STATISTICS,
            lambda *call: _of_padded(*call, lambda statistic: "average" if statistic == "max" else "max"),
        ),
        Mistake(
            "statistic ignored",
            "All your results are averages: is the word that you compare with spelt as in the call?",
            STATISTICS,
            lambda *call: _of_padded(*call, lambda statistic: "average"),
        ),
        Mistake(
            "windows at i, not at S·i",
            "The size is right and the first value of each map, too. Window (i, j) begins at (S·i, S·j); yours begins "
            "at (i, j).",
            MISTAKES,
            lambda x, window, stride, padding, statistic: _first(
                pool2d(x, window, 1, padding, statistic), pool2d(x, window, stride, padding, statistic)
            ),
        ),
        Mistake(
            "windows side by side, whatever the stride",
            "The size is right, and your windows move on by their own size.",
            MISTAKES,
            _side_by_side,
        ),
        Mistake(
            "square windows",
            "Your windows are as wide as they are high. A window is a pair: (rows, columns).",
            CONV_MISTAKES,
            lambda x, window, stride, padding, statistic: _rectangles(
                x, (window[0], window[0]), window, stride, padding, statistic
            ),
        ),
        Mistake(
            "padding that is not zero",
            "Your padding continues the picture. For an average it is zeros.",
            MISTAKES,
            lambda x, window, stride, padding, statistic: pool2d(
                np.pad(x, [(0, 0), (0, 0), (padding,) * 2, (padding,) * 2], mode="edge"), window, stride, 0, statistic
            ),
        ),
        Mistake(
            "the first picture only",
            "All your pictures get the answer of the first.",
            STATISTICS,
            lambda x, *how: np.broadcast_to(pool2d(x[:1], *how), pool2d(x, *how).shape),
        ),
        Mistake(
            "pictures pooled together",
            "Every map of yours has the same values: the statistic runs over pictures and channels, too. Give it the "
            "axes of rows and columns.",
            STATISTICS,
            _over_everything,
        ),
        Mistake(
            "a maximum padded with plus infinity",
            "Your padding wins everywhere along the border. It must never win: what is smaller than every number?",
            MISTAKES,
            lambda *call: _by_hand(*call, np.inf),
        ),
        Mistake(
            "divided by a square window",
            "Your averages are off by the ratio of rows and columns: a window has rows times columns cells.",
            STATISTICS,
            lambda x, window, stride, padding, statistic: (
                pool2d(x, window, stride, padding, statistic) * (window[1] / window[0] if statistic == "average" else 1)
            ),
        ),
        Mistake(
            "padded at one end, or twice",
            "The size is right, and the picture moved down and to the right: the padding is at one end, or was added "
            "twice.",
            CONV_MISTAKES,
            _moved_in,
        ),
    ),
)
