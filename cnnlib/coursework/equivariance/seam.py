"""Equivariance, what is right and which mistakes are known: what zero padding breaks."""

import numpy as np

from cnnlib.coursework.task import Case, Mistake, Section, Task

MOVES = Section("equivariance", "What does it mean to move with the image?")
WRAP = Section("arrays", "An index counts from the end", folder="appendices")
BREAKS = Section("equivariance", "Where is it exact, and where does it break?")


def seam(size, kernel, pixels):
    reach = kernel // 2
    here = np.arange(size)
    there = (here - pixels) % size
    taps = np.arange(-reach, reach + 1)[:, None]
    inside = (here + taps >= 0) & (here + taps < size)
    inside_before = (there + taps >= 0) & (there + taps < size)
    return (inside != inside_before).any(axis=0)


def _near_edges(places, size, reach):
    return (places < reach) | (places >= size - reach)


def _two_lines(size, here_reach, there, there_reach):
    return _near_edges(np.arange(size), size, here_reach) | _near_edges(there, size, there_reach)


def _last_cell_forgotten(size, kernel, pixels):
    here, there, reach = np.arange(size), (np.arange(size) - pixels) % size, kernel // 2
    return ((here < reach) | (here > size - reach) | (there < reach) | (there >= size - reach)) & (pixels % size != 0)


def _first_good_cell(size, kernel, pixels):
    here, there, reach = np.arange(size), (np.arange(size) - pixels) % size, kernel // 2
    return ((here <= reach) | (here >= size - reach) | (there < reach) | (there >= size - reach)) & (pixels % size != 0)


SEAM = Task(
    "seam",
    seam,
    because=(
        "Shifting first, the damage is at the border; shifting last, it was there and has been carried "
        "along. In case 1 the cells 0 and 8 are damaged, and 3 places on stand 3 and 8 + 3 - 9 = 2. Where nothing "
        "moves, both are the same computation."
    ),
    axes=("less", "", ""),
    fit=lambda call: call if call[0] >= 2 * call[1] else None,
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
        Mistake(
            "only where both are damaged",
            "A cell can differ as soon as *one* of the two orders damages it: `or`, not `and`.",
            BREAKS,
            lambda size, kernel, pixels: (
                _near_edges(np.arange(size), size, kernel // 2 if pixels % size else 0)
                & _near_edges((np.arange(size) - pixels) % size, size, kernel // 2)
            ),
        ),
        Mistake(
            "not where both are damaged",
            "Where both orders damage a cell they can differ, too: by other zeros.",
            BREAKS,
            lambda size, kernel, pixels: (
                _near_edges(np.arange(size), size, kernel // 2)
                ^ _near_edges((np.arange(size) - pixels) % size, size, kernel // 2)
            ),
        ),
        Mistake(
            "a cell too wide",
            "Your lines are one cell too wide. A window of 3 reaches one cell to each side.",
            BREAKS,
            lambda size, kernel, pixels: (
                _two_lines(size, kernel // 2 + 1, (np.arange(size) - pixels) % size, kernel // 2 + 1)
                if pixels % size
                else np.zeros(size, bool)
            ),
        ),
        Mistake(
            "a whole kernel wide",
            "Your lines are as wide as the kernel. A window that is centred on its cell reaches half its width to "
            "each side.",
            BREAKS,
            lambda size, kernel, pixels: (
                _two_lines(size, kernel, (np.arange(size) - pixels) % size, kernel)
                if pixels % size
                else np.zeros(size, bool)
            ),
        ),
        Mistake(
            "a move all the way round",
            "A move by as many pixels as the row has brings every cell back. Only a move by 0 is let off in yours.",
            MOVES,
            lambda size, kernel, pixels: (
                _two_lines(size, kernel // 2, (np.arange(size) - pixels) % size, kernel // 2)
                if pixels
                else np.zeros(size, bool)
            ),
        ),
        Mistake(
            "damage without a move",
            "With no move, or one all the way round, the two orders are the same computation. Yours says that all "
            "cells differ.",
            MOVES,
            lambda size, kernel, pixels: seam(size, kernel, pixels) | (pixels % size == 0),
        ),
        Mistake(
            "one end only",
            "You look at one end of the row. A window hangs over at both.",
            BREAKS,
            lambda size, kernel, pixels: (
                ((np.arange(size) < kernel // 2) | ((np.arange(size) - pixels) % size < kernel // 2))
                & (pixels % size != 0)
            ),
        ),
        Mistake(
            "the last cell forgotten",
            "The cell at the very end is missing: of N cells, the last `reach` begin at N - reach.",
            BREAKS,
            _last_cell_forgotten,
        ),
        Mistake(
            "the first good cell counted",
            "A cell whose window just fits is not damaged: of the first cells, it is `reach` that are, numbers 0 to "
            "reach - 1.",
            BREAKS,
            _first_good_cell,
        ),
        Mistake(
            "not counted round the ring",
            "After a shift, what leaves at one end comes back at the other: `%`, so that a negative place counts from "
            "the end.",
            MOVES,
            lambda size, kernel, pixels: (
                _two_lines(size, kernel // 2, np.arange(size) - pixels, kernel // 2)
                if pixels % size
                else np.zeros(size, bool)
            ),
        ),
        Mistake(
            "all cells for a kernel of one",
            "A kernel of one cell hangs over nowhere. If `r` is 0, `-r:` is no empty slice: it begins at 0 and holds "
            "the whole row.",
            WRAP,
            lambda size, kernel, pixels: (
                seam(size, kernel, pixels) if kernel > 1 else np.full(size, pixels % size != 0)
            ),
        ),
        Mistake(
            "the numbers of the cells",
            "You return which cells they are, as numbers. Asked for is True or False for each cell of the row.",
            BREAKS,
            lambda size, kernel, pixels: np.flatnonzero(seam(size, kernel, pixels)),
        ),
        Mistake(
            "the sign of the move lost",
            "To the right you are right. To the left, the inner line is on the wrong side.",
            MOVES,
            lambda size, kernel, pixels: seam(size, kernel, abs(pixels)),
        ),
    ),
)
