"""A wrong picture is told from a right one, and another size, font or sharpness is not taken for a wrong picture."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
from accounts import differences

from cnnlib.figures import INPUT, KERNEL, OUTPUT, account, style

RAMP = np.linspace(0, 1, 30).reshape(5, 6)
PLACES = np.arange(6.0)


def drawn(change=None, size=(7, 2.5)):
    """A figure with one of everything, before or after one change to it."""
    with style():
        figure, (curves, bars, picture) = plt.subplots(1, 3, figsize=size, layout="constrained")
        curves.plot(PLACES, PLACES**2, color=INPUT, label="squares")
        curves.plot(PLACES, 3 * PLACES, color=OUTPUT, linestyle="--", label="threes")
        curves.set(xlabel="place", ylabel="value", title="growth")
        curves.legend()
        curves.text(1, 20, "a word")
        bars.bar(range(4), [3, 1, 4, 2], color=KERNEL)
        bars.set_xticks(range(4), list("abcd"))
        picture.imshow(RAMP, cmap="viridis")
        picture.add_patch(plt.Rectangle((1, 1), 2, 2, fill=False, edgecolor=KERNEL))
        if change:
            change(figure, curves, bars, picture)
    return json.loads(json.dumps(account(figure)))


def swap_lines(figure, curves, bars, picture):
    one, other = curves.lines
    heights = one.get_ydata(), other.get_ydata()
    one.set_ydata(heights[1])
    other.set_ydata(heights[0])


def swap_legend(figure, curves, bars, picture):
    one, other = curves.get_legend().get_texts()
    one.set_text("threes")
    other.set_text("squares")


FALSIFIED = {
    "an inverted colour map": lambda f, c, b, p: p.images[0].set_cmap("viridis_r"),
    "two lines swapped": swap_lines,
    "a bar dropped": lambda f, c, b, p: b.patches[2].remove(),
    "an axis relabelled": lambda f, c, b, p: c.set_xlabel("time"),
    "a curve shifted": lambda f, c, b, p: c.lines[0].set_ydata(PLACES**2 + 0.5),
    "an image flipped": lambda f, c, b, p: p.images[0].set_data(RAMP[:, ::-1]),
    "an image upside down": lambda f, c, b, p: p.invert_yaxis(),
    "a title changed": lambda f, c, b, p: c.set_title("decay"),
    "a legend swapped": swap_legend,
    "a legend lost": lambda f, c, b, p: c.get_legend().remove(),
    "a scale changed to log": lambda f, c, b, p: c.set_yscale("symlog"),
    "a colour changed": lambda f, c, b, p: c.lines[1].set_color(KERNEL),
    "a bar longer": lambda f, c, b, p: b.patches[0].set_height(3.1),
    "ticks renamed": lambda f, c, b, p: b.set_xticks(range(4), list("abdc")),
    "a frame moved": lambda f, c, b, p: p.patches[0].set_x(2),
    "a word lost": lambda f, c, b, p: c.texts[0].remove(),
    "another range of colours": lambda f, c, b, p: p.images[0].set_clim(0, 2),
    "a line solid that was broken": lambda f, c, b, p: c.lines[1].set_linestyle("-"),
    "a name below all": lambda f, c, b, p: f.supxlabel("sample"),
}


@pytest.mark.parametrize("change", FALSIFIED.values(), ids=FALSIFIED)
def test_a_falsified_figure_is_noticed(change):
    assert differences(drawn(), drawn(change)) != []


# Curves and pictures that were measured need only be alike.
SLIGHT = {"two lines swapped", "a curve shifted", "an inverted colour map", "an image flipped"}
SLIGHT |= {"a bar longer", "a frame moved"}


@pytest.mark.parametrize("name", [name for name in FALSIFIED if name not in SLIGHT])
def test_most_of_it_is_noticed_of_what_was_measured_too(name):
    change = FALSIFIED[name]
    assert differences(drawn(), drawn(change), measured=True) != []


UNCHANGED = {
    "nothing": lambda f, c, b, p: None,
    "another size": lambda f, c, b, p: f.set_size_inches(3, 3),
    "another sharpness": lambda f, c, b, p: f.set_dpi(300),
    "another font": lambda f, c, b, p: [text.set_family("serif") for text in f.findobj(plt.Text)],
    "larger letters": lambda f, c, b, p: [text.set_fontsize(17) for text in f.findobj(plt.Text)],
    "thicker lines": lambda f, c, b, p: [line.set_linewidth(3) for line in c.lines],
    "other ticks": lambda f, c, b, p: c.locator_params(nbins=3),
    "a hair's breadth": lambda f, c, b, p: c.lines[0].set_ydata(PLACES**2 + 0.01),
}


@pytest.mark.parametrize("change", UNCHANGED.values(), ids=UNCHANGED)
def test_another_look_is_the_same_figure(change):
    assert differences(drawn(), drawn(change)) == []


def measured(shift, words):
    return drawn(lambda f, c, b, p: (c.lines[0].set_ydata(PLACES**2 + shift), c.set_title(words)))


def test_what_was_measured_may_differ_a_little():
    before, after = measured(0, "after 1.2 s"), measured(3, "after 3.45 s")
    assert differences(before, after) != []
    assert differences(before, after, measured=True) == []
    assert differences(before, measured(15, "after 3.45 s"), measured=True) != []
    assert differences(before, measured(0, "before 1.2 s"), measured=True) != []


def test_where_a_clock_speaks_only_the_kind_of_curve_counts():
    assert differences(measured(0, "took 1.2 s"), measured(15, "took 3.45 s"), timed=True) == []
    assert differences(measured(0, "took 1.2 s"), measured(0, "took long"), timed=True) != []
    assert differences(measured(0, "took 1.2 s"), measured(float("nan"), "took 1.2 s"), timed=True) != []


def test_an_image_is_what_is_seen_of_it_and_clear_is_no_colour():
    def picture(**look):
        with style():
            figure, axis = plt.subplots()
            axis.imshow(np.zeros((3, 4)), **look)
        return account(figure)["axes"][0]["images"][0]["colours"]

    assert picture(cmap="gray", vmin=0, vmax=1).split() == 3 * ["000000" * 4]
    assert picture(cmap="gray_r", vmin=0, vmax=1).split() == 3 * ["ffffff" * 4]
    assert picture(cmap="gray", vmin=0, vmax=1, alpha=0).split() == 3 * ["808080" * 4]
