"""A check shows what went wrong: the smallest example, its parts, the student's own line, and what breaks a rule."""

import dataclasses

import numpy as np
import pytest

from cnnlib.coursework import CheckError, ask, check, judge, load
from cnnlib.coursework.calling import answer_to
from cnnlib.coursework.errors import meaning
from tests.coursework.slips import defined, slips

CONV, BACKWARD = (load("convolution")[name] for name in ("conv2d", "conv2d_backward"))


def slip(assignment, task, what):
    return next(each for each in slips(assignment) if (each.task, each.what) == (task, what))


def told(capsys, assignment, function):
    """Return the report, and all that a student sees of it outside of a notebook."""
    report = check(assignment, function)
    return report, capsys.readouterr().out + repr(report)


def test_the_first_failing_case_is_shown_as_small_as_it_fails(capsys):
    report, text = told(capsys, "convolution", slip("convolution", "conv2d", "indices wrap").function())
    x, weight, _, stride, padding = report.failure.arguments
    assert (x.size, weight.size, stride, padding) == (1, 1, 1, 1)
    assert "Case 3, made smaller as long as it still fails:" in text
    assert [line.split("    ")[-1].strip() for line in text.splitlines() if line.endswith(" ·")] == [
        "✗ ✗ ·",
        "✗ · ·",
        "· · ·",
    ]
    assert "In case 3: wrong in the first row and in the first column." in text


def test_a_small_example_fails_in_the_same_way():
    function = slip("convolution", "conv2d", "pads all axes").function()
    report = check("convolution", function)
    assert "ValueError" in report.failure.message
    with pytest.raises(ValueError, match="broadcast"):
        function(*report.failure.arguments)


def test_a_small_example_keeps_the_error_but_for_its_numbers():
    text = """
def grouped_conv2d(x, weight, bias, groups):
    parts = zip(np.split(x, groups), np.split(weight, groups), np.split(bias, groups))
    return np.concatenate([vectorized.conv2d(*each) for each in parts], axis=1)
"""
    report = check("alexnet", defined(text, "grouped_conv2d"))
    assert "weight must have" in report.verdicts[1].message
    assert "weight must have" in report.failure.message  # one picture less, and `np.split` would fail before that


def test_a_small_example_has_a_right_answer_of_finite_numbers():
    report = check("equivariance", slip("equivariance", "equivariance_error", "by the input").function())
    assert report.failure.made_smaller
    assert np.isfinite(report.failure.expected)


def test_a_small_example_has_few_filters():
    text = """
def grouped_conv2d(x, weight, bias, groups):
    parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), np.split(bias, groups))
    return np.concatenate([vectorized.conv2d(*each) for each in parts], axis=1) + (groups == 3)
"""
    _, weight, bias, groups = check("alexnet", defined(text, "grouped_conv2d")).failure.arguments
    assert (len(weight), len(bias), groups) == (3, 3, 3)  # nine filters, and whole groups of them


def test_the_arguments_of_a_case_can_be_had():
    report = check("convolution", CONV.reference)
    for mine, theirs in zip(report.case(3), CONV.cases[2].arguments(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for number in (0, 6, "3"):
        with pytest.raises(ValueError, match=r"case: number must be from 1 to 5, received"):
            report.case(number)


def test_every_part_is_judged(capsys):
    def conv2d_backward(grad_y, x, weight, stride, padding):
        grad_x, grad_weight, _ = BACKWARD.reference(grad_y, x, weight, stride, padding)
        return grad_x, 2 * grad_weight, None

    verdict = judge(BACKWARD, BACKWARD.cases[0], ask(conv2d_backward, BACKWARD.cases[0]))
    assert verdict.parts == {"grad_x": "right", "grad_weight": "wrong", "grad_bias": "missing"}
    assert verdict.message.startswith("grad_weight 4 of 4 values differ")
    with pytest.raises(CheckError):
        check("convolution", conv2d_backward).must_be_right()
    assert "grad_x ✓ grad_weight ✗ grad_bias –" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("bias not done", "grad_bias is None: it is still to be written"),
        ("two results", "returned a tuple of 2 values; asked for are 3 arrays, grad_x, grad_weight, grad_bias"),
        ("a dict", "returned a dict of 3 values; asked for are 3 arrays"),
    ],
)
def test_another_form_is_said_plainly(what, message):
    function = slip("convolution", "conv2d_backward", what).function()
    assert message in judge(BACKWARD, BACKWARD.cases[0], ask(function, BACKWARD.cases[0])).message


@pytest.mark.parametrize(
    ("what", "first"),
    [
        ("no relu at a4", "dense2.weight"),
        ("no relu at a1", "conv1.weight"),
        ("misspelt", "lacks 'dense3.bias' and has 'dense3.biases', which is not asked for"),
        ("conv1 not yet", "conv1.weight is None"),
    ],
)
def test_gradients_are_judged_from_the_loss_backwards(what, first):
    task = load("lenet")["gradients"]
    verdict = judge(task, task.cases[0], ask(slip("lenet", "gradients", what).function(), task.cases[0]))
    assert first in verdict.message


