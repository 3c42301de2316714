"""Four pictures in a square."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.figures import draw_square

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


def test_other_shapes_are_refused():
    message = "draw_square: moved_x must have shape (H, W), received (1, 5, 8)"
    with pytest.raises(ValueError, match=exactly(message)):
        draw_square(X, MOVED_X[None], Y, MOVED_Y)
