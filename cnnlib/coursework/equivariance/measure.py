"""Equivariance, what is right and which mistakes are known: shifts, and how far a layer is from moving along."""

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


def _entering_zeros(image, rows, columns):
    lost = [np.arange(size) - step for size, step in zip(image.shape, (rows, columns), strict=True)]
    kept = [(place >= 0) & (place < size) for place, size in zip(lost, image.shape, strict=True)]
    return np.where(np.logical_and.outer(*kept), shift(image, rows, columns), 0.0)


def _other_ring(image, rows, columns):
    height, width = image.shape
    return np.array([[image[(i - rows) % width, (j - columns) % height] for j in range(width)] for i in range(height)])


def _other_ring_written(image, rows, columns):
    height, width = image.shape
    moved = np.zeros_like(image)
    for i, j in np.ndindex(height, width):
        moved[(i + rows) % width, (j + columns) % height] = image[i, j]
    return moved


def _once_round(image, rows, columns):
    """Move by slices, which are cut off at the picture's end."""
    image = np.concatenate([image[-rows:], image[:-rows]])
    return np.concatenate([image[:, -columns:], image[:, :-columns]], axis=1)


def _rows_twice(image, rows, columns):
    height, width = image.shape
    return image[(np.arange(height) - rows) % height][(np.arange(width) - columns) % width]


