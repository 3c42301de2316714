"""LeNet: points, minutes, hidden cases and the rubric."""

from cnnlib.coursework import Case, array, labels, lenet_weights, normal, redrawn_digits, redrawn_labels
from teaching.assignment import Assignment, Criterion, Graded, Open

LAYERS = ("conv2d", "avg_pool2d", "linear", "relu", "sigmoid")
OPERATORS = (*LAYERS, *(f"{name}_backward" for name in LAYERS), "softmax", "softmax_backward", "cross_entropy_backward")

ASSIGNMENT = Assignment(
    name="lenet",
    title="LeNet: build it, train it, read with it",
    goals=(
        "derive the size and the parameters of every layer",
        "write the loss, the forward pass and all gradients of a whole network",
        "train it on handwritten digits and reach a stated accuracy on others",
        "say how good it is and how sure one can be of that",
    ),
    tasks=(
        Graded(
            "layer_sizes",
            points=5,
            minutes=10,
            goal="Sizes follow from kernel, padding and stride.",
            hidden=(
                Case("a tall picture", 61, 24),
                Case("the smallest picture that leaves a map", 12, 13),
                Case("sides of which more than half fits", 47, 35),
            ),
        ),
        Graded(
            "parameters",
            points=10,
            minutes=15,
            goal="Parameters are weights and biases, layer by layer.",
            hidden=(
                Case("a large picture", 64, 48),
                Case("a tall picture with odd sides", 37, 21),
                Case("sides whose halves are odd", 46, 31),
            ),
        ),
        Graded(
            "cross_entropy",
            points=15,
            minutes=15,
            goal="The surprise at the right answer, computed without overflow.",
            may_use=OPERATORS,
            hidden=(
                Case("one picture", normal(1, 5), labels(5, 1), seed=31),
                Case("sure and right: a loss of nothing", array([[50, 0, 0], [0, 0, 900]]), labels(3, 2), seed=33),
                Case("a large batch", normal(200, 10), labels(10, 200), seed=32),
            ),
        ),
        Graded(
            "forward",
            points=20,
            minutes=25,
            goal="A network is a chain of operators, in the right order.",
            may_use=OPERATORS,
            hidden=(
                Case("a batch of four, with sigmoids", lenet_weights(3.0), normal(4, 1, 28, 28), "sigmoid", seed=41),
                Case("a batch of five, with ReLUs", lenet_weights(0.5), normal(5, 1, 28, 28), "relu", seed=42),
            ),
        ),
        Graded(
            "gradients",
            points=20,
            minutes=40,
            goal="Backwards through the chain, each operator hands on what it got.",
            may_use=OPERATORS,
            hidden=(
                Case("a batch of five", lenet_weights(0.7), normal(5, 1, 28, 28), labels(10, 5), seed=51),
                Case("two pictures, other weights", lenet_weights(1.5), normal(2, 1, 28, 28), labels(10, 2), seed=52),
            ),
        ),
        Graded(
            "momentum_step",
            points=5,
            minutes=5,
            goal="A step with momentum, and nothing written into what was given.",
            hidden=(Case("many weights", normal(3, 4, 2), normal(3, 4, 2), normal(3, 4, 2), 0.3, 0.8, seed=61),),
        ),
        Graded(
            "read_digits",
            points=10,
            minutes=30,
            goal="Train on some digits, read others, moved by two pixels: pixels cannot be compared, strokes can.",
            may_use=OPERATORS,
            hidden=(
                Case(
                    "learn from another 2,000 digits, read others",
                    redrawn_digits("train", 2000, 71),
                    redrawn_labels("train", 2000, 71),
                    redrawn_digits("test", 500, 72, 2),
                    answer=(redrawn_labels("test", 500, 72), 0.7),
                ),
            ),
        ),
        Open(
            points=15,
            minutes=30,
            goal="Report a measurement so that a reader can trust it.",
            rubric=(
                Criterion(
                    4,
                    "The accuracy is stated with the number of digits it was measured on and with its uncertainty "
                    "(for 500 digits at 85 %, about 1.6 % of standard error).",
                ),
                Criterion(
                    4,
                    "At least three seeds; the report gives their mean and spread, not the best of them.",
                ),
                Criterion(
                    4,
                    "Says which choices (epochs, learning rate) were made by looking at which digits, and that the "
                    "final digits were not among them.",
                ),
                Criterion(3, "Shows three mistakes of the network, and one sentence about what they have in common."),
            ),
        ),
    ),
)
