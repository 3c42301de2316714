"""Arrays by their numbers, matrices by their zeros, layers by their connections."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from messages import exactly

from cnnlib import figures

IMAGE = np.arange(12.0).reshape(3, 4)
KERNEL = np.array([[1.0, -2.5]])


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_every_number_stands_in_its_cell():
    figure = figures.show_arrays({"input": (IMAGE, figures.INPUT), "kernel": (KERNEL[0], figures.KERNEL)})
    image, kernel = figure.axes
    assert (image.get_title(), kernel.get_title()) == ("input", "kernel")
    assert texts(image) == [str(k) for k in range(12)]
    assert texts(kernel) == ["1", "−2.5"]
    five = next(text for text in image.texts if text.get_text() == "5")
    assert five.get_position() == (1.5, 1.5)
    assert {patch.get_facecolor()[:3] for patch in kernel.patches} == {to_rgba(figures.KERNEL)[:3]}


def test_marked_cells_stand_out_and_none_leaves_its_place_empty():
    figure = figures.show_arrays(
        {"x": (IMAGE, figures.INPUT), "w": (KERNEL, figures.KERNEL), "": None, "y": (np.arange(6.0), figures.OUTPUT)},
        columns=2,
        marked={"x": np.s_[0:2, 1:3]},
    )
    x, w, empty, y = figure.axes
    assert [axis.get_title() for axis in (x, w, empty, y)] == ["x", "w", "", "y"]
    assert x.get_subplotspec().rowspan == w.get_subplotspec().rowspan
    assert y.get_subplotspec().colspan == w.get_subplotspec().colspan
    assert not empty.has_data()
    assert not empty.patches
    bold = [text.get_text() for text in x.texts if text.get_fontweight() == "bold"]
    assert bold == ["1", "2", "5", "6"]
    tints = [patch.get_facecolor()[3] for patch in x.patches]
    assert [k for k, tint in enumerate(tints) if tint == max(tints)] == [1, 2, 5, 6]
    assert min(tints) < max(tints)
    assert {text.get_fontweight() for text in w.texts} != {"bold"}
    # Side by side on a phone too: they were asked for in columns.
    narrow = figure.narrow().axes
    assert narrow[0].get_subplotspec().rowspan == narrow[1].get_subplotspec().rowspan


def test_a_matrix_leaves_its_zeros_clear_and_shows_its_signs():
    figure = figures.show_matrices({"left": np.array([[0.0, 2], [-1, 0]]), "right": np.zeros((3, 2))})
    image = figure.axes[0].images[0]
    left = image.cmap(image.norm(image.get_array()))
    np.testing.assert_allclose(left[[0, 1], [0, 1], 3], 0, atol=0.01)
    np.testing.assert_allclose(left[0, 1], to_rgba(figures.KERNEL), atol=0.01)
    np.testing.assert_allclose(left[1, 0], to_rgba(figures.INPUT, 0.5), atol=0.01)  # half way to blue
    assert figure.axes[1].get_title() == "right"


def test_connections_join_what_is_not_zero():
    matrix = np.array([[1.0, 2, 0, 0], [0, 1, 2, 0]])
    axis = figures.draw_connections({"layer": matrix}).axes[0]
    # Two outputs are drawn in the middle above four inputs.
    ends = [tuple(line.get_xdata()) for line in axis.lines]
    assert ends == [(0, 1), (1, 1), (1, 2), (2, 2)]
    colours = [line.get_color() for line in axis.lines]
    assert colours[0] == colours[2] != colours[1] == colours[3]


def test_a_chosen_unit_stands_out():
    axis = figures.draw_connections({"layer": np.eye(3)}, unit=1).axes[0]
    widths = [line.get_linewidth() for line in axis.lines]
    assert widths[1] > widths[0] == widths[2]


def test_a_response_frames_the_window_and_its_pixel():
    image = np.arange(28.0 * 30).reshape(28, 30)
    figure = figures.show_response(image, KERNEL, image[:, :-1] - 400, window=(4, 7))
    left, middle, right = figure.axes
    assert texts(middle) == ["1", "−2.5"]
    for axis in (left, right):
        frame = axis.patches[0]
        centre = (frame.get_x() + frame.get_width() / 2, frame.get_y() + frame.get_height() / 2)
        assert centre == (8, 4.5)
    response = right.images[0]
    assert response.norm.vmin == -response.norm.vmax


BAD = {
    "no array": (lambda: figures.show_arrays({}), "show_arrays: arrays must hold at least one entry, received none"),
    "marked": (
        lambda: figures.show_arrays({"x": (IMAGE, "red")}, marked={"y": 0}),
        "show_arrays: marked must name arrays, x, received 'y'",
    ),
    "three axes": (
        lambda: figures.show_arrays({"x": (np.zeros((1, 2, 3)), "red")}),
        "show_arrays: arrays['x'] must have shape (W,) or (H, W), received (1, 2, 3)",
    ),
    "no matrix": (
        lambda: figures.show_matrices({}),
        "show_matrices: matrices must hold at least one entry, received none",
    ),
    "a vector": (
        lambda: figures.show_matrices({"m": np.zeros(3)}),
        "show_matrices: matrices['m'] must have two axes, received (3,)",
    ),
    "no layer": (
        lambda: figures.draw_connections({}),
        "draw_connections: layers must hold at least one entry, received none",
    ),
    "a vector for a layer": (
        lambda: figures.draw_connections({"m": np.zeros(3)}),
        "draw_connections: layers['m'] must have two axes, received (3,)",
    ),
    "no such unit": (
        lambda: figures.draw_connections({"m": np.eye(3)}, unit=3),
        "draw_connections: unit must be an output of 'm' (0 to 2), received 3",
    ),
    "another response": (
        lambda: figures.show_response(IMAGE, KERNEL, IMAGE, window=(0, 0)),
        "show_response: response must have shape (3, 3), received (3, 4)",
    ),
    "a window outside": (
        lambda: figures.show_response(IMAGE, KERNEL, IMAGE[:, 1:], window=(3, 0)),
        "show_response: window must lie in (3, 3), received (3, 0)",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=exactly(message)):
        call()
