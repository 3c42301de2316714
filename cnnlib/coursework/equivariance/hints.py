"""Hints for the assignment, and the failures that each of them fits."""

from cnnlib.coursework.task import Hint

HINTS = {
    "shift": (
        Hint(
            "round the ring",
            "Cell `(i, j)` of the new picture shows cell `(i - rows, j - columns)` of the old one, counted "
            "round the ring: Python's `%` is never negative. NumPy also has a function for it, and you may "
            "use it.",
        ),
        Hint(
            "which way?",
            "Moved down by one, the first row of the new picture is the *last* of the old one. Try `[[1], "
            "[2], [3]]` with a pencil.",
            fits=(1, 3),
        ),
    ),
    "equivariance_error": (
        Hint(
            "name the two ways",
            "Name the two ways: `moved_first = f(move(x))` and `moved_last = …`. What is asked for is the "
            "length of their difference over the length of a third array.",
        ),
        Hint(
            "what stands below the line",
            "The output whose length you divide by is that of the picture as it was: not moved, neither "
            "before nor after.",
            fits=(5, 6),
        ),
        Hint(
            "invariance is another question",
            "If the output is not to move at all, `move_output` is a function that returns its argument; the"
            " formula stays.",
            fits=(1, 4),
        ),
    ),
    "seam": (
        Hint(
            "how wide?",
            "A window of 5 that is centred on its cell reaches 2 cells to each side. How many cells at each "
            "end have a window that hangs over?",
            fits=(1, 2),
        ),
        Hint(
            "the old border",
            "After a shift by `pixels`, place `i` shows what was at place `i - pixels`, on the ring. Was "
            "*that* place damaged?",
            fits=(1, 2, 3),
        ),
        Hint(
            "when nothing moves",
            "If every cell stands where it stood before, both orders are the same computation, damage and "
            "all. For which `pixels` is that so?",
            fits=(4, 5),
        ),
        Hint(
            "a reach of nothing",
            "A kernel of one cell reads that cell alone, and no window hangs over. Which cells does your code mark "
            "when the reach is 0? Print it.",
            fits=(6,),
        ),
    ),
    "circular_correlate": (
        Hint(
            "with your shift",
            "Each cell of the kernel multiplies the whole picture, shifted. Which shift brings cell `(i + m "
            "- r, j + n - s)` to place `(i, j)`?",
        ),
        Hint(
            "off the far end",
            "A negative index counts from the end by itself, so that the ring closes at one side only. Which operator "
            "brings an index that is too large back to the beginning?",
            said="out of bounds",
        ),
        Hint(
            "with padding",
            "`np.pad` has a `mode` that continues an array with its other end.",
            fits=(2, 3),
        ),
        Hint(
            "which cell is the centre?",
            "A kernel of 3 reaches one cell to each side, and the cell at its centre is number 1: $y[0, 0]$ "
            "reads the rows $-1$, 0 and 1.",
            fits=(1, "values"),
        ),
    ),
    "steady_subsample": (
        Hint(
            "all the grids",
            "`image[i::stride, j::stride]` is one of the grids. How many pairs `(i, j)` are there? `max` "
            "takes a `key`.",
        ),
        Hint(
            "what is loud?",
            "$\\sqrt{\\sum a^2}$ of a whole grid: negative values count as much as positive ones, and one "
            "bright cell among zeros can be louder than many faint ones.",
            fits=(4, 5, 6),
        ),
    ),
    "lift": (
        Hint(
            "four kernels, one correlation",
            "`np.rot90(kernel, t)` turns a kernel by `t` quarters. You have the correlation on the ring "
            "already; `np.stack` lays four results on each other.",
        ),
    ),
    "turn_sheets": (
        Hint(
            "which kernel sees it afterwards?",
            "What the upright kernel saw in the picture, which kernel sees in the turned picture? So where "
            "do you find sheet 0 afterwards? Try it with one bright pixel.",
        ),
        Hint(
            "two moves at once",
            "Turning moves the cells of each sheet (`np.rot90` has `axes`). The sheets themselves change "
            "places, too: `np.roll` along axis 0, by one. Forwards or backwards?",
            fits=(1, 2),
        ),
    ),
}
