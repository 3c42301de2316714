"""Hints for the assignment, and the failures that each of them fits."""

from cnnlib.coursework.task import Hint

HINTS = {
    "max_pool": (
        Hint(
            "where windows begin",
            "Window `(i, j)` begins at row `i * window`. How many begin and end inside the map? Values may "
            "all be negative.",
        ),
        Hint(
            "what is left over",
            "Of 7 columns, windows of 2 fill 6. How many windows are that, and is the seventh column in any?",
            fits=(3, "shape"),
        ),
        Hint(
            "with what the search begins",
            "If you search by hand, begin with a number of the window, not with 0.",
            fits=(4,),
        ),
    ),
    "pool2d": (
        Hint(
            "sizes",
            "$\\lfloor (H + 2P - K) / S \\rfloor + 1$ rows, with the window's rows for $K$.",
            fits=("shape", 3),
        ),
        Hint(
            "padding",
            "`np.pad(…, constant_values=…)`, and `-np.inf` is a float like any other.",
            fits=(4, 5),
        ),
        Hint(
            "what an average is divided by",
            "By all cells of the window, those in the padding too; with zeros around the map, `mean` does just that.",
            fits=(4,),
        ),
    ),
    "max_pool_backward": (
        Hint(
            "from a place in the window to one in the picture",
            "`np.argmax` of a window gives the first winner, as an index into the flattened window; "
            "`np.unravel_index` or `divmod` makes row and column of it. Loop over everything: "
            "`np.ndindex(grad_y.shape)`.",
        ),
        Hint(
            "windows that share a cell",
            "A cell that wins twice gets both gradients: `+=`.",
            fits=(4,),
        ),
        Hint(
            "height first",
            "The window is `(rows, columns)`. In a window of 3×2 the flat index 3 is row 1, column 1: which "
            "of the two numbers divides?",
            fits=(3,),
        ),
    ),
    "blur_pool": (
        Hint(
            "the blur",
            "`np.outer([1, 2, 1], [1, 2, 1]) / 16`, or one axis after the other.",
        ),
        Hint(
            "the reflection",
            "`np.pad` has two modes that mirror. One repeats the outermost cell, the other does not. Try "
            "both on `[1, 2, 3]`.",
            fits=(2, 3, 4, "values"),
        ),
        Hint(
            "first all, then some",
            "Blur every cell before you drop any. Which cells are kept is decided at the very end, by one "
            "slice with a step.",
            fits=(1, 3),
        ),
    ),
    "adaptive_average": (
        Hint(
            "whole numbers only",
            "In whole numbers, $\\lceil a / b \\rceil$ is `-(-a // b)`. No floats are needed, and none of "
            "their surprises.",
        ),
        Hint(
            "begin and end of a window",
            "For five columns into two: window 0 runs from $\\lfloor 0 \\rfloor$ to $\\lceil 2.5 \\rceil$, "
            "window 1 from $\\lfloor 2.5 \\rfloor$ to 5. Write the four numbers down before you write code.",
            fits=(2, 3, 4, "shape"),
        ),
    ),
}
