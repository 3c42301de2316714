"""Convolution, what is right and which mistakes are known: correlation and convolution."""

from itertools import product

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("convolution", "Common mistakes")
FLIP = Section("convolution", "To flip or not to flip?")
GRID = Section("convolution", "What happens in one window?")
LAYER = Section("convolution", "What else makes it a layer?")
SIZES = Section("convolution", "How large is the output?")
WRAP = Section("arrays", "An index counts from the end", folder="appendices")
# What NumPy has that would do these tasks.
LIBRARY = tuple(
    f"numpy.{name}" for name in ("convolve", "correlate", "fft.fft", "fft.fft2", "fft.fftn", "fft.rfft2", "fft.rfftn")
)


def correlate2d(x, kernel, stride=1):
    return vectorized.conv2d(x[None, None], kernel[None, None], stride=stride)[0, 0]


def convolve2d(x, kernel):
    return vectorized.convolve(x, kernel)


def flip(kernel):
    return kernel[..., ::-1, ::-1]


def _same_size(x, kernel, stride):
    before = [(size - 1) // 2 for size in kernel.shape]
    ends = [(b, size - 1 - b) for b, size in zip(before, kernel.shape, strict=True)]
    return correlate2d(np.pad(x, ends), kernel, stride)


def _at_i(x, kernel, stride):
    """Put windows at every place, and keep as many of them as the stride asks for."""
    rows, columns = correlate2d(x, kernel, stride).shape
    return correlate2d(x, kernel)[:rows, :columns]


FLIPPED = "The kernel is applied upside down and back to front. "


SWAPPED = (
    "Your result belongs to a kernel with its rows and columns exchanged. An array is (rows, columns), which is "
    "(height, width); drawing programs say width first."
)


def _with_windows(rule):
    """Make a mistake of a rule for one window: its cells and the kernel in, a number out."""

    def wrong(x, kernel, stride):
        y = np.zeros(correlate2d(x, kernel, stride).shape)
        for i, j in np.ndindex(y.shape):
            top, left = i * stride, j * stride
            y[i, j] = rule(x[top : top + kernel.shape[0], left : left + kernel.shape[1]], kernel)
        return y

    return wrong


def _rows_only(x, kernel, stride):
    return correlate2d(x, kernel)[::stride][:, : correlate2d(x, kernel, stride).shape[1]]


def _one_step_more(x, kernel, stride):
    """Take a last step that leads over the edge, onto zeros."""
    ends = [(0, -(size - k) % stride) for size, k in zip(x.shape, kernel.shape, strict=True)]
    return correlate2d(np.pad(x, ends), kernel, stride)


def _window_of_the_output(x, kernel, stride):
    y = np.zeros(correlate2d(x, kernel, stride).shape)
    for i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        y[i, j] = np.sum(x[top : top + y.shape[0], left : left + y.shape[1]] * kernel)
    return y


def _backwards(x, kernel, stride):
    y = np.zeros(correlate2d(x, kernel, stride).shape)
    for (i, j), (m, n) in product(np.ndindex(y.shape), np.ndindex(kernel.shape)):
        y[i, j] += kernel[m, n] * x[i * stride - m, j * stride - n]
    return y


def _spread(x, kernel, stride):
    y = np.zeros(correlate2d(x, kernel, stride).shape)
    for (i, j), (m, n) in product(np.ndindex(y.shape), np.ndindex(kernel.shape)):
        y[i, j] += kernel[m, n] * x[i + m * stride, j + n * stride]
    return y


def _a_step(arguments):
    return arguments if arguments[2] >= 1 else None


def _only_row_0(y):
    y[1:] = 0
    return y


CORRELATE = Task(
    "correlate2d",
    correlate2d,
    because=(
        "Every output is the same question, put to another window. Windows begin at the rows 0, S, 2 S and so on, up "
        "to H - K: on 6 rows a kernel of 2 in steps of 2 begins at 0, 2 and 4."
    ),
    axes=("h w", "u v", "less"),
    fit=_a_step,
    may_not_call=LIBRARY,
    cases=(
        Case(
            "two windows that you can add up by hand",
            array([[1, 2, 3], [4, 5, 6]]),
            array([[1, 0], [0, -10]]),
            1,
        ),
        Case("a picture and a kernel that are not square", normal(6, 9), normal(2, 4), 1, seed=1),
        Case("steps of two", normal(6, 7), normal(2, 3), 2, seed=2),
        Case("a kernel of one row, and a step that does not fit", normal(5, 6), normal(1, 3), 2, seed=3),
        Case("a kernel as large as the picture", normal(4, 3), normal(4, 3), 3, seed=4),
    ),
    mistakes=(
        Mistake(
            "flipped kernel",
            FLIPPED + "That is the convolution of the mathematicians; here the kernel is laid on the picture as it is.",
            MISTAKES,
            lambda x, kernel, stride: correlate2d(x, flip(kernel), stride),
        ),
        Mistake(
            "height and width swapped", SWAPPED, MISTAKES, lambda x, kernel, stride: correlate2d(x, kernel.T, stride)
        ),
        Mistake(
            "one window short",
            "The last row and the last column are missing. Count the places where a window of K fits into N cells, on"
            " fingers: there is one more than the steps between them.",
            SIZES,
            lambda x, kernel, stride: correlate2d(x, kernel, stride)[:-1, :-1],
        ),
        Mistake(
            "stride ignored",
            "The stride makes no difference to your answer.",
            SIZES,
            lambda x, kernel, stride: correlate2d(x, kernel),
        ),
        Mistake(
            "windows at i, not at S·i",
            "You have as many windows as there are steps, and they stand side by side: the window of output i begins S "
            "cells after that of output i - 1.",
            SIZES,
            _at_i,
        ),
        Mistake(
            "windows at i, not at S·i",
            "Along the rows your windows move by S; along the columns they move by one.",
            SIZES,
            _rows_only,
        ),
        Mistake(
            "rounded up",
            "A step that leads over the edge is not taken; you take it.",
            SIZES,
            _one_step_more,
        ),
        Mistake(
            "mean instead of sum",
            "Every value is too small, by the number of cells of the kernel. Correlation adds the products up; if a "
            "mean is wanted, the kernel holds the shares.",
            GRID,
            lambda x, kernel, stride: correlate2d(x, kernel, stride) / kernel.size,
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
            _with_windows(lambda window, kernel: window[0, 0] * kernel[0, 0]),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's rows are upside down, and its columns are in order. A correlation flips nothing.",
            FLIP,
            lambda x, kernel, stride: correlate2d(x, kernel[::-1], stride),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's columns are back to front, and its rows are in order. A correlation flips nothing.",
            FLIP,
            lambda x, kernel, stride: correlate2d(x, kernel[:, ::-1], stride),
        ),
        Mistake(
            "the largest product, not the sum",
            "A window gives the sum of all its products; yours gives the largest of them.",
            GRID,
            _with_windows(lambda window, kernel: np.max(window * kernel)),
        ),
        Mistake(
            "negative answers made positive",
            "Where the sum of the products is negative, yours is positive. An edge from bright to dark and one from "
            "dark to bright differ in that sign.",
            GRID,
            lambda x, kernel, stride: np.abs(correlate2d(x, kernel, stride)),
        ),
        Mistake(
            "a window as large as the output",
            "Your window has the size of the result. It has the size of the kernel.",
            GRID,
            _window_of_the_output,
        ),
        Mistake(
            "pixels before the place, not behind it",
            "Your window begins at its place and runs up and to the left: there, a negative index counts from the end "
            "of the array. A window runs down and to the right.",
            WRAP,
            _backwards,
        ),
        Mistake(
            "the last product only",
            "Each new product takes the place of the one before. A window gives the sum of all of them: `+=`.",
            GRID,
            _with_windows(lambda window, kernel: window[-1, -1] * kernel[-1, -1]),
        ),
        Mistake(
            "added, not multiplied",
            "You add pixel and weight. Each pixel is multiplied with the weight that lies on it, and the products are "
            "added up.",
            GRID,
            _with_windows(lambda window, kernel: np.sum(window + kernel)),
        ),
        Mistake(
            "a ReLU behind it",
            "Where the sum of the products is negative, you have 0. A correlation cuts nothing off.",
            LAYER,
            lambda x, kernel, stride: np.maximum(correlate2d(x, kernel, stride), 0),
        ),
        Mistake(
            "the stride between a kernel's cells",
            "You spread the kernel's cells over the picture, which is a dilation. The stride is between the windows.",
            SIZES,
            _spread,
        ),
        Mistake(
            "stride applied twice",
            "You move in steps of S and then keep every S-th of what came out.",
            MISTAKES,
            lambda x, kernel, stride: correlate2d(x, kernel, stride)[::stride, ::stride],
        ),
        Mistake(
            "divided by the kernel's sum",
            "You divide by the sum of the weights, or of their sizes. A correlation adds the products up and leaves it "
            "there.",
            GRID,
            lambda x, kernel, stride: correlate2d(x, kernel, stride) / np.abs(kernel).sum(),
        ),
        Mistake(
            "divided by the kernel's sum",
            "You divide by the sum of the weights, or of their sizes. A correlation adds the products up and leaves it "
            "there.",
            GRID,
            lambda x, kernel, stride: correlate2d(x, kernel, stride) / kernel.sum(),
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
            lambda x, kernel, stride: _only_row_0(correlate2d(x, kernel, stride)),
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
    may_not_call=LIBRARY,
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
            FLIP,
            lambda x, kernel: convolve2d(x, flip(kernel)),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's rows are in order and its columns are not, or the other way round. In two dimensions there "
            "are two axes to flip.",
            FLIP,
            lambda x, kernel: convolve2d(x, kernel[::-1]),
        ),
        Mistake(
            "flipped on one axis only",
            "The kernel's columns are in order and its rows are not, or the other way round. In two dimensions there "
            "are two axes to flip.",
            FLIP,
            lambda x, kernel: convolve2d(x, kernel[:, ::-1]),
        ),
        Mistake(
            "the result flipped, not the kernel",
            "Your picture is turned by half. Flipping what comes out also flips where it stands.",
            FLIP,
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
            FLIP,
            lambda x, kernel: convolve2d(x, flip(kernel).T),
        ),
        Mistake(
            "kernel transposed, not flipped",
            "The copies that your pixels leave have rows and columns exchanged.",
            FLIP,
            lambda x, kernel: convolve2d(x, kernel.T),
        ),
        Mistake(
            "a quarter turn, not a half",
            "Your kernel is turned by a quarter. To reverse both axes is to turn by a half.",
            FLIP,
            lambda x, kernel: convolve2d(x, np.rot90(kernel, -1)),
        ),
        Mistake(
            "overwritten where copies overlap",
            "Where copies of the kernel overlap they add up; yours keeps the last one that was written.",
            FLIP,
            _overwritten,
        ),
        Mistake(
            "indices that wrap",
            "Right inside, and wrong along the first rows and columns: a negative index counts from the end of an "
            "array, so that zeros are not what you read there.",
            WRAP,
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
