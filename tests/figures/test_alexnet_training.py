"""The figures of the chapter on training AlexNet draw what they are given, in its place."""

import numpy as np
import pytest

from cnnlib import figures


def test_effects_stand_from_the_top_down_with_their_means_and_spreads():
    effects = {"first": np.array([1.0, 2.0, 3.0]), "second": np.array([-0.5])}
    figure = figures.show_effects(effects, xlabel="points")
    [axis] = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["first", "second"]
    assert axis.yaxis_inverted()
    lines = [(list(line.get_xdata()), list(line.get_ydata())) for line in axis.lines[1:]]
    assert lines[0] == ([1.0, 3.0], [0, 0])  # the mean 2 and one standard deviation of 1
    assert lines[1] == ([1.0, 2.0, 3.0], [0, 0, 0])
    assert lines[2][0] == [2.0, 2.0]
    assert lines[3] == ([-0.5, -0.5], [1, 1])  # one run has no spread


def test_a_race_is_drawn_run_by_run_up_to_its_last_step():
    curves = {"relu": [([10, 20], [0.9, 0.2]), ([10, 20, 31], [0.9, 0.5, 0.25])], "tanh": [([5], [0.9])]}
    [axis] = figures.show_race(curves, goal=0.25).axes
    assert list(axis.lines[0].get_ydata()) == [0.25, 0.25]
    ends = [(line.get_xdata()[-1], line.get_ydata()[-1]) for line in axis.lines[1:]]
    assert ends == [(20, 0.2), (31, 0.25), (5, 0.9)]
    assert {tuple(line.get_markevery()) for line in axis.lines[1:]} == {(-1,)}
    assert len({line.get_color() for line in axis.lines[1:]}) == 2
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["relu", "tanh"]


def test_filters_are_shown_in_their_colours():
    filters = np.random.RandomState(0).randint(0, 256, (5, 3, 4, 6)).astype(np.uint8)
    axes = figures.show_filters(filters, columns=3).axes
    assert len(axes) == 6
    np.testing.assert_array_equal(axes[4].images[0].get_array(), filters[4].transpose(1, 2, 0))
    assert not axes[5].images


def test_neighbours_of_another_class_are_framed_and_named():
    pictures = np.random.RandomState(0).randint(0, 256, (2, 3, 4, 5, 3)).astype(np.uint8)
    axes = np.reshape(figures.show_neighbours(pictures, [[0, 0, 1], [2, 2, 2]], ["cat", "dog", "ship"]).axes, (2, 3))
    assert [[axis.get_title() for axis in row] for row in axes] == [["cat", "", "dog"], ["ship", "", ""]]
    framed = [[axis.spines["left"].get_visible() for axis in row] for row in axes]
    assert framed == [[False, False, True], [False, False, False]]
    np.testing.assert_array_equal(axes[1, 2].images[0].get_array(), pictures[1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.show_effects({}, xlabel="x"), r"show_effects: effects must hold at least one run .* \{\}"),
        (lambda: figures.show_effects({"a": []}, xlabel="x"), r"show_effects: .* received \{'a': 0\}"),
        (
            lambda: figures.show_race({}, goal=0.5),
            r"show_race: curves must hold .* received \{\}",
        ),
        (lambda: figures.show_filters(np.zeros((4, 1, 3, 3))), r"show_filters: .* received \(4, 1, 3, 3\)"),
        (
            lambda: figures.show_neighbours(np.zeros((2, 3, 4, 4, 3)), [[0, 1]], "ab"),
            r"show_neighbours: labels .* received \(1, 2\) for \(2, 3, 4, 4, 3\)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
