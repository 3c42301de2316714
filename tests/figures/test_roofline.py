"""The roof has its slope and its flat part, points lie where they were measured, bars add up."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from messages import exactly

from cnnlib.figures import show_memory, show_roofline, show_times

POINTS = {"conv1": (100.0, 40e9), "conv2": (200.0, 50e9), "dense1": (0.5, 5e9)}


def test_the_roof_turns_where_memory_and_arithmetic_meet():
    axis = show_roofline(POINTS, peak=60e9, bandwidth=12e9, limits=(0.25, 500), title="here").axes[0]
    roof = axis.lines[0]
    assert list(roof.get_xdata()) == [0.25, 5.0, 500]
    assert list(roof.get_ydata()) == pytest.approx([3.0, 60, 60])
    dots = {(line.get_xdata()[0], line.get_ydata()[0]) for line in axis.lines if line.get_marker() == "o"}
    assert dots == {(intensity, rate / 1e9) for intensity, rate in POINTS.values()}
    words = {text.get_text() for text in axis.texts}
    assert words == {"arithmetic: 60 GFLOP/s", "memory: 12 GB/s", *POINTS}


def test_names_stand_apart_in_the_order_of_speed():
    axis = show_roofline({f"conv{n}": (70.0, 50e9 + n) for n in range(1, 6)}, peak=60e9, bandwidth=12e9).axes[0]
    heights = {text.get_text(): np.log(text.xyann[1]) for text in axis.texts if text.get_text().startswith("conv")}
    assert sorted(heights, key=heights.get) == [f"conv{n}" for n in range(1, 6)]
    assert np.diff(sorted(heights.values())).min() > 0.1


def test_times_are_shares():
    figure = show_times({"one": {"conv1": 2.0, "norm1": 1.0, "fc": 1.0}, "two": {"conv1": 1.0, "norm1": 1.0}})
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert [bar.get_width() for bar in bars] == [0.5, 0.25, 0.25, 0.5, 0.5]
    assert [bar.get_x() for bar in bars] == [0, 0.5, 0.75, 0, 0.5]


def test_memory_is_stacked_under_its_limit():
    bars = {"small": {"weights": 1e9, "rest": 0.5e9}, "large": {"weights": 1e9, "rest": 2e9}}
    axis = show_memory(bars, limit=3e9, limit_name="a card").axes[0]
    patches = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert [patch.get_x() + patch.get_width() for patch in patches] == [1, 1, 1.5, 3]
    assert axis.lines[0].get_xdata()[0] == 3
    assert [text.get_text() for text in axis.texts] == ["a card "]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: show_roofline({"a": (1.0, 0.0)}, peak=1.0, bandwidth=2.0),
            "show_roofline: rates and intensities must be positive, received 1.0, 2.0, {'a': (1.0, 0.0)}",
        ),
        (lambda: show_times({}), "show_times: series must hold at least one entry, received none"),
        (lambda: show_memory({}), "show_memory: bars must hold at least one entry, received none"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=exactly(message)):
        draw()
