"""Bells, ellipses and a prior's strength."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.figures import show_beliefs, show_readers, show_strengths, show_two_weights


def test_the_posterior_is_the_product():
    [left, right] = show_beliefs({"weak": ((1.8, 5), (0, 4)), "strong": ((1.8, 5), (0, 45))}).axes
    for axis, probable in ((left, 1.0), (right, 0.18)):
        prior, likelihood, posterior, mark = (line.get_xydata() for line in axis.lines)
        product = prior[:, 1] * likelihood[:, 1]
        np.testing.assert_allclose(posterior[:, 1], product / product.max(), atol=1e-3)
        assert posterior[posterior[:, 1].argmax(), 0] == pytest.approx(probable, abs=0.006)
        assert mark[0, 0] == pytest.approx(probable)
    assert left.get_title() == "weak"


def test_two_weights_have_their_ellipses_and_an_infinite_prior_its_line():
    finite = show_two_weights((1.8, 0.6), (5, 1), (1, -1), 1.0, (1.69, 1.15)).axes[0]
    none = show_two_weights((1.8, 0.6), (5, 1), (1, -1), 0.0, (1.8, 0.6)).axes[0]
    infinite = show_two_weights((1.8, 0.6), (5, 1), (1, -1), np.inf, (1.6, 1.6)).axes[0]
    assert [len(axis.collections) for axis in (none, finite, infinite)] == [2, 3, 1]
    # The likelihood is one standard deviation wide where its first contour ends: 1 / √5 and 1.
    inner = finite.collections[-1].get_paths()[0].vertices
    np.testing.assert_allclose(np.ptp(inner, axis=0) / 2, [5**-0.5, 1], atol=0.01)
    posterior = infinite.lines[1].get_xydata()
    np.testing.assert_allclose(posterior.mean(axis=0), [1.6, 1.6])
    np.testing.assert_allclose(posterior[:, 0], posterior[:, 1])
    # Along the diagonal the precision is (5 + 1) / 2; two standard deviations each way.
    assert np.linalg.norm(np.ptp(posterior, axis=0)) == pytest.approx(4 * 3**-0.5)


def test_strengths_show_means_and_spreads():
    runs = np.array([[3.0, 2.0, 1.0], [5.0, 2.0, 2.0]])
    [axis, other] = show_strengths({
        "left": {"20": ((0, 1e3, np.inf), runs), "all": ((0, 1e3, np.inf), runs[:1])},
        "right": {"20": ((0, 1e3), runs[:, :2])},
    }).axes  # fmt: skip
    bars = axis.containers[0]
    assert list(bars.lines[0].get_ydata()) == [4, 2, 1.5]
    lower, upper = (line.get_ydata() for line in bars.lines[1])
    np.testing.assert_allclose(upper - lower, 2 * runs.std(axis=0, ddof=1))
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0", "", "∞"]
    assert len(other.containers) == 1


def test_every_second_strength_is_named_and_the_last():
    precisions = (0, 10, 30, 1e3, 1e6, np.inf)
    [axis] = show_strengths({"": {"all": (precisions, np.ones((1, 6)))}}).axes
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0", "", "30", "", "", "∞"]


def test_readers_have_a_dot_each_where_they_were_measured():
    names = {"dense": "dense 10", "conv": "conv 3"}
    runs = {"dense": np.array([1.0, 3.0]), "conv": np.array([4.0, 4.0])}
    left, right = show_readers({"a": runs, "b": {"conv": runs["conv"]}}, names).axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["dense 10", "conv 3"]
    assert [label.get_text() for label in right.get_yticklabels()] == ["conv 3"]
    dots = [container.lines[0].get_xydata()[0].tolist() for container in left.containers]
    assert dots == [[2.0, 0.0], [4.0, 1.0]]
    assert left.containers[0].lines[0].get_color() != left.containers[1].lines[0].get_color()


def test_a_curve_that_does_not_fit_is_refused():
    message = "show_strengths: '20' must have 2 values, one for each precision, received (4, 3)"
    with pytest.raises(ValueError, match=exactly(message)):
        show_strengths({"": {"20": ((0, 1), np.ones((4, 3)))}})
