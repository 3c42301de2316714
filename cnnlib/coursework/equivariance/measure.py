"""Equivariance, what is right and which mistakes are known: shifts, their error, and what zero padding breaks."""

import numpy as np

from cnnlib.coursework.inputs import array, function, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MOVES = Section("equivariance", "What does it mean to move with the image?")
STAYS = Section("equivariance", "Is that the same as invariance?")
BREAKS = Section("equivariance", "Where is it exact, and where does it break?")


def shift(image, rows, columns):
    return np.roll(image, (rows, columns), axis=(-2, -1))


def equivariance_error(f, x, move, move_output):
    f, move, move_output = (each.function() for each in (f, move, move_output))
    still = f(x)
    return float(norm(f(move(x)) - move_output(still)) / norm(still))


def norm(values):
    return np.sqrt(np.sum(np.square(values)))


def seam(size, kernel, pixels):
    reach = kernel // 2
    here = np.arange(size)
    there = (here - pixels) % size
    taps = np.arange(-reach, reach + 1)[:, None]
    inside = (here + taps >= 0) & (here + taps < size)
    inside_before = (there + taps >= 0) & (there + taps < size)
    return (inside != inside_before).any(axis=0)


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
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x)))),
        ),
        Mistake(
            "divided by the input's size",
            "The difference is one of outputs. A layer that makes everything larger should not look worse for it.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / norm(x)),
        ),
        Mistake(
            "squared length, not length",
            "Your number is the square of what is asked for: small errors look smaller, and large ones larger.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) ** 2 / norm(f(x)) ** 2),
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
                lambda f, x, g, h: np.inf if np.shape(f(g(x))) != np.shape(f(x)) else norm(f(g(x)) - f(x)) / norm(f(x))
            ),
        ),
        Mistake(
            "output moved as the input",
            "The output need not move as far as the input, nor in the same way: behind a stride of 2 it moves half as"
            " far. You were given a rule of its own for it.",
            BREAKS,
            _measure(lambda f, x, g, h: norm(f(g(x)) - g(f(x))) / norm(f(x))),
        ),
        Mistake(
            "the input not moved",
            "Your two ways are one and the same but for the move at the end. One of them has to begin with a moved "
            "input.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(x) - h(f(x))) / norm(f(x))),
        ),
        Mistake(
            "divided by the moved output's size",
            "The yardstick is the answer to the picture as it was given.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / norm(f(g(x)))),
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
