"""Equivariance: points, minutes, hidden cases and the rubric."""

from cnnlib.coursework import Case, array, function, normal
from teaching.assignment import Assignment, Criterion, Graded, Open

ASSIGNMENT = Assignment(
    name="equivariance",
    title="Equivariance: measure it, break it, repair it",
    goals=(
        "state equivariance as an equation, and measure how far a layer is from it",
        "say which outputs zero padding damages, before looking",
        "repair a convolution's border and a subsampling, and build turns in",
        "tell equivariance from invariance",
    ),
    tasks=(
        Graded(
            "shift",
            points=10,
            minutes=10,
            goal="On a ring, shifts are a group: each can be undone.",
            hidden=(
                Case("back and further than the picture is high", normal(4, 3), -9, 2, seed=11),
                Case("a shift by nothing", normal(2, 6), 0, 0, seed=12),
                Case("down and to the left", normal(5, 4), 2, -1, seed=13),
            ),
        ),
        Graded(
            "equivariance_error",
            points=15,
            minutes=15,
            goal="Equivariance is a number that one can measure.",
            hidden=(
                Case(
                    "a layer that moves along, in another way than its input",
                    function("lambda x: x.sum(axis=0)"),
                    normal(4, 9),
                    function("lambda x: np.roll(x, (1, 3), axis=(0, 1))"),
                    function("lambda y: np.roll(y, 3)"),
                    seed=21,
                ),
                Case(
                    "a small input and a large output",
                    function("lambda x: 1e3 * x**2 * np.arange(1, x.size + 1).reshape(x.shape)"),
                    normal(3, 5),
                    function("lambda x: np.roll(x, 1, axis=0)"),
                    function("lambda y: np.roll(y, 1, axis=0)"),
                    seed=22,
                ),
                Case(
                    "an output three times as long as before",
                    function("lambda x: x - 1"),
                    normal(3, 6),
                    function("lambda x: 3 * x"),
                    function("lambda y: 3 * y"),
                    seed=24,
                ),
                Case(
                    "invariance is asked for",
                    function("lambda x: x.max(axis=1)"),
                    normal(6, 4),
                    function("lambda x: x[:, ::-1] + 0.5"),
                    function("lambda y: y"),
                    seed=23,
                ),
            ),
        ),
        Graded(
            "seam",
            points=15,
            minutes=20,
            goal="Zero padding damages two lines: the border, and the old border where the shift has carried it.",
            hidden=(
                Case("a wide kernel, moved by two", 15, 7, 2),
                Case("moved by more than the row is long", 10, 3, 13),
                Case("a large step to the left", 14, 5, -6),
                Case("twice round, which is no move", 7, 3, -14),
                Case("a kernel of one cell, moved by one", 5, 1, 1),
            ),
        ),
        Graded(
            "circular_correlate",
            points=15,
            minutes=15,
            goal="Closed into a ring, a convolution is equivariant to every shift.",
            hidden=(
                Case("a kernel as wide as the picture", normal(4, 5), normal(3, 5), seed=41),
                Case("a kernel of one row", normal(6, 7), normal(1, 3), seed=42),
                Case("a kernel of one cell", normal(3, 2), normal(1, 1), seed=43),
            ),
        ),
        Graded(
            "steady_subsample",
            points=15,
            minutes=20,
            goal="A stride that chooses its grid by what it sees moves with the picture.",
            hidden=(
                Case("two sevens against a single nine", array([[0, 7, 0, 7], [9, 0, 0, 0]]), 2),
                Case("one eight and two ones against three fours", array([[4, 8, 4, 1, 4, 1], [0, 0, 0, 0, 0, 0]]), 2),
                Case("every fourth", normal(8, 12), 4, seed=51),
                Case("no stride keeps everything", normal(3, 5), 1, seed=52),
                Case("the loudest grid is the last", array([[0, 1, 0, 1], [1, -7, 0, 8]]), 2),
            ),
        ),
        Graded(
            "lift",
            points=10,
            minutes=10,
            goal="Four turned copies of a kernel ask one question in four directions.",
            hidden=(
                Case("a kernel without any symmetry", normal(4, 6), normal(3, 3), seed=61),
                Case("a kernel of five", normal(7, 5), normal(5, 5), seed=62),
            ),
        ),
        Graded(
            "turn_sheets",
            points=5,
            minutes=10,
            goal="A turn acts on the sheets and on what is drawn on them.",
            hidden=(Case("wide sheets", normal(4, 2, 6), seed=71), Case("high sheets", normal(4, 5, 3), seed=72)),
        ),
        Open(
            points=15,
            minutes=30,
            goal="Tell a property from a test that happens to pass.",
            rubric=(
                Criterion(
                    4,
                    "A claim that can fail: which layer, which moves, which number, which bound, and the bound is "
                    "written down before the measurement.",
                ),
                Criterion(
                    5,
                    "Measured with the student's own functions on more than one picture and more than one move, among"
                    " them odd shifts where there is a stride, and with a kernel that is not symmetric.",
                ),
                Criterion(
                    4,
                    "Shows a test that passes although the layer is not equivariant (even shifts only; a round "
                    "kernel; a blank border), and says why it passes.",
                ),
                Criterion(2, "Says what the measurement does not show, in one sentence."),
            ),
        ),
    ),
)
