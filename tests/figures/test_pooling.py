"""Stages, maps, regions and curves: every value in its place, on its scale, under its name."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle
from messages import exactly

from cnnlib.figures import (
    ACCENT,
    draw_stages,
    show_coarser,
    show_curves,
    show_maps,
    show_regions,
    show_shifted_row,
    show_winners,
)
from cnnlib.figures.style import LAYER_TINTS

RANDOM = np.random.RandomState(0)


def test_coarser_maps_stand_above_their_moved_ones_on_one_scale():
    columns = {
        "4×6": (RANDOM.uniform(0, 2, (4, 6)), RANDOM.uniform(0, 2, (4, 6)), "0.50"),
        "1×1": (np.array([[3.0]]), np.array([[1.0]]), "0.00"),
    }
    figure = show_coarser(columns)
    above, below = np.reshape(figure.axes, (2, 2))
    for first, second, (title, (one, two, note)) in zip(above, below, columns.items(), strict=True):
        np.testing.assert_array_equal(first.images[0].get_array(), one)
        np.testing.assert_array_equal(second.images[0].get_array(), two)
        assert first.get_title() == title
        assert second.get_xlabel() == note
        assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 3)
    assert above[0].get_ylabel() != below[0].get_ylabel()


def test_stages_stand_bottom_up_beside_what_they_make():
    maps = [RANDOM.normal(size=(4, 5)), RANDOM.normal(size=(4, 5)), RANDOM.uniform(size=(2, 3))]
    stages = [("in", "a", maps[0], "ink"), ("mid", "b", maps[1], "signed"), ("out", "c", maps[2], "output")]
    axes = np.reshape(draw_stages(stages).axes, (3, 2))[::-1]
    for (box, picture), (name, what, values, shades) in zip(axes, stages, strict=True):
        assert [text.get_text() for text in box.texts][:2] == [name, what]
        np.testing.assert_array_equal(picture.images[0].get_array(), values)
        assert picture.images[0].get_cmap().name == shades
        assert picture.get_xlabel() == " × ".join(map(str, values.shape))
    assert axes[-1][0].texts[-1].get_text() == "next layer"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: show_coarser({"a": (np.ones((2, 3)), np.ones((3, 2)), "")}),
            "show_coarser: columns must hold pairs of maps of equal shapes (H, W), received {'a': ((2, 3), (3, 2))}",
        ),
        (
            lambda: show_coarser({}),
            "show_coarser: columns must hold pairs of maps of equal shapes (H, W), received {}",
        ),
        (lambda: draw_stages([]), "draw_stages: stages must hold at least one entry, received none"),
    ],
)
def test_what_does_not_match_is_named(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


def test_a_shifted_row_marks_what_differs_and_nothing_before():
    before = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 3.0])
    after = np.array([0.5, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])
    marked = []
    for axis, (detectors, pooled) in zip(show_shifted_row(before, after).axes, (before, after), strict=True):
        circles = [patch for patch in axis.patches if isinstance(patch, Circle)]
        texts = [text.get_text() for text in axis.texts]
        for value in (*detectors, *pooled):
            assert f"{value:g}" in texts
        marked.append([to_hex(circle.get_facecolor()) == LAYER_TINTS["dense"] for circle in circles])
        assert len(axis.lines) == 2 + 3 + 2  # each pooled unit and the neighbours it has
    assert marked == [[False] * 6, [True] * 3 + [True, True, False]]


def test_maps_keep_their_sizes_and_names():
    maps = {"wide": RANDOM.normal(size=(3, 7)), "mask": RANDOM.normal(size=(5, 2)) > 0, "c": RANDOM.normal(size=(4, 4))}
    figure = show_maps(maps, columns=2)
    assert len(figure.axes) == 4
    for axis, (name, values) in zip(figure.axes, maps.items(), strict=False):
        np.testing.assert_array_equal(axis.images[0].get_array(), values)
        assert axis.get_title() == f"{name}\n{values.shape[0]} × {values.shape[1]}"
    assert figure.axes[1].images[0].get_clim() == (0, 1)
    assert to_hex(figure.axes[1].images[0].get_cmap()(1.0)) == ACCENT.lower()
    largest = np.abs(maps["wide"]).max()
    assert figure.axes[0].images[0].get_clim() == (-largest, largest)
    assert figure.axes[0].images[0].get_cmap().name == "signed"
    inked = show_maps(maps, shades={"wide": "ink"}).axes
    assert inked[0].images[0].get_clim() == (maps["wide"].min(), maps["wide"].max())
    assert [axis.images[0].get_cmap().name for axis in (inked[0], inked[2])] == ["ink", "signed"]
    assert not figure.axes[3].axison
    assert show_maps(maps, limits=(-1, 4)).axes[2].images[0].get_clim() == (-1, 4)


def test_regions_are_framed_where_they_lie():
    image, feature_map, pooled = RANDOM.normal(size=(9, 8)), RANDOM.normal(size=(5, 4)), RANDOM.normal(size=(2, 3))
    rows, columns = [(0, 3), (2, 5)], [(0, 2), (1, 3), (2, 4)]
    axes = show_regions(image, feature_map, (rows, columns), pooled).axes
    for axis, values in zip(axes, (image, feature_map, pooled), strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), values)
    assert (
        axes[2].images[0].get_clim()
        == axes[1].images[0].get_clim()
        == (-np.abs(feature_map).max(), np.abs(feature_map).max())
    )
    frames = [patch for patch in axes[1].patches if isinstance(patch, Rectangle)]
    corners = [(*frame.get_xy(), frame.get_width(), frame.get_height()) for frame in frames]
    assert corners == [
        (left - 0.5, top - 0.5, right - left, bottom - top) for top, bottom in rows for left, right in columns
    ]


def test_winners_stand_below_their_letters():
    letters, detectors = RANDOM.normal(size=(3, 5, 4)), RANDOM.normal(size=(3, 5, 4))
    axes = np.reshape(show_winners(letters, detectors, ["a", "b", "c"]).axes, (2, 3))
    largest = np.abs(detectors).max()
    for column, letter, detector, name in zip(axes.T, letters, detectors, "abc", strict=True):
        np.testing.assert_array_equal(column[0].images[0].get_array(), letter)
        np.testing.assert_array_equal(column[1].images[0].get_array(), detector)
        assert column[1].images[0].get_clim() == (-largest, largest)
        assert column[0].get_title() == name


def test_curves_are_means_with_one_standard_deviation():
    runs = np.array([[1.0, 2.0, 4.0], [3.0, 2.0, 8.0]])
    panels = {"one": {"a": ((1, 2, 4), runs), "b": ((1, 4), [[0.5, 0.7]])}, "two": {"a": ((1, 2, 4), 2 * runs)}}
    figure = show_curves(panels, xlabel="pictures", ylabel="accuracy", logarithmic=True)
    first, second = figure.axes
    line, _, (bars,) = first.containers[0]
    assert line.get_xydata().tolist() == [[1, 2], [2, 2], [4, 6]]
    spans = [segment[:, 1].tolist() for segment in bars.get_segments()]
    root = 2**0.5  # of the sample's variance, (1 + 1) / 1
    np.testing.assert_allclose(spans, [[2 - root, 2 + root], [2, 2], [6 - 2 * root, 6 + 2 * root]])
    line, _, bars = first.containers[1]
    assert line.get_xydata().tolist() == [[1, 0.5], [4, 0.7]]
    assert not bars  # one run says nothing about its spread
    assert second.containers[0][0].get_xydata()[2].tolist() == [4, 12]
    assert (first.get_title(), second.get_title()) == ("one", "two")
    assert (first.get_xlabel(), first.get_ylabel(), first.get_xscale()) == ("pictures", "accuracy", "log")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: show_maps({}), "show_maps: maps must hold arrays of shape (H, W), received none"),
        (
            lambda: show_maps({"a": np.zeros((2, 3)), "b": np.zeros(3)}),
            "show_maps: maps must hold arrays of shape (H, W), received {'b': (3,)}",
        ),
        (
            lambda: show_regions(np.zeros((4, 4)), np.zeros((4, 4)), ([(0, 4)], [(0, 2), (2, 4)]), np.zeros((2, 1))),
            "show_regions: pooled must have shape (1, 2) for the regions, received (2, 1)",
        ),
        (
            lambda: show_winners(np.zeros((2, 3, 3)), np.zeros((2, 3, 3)), ["a"]),
            "show_winners: letters, detectors and names must be equally many and at least one, received 2, 2 and 1",
        ),
        (
            lambda: show_curves({}, xlabel="", ylabel=""),
            "show_curves: panels must hold at least one entry, received none",
        ),
        (
            lambda: show_curves({"": {"a": ((1, 2), [[1, 2, 3]])}}, xlabel="", ylabel=""),
            "show_curves: 'a' must have shape (runs, 2) for its places, received (1, 3)",
        ),
        (
            lambda: show_curves({"": {str(k): ((1,), [[1]]) for k in range(7)}}, xlabel="", ylabel=""),
            "show_curves: a panel must hold at most 6 curves, received 7",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()
