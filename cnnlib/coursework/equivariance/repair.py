"""Equivariance, what is right and which mistakes are known: a border, a stride and turns, mended."""

from functools import partial

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.equivariance.measure import norm, shift
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("equivariance", "Common mistakes")
MOVES = Section("equivariance", "What does it mean to move with the image?")
BREAKS = Section("equivariance", "Where is it exact, and where does it break?")
TURNS = Section("equivariance", "Can turns be built in?")


def circular_correlate(image, kernel, mode="wrap"):
    reach = [(size // 2, size // 2) for size in kernel.shape]
    return vectorized.conv2d(np.pad(image, reach, mode=mode)[None, None], kernel[None, None])[0, 0]


def _phases(image, stride):
    return [image[i::stride, j::stride] for i, j in np.ndindex(stride, stride)]


def steady_subsample(image, stride):
    return max(_phases(image, stride), key=norm)


def lift(image, kernel):
    return np.stack([circular_correlate(image, np.rot90(kernel, turns)) for turns in range(4)])


def turn_sheets(sheets):
    return np.roll(np.rot90(sheets, axes=(1, 2)), 1, axis=0)


def _odd_kernel(call):
    image, kernel = call
    odd = all(side % 2 for side in kernel.shape)
    return call if odd and all(np.less_equal(kernel.shape, image.shape)) else None


CIRCULAR = Task(
    "circular_correlate",
    circular_correlate,
    because=(
        "On a ring no window hangs over anything, so that no place is special; a sum that is the same at "
        "every place commutes with every shift."
    ),
    axes=("h w", "u v"),
    fit=_odd_kernel,
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
        Mistake(
            "window not centred",
            "The values are right and stand elsewhere, by a cell: half of an odd side is rounded down.",
            MOVES,
            lambda image, kernel: shift(circular_correlate(image, kernel), 1, 1),
        ),
        Mistake(
            "mirrored at the border",
            "Right inside, wrong along the edges: there your windows read the picture in a mirror, the last pixel "
            "twice.",
            BREAKS,
            partial(circular_correlate, mode="symmetric"),
        ),
        Mistake(
            "the kernel's rows and columns exchanged",
            "Half of the kernel's height is taken off the columns, and half of its width off the rows.",
            MISTAKES,
            lambda image, kernel: shift(
                circular_correlate(image, kernel),
                kernel.shape[1] // 2 - kernel.shape[0] // 2,
                kernel.shape[0] // 2 - kernel.shape[1] // 2,
            ),
        ),
        Mistake(
            "padded by the whole kernel",
            "The values are right and stand elsewhere: the picture is continued by half a kernel at each end, not by "
            "a whole one.",
            MOVES,
            lambda image, kernel: shift(
                circular_correlate(image, kernel), *(size - size // 2 for size in kernel.shape)
            ),
        ),
        Mistake(
            "the last product only",
            "Each of your values holds one product, that of the kernel's last cell. All of them are added up: `+=`.",
            MISTAKES,
            lambda image, kernel: kernel[-1, -1] * shift(image, *(-(size // 2) for size in kernel.shape)),
        ),
        Mistake(
            "the kernel's last row or column left out",
            "Your loops over the kernel end one cell too early.",
            MISTAKES,
            lambda image, kernel: circular_correlate(
                image, kernel * (np.arange(len(kernel)) < len(kernel) - 1)[:, None]
            ),
        ),
        Mistake(
            "mean instead of sum",
            "Every value is too small, by the number of cells of the kernel.",
            MISTAKES,
            lambda image, kernel: circular_correlate(image, kernel) / kernel.size,
        ),
        Mistake(
            "the kernel's first row only",
            "Your sum ends with the first row of the kernel: does a `return` stand inside of the loops?",
            MISTAKES,
            lambda image, kernel: circular_correlate(image, kernel * (np.arange(len(kernel)) == 0)[:, None]),
        ),
        Mistake(
            "a matrix product",
            "Window and kernel are multiplied as matrices, so that each row of the one meets every row of the other. "
            "Cell by cell is asked for.",
            MISTAKES,
            lambda image, kernel: circular_correlate(image, np.broadcast_to(kernel.sum(axis=0), kernel.shape)),
        ),
        Mistake(
            "flipped, and not centred",
            "The kernel is flipped, and your windows end at their cell. A product of Fourier transforms does both: it "
            "is a convolution that begins at the corner.",
            Section("convolution", "Common mistakes"),
            lambda image, kernel: shift(
                circular_correlate(image, kernel[::-1, ::-1]), *(size // 2 for size in kernel.shape)
            ),
        ),
        Mistake(
            "one axis closed, the other not",
            "Top and bottom are joined, and beyond the sides your windows read the last pixel again.",
            BREAKS,
            lambda image, kernel: vectorized.conv2d(
                np.pad(
                    np.pad(image, [(kernel.shape[0] // 2,) * 2, (0, 0)], mode="wrap"),
                    [(0, 0), (kernel.shape[1] // 2,) * 2],
                    mode="edge",
                )[None, None],
                kernel[None, None],
            )[0, 0],
        ),
    ),
)


def _exchanged(image, stride):
    i, j = max(np.ndindex(stride, stride), key=lambda at: norm(image[at[0] :: stride, at[1] :: stride]))
    return image[j::stride, i::stride]


def _whole_blocks(call):
    image, stride = call
    rows, columns = (side // stride * stride for side in image.shape)
    return [image[:rows, :columns], stride] if rows and columns else None


STEADY = Task(
    "steady_subsample",
    steady_subsample,
    because=(
        "Move the picture by one, and the grids change places among each other. The loudest is the loudest "
        "still, and it holds the same cells."
    ),
    axes=("h w", ""),
    fit=_whole_blocks,
    cases=(
        Case("by hand: the bright grid begins in the second column", array([[1, 9, 0, 8], [2, 3, 1, 0]]), 2),
        Case("a picture that is not square", normal(6, 10), 2, seed=6),
        Case("every third", normal(9, 6), 3, seed=2),
        Case("strong and negative", array([[-9, 1, -8, 2], [1, 0, 2, 3]]), 2),
        Case("the loudest grid is neither the first nor the last", normal(4, 8), 2, seed=8),
        Case("bright and even against a single spark", array([[4, 0, 4, 5], [0, 2, 1, 0]]), 2),
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
            BREAKS,
            lambda image, stride: max(_phases(image, stride), key=np.sum),
        ),
        Mistake(
            "largest sum, not length",
            "You add up values that cancel, and then drop the sign. Squares do not cancel.",
            BREAKS,
            lambda image, stride: max(_phases(image, stride), key=lambda grid: abs(grid.sum())),
        ),
        Mistake(
            "the weakest grid",
            "You keep the grid with the smallest length, not the largest.",
            BREAKS,
            lambda image, stride: min(_phases(image, stride), key=norm),
        ),
        Mistake(
            "same offset for rows and columns",
            "You try one grid for each offset, and there are as many as offsets for rows *times* offsets for columns.",
            BREAKS,
            lambda image, stride: max((image[k::stride, k::stride] for k in range(stride)), key=norm),
        ),
        Mistake(
            "the loudest cell of each block",
            "Each block chose a cell of its own, so that neighbours are no longer neighbours. One choice for the "
            "whole picture.",
            BREAKS,
            lambda image, stride: _loudest(image, stride),
        ),
        Mistake(
            "columns left alone",
            "Only the rows were thinned out.",
            BREAKS,
            lambda image, stride: max((image[k::stride] for k in range(stride)), key=norm),
        ),
        Mistake(
            "always the last grid",
            "You keep the last grid that was tried, whatever is in the picture. Is the loudest so far remembered, and "
            "compared with?",
            BREAKS,
            lambda image, stride: image[stride - 1 :: stride, stride - 1 :: stride],
        ),
        Mistake(
            "the loudest cell, not the loudest grid",
            "You compare the largest cells of the grids. A grid's length is made of all its cells.",
            BREAKS,
            lambda image, stride: max(_phases(image, stride), key=lambda grid: np.abs(grid).max()),
        ),
        Mistake(
            "the loudest cell, not the loudest grid",
            "You compare the largest cells of the grids, and a negative one counts for little. A grid's length is made "
            "of all its cells.",
            BREAKS,
            lambda image, stride: max(_phases(image, stride), key=np.max),
        ),
        Mistake(
            "sum of absolute values, not length",
            "You add up absolute values. The length is the root of the sum of the squares, in which strong cells "
            "count more.",
            BREAKS,
            lambda image, stride: max(_phases(image, stride), key=lambda grid: np.abs(grid).sum()),
        ),
        Mistake(
            "the spread, not the length",
            "You compare how far the grids spread around their means. A bright, even grid is loud as well.",
            BREAKS,
            lambda image, stride: max(_phases(image, stride), key=np.std),
        ),
        Mistake(
            "a stride of two, whatever is asked for",
            "Your grids have a fixed step. It is an argument.",
            BREAKS,
            lambda image, stride: steady_subsample(image, 2),
        ),
        Mistake(
            "the last offset not tried",
            "There are S offsets for rows and S for columns, from 0 to S - 1; yours end one earlier.",
            BREAKS,
            lambda image, stride: max(
                (image[i::stride, j::stride] for i, j in np.ndindex(stride - 1, stride - 1)), key=norm
            ),
        ),
        Mistake(
            "divided by its length",
            "The grid is the right one, and you divided its values by its length. Nothing is to be changed in it.",
            BREAKS,
            lambda image, stride: steady_subsample(image, stride) / norm(steady_subsample(image, stride)),
        ),
        Mistake(
            "how loud it is, not the grid",
            "You return the length of the loudest grid. Asked for is the grid.",
            BREAKS,
            lambda image, stride: norm(steady_subsample(image, stride)),
        ),
        Mistake(
            "row and column of the loudest exchanged",
            "You find the loudest grid, and return the one whose offsets are exchanged.",
            BREAKS,
            _exchanged,
        ),
        Mistake(
            "four grids, whatever the stride",
            "You try the offsets 0 and 1. There are as many for rows as the stride is long, and as many for columns.",
            BREAKS,
            lambda image, stride: max((image[i::stride, j::stride] for i, j in np.ndindex(2, 2)), key=norm),
        ),
        Mistake(
            "a corner, not a grid",
            "You return the picture's first cells. Behind the first colon of a slice stands its end; a step has its "
            "place behind the second.",
            BREAKS,
            lambda image, stride: image[:stride, :stride],
        ),
    ),
)


def _loudest(image, stride):
    grids = np.stack(_phases(image, stride))
    return np.take_along_axis(grids, np.abs(grids).argmax(axis=0)[None], axis=0)[0]


LIFT = Task(
    "lift",
    lift,
    because=(
        "Four kernels are one kernel that looks in four directions: the weights are shared over turns as a "
        "convolution shares them over places."
    ),
    axes=("h w", "k k"),
    fit=_odd_kernel,
    cases=(
        Case("one bright pixel", array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]), array([[0, 1, 0], [0, 0, 2], [0, 0, 0]])),
        Case("a picture that is not square", normal(5, 7), normal(3, 3), seed=1),
        Case("a larger kernel", normal(6, 6), normal(5, 5), seed=2),
    ),
    mistakes=(
        Mistake(
            "zeros at the border",
            "Right inside, wrong along the edges: your correlation reads zeros there. It should be closed into a ring, "
            "as `circular_correlate` is.",
            BREAKS,
            lambda image, kernel: np.stack(
                [circular_correlate(image, np.rot90(kernel, turns), mode="constant") for turns in range(4)]
            ),
        ),
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
            lambda image, kernel: np.stack([circular_correlate(np.rot90(image, turns), kernel) for turns in range(4)]),
        ),
        Mistake(
            "the sheets turned, not the kernel",
            "Your sheets are one answer, turned: you turn what comes out, or picture and kernel together. The picture "
            "stays; four kernels look at it.",
            TURNS,
            lambda image, kernel: np.stack([np.rot90(circular_correlate(image, kernel), turns) for turns in range(4)]),
        ),
        Mistake(
            "sheets added up",
            "You return one picture. Added up, the sheets no longer say in which direction they saw something.",
            TURNS,
            lambda image, kernel: lift(image, kernel).sum(axis=0),
        ),
        Mistake(
            "begins with a turn",
            "Your sheets are right and stand one too early: sheet 0 has the kernel as it is.",
            TURNS,
            lambda image, kernel: lift(image, kernel)[[1, 2, 3, 0]],
        ),
        Mistake(
            "turned on and on",
            "Sheets 2 and 3 have changed places: a kernel that is turned already is turned by t quarters again.",
            TURNS,
            lambda image, kernel: lift(image, kernel)[[0, 1, 3, 2]],
        ),
        Mistake(
            "the sheets on the last axis",
            "The sheets are right and lie along the last axis. They are the first: (4, rows, columns).",
            TURNS,
            lambda image, kernel: np.moveaxis(lift(image, kernel), 0, -1),
        ),
        Mistake(
            "one kernel for all sheets",
            "Your four sheets are one sheet four times, of a kernel turned once. Sheet t has it turned t times.",
            TURNS,
            lambda image, kernel: np.stack([lift(image, kernel)[1]] * 4),
        ),
        Mistake(
            "half turns, not quarter turns",
            "Sheets 0 and 2 are alike, and 1 and 3: your kernel is turned by halves. `np.rot90` counts quarter turns, "
            "not degrees: 90 of them are a half turn.",
            TURNS,
            lambda image, kernel: lift(image, kernel)[[0, 2, 0, 2]],
        ),
        Mistake(
            "mirrored, not turned",
            "Your kernels are mirror images of the first. No turn makes a left shoe of a right one.",
            TURNS,
            lambda image, kernel: np.stack(
                [
                    circular_correlate(image, each)
                    for each in (kernel, kernel[::-1], kernel[:, ::-1], kernel[::-1, ::-1])
                ]
            ),
        ),
        Mistake(
            "transposed, not turned",
            "Your kernels are the first one and its transpose. A transpose is a turn *and* a mirror.",
            TURNS,
            lambda image, kernel: np.stack([circular_correlate(image, each) for each in (kernel, kernel.T) * 2]),
        ),
        Mistake(
            "the largest of the sheets",
            "You return one picture. Four are asked for: each says what one direction saw.",
            TURNS,
            lambda image, kernel: lift(image, kernel).max(axis=0),
        ),
    ),
)


SHEETS = Task(
    "turn_sheets",
    turn_sheets,
    because=(
        "What the upright kernel saw in the picture, the turned kernel sees in the turned picture: each "
        "sheet turns, and moves on by one. The output's move is not the input's."
    ),
    axes=(". h w",),
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
        Mistake(
            "moved on by two",
            "Each sheet is turned and passed on by two places. A quarter turn moves it on by one.",
            TURNS,
            lambda sheets: np.roll(np.rot90(sheets, axes=(1, 2)), 2, axis=0),
        ),
        Mistake(
            "moved on by a cell, not by a sheet",
            "`np.roll` without `axis` passes on single cells, the last of each sheet to the beginning of the next.",
            TURNS,
            lambda sheets: np.roll(np.rot90(sheets, axes=(1, 2)), 1),
        ),
        Mistake(
            "turned by their numbers",
            "Each sheet is turned as often as its number says. All of them turn with the picture, by one quarter.",
            TURNS,
            lambda sheets: np.array([np.rot90(sheets[turns - 1], turns) for turns in range(4)]),
        ),
        Mistake(
            "transposed, not turned",
            "Your sheets are transposed: a turn and a mirror. A turn alone is asked for.",
            TURNS,
            lambda sheets: np.roll(sheets.swapaxes(1, 2), 1, axis=0),
        ),
        Mistake(
            "turned by a half",
            "Each sheet is turned by a half, and the picture by a quarter.",
            TURNS,
            lambda sheets: np.roll(np.rot90(sheets, 2, axes=(1, 2)), 1, axis=0),
        ),
    ),
)
