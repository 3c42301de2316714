"""LeNet-5's own figures hold what they were given."""

import numpy as np
import pytest

from cnnlib.figures import show_painted, show_table
from cnnlib.figures.style import ACCENT, INPUT


def test_the_table_has_a_square_for_each_connection():
    figure = show_table(((0, 2), (1,), (0, 1, 2), (2,)), 3)
    [axis] = figure.axes
    [squares] = axis.collections
    placed = {tuple(map(int, place)) for place in squares.get_offsets()}
    assert placed == {(0, 0), (0, 2), (1, 1), (2, 0), (2, 1), (2, 2), (3, 2)}
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # map 0 on top


def test_a_map_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"show_table: table must name maps from 0 to 2, received \(0, 3\)"):
        show_table(((0, 3),), 3)


def test_an_answer_shows_its_pictures_and_distances():
    rng = np.random.RandomState(0)
    image, painted, bitmap, distances = rng.rand(5, 6), rng.rand(12, 7), rng.rand(12, 7), np.arange(10.0)
    figure = show_painted(image, painted, bitmap, distances, label=3)
    shown = [axis.images[0].get_array() for axis in figure.axes[:3]]
    for ours, given in zip(shown, (image, painted, bitmap), strict=True):
        np.testing.assert_array_equal(ours, given)
    bars = figure.axes[3].patches
    assert [bar.get_height() for bar in bars] == list(distances)
    import matplotlib.colors as colors

    assert [colors.to_hex(bar.get_facecolor()).upper() for bar in bars] == [
        ACCENT if k == 3 else INPUT for k in range(10)
    ]
