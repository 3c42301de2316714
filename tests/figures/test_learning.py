"""Templates, ways down a loss, a chain of slopes, a divided plane: what is drawn is what was given."""

import numpy as np
import pytest
from messages import exactly

from cnnlib import figures
from cnnlib.figures.style import KERNEL

SEVEN = np.arange(12.0).reshape(3, 4)
TEMPLATES = np.linspace(-1, 2, 10 * 12).reshape(10, 3, 4)
SCORES = np.array([0.0, -1.26, 3, 4, 0, 0, 0, 9.04, 0, 0])


@pytest.mark.parametrize("narrow", [False, True])
def test_every_template_has_its_score_and_the_largest_stands_out(narrow):
    figure = figures.show_templates(SEVEN, TEMPLATES, SCORES)
    figure = figure.narrow() if narrow else figure
    image, *others = [axis for axis in figure.axes if axis.images]
    assert np.array_equal(image.images[0].get_array(), SEVEN)
    assert len(others) == 10
    for axis, template in zip(others, TEMPLATES, strict=True):
        assert np.array_equal(axis.images[0].get_array(), template)
        assert axis.images[0].get_clim() == (-2, 2)  # zero in the middle, one scale for all
    titles = [axis.get_title() for axis in others]
    assert titles[1:4] == ["1: −1.3", "2: +3.0", "3: +4.0"]
    assert [title for axis, title in zip(others, titles, strict=True) if axis.title.get_color() == KERNEL] == [
        "7: +9.0"
    ]


def test_templates_that_do_not_belong_together_are_refused():
    message = "show_templates: templates must have shape (classes, 3, 4), received (10, 4, 3)"
    with pytest.raises(ValueError, match=exactly(message)):
        figures.show_templates(SEVEN, TEMPLATES.swapaxes(1, 2), SCORES)
    message = "show_templates: scores must be as many as templates, received 9 for 10"
    with pytest.raises(ValueError, match=exactly(message)):
        figures.show_templates(SEVEN, TEMPLATES, SCORES[1:])


def test_a_descent_is_drawn_from_its_start_over_lines_of_equal_loss():
    path = np.array([[0.0, 0.5], [1.0, 0.25], [1.5, -1.0]])
    asked = []

    def loss(w, b):
        asked.append((w, b))
        return (w - 1) ** 2 + 3 * (b + 1) ** 2 + 0.25

    figure = figures.show_descents(loss, {"one": path, "two": path[::-1]}, weights=(-2, 3), biases=(-3, 1), lowest=0.25)
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("one", "two")
    assert first.lines[0].get_xydata().tolist() == path.tolist()
    assert second.lines[1].get_xydata().tolist() == [[1.5, -1.0]]  # the circle
    assert (first.get_xlim(), first.get_ylim()) == ((-2, 3), (-3, 1))
    assert (first.get_xlabel(), first.get_ylabel()) == ("weight w", "bias b")
    w, b = asked[0]
    assert (w.min(), w.max(), b.min(), b.max()) == (-2, 3, -3, 1)
    [lines] = first.collections
    height = 3 * (lines.get_paths()[3].vertices[:, 1] + 1) ** 2 + (lines.get_paths()[3].vertices[:, 0] - 1) ** 2
    assert height == pytest.approx(0.1, abs=0.005)
    with pytest.raises(ValueError, match="paths must hold at least one entry, received none"):
        figures.show_descents(loss, {}, weights=(0, 1), biases=(0, 1), lowest=0)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_chain_has_all_its_words_in_their_order(narrow):
    figure = figures.draw_chain([("w", "½"), ("z", "2"), ("L", "0.7")], ["× 3", "× 1"], ["−¾", "−¼", "1"])
    [axis] = (figure.narrow() if narrow else figure).axes
    words = [text.get_text() for text in axis.texts if text.get_text()]
    assert words == ["w = ½", "−¾", "z = 2", "−¼", "× 3", "L = 0.7", "1", "× 1"]
    places = {text.get_text(): text.get_position() for text in axis.texts}
    along = [-places[name][1] if narrow else places[name][0] for name in ("w = ½", "× 3", "z = 2", "× 1", "L = 0.7")]
    assert along == sorted(along)


def test_a_chain_whose_parts_do_not_fit_is_refused():
    message = "draw_chain: 2 quantities need 1 factors and 2 slopes, received 2 and 2"
    with pytest.raises(ValueError, match=exactly(message)):
        figures.draw_chain([("w", "1"), ("L", "2")], ["× 1", "× 1"], ["1", "1"])


def test_a_plane_is_divided_where_the_function_changes_its_sign():
    points, classes = np.array([[1.0, 1], [-1, -1], [1, -1]]), np.array([1, 0, 1])
    figure = figures.show_planes(
        points, classes, {"line": lambda at: at[:, 0] - 0.5, "none": lambda at: -1 + 0 * at[:, 0]}
    )
    first, second = figure.axes
    assert [line.get_xydata().tolist() for line in first.lines] == [[[-1, -1]], [[1, 1], [1, -1]]]
    border = first.collections[1].get_paths()[0].vertices
    assert border[:, 0] == pytest.approx(0.5)
    assert not len(second.collections[1].get_paths()[0].vertices)
    with pytest.raises(ValueError, match="panels must hold at least one entry, received none"):
        figures.show_planes(points, classes, {})


def test_what_the_scripts_are_given():
    shown = figures.explore_loss(np.array([0, 2.5]), np.array([0, 1]), lowest=0.5)
    assert shown.data["ink"] == [0.0, 2.5]
    assert shown.data["classes"] == [0, 1]
    assert shown.data["lowest"] == 0.5
    plane = figures.explore_two_units({"three": (np.array([[0.123456, 1], [2, 3]]), np.array([1, 0]))})
    assert plane.data == {"sets": {"three": {"points": [[0.1235, 1.0], [2.0, 3.0]], "classes": [1, 0]}}}
    assert plane.words == ["three"]


def test_points_without_a_class_are_refused():
    with pytest.raises(ValueError, match="explore_loss: classes must be as many as points, received 1 for 2"):
        figures.explore_loss(np.zeros(2), np.zeros(1), lowest=0)
    with pytest.raises(ValueError, match="explore_two_units: classes must be as many as points, received 3 for 2"):
        figures.explore_two_units({"a": (np.zeros((2, 2)), np.zeros(3))})
    with pytest.raises(ValueError, match="explore_two_units: sets must hold at least one entry, received none"):
        figures.explore_two_units({})
