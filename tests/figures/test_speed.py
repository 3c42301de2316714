"""Speeds stand where they were measured, and what was not measured has no bar."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.figures import draw_product, show_climb, show_contenders, show_ladder, show_limits, show_reads

ROOFS = {"float32": 10e12, "16 bits": 100e12}


def dots(axis, marker):
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in axis.lines if line.get_marker() == marker]


def test_the_ladder_has_a_bar_for_every_speed_and_words_for_the_rest():
    axis = show_ladder({"slow": (2e3, "cpu"), "quick": (3e9, "gpu"), "later": (None, "gpu")}, {"chip": 1e12}).axes[0]
    assert axis.get_xscale() == "log"
    ends = [bar.get_x() + bar.get_width() for bar in axis.patches]
    assert ends == pytest.approx([2e3, 3e9])
    assert axis.patches[0].get_facecolor() != axis.patches[1].get_facecolor()
    assert [label.get_text() for label in axis.get_yticklabels()] == ["slow", "quick", "later"]
    assert axis.texts[0].get_text() == "not yet measured"
    assert axis.texts[0].get_position()[1] == 2
    assert list(axis.lines[0].get_xdata()) == [1e12, 1e12]


def test_steps_climb_the_slope_up_to_their_own_roof():
    points = {"naive": (0.25, "float32"), "tiled": (50, "float32"), "short": (50, "16 bits")}
    axis = show_climb(points, roofs=ROOFS, bandwidth=1e12, ideal=(200, "16 bits")).axes[0]
    assert dots(axis, "o") == [(0.25, 0.25e12), (50, 10e12), (50, 50e12)]
    assert dots(axis, "*") == [(200, 100e12)]
    words = {text.get_text() for text in axis.texts}
    assert words == {*points, "float32: 10 TFLOP/s", "16 bits: 100 TFLOP/s", "slope: memory, 1,000 GB/s"}


def test_the_blocks_of_a_product_meet():
    axis = draw_product(1000, 144, 30, (64, 10), step=16).axes[0]
    windows, filters, output, *blocks = axis.patches
    _, _, now_a, now_b, now_y = blocks
    assert (windows.get_width(), windows.get_height()) == (144, 1000)
    assert (now_a.get_width(), now_a.get_height()) == (16, 64)
    assert (now_b.get_width(), now_b.get_height()) == (10, 16)
    assert (now_y.get_width(), now_y.get_height()) == (10, 64)
    assert now_y.get_y() == now_a.get_y()
    assert now_y.get_x() == now_b.get_x()
    # The terms of A are those of B.
    assert now_a.get_x() - windows.get_x() == now_b.get_y() - filters.get_y()
    assert output.get_height() == windows.get_height()


def test_what_comes_from_memory_and_what_is_used():
    axis = show_reads([0, 1, 2, 20, -1], 4).axes[0]
    used = [patch for patch in axis.patches if patch.get_width() == 4]
    pieces = [patch for patch in axis.patches if patch.get_width() == 32]
    assert [patch.get_x() for patch in used] == [0, 4, 8, 80]
    come = [patch.get_x() for patch in pieces if patch.get_facecolor() != (1, 1, 1, 1)]
    assert come == [0, 64]
    assert len(pieces) == 4
    assert [text.get_text() for text in axis.texts] == ["no other line is asked for"]
    many = show_reads(np.arange(32) * 100, 2).axes[0]
    assert many.get_xlabel() == "byte of a line (the first 12 of 32 are drawn)"
    assert not many.texts


def test_the_scarcest_is_coloured():
    axis = show_limits({"registers": 4, "warps": 16, "shared memory": 0}, limit="shared memory").axes[0]
    assert [bar.get_width() for bar in axis.patches] == [4, 16, 0]
    colours = [bar.get_facecolor() for bar in axis.patches]
    assert colours[0] == colours[1] != colours[2]
    assert [text.get_text() for text in axis.texts] == ["4", "16", "0"]


def test_contenders_have_a_colour_each_and_their_quartiles():
    axis = show_contenders({"one": {"a": (2, 1, 3), "b": (4, 3.5, 5)}, "two": {"b": (1, 0.9, 1.2)}}).axes[0]
    assert [bar.get_width() for bar in axis.patches] == [2, 4, 1]
    assert axis.patches[1].get_facecolor() == axis.patches[2].get_facecolor()
    assert [list(line.get_xdata()) for line in axis.lines] == [[1, 3], [3.5, 5], [0.9, 1.2]]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: show_ladder({"a": (None, "gpu")}, {}),
            "show_ladder: rows need positive speeds and at least one, received {'a': (None, 'gpu')}, {}",
        ),
        (
            lambda: show_climb({"a": (0, "x")}, roofs={"x": 1.0}, bandwidth=2.0),
            "show_climb: rates and intensities must be positive, received {'x': 1.0}, 2.0, {'a': (0, 'x')}",
        ),
        (
            lambda: show_climb({"a": (1, "y")}, roofs={"x": 1.0}, bandwidth=2.0),
            "show_climb: roofs must hold y, received x",
        ),
        (lambda: draw_product(8, 9, 4, (16, 4)), "draw_product: tile must fit into (8, 4), received (16, 4)"),
        (lambda: show_reads([-1], 4), "show_reads: places must hold at least one lane that reads, received none"),
        (lambda: show_limits({"a": 1}, limit="b"), "show_limits: limit must be one of a, received 'b'"),
        (lambda: show_contenders({}), "show_contenders: times must hold at least one, received {}"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=exactly(message)):
        draw()
