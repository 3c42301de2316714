"""LeNet-5's own figures hold what they were given."""

import numpy as np
import pytest

from cnnlib.figures import show_painted, show_runs
from cnnlib.figures.style import ACCENT, INPUT


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


def test_runs_stand_in_rows_and_groups_from_the_top_down():
    rows = {"mistakes": {"before": [1.0, 3.0], "after": [5.0]}, "noise": {"before": [2.0], "after": [4.0, 8.0]}}
    for figure in (show_runs(rows, xlabel="refused (%)"), show_runs(rows, xlabel="refused (%)").narrow()):
        [axis] = figure.axes
        dots = [line for line in axis.lines if line.get_marker() == "o"]
        assert [list(line.get_xdata()) for line in dots] == [[1, 3], [5], [2], [4, 8]]
        heights = [line.get_ydata()[0] for line in dots]
        assert heights == sorted(set(heights))
        assert len(heights) == 4
        assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first row on top
        means = [line.get_xdata()[0] for line in axis.lines if line.get_marker() == "|"]
        assert means == [2, 5, 2, 6]
        colours = [line.get_color() for line in dots]
        assert colours[0] == colours[2] != colours[1] == colours[3]
        [legend] = figure.legends
        assert [text.get_text() for text in legend.get_texts()] == ["before", "after"]
        assert [label.get_text() for label in axis.get_yticklabels()] == list(rows)


def test_one_group_without_a_name_needs_no_legend():
    assert show_runs({"a": {"": [1.0]}}, xlabel="x").legends == []


@pytest.mark.parametrize("rows", [{}, {"a": {}}, {"a": {"": []}}])
def test_runs_that_are_missing_are_refused(rows):
    with pytest.raises(ValueError, match="show_runs: rows must hold at least one run in each group, received"):
        show_runs(rows, xlabel="x")
