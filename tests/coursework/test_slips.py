"""Slips that students make are rejected, and three in four are named or shown by a map or by the line that failed."""

from functools import cache
from unittest import mock

import pytest

from cnnlib.coursework import ASSIGNMENTS, ask, check, judge, load
from tests.coursework.slips import defined, right, slips

# Right after all: another way to the same answer, or one that no input can tell from it.
NO_SLIPS = {
    ("conv2d_backward", "as a list"),
    ("pool2d", "minimum of all"),
    ("equivariance_error", "means"),
    ("steady_subsample", "exchanged"),
    ("steady_subsample", "offsets of the image"),
    ("multiply_adds", "32 bits"),
}
# Training takes too long to be tried so often; `wrong_solutions` has those that do not train.
TRAINED = {"read_digits"}


@cache
def helpers(assignment):
    """Define what a slip may call: all the other functions of its notebook, right."""
    made = []
    for task, text in right(assignment):
        made.append(defined(text, task, made))
    return made


@cache
def reports(assignment):
    found = []
    with mock.patch("cnnlib.coursework.shrinking.SECONDS", 0):  # the smallest examples are another test's
        for slip in slips(assignment):
            if slip.task not in TRAINED:
                others = [each for each in helpers(assignment) if each.__name__ != slip.task]
                found.append((slip, check(assignment, slip.function(others))))
    return found


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_solutions_that_slips_are_made_of_are_right(assignment):
    tasks = load(assignment)
    for function in helpers(assignment):
        if function.__name__ not in TRAINED:
            task = tasks[function.__name__]
            for case in task.cases:
                verdict = judge(task, case, ask(function, case, task))
                assert verdict.ok, (task.name, verdict.message)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.filterwarnings("ignore")
def test_every_slip_is_rejected(assignment):
    accepted = {(slip.task, slip.what) for slip, report in reports(assignment) if report.ok}
    assert accepted <= NO_SLIPS


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.filterwarnings("ignore")
def test_most_are_named_or_shown(assignment):
    rejected = [(slip, report) for slip, report in reports(assignment) if not report.ok]
    named = [report for _, report in rejected if report.mistake is not None]
    # An error's own line and its meaning, a broken rule, a form: said by the message. A map: where, and how alike.
    shown = [report for _, report in rejected if report.mistake is None and _is_shown(report)]
    assert len(rejected) >= 60
    assert len(named) >= 0.5 * len(rejected)
    assert len(named) + len(shown) >= 0.85 * len(rejected)


def _is_shown(report):
    first = next(verdict for verdict in report.verdicts if not verdict.ok)
    said = first.property in ("rules", "answers", "number type") or "not written yet" in first.message
    return said or bool(report.failure and (report.failure.remarks or "in line" in report.failure.message))


NAMED = {
    ("convolution", "conv2d", "window at i"): "windows at i, not at S·i",
    ("convolution", "correlate2d", "window at i"): "windows at i, not at S·i",
    ("convolution", "correlate2d", "no stride"): "stride ignored",
    ("convolution", "correlate2d", "= for +="): "the last product only",
    ("convolution", "correlate2d", "stride in the kernel"): "the stride between a kernel's cells",
    ("convolution", "correlate2d", "stride twice"): "stride applied twice",
    ("convolution", "correlate2d", "relu"): "a ReLU behind it",
    ("convolution", "output_size", "padding before twice"): "the same padding at both ends",
    ("pooling", "max_pool_backward", "rows and columns exchanged"): "the window's height and width exchanged",
    ("convolution", "conv2d", "indices wrap"): "indices that wrap",
    ("convolution", "conv2d", "sum over the batch"): "added up over the batch",
    ("convolution", "conv2d", "first picture"): "the first picture only",
    ("convolution", "conv2d", "last channel overwrites"): "the last channel overwrites the others",
    ("convolution", "conv2d", "relu at the end"): "a ReLU behind it",
    ("convolution", "conv2d_backward", "cuts with P:-P"): "the padding cut off with P:-P",
    ("convolution", "conv2d_backward", "= for += in weight"): "the last window's gradient only",
    ("convolution", "convolve2d", "= for +="): "overwritten where copies overlap",
    ("convolution", "correlate2d", "prints"): "printed, not returned",
    ("equivariance", "shift", "the result thrown away"): "not moved at all",
    ("equivariance", "shift", "rows twice"): "rows chosen twice",
    ("equivariance", "shift", "two slices"): "once round at most",
    ("equivariance", "equivariance_error", "as in the chapter"): "divided by the spread, as in the chapter",
    ("equivariance", "equivariance_error", "spectral"): "a matrix's norm, not a length",
    ("equivariance", "equivariance_error", "bracket"): "a bracket that closes too late",
    ("equivariance", "seam", "negative slice"): "all cells for a kernel of one",
    ("equivariance", "seam", "the numbers of the cells"): "the numbers of the cells",
    ("equivariance", "circular_correlate", "return inside"): "the kernel's first row only",
    ("equivariance", "circular_correlate", "matrix product"): "a matrix product",
    ("equivariance", "steady_subsample", "record not kept"): "always the last grid",
    ("equivariance", "steady_subsample", "largest value"): "the loudest cell, not the loudest grid",
    ("equivariance", "lift", "own correlation, zeros"): "zeros at the border",
    ("equivariance", "lift", "on and on"): "turned on and on",
    ("equivariance", "lift", "a list"): "a list, not an array",
    ("equivariance", "turn_sheets", "roll without an axis"): "moved on by a cell, not by a sheet",
    ("alexnet", "layer_shapes", "the one inside"): "the one inside the division",
    ("alexnet", "layer_shapes", "the one inside, convolutions"): "the one inside the division",
    ("alexnet", "layer_shapes", "poolings rounded up"): "poolings rounded up",
    ("alexnet", "layer_shapes", "no stride of zero"): "stride and padding exchanged",
    ("alexnet", "layer_shapes", "square"): "the new height for the width",
    ("alexnet", "parameters", "picture's channels for convolutions"): "every convolution reads the picture's channels",
    ("alexnet", "parameters", "one bias for every layer"): "one bias a layer",
    ("alexnet", "parameters", "the place before the first"): "the first layer reads the last",
    ("alexnet", "multiply_adds", "times groups"): "multiplied by the groups",
    ("alexnet", "multiply_adds", "places added"): "height and width added",
    ("alexnet", "grouped_conv2d", "stacked and reshaped"): "groups and pictures mixed up",
    ("alexnet", "grouped_conv2d", "mod"): "filters dealt out in turn",
    ("alexnet", "local_response_norm", "one bracket"): "k and alpha in one bracket",
    ("pooling", "max_pool_backward", "column order"): "ties in column order",
    ("lenet", "cross_entropy", "softmax then log"): "a probability of zero",
    ("lenet", "gradients", "no relu at a1"): "no ReLU on the way back behind conv1",
    ("lenet", "momentum_step", "velocity returned old"): "the old velocity handed back",
}


@pytest.mark.parametrize(("assignment", "task", "what"), NAMED)
def test_a_beginners_mistake_is_named(assignment, task, what):
    slip = next(each for each in slips(assignment) if (each.task, each.what) == (task, what))
    others = [each for each in helpers(assignment) if each.__name__ != task]
    assert check(assignment, slip.function(others)).mistake.name == NAMED[assignment, task, what]
