"""Stages, maps, regions and curves: every value in its place, on its scale, under its name."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle
from messages import exactly

from cnnlib.figures import (
    ACCENT,
    show_curves,
    show_maps,
    show_regions,
    show_shifted_row,
    show_stages,
    show_winners,
)
from cnnlib.figures.style import LAYER_TINTS

RANDOM = np.random.RandomState(0)


def layer(seed):
    random = np.random.RandomState(seed)
    return [random.normal(size=shape) for shape in ((2, 1, 6, 8), (2, 3, 6, 8), (2, 3, 6, 8), (2, 3, 3, 4))]


def test_stages_stand_bottom_up_beside_what_they_become():
    before, after = layer(0), layer(1)
    changed = [np.abs(a - b) > 1 for a, b in zip(before, after, strict=True)]
    axes = np.reshape(show_stages(before, after, changed, [0.1, 0.25, 0.5, 0.75], image=1).axes, (4, 3))[::-1]
    names = ["input\n1 × 6 × 8", "affine\n3 × 6 × 8", "detector\n3 × 6 × 8", "pooling\n3 × 3 × 4"]
    assert [row[0].get_ylabel() for row in axes] == names
    assert [row[2].get_xlabel() for row in axes] == ["10%", "25%", "50%", "75%"]
    for row, stages in zip(axes, zip(before, after, changed, strict=True), strict=True):
        for axis, stage in zip(row, stages, strict=True):
            np.testing.assert_array_equal(axis.images[0].get_array(), stage[1, 0])
        low = min(stage[1].min() for stage in stages[:2])
        high = max(stage[1].max() for stage in stages[:2])
        if stages[0] is not before[0]:
            high = max(-low, high)
            low = -high
        assert row[0].images[0].get_clim() == row[1].images[0].get_clim() == (low, high)
    assert [row[0].images[0].get_cmap().name for row in axes] == ["ink", "signed", "signed", "signed"]


def test_stages_must_match():
    before, after = layer(0), layer(1)
    with pytest.raises(ValueError, match=r"show_stages: .* 4 stages of equal shapes, received \[\(2, 1, 6, 8\), \(2"):
        show_stages(before, after[:3], before, [0] * 4)
    with pytest.raises(ValueError, match="show_stages: "):
        show_stages(before[:3], after[:3], before[:3], [0] * 3)


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
