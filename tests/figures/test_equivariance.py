"""Four pictures in a square, and two orders with their difference."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.figures import draw_square, show_errors, show_orders, show_prior

RANDOM = np.random.RandomState(0)
X, MOVED_X, Y, MOVED_Y = RANDOM.normal(size=(4, 5, 8))


def test_a_square_shows_the_four_corners_and_names_its_arrows():
    figure = draw_square(X, MOVED_X, Y[:4, :7], MOVED_Y[:4, :7], move="shift", layer="edges")
    drawn = [axis.images[0] for axis in figure.axes]
    for picture, values in zip(drawn, (X, MOVED_X, Y[:4, :7], MOVED_Y[:4, :7]), strict=True):
        np.testing.assert_array_equal(picture.get_array(), values)
    # Both images on one scale, both outputs on another.
    assert drawn[0].get_clim() == drawn[1].get_clim() == (min(X.min(), MOVED_X.min()), max(X.max(), MOVED_X.max()))
    assert drawn[2].get_clim() == drawn[3].get_clim() != drawn[0].get_clim()
    assert [text.get_text() for text in figure.texts] == ["shift", "shift", "edges", "edges"]


def test_two_orders_and_their_difference():
    figure = show_orders(Y, MOVED_Y)
    first, second, difference = (axis.images[0] for axis in figure.axes)
    np.testing.assert_array_equal(first.get_array(), Y)
    np.testing.assert_array_equal(second.get_array(), MOVED_Y)
    np.testing.assert_array_equal(difference.get_array(), np.abs(Y - MOVED_Y))
    assert difference.get_clim() == (0, max(np.abs(Y).max(), np.abs(MOVED_Y).max()))


def test_blank_outputs_can_be_drawn():
    assert show_orders(np.zeros((2, 3)), np.zeros((2, 3))).axes[2].images[0].get_clim() == (0, 1)


def test_other_shapes_are_refused():
    message = "draw_square: moved_x must have shape (H, W), received (1, 5, 8)"
    with pytest.raises(ValueError, match=exactly(message)):
        draw_square(X, MOVED_X[None], Y, MOVED_Y)
    message = "show_orders: layer_last and move_last must have one shape (H, W), received (5, 8) and (5, 7)"
    with pytest.raises(ValueError, match=exactly(message)):
        show_orders(Y, MOVED_Y[:, :7])


def test_errors_stand_beside_each_other_and_zero_on_the_floor():
    figure = show_errors(np.array([2, 4]), {"a": [0.0, 0.5], "b": [1e-16, 1.0], "c": [0.0, 0.0]}, xlabel="shift")
    [axis] = figure.axes
    assert [line.get_label() for line in axis.lines] == ["a", "b", "c"]
    assert [list(line.get_ydata()) for line in axis.lines] == [[1e-17, 0.5], [1e-16, 1.0], [1e-17, 1e-17]]
    np.testing.assert_allclose([line.get_xdata() for line in axis.lines], [[1.86, 3.86], [2, 4], [2.14, 4.14]])
    assert axis.get_yscale() == "log"


def test_a_prior_shows_means_and_spreads_and_leaves_infinity_out_where_there_is_no_zero():
    runs = np.array([[3.0, 2.0, 1.0], [5.0, 2.0, 2.0]])
    figure = show_prior((0, 1e3, np.inf), {"sharing": np.array([1.0, 0.1, 0.0])}, {"20": runs, "all": runs[:1]})
    left, right = figure.axes
    assert list(left.lines[0].get_ydata()[:2]) == [1.0, 0.1]
    assert np.isnan(left.lines[0].get_ydata()[2])
    bars = right.containers[0]
    assert list(bars.lines[0].get_ydata()) == [4, 2, 1.5]
    lower, upper = (line.get_ydata() for line in bars.lines[1])
    np.testing.assert_allclose(upper - lower, 2 * runs.std(axis=0, ddof=1))
    assert list(right.containers[1].lines[0].get_ydata()) == [3, 2, 1]
    assert [label.get_text() for label in right.get_xticklabels()] == ["0", "$10^{3}$", "∞"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: show_errors(np.arange(2), {}, xlabel=""), "show_errors: curves must hold 1 to 7 entries, received 0"),
        (
            lambda: show_errors(np.arange(2), {"a": np.ones(3)}, xlabel=""),
            "show_errors: 'a' must have shape (2,) for its places, received (3,)",
        ),
        (
            lambda: show_prior((0, 1), {"sharing": np.ones(2)}, {"20": np.ones((4, 3))}),
            "show_prior: '20' must have 2 values, one for each precision, received (4, 3)",
        ),
    ],
)
def test_curves_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
