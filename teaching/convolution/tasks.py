"""Convolution: points, minutes, hidden cases and the rubric."""

from cnnlib.coursework import Case, array, integers, normal
from teaching.assignment import Assignment, Criterion, Graded, Open

ASSIGNMENT = Assignment(
    name="convolution",
    title="Convolution, from one window to its gradient",
    goals=(
        "write correlation and convolution as sums over windows, and say what a flip changes",
        "predict the size of an output from kernel, stride and padding",
        "extend one channel to batches and many channels, with a bias",
        "carry a gradient back through a convolution, and explain where each number goes",
    ),
    tasks=(
        Graded(
            "correlate2d",
            points=10,
            minutes=15,
            goal="A correlation is a sum of products in each window.",
            hidden=(
                Case("a wide picture and a tall kernel", normal(7, 12), normal(4, 2), 2, seed=11),
                Case("a kernel of one cell", normal(3, 5), normal(1, 1), 1, seed=12),
                Case("whole numbers with an exact answer", integers(-9, 10, 7, 6), integers(-9, 10, 2, 5), 3, seed=13),
            ),
        ),
        Graded(
            "convolve2d",
            points=15,
            minutes=15,
            goal="A convolution is a correlation with a kernel flipped on both axes; it reaches over the edge.",
            hidden=(
                Case("a kernel that no flip leaves as it is", normal(6, 3), normal(2, 4), seed=21),
                Case("one row", normal(1, 8), normal(1, 5), seed=22),
                Case("one bright pixel in a corner", array([[0, 0], [0, 0], [0, 1]]), normal(3, 2), seed=23),
            ),
        ),
        Graded(
            "output_size",
            points=10,
            minutes=5,
            goal="One formula gives the size of every map.",
            hidden=(
                Case("a step that does not fit, with padding", 55, 4, 3, 4, 1),
                Case("a stride larger than the kernel", 30, 2, 7, 0, 0),
                Case("a kernel that needs the padding", 3, 5, 1, 1, 1),
            ),
        ),
        Graded(
            "conv2d",
            points=25,
            minutes=35,
            goal="The layer that libraries have: batches, channels, bias, stride and padding.",
            hidden=(
                Case(
                    "more padding than the kernel is wide",
                    normal(1, 2, 3, 5),
                    normal(2, 2, 2, 3),
                    normal(2),
                    1,
                    3,
                    seed=41,
                ),
                Case(
                    "a stride larger than the kernel", normal(2, 2, 10, 7), normal(3, 2, 2, 2), normal(3), 4, 1, seed=42
                ),
                Case(
                    "rows and columns that no window reads",
                    normal(1, 3, 8, 6),
                    normal(2, 3, 3, 3),
                    normal(2),
                    2,
                    0,
                    seed=43,
                ),
                Case(
                    "kernels of one cell mix channels only",
                    normal(2, 5, 4, 3),
                    normal(3, 5, 1, 1),
                    normal(3),
                    1,
                    0,
                    seed=44,
                ),
            ),
        ),
        Graded(
            "conv2d_backward",
            points=25,
            minutes=60,
            goal="Every product of the forward pass sends its gradient back to both of its factors.",
            hidden=(
                Case(
                    "stride and padding together",
                    normal(2, 3, 4, 4),
                    normal(2, 2, 7, 8),
                    normal(3, 2, 3, 4),
                    2,
                    1,
                    seed=51,
                ),
                Case(
                    "a stride larger than the kernel",
                    normal(1, 2, 2, 3),
                    normal(1, 3, 6, 8),
                    normal(2, 3, 2, 1),
                    3,
                    0,
                    seed=52,
                ),
                Case(
                    "a batch of four",
                    normal(4, 2, 3, 4),
                    normal(4, 1, 4, 6),
                    normal(2, 1, 2, 3),
                    1,
                    0,
                    seed=53,
                ),
            ),
        ),
        Open(
            points=15,
            minutes=25,
            goal="Tell two explanations apart by an experiment.",
            rubric=(
                Criterion(
                    5,
                    "A test input on which the two explanations give different outputs, with both outputs predicted "
                    "*before* the run. A single bright pixel with an asymmetric kernel is the classic; a symmetric "
                    "kernel earns nothing.",
                ),
                Criterion(
                    4,
                    "The test is run with the student's own functions, the numbers are shown, and they agree with one"
                    " of the predictions.",
                ),
                Criterion(
                    4,
                    "Names a kernel for which the two cannot be told apart, and says why (turned by half it is "
                    "itself, or its negative where only the size of the answer is looked at).",
                ),
                Criterion(
                    2,
                    "Says why a network that learns its kernels does not care, and where it begins to matter (weights"
                    " handed from one library to another).",
                ),
            ),
        ),
    ),
)
