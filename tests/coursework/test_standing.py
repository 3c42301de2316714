"""A session's checks add up, hints open after failures and fit them, and what is said after a pass is true."""

import pytest

from cnnlib.coursework import ASSIGNMENTS, PROPERTIES, begin, check, load, progress
from cnnlib.coursework.alexnet.counting import multiply_adds, parameters
from cnnlib.coursework.alexnet.shapes import PUBLISHED
from tests.coursework.slips import defined, right, slips


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch):
    monkeypatch.setattr("cnnlib.coursework.standing._fared", {})
    monkeypatch.setattr("cnnlib.coursework.standing._worth", {})


def output_size(size, kernel, stride, before, after):
    return (size + before + after - kernel) // stride + 1


def slip(task, what):
    return next(each for each in slips("convolution") if (each.task, each.what) == (task, what)).function()


POINTS = {"correlate2d": 10, "output_size": 10, "open": 15}


def test_every_check_says_the_points_so_far_and_what_is_next(capsys):
    assert "points" not in repr(check("convolution", output_size))  # nobody has said what it is worth
    begin("convolution", **POINTS)
    report = check("convolution", output_size)
    for text in (repr(report), report._repr_html_()):
        assert "10 of 35 points. Next: correlate2d (10 points)." in text
    assert "10 of 35 points." in repr(check("convolution", slip("correlate2d", "mean")))
    check("convolution", defined(dict(right("convolution"))["correlate2d"], "correlate2d"))
    capsys.readouterr()
    progress("convolution")
    assert capsys.readouterr().out == (
        "  ✓ correlate2d  10\n  ✓ output_size  10\n    open         15  a person reads it\n"
        "20 of 35 points. All functions are right. Next: the open question (15 points), which a person reads.\n"
    )


def test_a_function_that_is_broken_again_loses_its_points(capsys):
    begin("convolution", **POINTS)
    check("convolution", output_size)
    check("convolution", slip("output_size", "no padding"))
    capsys.readouterr()
    progress("convolution")
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  ✗ output_size  10",
        "    open         15  a person reads it",
        "0 of 35 points. Next: correlate2d (10 points).",
    ]


def test_an_assignment_that_has_not_begun_has_no_points():
    with pytest.raises(ValueError, match="progress: assignment must be one that has begun, received 'pooling'"):
        progress("pooling")


def test_a_hint_opens_after_two_failures_and_not_for_a_stub(capsys):
    def correlate2d(x, kernel, stride):
        raise NotImplementedError

    begin("convolution", **POINTS)
    for _ in range(3):
        assert check("convolution", correlate2d).hint is None
    progress("convolution")
    assert "  – correlate2d  10\n" in capsys.readouterr().out
    assert check("convolution", slip("correlate2d", "mean")).hint is None
    report = check("convolution", slip("correlate2d", "mean"))
    assert report.hint.says in repr(report)
    assert f"<details open><summary>Hint: {report.hint.title}</summary>" in report._repr_html_()


@pytest.mark.parametrize(
    ("what", "titles"),
    [
        ("one row short only", ["how many places are there?", "the loop", "a slice"]),
        ("mean", ["a slice", "the loop", "how many places are there?"]),
        ("transposes the kernel", ["a slice", "the loop", "how many places are there?"]),
    ],
)
def test_the_hint_fits_the_failure_and_another_comes_each_time(what, titles):
    opened = [check("convolution", slip("correlate2d", what)).hint for _ in range(5)]
    assert opened[0] is None
    assert [hint.title for hint in opened[1:]] == [*titles, titles[0]]


def test_a_hint_may_be_for_one_part():
    wrong = slip("conv2d_backward", "cuts with P:-P")
    opened = [check("convolution", wrong).hint for _ in range(2)]
    assert opened[1].title == "the padding"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_hint_fits_something_that_can_fail(assignment):
    for task in load(assignment).values():
        assert len({hint.title for hint in task.hints}) == len(task.hints) >= 1
        for hint in task.hints:
            assert set(hint.fits) <= {*range(1, len(task.cases) + 1), *PROPERTIES, *task.returns}, hint
            assert hint.says.endswith((".", "?", "`."))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_task_says_why_it_is_right(assignment):
    for task in load(assignment).values():
        assert task.because.endswith((".", "?"))


def test_why_it_is_right_is_told_after_a_pass_only():
    assert "`//` drops the step" in repr(check("convolution", output_size))
    assert "`//` drops the step" not in repr(check("convolution", slip("output_size", "no padding")))


def test_what_is_said_of_alexnet_is_so():
    learned, work = (count(PUBLISHED, (3, 227, 227)) for count in (parameters, multiply_adds))
    assert [round(number / 1e6, 1) for number in (learned.sum(), learned[-3:].sum(), learned[-3])] == [61.0, 58.6, 37.8]
    assert 0.03 < learned[:-3].sum() / learned.sum() < 0.05
    assert 0.9 < work[:-3].sum() / work.sum() < 0.93
