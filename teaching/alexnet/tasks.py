"""AlexNet: points, minutes, hidden cases and the rubric."""

from cnnlib.coursework import Case, array, normal
from teaching.assignment import Assignment, Criterion, Graded, Open

# A course's AlexNet for pictures of 224 pixels, and one made to differ from both in every number.
COURSE = (
    ("conv", 96, 11, 4, 0, 1),
    ("pool", 3, 2),
    ("conv", 256, 5, 1, 2, 1),
    ("pool", 3, 2),
    ("conv", 384, 3, 1, 1, 1),
    ("conv", 384, 3, 1, 1, 1),
    ("conv", 256, 3, 1, 1, 1),
    ("pool", 3, 2),
    ("dense", 4096),
    ("dense", 4096),
    ("dense", 1000),
)
ODD = (("conv", 10, 7, 3, 1, 5), ("pool", 2, 3), ("conv", 12, 3, 2, 2, 2), ("dense", 11))
STACKS = (
    Case("the AlexNet of courses, on 224 pixels", COURSE, (3, 224, 224)),
    Case("other strides, other groups, not square", ODD, (5, 44, 67)),
)

ASSIGNMENT = Assignment(
    name="alexnet",
    title="AlexNet: count it before you run it",
    goals=(
        "derive shapes, parameters and arithmetic of a network from its description",
        "say where the parameters are and where the work is",
        "compute a convolution with groups, and local response normalisation",
        "find out which of two descriptions of a network is the one that was run",
    ),
    tasks=(
        Graded(
            "layer_shapes",
            points=15,
            minutes=20,
            goal="A description of a network fixes every shape in it.",
            hidden=STACKS,
        ),
        Graded(
            "parameters",
            points=15,
            minutes=15,
            goal="Groups divide what a kernel reads; biases stay.",
            hidden=STACKS,
        ),
        Graded(
            "multiply_adds",
            points=15,
            minutes=15,
            goal="A weight works once at every place of its output.",
            hidden=STACKS,
        ),
        Graded(
            "grouped_conv2d",
            points=20,
            minutes=20,
            goal="Groups are separate convolutions side by side.",
            may_use=("conv2d",),
            hidden=(
                Case("two groups, kernels of one cell", normal(1, 6, 3, 4), normal(4, 3, 1, 1), normal(4), 2, seed=41),
                Case("more maps out than in", normal(3, 4, 5, 4), normal(12, 2, 2, 3), normal(12), 2, seed=42),
                Case("two maps for each channel", normal(1, 3, 4, 6), normal(6, 1, 3, 2), normal(6), 3, seed=43),
            ),
        ),
        Graded(
            "local_response_norm",
            points=20,
            minutes=25,
            goal="A loud channel hushes its neighbours.",
            hidden=(
                Case(
                    "the paper's constants, loud maps",
                    array([[[[90]], [[-250]], [[40]], [[5]], [[600]], [[1]], [[2]]]]),
                    5,
                    5e-4,
                    0.75,
                    2.0,
                ),
                Case("a window of one: each alone", normal(1, 4, 2, 3), 1, 0.8, 0.5, 1.0, seed=52),
                Case("a wide window", normal(2, 9, 3, 2), 7, 1.5, 0.6, 1.0, seed=53),
            ),
        ),
        Open(
            points=15,
            minutes=30,
            goal="Decide between two descriptions by a computation.",
            rubric=(
                Criterion(
                    5,
                    "Computes, with the student's own functions, that 224 pixels without padding do not lead to the "
                    "published 55×55 maps, and names at least two changes that would (227 pixels; a padding of 2, on "
                    "224).",
                ),
                Criterion(
                    4,
                    "Follows the changes to the first dense layer, and states the number of features that each leaves"
                    " there.",
                ),
                Criterion(
                    4,
                    "Argues which change the authors are likely to have made, and says what evidence would settle it "
                    "(the published weights, the code). Saying that it cannot be settled from the text alone is a "
                    "full answer.",
                ),
                Criterion(2, "Says what the difference costs or saves, in parameters or multiply-adds."),
            ),
        ),
    ),
)
