"""The cells that a unit depends on, layer by layer."""

import pytest
from matplotlib.patches import Polygon, Rectangle
from messages import exactly

from cnnlib import figures

LENET = {"convolution": (5, 1), "pooling": (2, 2), "second convolution": (5, 1), "second pooling": (2, 2)}


def rows(axis):
    """Return the left edges of the cells by the height of their row, from the input upwards."""
    found = {}
    for patch in axis.patches:
        if isinstance(patch, Rectangle):
            found.setdefault(patch.get_y(), []).append(patch.get_x())
    return [sorted(found[height]) for height in sorted(found)]


def test_every_layer_has_the_cells_that_the_unit_depends_on():
    axis = figures.draw_field(LENET).axes[0]
    assert [len(row) for row in rows(axis)] == [16, 12, 6, 2, 1]
    # Behind the first pooling neighbours lie two pixels apart, and behind none less.
    assert [row[1] - row[0] for row in rows(axis)[:4]] == [1, 1, 2, 2]
    written = {text.get_text() for text in axis.texts}
    assert written == {"input", *LENET, "16 cells", "12 cells", "6 cells", "2 cells", "1 unit"}


def test_a_cone_spans_its_window():
    axis = figures.draw_field({"first": (3, 2), "second": (2, 1)}).axes[0]
    below = [sorted({x for x, _ in patch.get_xy()}) for patch in axis.patches if isinstance(patch, Polygon)]
    # Two units of the first layer see cells 0 to 2 and 2 to 4; the unit above sees both of them.
    assert [(cone[0], cone[-1]) for cone in below] == [(0, 3), (2, 5), (1, 4)]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ({}, "draw_field: layers must hold at least one entry, received none"),
        ({"a": (0, 1)}, "draw_field: layers['a'] must be at least (1, 1), received (0, 1)"),
    ],
)
def test_bad_calls(layers, message):
    with pytest.raises(ValueError, match=exactly(message)):
        figures.draw_field(layers)