SHIFT = Task(
    "shift",
    shift,
    because=(
        "`%` makes the row a ring: no cell is lost, so that every shift has an inverse. That is what a group needs."
    ),
    axes=("h w", "", ""),
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
            "not moved at all",
            "Every cell stands where it stood. `np.roll` makes a new array and leaves the one that it is given as it "
            "is: where does its result go?",
            MOVES,
            lambda image, rows, columns: image,
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
        Mistake(
            "rows moved the other way",
            "Columns are right, and rows move up where they should move down.",
            MOVES,
            lambda image, rows, columns: shift(image, -rows, columns),
        ),
        Mistake(
            "columns moved the other way",
            "Rows are right, and columns move to the left where they should move to the right.",
            MOVES,
            lambda image, rows, columns: shift(image, rows, -columns),
        ),
        Mistake(
            "the sign lost",
            "Positive shifts are right, and negative ones go the same way.",
            MOVES,
            lambda image, rows, columns: shift(image, abs(rows), columns),
        ),
        Mistake(
            "moved by one too many",
            "Everything stands one row too low. Moved by nothing, a picture should stay.",
            MOVES,
            lambda image, rows, columns: shift(image, rows + 1, columns),
        ),
        Mistake(
            "moved as one long row",
            "What leaves a row at its end should come back at the beginning of *the same* row: `np.roll` without "
            "`axis` flattens the picture.",
            MOVES,
            lambda image, rows, columns: np.roll(image, (rows, columns)),
        ),
        Mistake(
            "the moves added up along one axis",
            "Both numbers move the columns. Rows have an axis of their own.",
            MOVES,
            lambda image, rows, columns: np.roll(image, rows + columns, axis=1),
        ),
        Mistake(
            "the ring of the other axis",
            "You count rows round a ring that is as long as there are columns, or the other way round.",
            MOVES,
            _other_ring,
        ),
        Mistake(
            "the ring of the other axis",
            "You count rows round a ring that is as long as there are columns, or the other way round.",
            MOVES,
            _other_ring_written,
        ),
        Mistake(
            "once round at most",
            "Moved further than once round, your picture is not moved. A slice that begins before the array is cut "
            "off; how far has a cell come on the ring?",
            MOVES,
            _once_round,
        ),
        Mistake(
            "negative moves ignored",
            "Down and to the right you are right; up and to the left nothing moves. `range` of a negative number is "
            "empty.",
            MOVES,
            lambda image, rows, columns: shift(image, max(rows, 0), max(columns, 0)),
        ),
        Mistake(
            "rows chosen twice",
            "The second of two brackets, `[i][j]`, chooses among the rows that the first has left. Columns are never "
            "chosen.",
            MOVES,
            _rows_twice,
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
    because=(
        "Both ways end at the same array for an equivariant layer, whatever the input. In case 1 they end at (-3, -4) "
        "and (3, 4): 10 apart, over a length of 5, is 2. Dividing by the output's length makes a layer that answers in "
        "hundreds comparable with one that answers in ones."
    ),
    axes=("", "h w", "", ""),
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
            "a picture twice as bright: an output four times as long, but for a rest",
            function("lambda x: x**2 + 1"),
            normal(3, 4),
            function("lambda x: 2 * x"),
            function("lambda y: 4 * y"),
            seed=5,
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
        Mistake(
            "divided by the moved output's size",
            "The yardstick is the answer to the picture as it was given, before any move.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / norm(h(f(x)))),
        ),
        Mistake(
            "one root forgotten",
            "A length is the root of a sum of squares: one of your two lengths is still a square.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / norm(f(x)) ** 2),
        ),
        Mistake(
            "one root forgotten",
            "A length is the root of a sum of squares: one of your two lengths is still a square.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) ** 2 / norm(f(x))),
        ),
        Mistake(
            "sums of absolute values, not lengths",
            "You add up absolute values. A length is the root of the sum of the squares.",
            MOVES,
            _measure(lambda f, x, g, h: np.abs(f(g(x)) - h(f(x))).sum() / np.abs(f(x)).sum()),
        ),
        Mistake(
            "a mean above, a sum below",
            "One of the two lengths is made with a mean and the other with a sum, so that the size of the picture "
            "comes in.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / np.sqrt(np.size(f(x))) / norm(f(x))),
        ),
        Mistake(
            "the move after the layer in both ways",
            "In one of the two ways the *input* is moved, before the layer sees it; yours moves the output both times.",
            MOVES,
            _measure(lambda f, x, g, h: norm(g(f(x)) - h(f(x))) / norm(f(x))),
        ),
        Mistake(
            "the output's move on the input",
            "The input is moved by `move`, the output by `move_output`; yours moves both by `move_output`.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(h(x)) - h(f(x))) / norm(f(x))),
        ),
        Mistake(
            "the difference of two lengths",
            "You compare how long the two outputs are. Two arrays of one length can differ in every cell: subtract "
            "first.",
            MOVES,
            _measure(lambda f, x, g, h: abs(norm(f(g(x))) - norm(h(f(x)))) / norm(f(x))),
        ),
        Mistake(
            "added, not subtracted",
            "The two ways are added, and they should be compared.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) + h(f(x))) / norm(f(x))),
        ),
        Mistake(
            "the layer left out",
            "One of the two ways does not go through the layer.",
            MOVES,
            _measure(
                lambda f, x, g, h: np.inf if np.shape(g(x)) != np.shape(h(f(x))) else norm(g(x) - h(f(x))) / norm(f(x))
            ),
        ),
        Mistake(
            "the layer twice",
            "One of the two ways goes through the layer twice.",
            MOVES,
            _measure(
                lambda f, x, g, h: (
                    np.inf if np.shape(h(f(f(x)))) != np.shape(f(g(x))) else norm(f(g(x)) - h(f(f(x)))) / norm(f(x))
                )
            ),
        ),
        Mistake(
            "divided by the spread",
            "You divide by how far the output spreads around its mean. Here its length will do.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / norm(f(x) - f(x).mean())),
        ),
        Mistake(
            "divided by the spread, as in the chapter",
            "The chapter divides by the root of 2 and by how far the output spreads around its mean. Here its length "
            "is asked for.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / (np.sqrt(2) * norm(f(x) - f(x).mean()))),
        ),
        Mistake(
            "a matrix's norm, not a length",
            "`np.linalg.norm` with a 2 takes an array of two axes for a matrix, and says how far it stretches at most. "
            "A length is the root of the sum of all squares.",
            MOVES,
            _measure(lambda f, x, g, h: np.linalg.norm(f(g(x)) - h(f(x)), 2) / np.linalg.norm(f(x), 2)),
        ),
        Mistake(
            "a bracket that closes too late",
            "One of the two outputs is divided before they are compared. The length of the difference is what has to "
            "be divided: where does its bracket close?",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x)) / norm(f(x)))),
        ),
        Mistake(
            "both moves before the layer",
            "Both of your ways move the input and then go through the layer. In one of them the output is moved.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - f(h(x))) / norm(f(x))),
        ),
        Mistake(
            "upside down",
            "You divide the output's length by the difference's.",
            MOVES,
            np.errstate(divide="ignore")(_measure(lambda f, x, g, h: norm(f(x)) / norm(f(g(x)) - h(f(x))))),
        ),
        Mistake(
            "something added below",
            "You divide by more than the output's length. Nothing has to be added: the outputs here are not zero.",
            MOVES,
            _measure(lambda f, x, g, h: norm(f(g(x)) - h(f(x))) / (norm(f(x)) + 1)),
        ),
    ),
)
