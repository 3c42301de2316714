"""Pooling, what is right and which mistakes are known: the gradient of a maximum."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, integers, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

GRADIENT = Section("aliasing", "Who gets the gradient?")


def max_pool_backward(grad_y, x, window, stride):
    return vectorized.max_pool2d_backward(grad_y, x, window, stride=stride)


def _each_window(rule, join=np.add):
    """Make a backward pass of a rule for one window: cells and its gradient in, the cells' gradients out."""

    def backward(grad_y, x, window, stride):
        grad_x = np.zeros_like(x)
        for n, c, i, j in np.ndindex(grad_y.shape):
            here = np.s_[n, c, i * stride : i * stride + window[0], j * stride : j * stride + window[1]]
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


def _with_its_gradient(arguments):
    """Give the output's gradient the size that the output has."""
    grad_y, x, window, stride = arguments
    size = vectorized.max_pool2d(x, window, stride=stride).shape if stride >= 1 else ()
    return [np.resize(grad_y, size), *arguments[1:]] if size else None


def _all_in_the_first_window(grad_y, x, window, stride):
    grad_x = np.zeros_like(x)
    for n, c, i, j in np.ndindex(grad_y.shape):
        cells = x[n, c, i * stride : i * stride + window[0], j * stride : j * stride + window[1]]
        row, column = divmod(int(cells.argmax()), window[1])
        grad_x[n, c, row, column] += grad_y[n, c, i, j]
    return grad_x


def _windows_at_i(grad_y, x, window):
    rows, columns = (size + cells - 1 for size, cells in zip(grad_y.shape[2:], window, strict=True))
    grad_x = np.zeros_like(x)
    grad_x[:, :, :rows, :columns] = max_pool_backward(grad_y, x[:, :, :rows, :columns].copy(), window, 1)
    return grad_x


def _exchanged(grad_y, x, window, stride):
    grad_x = np.zeros_like(x)
    for n, c, i, j in np.ndindex(grad_y.shape):
        cells = x[n, c, i * stride : i * stride + window[1], j * stride : j * stride + window[0]]
        row, column = np.unravel_index(cells.argmax(), cells.shape)
        grad_x[n, c, i * stride + row, j * stride + column] += grad_y[n, c, i, j]
    return grad_x


def _side_by_side(grad_y, x, window, stride):
    grad_x = np.zeros_like(x)
    for n, c, i, j in np.ndindex(grad_y.shape):
        top, left = i * window[0], j * window[1]
        cells = x[n, c, top : top + window[0], left : left + window[1]]
        row, column = np.unravel_index(cells.argmax(), cells.shape)
        grad_x[n, c, top + row, left + column] += grad_y[n, c, i, j]
    return grad_x


def _into_the_first_channel(grad_y, x, window, stride):
    grad_x = np.zeros_like(x)
    first = np.broadcast_to(x[:, :1], x.shape).copy()
    grad_x[:, 0] = max_pool_backward(grad_y, first, window, stride).sum(axis=1)
    return grad_x


