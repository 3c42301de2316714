"""Equivariance: what the functions of the second assignment should give, and the mistakes they are known for."""

from functools import partial

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.inputs import array, function, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("equivariance", "Common mistakes")
MOVES = Section("equivariance", "What does it mean to move with the image?")
STAYS = Section("equivariance", "Is that the same as invariance?")
BREAKS = Section("equivariance", "Where is it exact, and where does it break?")
TURNS = Section("equivariance", "Can turns be built in?")
ALIASING = Section("pooling", "What goes wrong when every other value is dropped?")


def shift(image, rows, columns):
    return np.roll(image, (rows, columns), axis=(-2, -1))


def equivariance_error(f, x, move, move_output):
    f, move, move_output = (each.function() for each in (f, move, move_output))
    still = f(x)
    return float(_norm(f(move(x)) - move_output(still)) / _norm(still))


def _norm(values):
    return np.sqrt(np.sum(np.square(values)))


def seam(size, kernel, pixels):
    reach = kernel // 2
    here = np.arange(size)
    there = (here - pixels) % size
    taps = np.arange(-reach, reach + 1)[:, None]
    inside = (here + taps >= 0) & (here + taps < size)
    inside_before = (there + taps >= 0) & (there + taps < size)
    return (inside != inside_before).any(axis=0)


