"""A session's checks add up, failures lead to the hints, and what is said after a pass is true."""

import pytest

from cnnlib.coursework import ASSIGNMENTS, check, load, progress
from cnnlib.coursework.alexnet.counting import multiply_adds, parameters
from cnnlib.coursework.alexnet.shapes import PUBLISHED
from tests.coursework.slips import slips


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch):
    monkeypatch.setattr("cnnlib.coursework.standing._fared", {})


def output_size(size, kernel, stride, before, after):
    return (size + before + after - kernel) // stride + 1


POINTS = {"correlate2d": 10, "output_size": 10, "open": 15}


def test_points_are_those_of_the_checks_that_passed(capsys):
    progress("convolution", **POINTS)
    check("convolution", output_size)
    capsys.readouterr()
    progress("convolution", **POINTS)
    assert capsys.readouterr().out == (
        "10 of 35 points so far, by the examples of this notebook. Next: correlate2d (10 points).\n"
    )


def test_a_function_that_is_broken_again_loses_its_points(capsys):
    check("convolution", output_size)
    broken = next(slip for slip in slips("convolution") if slip.task == "output_size" and slip.what == "no padding")
    check("convolution", broken.function())
    capsys.readouterr()
    progress("convolution", **POINTS)
    assert capsys.readouterr().out.startswith("0 of 35 points")


def test_hints_are_mentioned_after_two_failures_and_not_for_a_stub():
    wrong = next(slip for slip in slips("convolution") if slip.what == "flips the kernel").function()

    def correlate2d(x, kernel, stride):
        raise NotImplementedError

    for _ in range(3):
        assert "hints" not in repr(check("convolution", correlate2d))
    assert "hints" not in repr(check("convolution", wrong))
    assert "open the first" in repr(check("convolution", wrong))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_task_says_why_it_is_right(assignment):
    for task in load(assignment).values():
        assert task.because.endswith((".", "?"))


def test_why_it_is_right_is_told_after_a_pass_only():
    assert "`//` drops the step" in repr(check("convolution", output_size))
    wrong = next(slip for slip in slips("convolution") if slip.task == "output_size").function()
    assert "`//` drops the step" not in repr(check("convolution", wrong))


def test_what_is_said_of_alexnet_is_so():
    learned, work = (count(PUBLISHED, (3, 227, 227)) for count in (parameters, multiply_adds))
    assert [round(number / 1e6, 1) for number in (learned.sum(), learned[-3:].sum(), learned[-3])] == [61.0, 58.6, 37.8]
    assert 0.03 < learned[:-3].sum() / learned.sum() < 0.05
    assert 0.9 < work[:-3].sum() / work.sum() < 0.93
