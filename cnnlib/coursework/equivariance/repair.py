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
ALIASING = Section("aliasing", "What does a blur save, and what does it cost?")


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
            lambda image, stride: min(_phases(image, stride), key=norm),
        ),
        Mistake(
            "same offset for rows and columns",
            "You try one grid for each offset, and there are as many as offsets for rows *times* offsets for columns.",
            ALIASING,
            lambda image, stride: max((image[k::stride, k::stride] for k in range(stride)), key=norm),
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
            lambda image, stride: max((image[k::stride] for k in range(stride)), key=norm),
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