def circular_correlate(image, kernel, mode="wrap"):
    reach = [(size // 2, size // 2) for size in kernel.shape]
    return vectorized.conv2d(np.pad(image, reach, mode=mode)[None, None], kernel[None, None])[0, 0]


def _phases(image, stride):
    return [image[i::stride, j::stride] for i, j in np.ndindex(stride, stride)]


def steady_subsample(image, stride):
    return max(_phases(image, stride), key=_norm)


def lift(image, kernel):
    return np.stack([circular_correlate(image, np.rot90(kernel, turns)) for turns in range(4)])


def turn_sheets(sheets):
    return np.roll(np.rot90(sheets, axes=(1, 2)), 1, axis=0)


def _entering_zeros(image, rows, columns):
    lost = [np.arange(size) - step for size, step in zip(image.shape, (rows, columns), strict=True)]
    kept = [(place >= 0) & (place < size) for place, size in zip(lost, image.shape, strict=True)]
    return np.where(np.logical_and.outer(*kept), shift(image, rows, columns), 0.0)


SHIFT = Task(
    "shift",
    shift,
    cases=(
        Case("one row down", array([[1, 2], [3, 4], [5, 6]]), 1, 0),
        Case("two columns to the right", array([[1, 2, 3, 4]]), 0, 2),
        Case("up and to the left", normal(4, 7), -1, -3, seed=1),
        Case("further than the picture is wide", normal(3, 5), 4, 7, seed=2),
    ),
    mistakes=(
        Mistake(
            "moved the other way",
            "Positive numbers should move the picture down and to the right. If new[i] is to be old[i - 1], who is "
            "the neighbour?",
            MOVES,
            lambda image, rows, columns: shift(image, -rows, -columns),
        ),
        Mistake(
            "height and width swapped",
            "Rows move sideways and columns down. The first axis counts rows.",
            Section("convolution", "Common mistakes"),
            lambda image, rows, columns: shift(image, columns, rows),
        ),
        Mistake(
            "zeros come in at the edge",
            "What leaves at one edge should come back at the other; in yours it is lost, and zeros come in. That is a"
            " shift one cannot undo, so that these shifts are no group.",
            MOVES,
            _entering_zeros,
        ),
        Mistake(
            "moved along one axis only",
            "One of the two numbers makes no difference.",
            MOVES,
            lambda image, rows, columns: shift(image, rows, 0),
        ),
        Mistake(
            "moved along one axis only",
            "One of the two numbers makes no difference.",
            MOVES,
            lambda image, rows, columns: shift(image, 0, columns),
        ),
        Mistake(
            "moved as one long row",
            "What leaves a row at its end should come back at the beginning of *the same* row. Yours goes on to the "
            "next.",
            MOVES,
            lambda image, rows, columns: np.roll(image, rows * image.shape[1] + columns),
        ),
    ),
)


def _measure(formula):
    """Make a mistake of a formula of the two ways, the answer to the unmoved input, and everything given."""

    def wrong(f, x, move, move_output):
        f, move, move_output = (each.function() for each in (f, move, move_output))
        return float(formula(f, x, move, move_output))

    return wrong


ERROR = Task(
    "equivariance_error",
    equivariance_error,
    cases=(
        Case(
            "by hand: the input changes its sign, the output should stay",
            function("lambda x: x"),
            array([[3, 4]]),
            function("lambda x: -x"),
            function("lambda y: y"),
        ),
        Case(
            "a ReLU moves with its input: no error",
            function("lambda x: np.maximum(x, 0)"),
            normal(5, 6),
            function("lambda x: np.roll(x, 2, axis=-1)"),
            function("lambda y: np.roll(y, 2, axis=-1)"),
            seed=1,
        ),
        Case(
            "a layer that knows its place",
            function("lambda x: 3 * x * np.arange(x.shape[-1])"),
            normal(4, 7),
            function("lambda x: np.roll(x, 1, axis=-1)"),
            function("lambda y: np.roll(y, 1, axis=-1)"),
            seed=2,
        ),
        Case(
            "every second column: the output moves half as far",
            function("lambda x: x[:, ::2]"),
            normal(3, 8),
            function("lambda x: np.roll(x, 2, axis=-1)"),
            function("lambda y: np.roll(y, 1, axis=-1)"),
            seed=3,
        ),
        Case(
            "a picture turned upside down, and a large output",
            function("lambda x: 100 * np.cumsum(x, axis=0)"),
            normal(6, 3),
            function("lambda x: x[::-1]"),
            function("lambda y: y[::-1]"),
            seed=4,
        ),
    ),
    mistakes=(
        Mistake(
            "not divided by the size",
            "A layer that answers in hundreds has a hundred times the error of one that answers in ones, and is no "
            "worse. Measure in units of the output.",
            MOVES,
            _measure(lambda f, x, g, h: _norm(f(g(x)) - h(f(x)))),
        ),
        Mistake(
            "divided by the input's size",
            "The difference is one of outputs. A layer that makes everything larger should not look worse for it.",
            MOVES,
            _measure(lambda f, x, g, h: _norm(f(g(x)) - h(f(x))) / _norm(x)),
        ),
        Mistake(
            "squared length, not length",
            "Your number is the square of what is asked for: small errors look smaller, and large ones larger.",
            MOVES,
            _measure(lambda f, x, g, h: _norm(f(g(x)) - h(f(x))) ** 2 / _norm(f(x)) ** 2),
        ),
        Mistake(
            "largest difference, not length",
            "One cell decides about your error. Every cell should count.",
            MOVES,
            _measure(lambda f, x, g, h: np.max(np.abs(f(g(x)) - h(f(x)))) / np.max(np.abs(f(x)))),
        ),
        Mistake(
            "invariance measured, not equivariance",
            "You ask whether the output stays where it was. A layer that moves along perfectly fails that.",
            STAYS,
            _measure(
                lambda f, x, g, h: (
                    np.inf if np.shape(f(g(x))) != np.shape(f(x)) else _norm(f(g(x)) - f(x)) / _norm(f(x))
                )
            ),
        ),
        Mistake(
            "output moved as the input",
            "The output need not move as far as the input, nor in the same way: behind a stride of 2 it moves half as"
            " far. You were given a rule of its own for it.",
            BREAKS,
            _measure(lambda f, x, g, h: _norm(f(g(x)) - g(f(x))) / _norm(f(x))),
        ),
        Mistake(
            "the input not moved",
            "Your two ways are one and the same but for the move at the end. One of them has to begin with a moved "
            "input.",
            MOVES,
            _measure(lambda f, x, g, h: _norm(f(x) - h(f(x))) / _norm(f(x))),
        ),
        Mistake(
            "divided by the moved output's size",
            "The yardstick is the answer to the picture as it was given.",
            MOVES,
            _measure(lambda f, x, g, h: _norm(f(g(x)) - h(f(x))) / _norm(f(g(x)))),
        ),
    ),
)


def _near_edges(places, size, reach):
    return (places < reach) | (places >= size - reach)


def _two_lines(size, here_reach, there, there_reach):
    return _near_edges(np.arange(size), size, here_reach) | _near_edges(there, size, there_reach)


SEAM = Task(
    "seam",
    seam,
    cases=(
        Case("a kernel of three, moved by three", 9, 3, 3),
        Case("a kernel of five, moved by one", 12, 5, 1),
        Case("moved to the left", 11, 3, -4),
        Case("not moved at all", 8, 5, 0),
        Case("moved all the way round", 10, 3, 10),
        Case("a kernel of one cell", 6, 1, 2),
    ),
    mistakes=(
        Mistake(
            "only the picture's border",
            "You found the cells whose window hangs over the edge after the move. Then there are those whose window "
            "did so *before*: the old border, which the shift carried inside.",
            BREAKS,
            lambda size, kernel, pixels: _near_edges(np.arange(size), size, kernel // 2 if pixels % size else 0),
        ),
        Mistake(
            "only the old border",
            "You found where the old border went. The new one is damaged as well.",
            BREAKS,
            lambda size, kernel, pixels: _near_edges(
                (np.arange(size) - pixels) % size, size, kernel // 2 if pixels % size else 0
            ),
        ),
        Mistake(
            "a whole kernel wide",
            "Your lines are too wide. A window that is centred on its cell reaches half its width to each side.",
            BREAKS,
            lambda size, kernel, pixels: (
                _two_lines(size, kernel - 1, (np.arange(size) - pixels) % size, kernel - 1)
                if pixels % size
                else np.zeros(size, bool)
            ),
        ),
        Mistake(
            "damage without a move",
            "With no move, or one all the way round, the two orders are the same computation. Nothing can differ, "
            "damaged or not.",
            MOVES,
            lambda size, kernel, pixels: _two_lines(size, kernel // 2, (np.arange(size) - pixels) % size, kernel // 2),
        ),
        Mistake(
            "moved the other way",
            "The inner line is on the wrong side. Which cell comes to stand at place i?",
            MOVES,
            lambda size, kernel, pixels: seam(size, kernel, -pixels),
        ),
        Mistake(
            "the right cells and the others exchanged",
            "True where nothing differs, false where something does.",
            BREAKS,
            lambda size, kernel, pixels: ~seam(size, kernel, pixels),
        ),
    ),
)

CIRCULAR = Task(
    "circular_correlate",
    circular_correlate,
    cases=(
        Case("one bright pixel in a corner", array([[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]), array([[1, 2, 3]])),
        Case("a picture and a kernel that are not square", normal(6, 8), normal(3, 5), seed=1),
        Case("a kernel of one column", normal(5, 4), normal(5, 1), seed=2),
    ),
    mistakes=(
        Mistake(
            "zeros at the border",
            "Right inside, wrong along the edges: there your windows read zeros. On a ring, beyond the last column "
            "comes the first.",
            BREAKS,
            partial(circular_correlate, mode="constant"),
        ),
        Mistake(
            "reflected at the border",
            "Right inside, wrong along the edges: there your windows read the picture in a mirror. On a ring, beyond "
            "the last column comes the first.",
            BREAKS,
            partial(circular_correlate, mode="reflect"),
        ),
        Mistake(
            "edge repeated at the border",
            "Right inside, wrong along the edges: there your windows read the last pixel again. On a ring, beyond the"
            " last column comes the first.",
            BREAKS,
            partial(circular_correlate, mode="edge"),
        ),
        Mistake(
            "flipped kernel",
            "The kernel is applied upside down and back to front; a correlation lays it on the picture as it is.",
            Section("convolution", "Common mistakes"),
            lambda image, kernel: circular_correlate(image, kernel[::-1, ::-1]),
        ),
        Mistake(
            "window not centred",
            "The values are right and stand elsewhere: your windows begin at their cell. The cell should be in the "
            "middle.",
            MOVES,
            lambda image, kernel: shift(circular_correlate(image, kernel), *(-(size // 2) for size in kernel.shape)),
        ),
        Mistake(
            "window not centred",
            "The values are right and stand elsewhere: your windows end at their cell. The cell should be in the "
            "middle.",
            MOVES,
            lambda image, kernel: shift(circular_correlate(image, kernel), *(size // 2 for size in kernel.shape)),
        ),
        Mistake(
            "one axis closed, the other padded with zeros",
            "Left and right edge are joined, and top and bottom are not, or the other way round.",
            BREAKS,
            lambda image, kernel: vectorized.conv2d(
                np.pad(image, [(0, 0), (kernel.shape[1] // 2,) * 2], mode="wrap")[None, None],
                kernel[None, None],
                padding=(kernel.shape[0] // 2, 0),
            )[0, 0],
        ),
    ),
)

STEADY = Task(
    "steady_subsample",
    steady_subsample,
    cases=(
        Case("by hand: the bright grid begins in the second column", array([[1, 9, 0, 8], [0, 1, 1, 0]]), 2),
        Case("a picture that is not square", normal(6, 10), 2, seed=6),
        Case("every third", normal(9, 6), 3, seed=2),
        Case("strong and negative", array([[-9, 1, -8, 2], [1, 0, 2, 0]]), 2),
        Case("the loudest grid is neither the first nor the last", normal(4, 8), 2, seed=8),
    ),
    mistakes=(
        Mistake(
            "always the first grid",
            "That is a plain stride: move the picture by one, and all other cells are kept. The choice has to hang on"
            " what is in the picture.",
            BREAKS,
            lambda image, stride: image[::stride, ::stride],
        ),
        Mistake(
            "largest sum, not length",
            "You add up values that cancel. A grid of strong negative values is as loud as one of positive ones.",
            ALIASING,
            lambda image, stride: max(_phases(image, stride), key=np.sum),
        ),
        Mistake(
            "the weakest grid",
            "You keep the grid with the smallest length, not the largest.",
            ALIASING,
            lambda image, stride: min(_phases(image, stride), key=_norm),
        ),
        Mistake(
            "same offset for rows and columns",
            "You try one grid for each offset, and there are as many as offsets for rows *times* offsets for columns.",
            ALIASING,
            lambda image, stride: max((image[k::stride, k::stride] for k in range(stride)), key=_norm),
        ),
        Mistake(
            "the loudest cell of each block",
            "Each block chose a cell of its own, so that neighbours are no longer neighbours. One choice for the "
            "whole picture.",
            ALIASING,
            lambda image, stride: _loudest(image, stride),
        ),
        Mistake(
            "columns left alone",
            "Only the rows were thinned out.",
            ALIASING,
            lambda image, stride: max((image[k::stride] for k in range(stride)), key=_norm),
        ),
    ),
)


def _loudest(image, stride):
    grids = np.stack(_phases(image, stride))
    return np.take_along_axis(grids, np.abs(grids).argmax(axis=0)[None], axis=0)[0]


LIFT = Task(
    "lift",
    lift,
    cases=(
        Case("one bright pixel", array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]), array([[0, 1, 0], [0, 0, 2], [0, 0, 0]])),
        Case("a picture that is not square", normal(5, 7), normal(3, 3), seed=1),
        Case("a larger kernel", normal(6, 6), normal(5, 5), seed=2),
    ),
    mistakes=(
        Mistake(
            "turned the other way",
            "Sheets 1 and 3 have changed places: you turn clockwise. `np.rot90` turns against the clock, and so does "
            "this task.",
            TURNS,
            lambda image, kernel: lift(image, kernel)[[0, 3, 2, 1]],
        ),
        Mistake(
            "one kernel for all sheets",
            "Your four sheets are one sheet four times. The kernel has to be turned between them.",
            TURNS,
            lambda image, kernel: np.stack([circular_correlate(image, kernel)] * 4),
        ),
        Mistake(
            "mirrored, not turned",
            "Two of your kernels are mirror images of the first. No turn makes a left shoe of a right one.",
            TURNS,
            lambda image, kernel: np.stack(
                [
                    circular_correlate(image, each)
                    for each in (kernel, kernel.T, kernel[::-1, ::-1], kernel[::-1, ::-1].T)
                ]
            ),
        ),
        Mistake(
            "the picture turned, not the kernel",
            "Your sheets are turned against each other. The picture stays; four kernels look at it.",
            TURNS,
            lambda image, kernel: [circular_correlate(np.rot90(image, turns), kernel) for turns in range(4)],
        ),
        Mistake(
            "sheets added up",
            "You return one picture. Added up, the sheets no longer say in which direction they saw something.",
            TURNS,
            lambda image, kernel: lift(image, kernel).sum(axis=0),
        ),
    ),
)

SHEETS = Task(
    "turn_sheets",
    turn_sheets,
    cases=(
        Case("four sheets that you can follow by hand", array([[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]])),
        Case("square sheets", normal(4, 3, 3), seed=1),
        Case("sheets that are not square", normal(4, 3, 5), seed=2),
    ),
    mistakes=(
        Mistake(
            "turned, but not moved on",
            "Each sheet is turned and stays in its place. But what the upright kernel saw in the picture, a turned "
            "kernel sees in the turned picture.",
            MISTAKES,
            lambda sheets: np.rot90(sheets, axes=(1, 2)),
        ),
        Mistake(
            "moved on, but not turned",
            "The sheets change places, and what is on them stands as before. Each is a picture, and turns with the "
            "picture.",
            TURNS,
            lambda sheets: np.roll(sheets, 1, axis=0),
        ),
        Mistake(
            "moved on the other way",
            "Each sheet is turned and passed on, in the wrong direction. Try it with `lift` on a picture and on the "
            "turned picture.",
            TURNS,
            lambda sheets: np.roll(np.rot90(sheets, axes=(1, 2)), -1, axis=0),
        ),
        Mistake(
            "turned the other way",
            "Your sheets turn clockwise. `np.rot90` turns against the clock.",
            TURNS,
            lambda sheets: np.roll(np.rot90(sheets, -1, axes=(1, 2)), 1, axis=0),
        ),
        Mistake(
            "turned about the wrong axes",
            "The axis of the sheets took part in the turn. It counts kernels, and is no direction in the picture.",
            TURNS,
            lambda sheets: np.roll(np.rot90(sheets), 1, axis=0),
        ),
    ),
)

TASKS = (SHIFT, ERROR, SEAM, CIRCULAR, STEADY, LIFT, SHEETS)