MAX_BACKWARD = Task(
    "max_pool_backward",
    max_pool_backward,
    because=(
        "A maximum passes on one of its inputs, so that the whole gradient goes to that cell: in case 1 the 5 gets 10 "
        "and the 6 gets 20. A cell that won in several windows gets the sum. Who wins a tie is a convention."
    ),
    axes=("n c . .", "n c h w", "", "less"),
    fit=_with_its_gradient,
    cases=(
        Case(
            "two windows that you can read", array([[[[10, 20]]]]), array([[[[1, 5, 2, 0], [3, 4, 6, 1]]]]), (2, 2), 2
        ),
        Case("a batch, and pictures that are not square", normal(2, 3, 2, 3), normal(2, 3, 4, 7), (2, 2), 2, seed=1),
        Case("windows that are not square", normal(1, 2, 2, 2), normal(1, 2, 6, 5), (3, 2), 3, seed=5),
        Case("windows that overlap", normal(1, 2, 3, 4), normal(1, 2, 5, 6), (3, 3), 1, seed=2),
        Case(
            "ties: the first in reading order wins", normal(1, 1, 3, 4), integers(0, 3, 1, 1, 6, 8), (2, 2), 2, seed=3
        ),
        Case("a window of negative values", array([[[[10]]]]), array([[[[-4, -3], [-2, -5]]]]), (2, 2), 2),
        Case("a tie of right and below: row by row", array([[[[10]]]]), array([[[[1, 5], [5, 2]]]]), (2, 2), 2),
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
            "the window's height and width exchanged",
            "Your windows are as wide as they should be high. The window is (rows, columns).",
            GRADIENT,
            _exchanged,
        ),
        Mistake(
            "steps of the window, not of the stride",
            "Your windows stand side by side. Window (i, j) begins at (S·i, S·j), whatever its size.",
            GRADIENT,
            _side_by_side,
        ),
        Mistake(
            "all gradients in the first channel",
            "The first channel gets the gradients of all. Each channel is pooled by itself, on the way back, too.",
            GRADIENT,
            _into_the_first_channel,
        ),
        Mistake(
            "gradient times value",
            "What you hand on grows with the winner's value. The slope of a maximum is one, however large it is.",
            GRADIENT,
            lambda grad_y, x, window, stride: x * max_pool_backward(grad_y, x, window, stride),
        ),
        Mistake(
            "ties in column order",
            "Where cells tie, yours gives the gradient to the first in the first *column*. Reading goes row by row.",
            GRADIENT,
            _each_window(
                _only_at(
                    lambda cells: np.ravel_multi_index(
                        np.unravel_index(cells.T.argmax(), cells.T.shape)[::-1], cells.shape
                    )
                )
            ),
        ),
        Mistake(
            "the smallest gets the gradient",
            "The smallest cell of each window gets the gradient. Which cell changes the maximum if it is raised?",
            GRADIENT,
            _each_window(_only_at(lambda cells: cells.argmin())),
        ),
        Mistake(
            "without the window's corner",
            "The winner's row and column count from its window's corner. In the picture, that corner stands at (S·i, "
            "S·j).",
            GRADIENT,
            _all_in_the_first_window,
        ),
        Mistake(
            "row and column exchanged",
            "You hand the gradient to the cell that mirrors the winner. An index into the flattened window is row · "
            "columns + column.",
            GRADIENT,
            _each_window(
                _only_at(
                    lambda cells: np.ravel_multi_index(np.unravel_index(cells.argmax(), cells.shape)[::-1], cells.shape)
                )
            ),
        ),
        Mistake(
            "without the output's gradient",
            "Each winner gets 1. It gets what came from above.",
            GRADIENT,
            lambda grad_y, *call: max_pool_backward(np.ones_like(grad_y), *call),
        ),
        Mistake(
            "windows at i, not at S·i",
            "Window (i, j) begins at (S·i, S·j); yours begins at (i, j).",
            GRADIENT,
            lambda grad_y, x, window, stride: _windows_at_i(grad_y, x, window),
        ),
        Mistake(
            "all channels look at the first",
            "The winners of the first channel get the gradients of all. Each channel has winners of its own.",
            GRADIENT,
            lambda grad_y, x, *how: max_pool_backward(grad_y, np.broadcast_to(x[:, :1], x.shape).copy(), *how),
        ),
        Mistake(
            "one axis at a time",
            "The index that you take is a window's column (or row) alone. Which of its rows did the winner stand in?",
            GRADIENT,
            _each_window(lambda cells, gradient: (cells == cells.max(axis=0)) * gradient),
        ),
        Mistake(
            "the maximum begins at zero",
            "Where all values of a window are negative, its first cell gets the gradient. With what does your search "
            "for the largest begin?",
            GRADIENT,
            _each_window(_only_at(lambda cells: np.maximum(cells, 0).argmax())),
        ),
    ),
)
