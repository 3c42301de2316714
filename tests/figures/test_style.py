"""The book's look stays inside the book's figures."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cnnlib.figures import (
    draw_network,
    explore,
    show_confusion,
    show_feature_maps,
    show_images,
    show_learning_curve,
    style,
)
from cnnlib.shapes import Dense, Flatten, trace

ROW = {"epoch": 1, "loss": 1.0, "accuracy": 0.5, "test_loss": 1.0, "test_accuracy": 0.5}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: show_images(np.zeros((2, 3, 4))),
        lambda: show_feature_maps(np.zeros((3, 4)), {"a": np.zeros((1, 2, 3))}, np.ones(2) / 2),
        lambda: show_confusion(np.eye(2, dtype=int)),
        lambda: show_learning_curve([ROW]),
        lambda: draw_network(trace([Flatten(), Dense(2)], (1, 2, 3))),
        lambda: explore(lambda value: (plt.figure(), value), {"c": {"a": "b"}}),
    ],
)
def test_a_figure_leaves_the_readers_settings_alone(draw):
    with matplotlib.rc_context({"font.size": 23, "image.cmap": "magma", "axes.spines.top": True}):
        before = dict(matplotlib.rcParams)
        draw()
        assert dict(matplotlib.rcParams) == before


def test_settings_come_back_after_an_error():
    before = dict(matplotlib.rcParams)
    with pytest.raises(ZeroDivisionError), style():
        raise ZeroDivisionError
    assert dict(matplotlib.rcParams) == before


def test_inside_the_style_the_books_settings_hold():
    with style():
        assert matplotlib.rcParams["image.cmap"] == "gray"
        assert matplotlib.rcParams["axes.spines.top"] is False
