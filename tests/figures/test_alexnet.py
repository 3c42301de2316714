"""The drawings say what the trace says: sizes on boxes, areas and lengths to scale, arrows where channels are read."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from messages import exactly

from cnnlib.figures import KERNEL, show_field, show_parameters, show_shares, show_side_by_side, show_towers
from cnnlib.figures.style import LAYER_TINTS
from cnnlib.models.catalogue import alexnet, alexnet2012, lenet
from cnnlib.shapes import Activation, Conv, trace

LENET, DRAWN, PUBLISHED = (build().trace() for build in (lenet, alexnet, alexnet2012))


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def drawn(figure, kind, tint):
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, kind)]
    return [patch for patch in found if to_hex(patch.get_facecolor()) == LAYER_TINTS[tint]]


def test_both_networks_are_spelt_out_side_by_side():
    figure = show_side_by_side({"LeNet": LENET, "AlexNet": DRAWN})
    words = texts(figure)
    assert words[:4] == ["LeNet", "image", "28×28×1", ""]
    assert words[4:8] == ["convolution, 6 kernels", "5×5, padding 2", "28×28×6", "sigmoid"]
    second = words[words.index("AlexNet") :]
    for box in (
        ["image", "224×224×3"],
        ["convolution, 96 kernels", "11×11, stride 4", "54×54×96", "ReLU"],
        ["max pooling", "3×3, stride 2", "26×26×96", ""],
        ["convolution, 384 kernels", "3×3, padding 1", "12×12×384", "ReLU"],
        ["max pooling", "3×3, stride 2", "5×5×256", "flatten"],
        ["dense, 4,096 units", "6,400 features", "4096", "sigmoid"],
        ["output", "1 of 1,000 classes"],
    ):
        assert any(second[start : start + len(box)] == box for start in range(len(second))), box
    counts = {kind: len(drawn(figure, FancyBboxPatch, kind)) for kind in LAYER_TINTS}
    assert counts == {"input": 4, "convolution": 2 + 5, "pooling": 2 + 3, "dense": 3 + 3}


def test_groups_normalisation_and_dropout_are_written_on_it():
    words = texts(show_side_by_side({"of 2012": PUBLISHED}))
    assert "5×5, padding 2, groups 2" in words
    assert words.count("ReLU, normalise") == 2
    assert words.count("ReLU, drop 50%") == 2


def test_areas_are_parameters():
    figure = show_parameters({"AlexNet": PUBLISHED, "LeNet": LENET})
    slices = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    areas = np.array([patch.get_width() * patch.get_height() for patch in slices])
    counts = np.array([row.parameters for rows in (PUBLISHED, LENET) for row in rows if row.parameters])
    np.testing.assert_allclose(areas / areas.sum(), counts / counts.sum())
    sides = {round(patch.get_width(), 6) for patch in slices}
    assert len(sides) == 2
    assert "dense1: 37,752,832" in texts(figure)
    assert "all convolutions:\n2,334,080" in texts(figure)
    assert "LeNet\n61,706" in texts(figure)


def test_shares_are_lengths():
    figure = show_shares(PUBLISHED, {"arithmetic": "multiply_adds", "units": "activations"})
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    learned = [row for row in PUBLISHED if row.parameters]
    expected = [
        getattr(row, key) / sum(getattr(each, key) for each in learned)
        for key in ("multiply_adds", "activations")
        for row in learned
    ]
    assert [bar.get_width() for bar in bars] == pytest.approx(expected)
    assert "arithmetic: 724,406,816" in texts(figure)
    assert "conv2\n31%" in texts(figure)
    assert not any(text.startswith("dense3") for text in texts(figure))


def test_towers_are_joined_where_channels_are_read():
    figure = show_towers(PUBLISHED)
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    # Two from the image and two to the output, which lies on one card, two within the towers of each of the six layers
    # between, and two across where all is read.
    crossing = [arrow for arrow in arrows if to_hex(arrow.get_facecolor()) == KERNEL.lower()]
    assert len(arrows) - len(crossing) == 2 + 2 + 2 * 6
    assert len(crossing) == 2 * 3
    # Half the channels, in either tower.
    assert [texts(figure).count(half) for half in ("48", "128", "192", "2,048", "1,000")] == [2, 4, 4, 4, 1]


def test_a_field_is_framed_and_summed():
    shares = np.zeros((20, 30))
    shares[4:8, 10:15] = 1 / 20
    figure = show_field(shares, shares, (3, 9, 8, 16), title="here")
    axis, profile = figure.axes
    [frame] = axis.patches
    assert (frame.get_xy(), frame.get_width(), frame.get_height()) == ((8, 3), 8, 6)
    flat, measured, expected = (line.get_ydata() for line in profile.lines)
    assert max(flat) == pytest.approx(100 / 8)
    np.testing.assert_allclose(measured, 100 * shares.sum(0))
    np.testing.assert_allclose(expected, 100 * shares.sum(0))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: show_side_by_side({}), "show_side_by_side: networks must hold at least one entry, received none"),
        (lambda: show_parameters({}), "show_parameters: networks must hold at least one entry, received none"),
        (
            lambda: show_parameters({"idle": trace([Activation("relu")], (1, 2, 3))}),
            "show_parameters: networks['idle'] must have parameters, received none",
        ),
        (
            lambda: show_shares(trace([Conv(2, 1, bias=False)], (1, 2, 3))[:0], {"nothing": "parameters"}),
            "show_shares: quantities must not be zero everywhere, received 'parameters'",
        ),
        (
            lambda: show_towers(trace([Conv(6, 1, groups=3)], (3, 4, 5))),
            "show_towers: conv1 must have 1 or 2 groups, received 3",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=exactly(message)):
        draw()