def test_a_missing_relu_is_named_where_it_is_missing():
    report = check("lenet", slip("lenet", "gradients", "no relu at a3").function())
    assert report.mistake.name == "no ReLU on the way back behind dense1"


def test_an_error_shows_the_students_line_and_what_it_means(capsys):
    _, text = told(capsys, "convolution", slip("convolution", "correlate2d", "transposes the kernel").function())
    assert "in line 11: y[i, j] = np.sum(window * kernel.T)" in text
    assert "are rows and columns exchanged?" in text


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("raised IndexError: index 4 is out of bounds for axis 1 with size 4", "4 places, 0 to 3, and number 4"),
        (
            "raised ValueError: operands could not be broadcast together with shapes (2,2) (2,3) ",
            "cut off without a word",
        ),
        (
            "raised ValueError: operands could not be broadcast together with shapes (3,4,3,2) (2,3,2) ",
            "pads every axis",
        ),
        (
            "raised ValueError: operands could not be broadcast together with shapes (7,3) (7,) ",
            "so that 3 meets 7",
        ),
        (
            "raised ValueError: could not broadcast input array from shape (1,2,1) into shape (1,1,1)",
            "one before these does not",
        ),
        (
            "raised ValueError: operands could not be broadcast together with shapes (1,1,2,3) (1,3,2) ",
            "are rows and columns exchanged?",
        ),
        (
            "raised ValueError: operands could not be broadcast together with shapes (3,2,1,1) (2,3,1,1) (3,2,1,1) ",
            "are two axes exchanged?",
        ),
        (
            "raised ValueError: could not broadcast input array from shape (2,1,1,1) into shape (2,1)",
            "more axes than its place",
        ),
        ("raised ValueError: could not broadcast input array from shape (2,1) into shape (2,)", "along too few axes"),
        ("raised IndexError: index 0 is out of bounds for axis 0 with size 0", "no place at all"),
        (
            "raised ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            "(n?,k),(k,m?)->(n?,m?) (size 120 is different from 400)",
            "here 400 meets 120",
        ),
        (
            "raised IndexError: shape mismatch: indexing arrays could not be broadcast together with shapes (3,) (2,) ",
            "taken in pairs",
        ),
        (
            "raised ValueError: setting an array element with a sequence. The array has an inhomogeneous shape",
            "Print the shape of each",
        ),
        ("raised ValueError: setting an array element with a sequence.", "One cell is given several numbers"),
        ("raised TypeError: only 0-dimensional arrays can be converted to Python scalars", "take one number"),
        ("raised TypeError: only length-1 arrays can be converted to Python scalars", "take one number"),
        ("raised TypeError: only integer scalar arrays can be converted to a scalar index", "one whole number is due"),
        ("raised IndexError: only integers, slices (`:`), ellipsis (`...`) and", "`//` gives a whole number"),
        ("raised ValueError: The truth value of an array with more than one element", "take a `key`"),
        ("raised ValueError: array split does not result in an equal division", "equal parts only"),
        ("raised IndexError: list index out of range", "ends before this index"),
        ("raised TypeError: 'float' object cannot be interpreted as an integer", "`//` gives a whole number"),
        ("raised NameError: name 'windw' is not defined", "nothing called `windw`"),
        ("raised KeyError: 'dense1.weights'", "no `dense1.weights`"),
        ("raised OSError: gone", ""),
    ],
)
def test_common_errors_are_put_into_plain_words(failure, words):
    assert words in meaning(failure)
    assert bool(meaning(failure)) == bool(words)


def test_a_stub_that_another_function_calls_is_named():
    def correlate2d(x, kernel, stride):
        raise NotImplementedError

    function = slip("convolution", "conv2d", "calls what is not written").function([correlate2d])
    assert ask(function, CONV.cases[0]).failure == "calls correlate2d, which is not written yet"
    assert ask(correlate2d, load("convolution")["correlate2d"].cases[0]).failure == "not written yet"


def test_an_endless_loop_is_stopped_and_the_limit_told():
    def correlate2d(x, kernel, stride):
        while True:
            try:
                x = x + 1
            except Exception:
                continue

    task = dataclasses.replace(load("convolution")["correlate2d"], seconds=0.2)
    assert "was stopped after 0.2 s, its limit" in ask(correlate2d, task.cases[0], task).failure
    spent = dataclasses.replace(task, seconds=60.0)  # all cases share one limit
    assert "was stopped after 60 s, its limit" in ask(correlate2d, task.cases[0], spent, spent=59.9).failure


def test_the_limit_of_time_never_strikes_elsewhere():
    # At any moment of a call, and long after it, nothing but an answer comes out.
    for seconds in [0.0, *np.linspace(0, 0.002, 300)]:
        answer = answer_to(lambda: sum(range(2000)), [], seconds)
        assert answer.value == 1999000 or "was stopped" in answer.failure


