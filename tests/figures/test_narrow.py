"""A figure for a narrow screen has the same panels, below each other where there is no room, and the same words."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from cnnlib.figures import INPUT, draw_network, show_arrays, show_feature_maps, show_images, show_matrices, style
from cnnlib.figures.narrow import WIDTH, columns_for, narrowed, smallest
from cnnlib.shapes import Conv, Dense, Flatten, trace


def places(figure):
    """Return (row, column) of every panel."""
    specs = [axis.get_subplotspec() for axis in figure.axes]
    return [(spec.rowspan.start, spec.colspan.start) for spec in specs]


def row_of(count, title="", **options):
    with style():
        figure, axes = plt.subplots(1, count, figsize=(7, 2), squeeze=False, layout="constrained", **options)
        for axis in axes.flat:
            axis.plot([0, 1], [1, 0])
            axis.set_title(title)
    return figure


@pytest.mark.parametrize(
    ("count", "title", "expected"),
    [
        (3, "", [(0, 0), (0, 1), (0, 2)]),
        (4, "", [(0, 0), (0, 1), (0, 2), (1, 0)]),
        (2, "a title that is longer than half of the screen", [(0, 0), (1, 0)]),
    ],
)
def test_a_row_of_panels_becomes_as_many_as_have_room(count, title, expected):
    figure = row_of(count, title)
    before = places(figure), figure.get_size_inches().tolist()
    with narrowed(figure) as scale:
        assert places(figure) == expected
        assert figure.get_figwidth() * scale == pytest.approx(WIDTH)
        assert smallest(figure) * scale >= 7.4
    assert (places(figure), figure.get_size_inches().tolist()) == before


def test_panels_that_shared_an_axis_each_say_its_numbers():
    figure = row_of(2, "a title that is longer than half of the screen", sharey=True)
    right = figure.axes[1].yaxis
    assert not right.get_tick_params()["labelleft"]
    with narrowed(figure):
        assert right.get_tick_params()["labelleft"]
    assert not right.get_tick_params()["labelleft"]


def test_several_rows_stay_as_they_are():
    with style():
        figure, _ = plt.subplots(2, 5, figsize=(7, 3))
    before = places(figure)
    with narrowed(figure):
        assert places(figure) == before


@pytest.mark.parametrize(
    ("titles", "columns", "expected"),
    [
        ([""] * 10, 10, 10),
        (["ten words"] * 10, 10, 5),
        (["three", "four"], 5, 5),
        (["rather long titles"] * 5, 5, 3),
    ],
)
def test_as_many_columns_as_have_room_for_their_titles(titles, columns, expected):
    assert columns_for(titles, columns, fontsize=10) == expected


@pytest.mark.parametrize(
    "draw",
    [
        lambda: show_feature_maps(np.eye(5), {"a": np.ones((9, 2, 3))}, np.ones(3) / 3),
        lambda: draw_network(trace([Conv(6, 5), Flatten(), Dense(2)], (1, 28, 28))),
        lambda: show_arrays({name: (np.arange(12.0).reshape(3, 4), INPUT) for name in "abc"}),
    ],
)
def test_another_arrangement_says_the_same(draw):
    figure = draw()
    narrow = figure.narrow()
    assert narrow.get_figwidth() <= WIDTH + 0.01
    said, said_there = ([text.get_text() for text in each.findobj(plt.Text)] for each in (figure, narrow))
    assert sorted(filter(None, said)) == sorted(filter(None, said_there))
    assert sum(len(axis.images) for axis in figure.axes) == sum(len(axis.images) for axis in narrow.axes)


def test_functions_say_how_many_columns_their_panels_have():
    assert show_images(np.zeros((10, 3, 4)), ["a rather long title"] * 10).narrow_columns < 10
    assert show_matrices({"a": np.eye(2)}).narrow_columns is None
