"""Four pictures in a square, and two orders with their difference."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.figures import draw_square, show_orders

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
