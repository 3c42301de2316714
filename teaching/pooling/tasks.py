"""Pooling: points, minutes, hidden cases and the rubric."""

from cnnlib.coursework import Case, array, integers, normal
from teaching.assignment import Assignment, Criterion, Graded, Open

ASSIGNMENT = Assignment(
    name="pooling",
    title="Pooling: what to keep of a neighbourhood",
    goals=(
        "pool with any window, stride and padding, by maximum and by average",
        "say what padding means for a maximum and for an average",
        "carry a gradient back through a maximum, ties and overlaps included",
        "blur before thinning out, and pool pictures of every size to one",
    ),
    tasks=(
        Graded(
            "max_pool",
            points=10,
            minutes=10,
            goal="A window keeps one number.",
            hidden=(
                Case("a wide map with three columns left over", normal(8, 15), 4, seed=11),
                Case("windows of one cell change nothing", normal(3, 4), 1, seed=12),
                Case("far below zero", integers(-99, -50, 5, 6), 2, seed=13),
            ),
        ),
        Graded(
            "pool2d",
            points=25,
            minutes=35,
            goal="Windows that overlap, hang over the edge, and are not square.",
            hidden=(
                Case("an overlapping average", normal(2, 2, 7, 5), (3, 2), 1, 0, "average", seed=21),
                Case("a stride larger than the window", normal(1, 3, 9, 8), (2, 3), 4, 0, "max", seed=22),
                Case("a padded maximum far below zero", integers(-99, -50, 1, 2, 6, 5), (3, 2), 2, 1, "max", seed=23),
                Case("a padded average of ones", array([[[[1, 1, 1], [1, 1, 1]]]]), (2, 3), 1, 1, "average"),
            ),
        ),
        Graded(
            "max_pool_backward",
            points=20,
            minutes=30,
            goal="The winner gets all, from every window that it wins.",
            hidden=(
                Case(
                    "two windows of negative values",
                    array([[[[3, 5]]]]),
                    array([[[[-7, -2, -3, -9], [-1, -6, -8, -4]]]]),
                    (2, 2),
                    2,
                ),
                Case("overlap and ties", normal(1, 2, 3, 3), integers(0, 2, 1, 2, 7, 7), (3, 3), 2, seed=31),
                Case(
                    "a map that is zero throughout", normal(1, 1, 2, 3), integers(0, 1, 1, 1, 4, 6), (2, 2), 2, seed=32
                ),
                Case("a stride larger than the window", normal(2, 1, 2, 2), normal(2, 1, 6, 5), (1, 2), 3, seed=33),
                Case("a wide window", normal(1, 2, 2, 2), normal(1, 2, 4, 6), (2, 4), 2, seed=34),
            ),
        ),
        Graded(
            "blur_pool",
            points=15,
            minutes=20,
            goal="What a stride drops is averaged in before.",
            hidden=(
                Case("the fastest wave is gone", array([[1, -1, 1, -1, 1, -1], [1, -1, 1, -1, 1, -1]]), 2),
                Case("a tall picture, every fourth", normal(11, 6), 4, seed=41),
                Case("two rows: reflection has just enough", normal(2, 7), 2, seed=42),
            ),
        ),
        Graded(
            "adaptive_average",
            points=15,
            minutes=20,
            goal="The number of windows is fixed, and their size follows the picture.",
            hidden=(
                Case("more windows than cells", normal(3, 4), (5, 6), seed=51),
                Case("as many windows as cells", normal(4, 3), (4, 3), seed=52),
                Case("a large map into few windows", normal(23, 17), (5, 2), seed=53),
            ),
        ),
        Open(
            points=15,
            minutes=30,
            goal="Say what pooling forgives, in numbers.",
            rubric=(
                Criterion(
                    4,
                    "Defines its measure: what counts as a change, out of how many, with which pictures. A share "
                    "without a denominator earns half.",
                ),
                Criterion(
                    5,
                    "Measures at least two poolings over several shifts with the student's own functions, and shows "
                    "table or figure with axes named.",
                ),
                Criterion(
                    4,
                    "The conclusion follows from the numbers and says for which shifts it holds: approximate, for "
                    "shifts that are small against the window. “Invariant” without a limit earns nothing here.",
                ),
                Criterion(2, "Names a task for which the forgiven position would have been needed."),
            ),
        ),
    ),
)
