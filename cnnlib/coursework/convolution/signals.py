"""Convolution, what is right and which mistakes are known: correlation, convolution, and the size of what comes out."""

from itertools import product

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("convolution", "Common mistakes")
GRID = Section("convolution", "What happens in one window?")
SIZES = Section("convolution", "How large is the output?")


def correlate2d(x, kernel):
    return vectorized.conv2d(x[None, None], kernel[None, None])[0, 0]


def convolve2d(x, kernel):
    return vectorized.convolve(x, kernel)


def output_size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


def flip(kernel):
    return kernel[..., ::-1, ::-1]


def _same_size(x, kernel):
    before = [(size - 1) // 2 for size in kernel.shape]
    ends = [(b, size - 1 - b) for b, size in zip(before, kernel.shape, strict=True)]
    return correlate2d(np.pad(x, ends), kernel)


FLIPPED = "The kernel is applied upside down and back to front. "


SWAPPED = (
    "Your result belongs to a kernel with its rows and columns exchanged. An array is (rows, columns), which is "
    "(height, width); drawing programs say width first."
)


def _with_windows(rule):
    """Make a mistake of a rule for one window: its cells and the kernel in, a number out."""

    def wrong(x, kernel):
        y = np.zeros(correlate2d(x, kernel).shape)
        for i, j in np.ndindex(y.shape):
            y[i, j] = rule(x[i : i + kernel.shape[0], j : j + kernel.shape[1]], kernel)
        return y

    return wrong


def _only_row_0(y):
    y[1:] = 0
    return y


CORRELATE = Task(
    "correlate2d",
    correlate2d,
    because=(
        "Every output is the same question, put to another window. H - K + 1 windows fit, because the last "
        "one begins K - 1 cells before the end."
    ),
    axes=("h w", "u v"),
    cases=(
        Case(
            "two windows that you can add up by hand",
            array([[1, 2, 3], [4, 5, 6]]),
            array([[1, 0], [0, -10]]),
        ),
        Case("a picture and a kernel that are not square", normal(6, 9), normal(2, 4), seed=1),
        Case("a kernel of one row", normal(5, 4), normal(1, 3), seed=2),
        Case("a kernel as large as the picture", normal(4, 3), normal(4, 3), seed=3),
    ),
    mistakes=(
        Mistake(
            "flipped kernel",
            FLIPPED + "That is the convolution of the mathematicians; here the kernel is laid on the picture as it is.",
            MISTAKES,
            lambda x, kernel: correlate2d(x, flip(kernel)),
        ),
        Mistake("height and width swapped", SWAPPED, MISTAKES, lambda x, kernel: correlate2d(x, kernel.T)),
        Mistake(
            "one window short",
            "The last row and the last column are missing. Count the places where a window of K fits into N cells, on"
            " fingers: there is one more than the steps between them.",
            SIZES,
            lambda x, kernel: correlate2d(x, kernel)[:-1, :-1],
        ),
        Mistake(
            "mean instead of sum",
            "Every value is too small, by the number of cells of the kernel. Correlation adds the products up; if a "
            "mean is wanted, the kernel holds the shares.",
            GRID,
            lambda x, kernel: correlate2d(x, kernel) / kernel.size,
        ),
        Mistake(
            "border filled with zeros",
            "Your result is as large as the picture: windows hang over its edge, where there are no pixels. Here a "
            "window counts only if it lies wholly inside.",
            SIZES,
            _same_size,
        ),
        Mistake(
            "products not added up",
            "A window gives one number, the sum of all its products; yours holds the product of one cell alone.",
            GRID,
            lambda x, kernel: x[: x.shape[0] - kernel.shape[0] + 1, : x.shape[1] - kernel.shape[1] + 1] * kernel[0, 0],
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's rows are upside down, and its columns are in order. A correlation flips nothing.",
            MISTAKES,
            lambda x, kernel: correlate2d(x, kernel[::-1]),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's columns are back to front, and its rows are in order. A correlation flips nothing.",
            MISTAKES,
            lambda x, kernel: correlate2d(x, kernel[:, ::-1]),
        ),
        Mistake(
            "the largest product, not the sum",
            "A window gives the sum of all its products; yours gives the largest of them.",
            GRID,
            _with_windows(lambda window, kernel: np.max(window * kernel)),
        ),
        Mistake(
            "a matrix product",
            "`@` multiplies rows with columns. Here each cell of the window is multiplied with the kernel's cell that "
            "lies on it: `*`.",
            GRID,
            _with_windows(lambda window, kernel: np.sum(window @ kernel)),
        ),
        Mistake(
            "the kernel's last row or column left out",
            "Your windows end one cell too early: a slice leaves out the place behind its colon.",
            GRID,
            _with_windows(lambda window, kernel: np.sum((window * kernel)[:-1])),
        ),
        Mistake(
            "the kernel's last row or column left out",
            "Your windows end one cell too early: a slice leaves out the place behind its colon.",
            GRID,
            _with_windows(lambda window, kernel: np.sum((window * kernel)[:, :-1])),
        ),
        Mistake(
            "only the first row of windows",
            "The first row is right and nothing is written below it. Does a `return` stand inside of the loop?",
            GRID,
            lambda x, kernel: _only_row_0(correlate2d(x, kernel)),
        ),
    ),
)


def _overwritten(x, kernel):
    y = np.zeros(convolve2d(x, kernel).shape)
    for i, j in np.ndindex(x.shape):
        y[i : i + kernel.shape[0], j : j + kernel.shape[1]] = x[i, j] * kernel
    return y


def _wrapping(x, kernel):
    """Read x[i - m, j - n] also where it is negative; NumPy refuses to wrap twice."""
    y = np.zeros(convolve2d(x, kernel).shape)
    for (i, j), (m, n) in product(np.ndindex(y.shape), np.ndindex(kernel.shape)):
        if i - m < x.shape[0] and j - n < x.shape[1]:
            y[i, j] += kernel[m, n] * x[i - m, j - n]
    return y


CONVOLVE = Task(
    "convolve2d",
    convolve2d,
    because=(
        "Two sentences describe one sum: a flipped kernel slides over the picture, or every pixel leaves a "
        "copy of the kernel. The second needs no flip and no padding, and it is how a gradient will flow "
        "back."
    ),
    axes=("h w", "u v"),
    cases=(
        Case("one bright pixel leaves a copy of the kernel", array([[0, 0, 0], [0, 1, 0]]), array([[1, 2], [3, 4]])),
        Case("a picture and a kernel that are not square", normal(4, 7), normal(3, 2), seed=1),
        Case("a kernel larger than the picture", normal(2, 3), normal(3, 5), seed=2),
    ),
    mistakes=(
        Mistake(
            "kernel not flipped",
            "A bright pixel should leave the kernel as it is; yours leaves it upside down and back to front. That is "
            "correlation.",
            MISTAKES,
            lambda x, kernel: convolve2d(x, flip(kernel)),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's rows are in order and its columns are not, or the other way round. In two dimensions there "
            "are two axes to flip.",
            GRID,
            lambda x, kernel: convolve2d(x, kernel[::-1]),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's columns are in order and its rows are not, or the other way round. In two dimensions there "
            "are two axes to flip.",
            GRID,
            lambda x, kernel: convolve2d(x, kernel[:, ::-1]),
        ),
        Mistake(
            "the result flipped, not the kernel",
            "Your picture is turned by half. Flipping what comes out also flips where it stands.",
            GRID,
            lambda x, kernel: flip(convolve2d(x, flip(kernel))),
        ),
        Mistake(
            "padding on one side",
            "All zeros went to one end, so that everything is moved, and what reached over the other edge is lost. A "
            "kernel reaches as far over the last row as over the first.",
            MISTAKES,
            lambda x, kernel: correlate2d(np.pad(x, [(2 * (size - 1), 0) for size in kernel.shape]), flip(kernel)),
        ),
        Mistake(
            "a cell of padding too many",
            "Your result has a frame of zeros: at its outermost places kernel and picture share no cell.",
            SIZES,
            lambda x, kernel: np.pad(convolve2d(x, kernel), 1),
        ),
        Mistake(
            "only the windows inside",
            "Your result is smaller than the picture. A full convolution keeps every place where kernel and picture "
            "share a cell: N + K - 1 along an axis.",
            SIZES,
            lambda x, kernel: correlate2d(x, flip(kernel)),
        ),
        Mistake(
            "cut to the size of the input",
            "Your result is as large as the picture. A full convolution reaches beyond it: N + K - 1 along an axis.",
            SIZES,
            lambda x, kernel: vectorized.convolve(x, kernel, mode="same"),
        ),
        Mistake(
            "kernel transposed, not flipped",
            "Your kernel's rows and columns have changed places. To flip is to reverse the order along both axes.",
            GRID,
            lambda x, kernel: convolve2d(x, flip(kernel).T),
        ),
        Mistake(
            "kernel transposed, not flipped",
            "The copies that your pixels leave have rows and columns exchanged.",
            MISTAKES,
            lambda x, kernel: convolve2d(x, kernel.T),
        ),
        Mistake(
            "a quarter turn, not a half",
            "Your kernel is turned by a quarter. To reverse both axes is to turn by a half.",
            GRID,
            lambda x, kernel: convolve2d(x, np.rot90(kernel, -1)),
        ),
        Mistake(
            "overwritten where copies overlap",
            "Where copies of the kernel overlap they add up; yours keeps the last one that was written.",
            GRID,
            _overwritten,
        ),
        Mistake(
            "indices that wrap",
            "Right inside, and wrong along the first rows and columns: a negative index counts from the end of an "
            "array, so that zeros are not what you read there.",
            MISTAKES,
            _wrapping,
        ),
        Mistake(
            "the border continued, not zero",
            "Outside of its array the picture is zero; yours goes on with its outermost values.",
            SIZES,
            lambda x, kernel: correlate2d(
                np.pad(x, [(size - 1,) * 2 for size in kernel.shape], mode="edge"), flip(kernel)
            ),
        ),
        Mistake(
            "the last row or column left out",
            "The picture's last row leaves no copies. A `range` ends before its end: take nothing off.",
            SIZES,
            lambda x, kernel: convolve2d(np.vstack([x[:-1], 0 * x[-1:]]), kernel),
        ),
        Mistake(
            "all padding behind the picture",
            "All zeros went to the lower and right end, so that everything is moved, and what reached over the upper "
            "edge is lost.",
            MISTAKES,
            lambda x, kernel: correlate2d(np.pad(x, [(0, 2 * (size - 1)) for size in kernel.shape]), flip(kernel)),
        ),
    ),
)


def _one_window(arguments):
    """Leave out sizes for which no window stands anywhere."""
    size, kernel, stride, padding = arguments
    return arguments if min(size, kernel, stride) >= 1 and size + 2 * padding >= kernel else None


SIZE = Task(
    "output_size",
    output_size,
    because=(
        "The window's first cell has `size + 2 * padding - kernel + 1` places one cell apart; a stride "
        "reaches every `stride`-th of them, beginning with the first, and `//` drops the step that does not "
        "fit."
    ),
    axes=("less", "less", "less", "less"),
    fit=_one_window,
    cases=(
        Case("every window in reach, one step at a time", 28, 5, 1, 0),
        Case("padding at both ends", 28, 5, 1, 2),
        Case("a last step that does not fit", 224, 11, 4, 0),
        Case("one window fills the row", 5, 5, 3, 0),
        Case("more than half a step left over", 20, 4, 7, 1),
    ),
    mistakes=(
        Mistake(
            "the first window not counted",
            "You count steps. There is a window before the first step.",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - kernel) // stride,
        ),
        Mistake(
            "padding on one side",
            "Padding is added at both ends of a row; your rows grow at one.",
            SIZES,
            lambda size, kernel, stride, padding: (size + padding - kernel) // stride + 1,
        ),
        Mistake(
            "padding forgotten",
            "The padding makes no difference to your answer.",
            SIZES,
            lambda size, kernel, stride, padding: (size - kernel) // stride + 1,
        ),
        Mistake(
            "stride ignored",
            "The stride makes no difference to your answer.",
            SIZES,
            lambda size, kernel, stride, padding: size + 2 * padding - kernel + 1,
        ),
        Mistake(
            "rounded up",
            "A step that does not fit is not taken; you take it.",
            SIZES,
            lambda size, kernel, stride, padding: -((kernel - size - 2 * padding) // stride) + 1,
        ),
        Mistake(
            "division without rounding",
            "A number of windows is a whole number, of type int. `/` gives a float, even where nothing is left over.",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - kernel) / stride + 1,
        ),
        Mistake(
            "kernel not taken off",
            "A window needs room: its last place is K - 1 cells before the end.",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - 1) // stride + 1,
        ),
        Mistake(
            "rounded to the nearest",
            "A step that does not fit is not taken, however little is missing; you take it when more than half of it "
            "fits.",
            SIZES,
            lambda size, kernel, stride, padding: round((size + 2 * padding - kernel) / stride) + 1,
        ),
        Mistake(
            "one added before dividing",
            "The first window is there before any step, so that it is added behind the division.",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - kernel + 1) // stride,
        ),
        Mistake(
            "one place too many",
            "The last window begins K cells before the end, not K - 1; the first one is counted already.",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - kernel + 1) // stride + 1,
        ),
        Mistake(
            "only the kernel divided",
            "`//` binds more tightly than `-`: without brackets, only the kernel is divided.",
            SIZES,
            lambda size, kernel, stride, padding: size + 2 * padding - kernel // stride + 1,
        ),
        Mistake(
            "kernel added",
            "The kernel needs room. Is there more of it with a larger kernel, or less?",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding + kernel) // stride + 1,
        ),
        Mistake(
            "kernel taken off twice",
            "A window needs its room once, wherever it stands.",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - 2 * kernel) // stride + 1,
        ),
        Mistake(
            "steps of the kernel, not of the stride",
            "You divide by the kernel's size. How far does the window move in one step?",
            SIZES,
            lambda size, kernel, stride, padding: (size + 2 * padding - kernel) // kernel + 1,
        ),
    ),
)