def test_nothing_that_a_function_does_ends_the_check(capsys):
    for body in (
        "raise SystemExit",
        "yield 1",
        "return open",
        "return np.array([[1, 2], [3]], dtype=object)",
        "return 1j",
    ):
        function = defined(f"def correlate2d(x, kernel, stride):\n    {body}\n", "correlate2d")
        _, text = told(capsys, "convolution", function)
        assert "0 of 5 cases are right so far" in text
        assert "pickle" not in text


def test_a_printed_result_is_no_returned_one(capsys):
    report, text = told(capsys, "convolution", slip("convolution", "correlate2d", "prints").function())
    assert report.mistake.name == "printed, not returned"
    assert "[[-49. -58.]]" in text


def test_what_is_kept_from_call_to_call_is_found():
    calls = []

    def output_size(size, kernel, stride, before, after):
        calls.append(size)
        return (size + before + after - kernel) // stride + len(calls) % 2

    report = check("convolution", output_size)
    assert not report.ok
    assert report.mistake.name == "another answer at every call"


@pytest.mark.parametrize(
    ("assignment", "text", "words"),
    [
        (
            "convolution",
            "def correlate2d(x, k, stride):\n    import scipy.signal as s\n    return s.correlate2d(x, k, 'valid')\n",
            "uses scipy",
        ),
        (
            "convolution",
            "def correlate2d(x, k, stride):\n    return vectorized.correlate(x, k, mode='valid')\n",
            "uses cnnlib.vectorized",
        ),
        (
            "lenet",
            "def cross_entropy(z, y):\n    return vectorized.cross_entropy(z, y)\n",
            "calls `cross_entropy`, which does the task",
        ),
        (
            "alexnet",
            "def grouped_conv2d(x, w, b, groups):\n    return vectorized.conv2d(x, w, b, groups=groups)\n",
            "calls `conv2d` with `groups`",
        ),
    ],
)
def test_a_broken_rule_is_told_before_the_grade(capsys, assignment, text, words):
    function = defined(text, text[4 : text.index("(")])
    report, seen = told(capsys, assignment, function)
    assert not report.ok
    assert words in seen


def test_a_helper_is_looked_into_and_a_name_of_the_books_own_is_no_offence(capsys):
    text = """
def helper(x, kernel):
    from scipy.signal import correlate2d as library
    return library(x, kernel, "valid")

def correlate2d(x, kernel, stride):
    return helper(x, kernel)
"""
    assert "uses scipy" in told(capsys, "convolution", defined(text, "correlate2d"))[1]
    own = "def cross_entropy(z, y):\n    return 0.0 if len(y) else cross_entropy(z, y)\n"
    assert "does the task" not in told(capsys, "lenet", defined(own, "cross_entropy"))[1]


def test_nearest_neighbours_are_told_so_however_many_they_read():
    task = load("lenet")["read_digits"]
    verdict = judge(
        task, task.cases[0], ask(slip("lenet", "read_digits", "nearest neighbour, moved").function(), task.cases[0])
    )
    assert verdict.share > 0.8
    assert (verdict.ok, verdict.property) == (False, "rules")


def test_of_two_mistakes_the_first_is_named_where_it_stands_alone(capsys):
    text = """
def conv2d(x, weight, bias, stride, padding):
    padded = np.pad(x, padding)
    sizes = [(n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[2:], weight.shape[2:])]
    y = np.zeros((len(x), len(weight), *sizes))
    for n, o, c, i, j in np.ndindex(len(x), *weight.shape[:2], *y.shape[2:]):
        window = padded[n, c, i * stride:i * stride + weight.shape[2], j * stride:j * stride + weight.shape[3]]
        y[n, o, i, j] = np.sum(window * weight[o, c]) + bias[o]
    return y
"""
    report, seen = told(capsys, "convolution", defined(text, "conv2d"))
    assert (report.mistake.name, report.only_in) == ("the last channel overwrites the others", 2)
    assert "Case 2 looks like this; later cases do not, so that it may be another mistake: the last channel" in seen
    alone = check("convolution", slip("convolution", "conv2d", "last channel overwrites").function())
    assert alone.only_in is None


def test_few_numbers_name_no_mistake_of_the_first_case():
    def output_size(size, kernel, stride, before, after):
        return size + before + after - kernel + 1 if stride == 1 else 7

    assert check("convolution", output_size).mistake is None


def test_what_must_be_right_raises_in_one_line():
    with pytest.raises(CheckError, match=r"^correlate2d: 0 of 5 cases are right so far$"):
        check("convolution", slip("convolution", "correlate2d", "mean").function()).must_be_right()


def test_a_notebook_draws_the_example_with_its_wrong_cells():
    drawn = check("convolution", slip("convolution", "conv2d", "window at i").function())._repr_html_()
    assert drawn.count("<table") == 3
    assert drawn.count(" ✗</td>") == 1
    assert "asked for" in drawn
    assert "windows at i, not at S·i" in drawn


def test_what_a_student_wrote_is_escaped():
    text = "def output_size(size, kernel, stride, before, after):\n    raise ValueError('<script>')\n"
    assert "<script>" not in check("convolution", defined(text, "output_size"))._repr_html_()
