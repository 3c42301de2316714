"""The diagram says what the trace says, and draws every map, to scale."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import ConnectionPatch, PathPatch, Rectangle
from messages import exactly

from cnnlib.figures import KERNEL, draw_network
from cnnlib.figures.style import LAYER_TINTS
from cnnlib.models.catalogue import lenet
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool, trace

OBLONG = trace(
    [Conv(4, (3, 2), stride=2, padding=1), Activation("relu"), Pool("max", 2), Flatten(), Dense(5)], (2, 9, 13)
)


def boxes(figure, kind):
    """Return width and height, in inches, of everything drawn in the tint of one kind of layer."""
    patches = figure.axes[0].patches
    return [
        (patch.get_width(), patch.get_height())
        for patch in patches
        if isinstance(patch, Rectangle) and to_hex(patch.get_facecolor()) == LAYER_TINTS[kind]
    ]


def rows(figure):
    """Return the texts of the figure, four to a row: title, detail, shape, numbers."""
    texts = [text.get_text() for text in figure.axes[0].texts]
    return [tuple(texts[start : start + 4]) for start in range(0, len(texts), 4)]


def test_lenet_says_every_shape_and_count():
    assert rows(draw_network(lenet().trace())) == [
        ("image", "28×28 pixels", "1 × 28 × 28", "784 numbers"),
        ("convolution", "kernels 5×5, padding 2\nthen sigmoid", "6 × 28 × 28", "4,704 numbers\n156 parameters"),
        ("average pooling", "windows 2×2, stride 2", "6 × 14 × 14", "1,176 numbers"),
        ("convolution", "kernels 5×5\nthen sigmoid", "16 × 10 × 10", "1,600 numbers\n2,416 parameters"),
        ("average pooling", "windows 2×2, stride 2", "16 × 5 × 5", "400 numbers"),
        ("dense", "from 400 features (flattened)\nthen sigmoid", "120", "120 numbers\n48,120 parameters"),
        ("dense", "from 120 features\nthen sigmoid", "84", "84 numbers\n10,164 parameters"),
        ("dense", "from 84 features", "10", "10 numbers\n850 parameters"),
    ]


def test_lenet_draws_every_map_and_every_unit():
    figure = draw_network(lenet().trace())
    assert len(boxes(figure, "input")) == 1
    assert len(boxes(figure, "convolution")) == 6 + 16
    assert len(boxes(figure, "pooling")) == 6 + 16
    # A bar for each dense layer, as long as it has units, with a line between any two of them.
    assert [width / 0.027 for width, _ in boxes(figure, "dense")] == pytest.approx([120, 84, 10])
    paths = [patch.get_path() for patch in figure.axes[0].patches if isinstance(patch, PathPatch)]
    assert [int(np.sum(path.codes == path.MOVETO)) for path in paths] == [119, 83, 9]


def test_maps_are_to_scale_rows_down_and_columns_across():
    figure = draw_network(OBLONG)
    [(width, height), _] = boxes(figure, "input")
    assert width / height == pytest.approx(13 / 9)
    maps = boxes(figure, "convolution")
    assert len(maps) == 4
    assert maps[0] == pytest.approx((width * 7 / 13, height * 5 / 9))


def test_windows_join_a_layer_to_the_one_it_feeds():
    figure = draw_network(OBLONG)
    patches = figure.axes[0].patches
    [(width, height), _] = boxes(figure, "input")
    frames = [patch for patch in patches if isinstance(patch, Rectangle) and not patch.get_fill()]
    assert [to_hex(frame.get_edgecolor()) for frame in frames] == [KERNEL.lower()] * 2
    assert (frames[0].get_width(), frames[0].get_height()) == pytest.approx((width * 2 / 13, height * 3 / 9))
    assert sum(isinstance(patch, ConnectionPatch) for patch in patches) == 2 * 2


def test_options_of_a_layer_are_written_on_it():
    details = [row[1] for row in rows(draw_network(OBLONG))]
    assert details == [
        "9×13 pixels",
        "kernels 3×2, stride 2, padding 1\nthen relu",
        "windows 2×2, stride 2",
        "from 24 features (flattened)",
    ]


def test_no_layer_is_no_drawing():
    message = "draw_network: reports must hold at least one layer, received none"
    with pytest.raises(ValueError, match=exactly(message)):
        draw_network([])
