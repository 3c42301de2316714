"""A figure with controls: whole in the page's HTML, readable by ear, computed anew by a kernel."""

import json
from urllib.parse import unquote

import matplotlib.pyplot as plt
import pytest
from bs4 import BeautifulSoup
from messages import exactly

from cnnlib.figures import explore
from cnnlib.figures.svg import size, versions

CHOICES = {"a zero": "0", "a “one” & more": "1"}


def recorder():
    """Return a ``draw`` that remembers what it was asked for."""
    asked = []

    def draw(value):
        asked.append(value)
        figure, axis = plt.subplots(figsize=(1, 0.5))
        axis.set_title(value)
        return figure, f'digit <{value}> & "call {len(asked)}"'

    return draw, asked


def of(values):
    """A figure that says what it was asked for."""
    figure = plt.subplots(figsize=(1, 0.5))[0]
    return figure, repr(values)


def page_of(figure):
    return BeautifulSoup(figure._repr_html_(), "html.parser")


def test_every_frame_is_drawn_beforehand_and_carries_its_pixels():
    draw, asked = recorder()
    figure = explore(draw, {"digit": CHOICES})
    assert asked == ["0", "1"]
    frames = page_of(figure).select("img")
    assert [str(frame["src"]) for frame in frames] != [str(frames[0]["src"])] * 2
    assert len(frames) == 2
    for value, frame in zip(asked, frames, strict=True):
        kind, _, svg = frame["src"].partition(",")
        assert kind == "data:image/svg+xml"
        wide, _, data = versions(unquote(svg))
        width, height = size(wide)
        assert width > height > 10
        assert data["axes"][0]["title"] == value


def test_the_first_frame_stands_in_the_page_and_the_others_where_nothing_is_loaded():
    [root] = page_of(explore(lambda value: of(value), {"n": range(3)})).select(".cnnlib-explorer")
    assert [each.name for each in root.find_all(recursive=False)] == ["img", "template", "script"]
    assert root.img["alt"] == "0"
    assert [frame["alt"] for frame in root.template.select("img")] == ["1", "2"]


def test_the_page_knows_the_controls_and_the_words_to_translate():
    [root] = page_of(explore(lambda *values: of(values), {"digit": CHOICES, "n": range(2, 4)})).select("[data-script]")
    values = json.loads(root.find("script").string)
    assert values == {
        "controls": [
            {"label": "digit", "choices": list(CHOICES), "slides": False},
            {"label": "n", "choices": ["2", "3"], "slides": True},
        ],
        "chosen": [0, 0],
    }
    assert json.loads(root["data-words"]) == ["digit", *CHOICES, "n"]


def test_every_frame_has_its_text_alternative_escaped():
    first, second = explore(recorder()[0], {"digit": CHOICES}).stills
    assert first.startswith('<img alt="digit &lt;0&gt; &amp; &quot;call 1&quot;" ')
    assert second.startswith('<img alt="digit &lt;1&gt; &amp; &quot;call 2&quot;" ')


def test_a_kernel_draws_the_chosen_frame_anew_and_sends_it_alone(monkeypatch):
    draw, asked = recorder()
    figure, sent = explore(draw, {"digit": CHOICES}), []
    monkeypatch.setattr(type(figure), "send", lambda self, message: sent.append(message))
    first = figure.stills[0]
    figure.set_state({"chosen": [1]})
    assert asked == ["0", "1", "1"]
    assert "call 3" in figure.stills[1]
    assert figure.stills[0] == first
    assert sent == [{"place": 1, "still": figure.stills[1]}]


def test_no_figure_stays_open():
    before = plt.get_fignums()
    figure = explore(recorder()[0], {"digit": CHOICES})
    figure.chosen = [1]
    assert plt.get_fignums() == before


def test_several_controls_show_every_combination():
    asked = []

    def draw(*values):
        asked.append(values)
        figure, _ = of(values)
        return figure, f"{values}, call {len(asked)}"

    figure = explore(draw, {"letter": {"first": "a", "second": "b"}, "number": range(3)})
    assert asked == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1), ("b", 2)]
    assert [frame["alt"] for frame in page_of(figure).select("img")] == [
        f"{values}, call {call}" for call, values in enumerate(asked, start=1)
    ]
    figure.chosen = [0, 2]
    assert asked[-1] == ("a", 2)
    figure.chosen = [1, 1]
    assert asked[-1] == ("b", 1)
    # Each drawn anew stands where it stood.
    calls = [frame["alt"].rpartition(" ")[2] for frame in page_of(figure).select("img")]
    assert calls == ["1", "2", "7", "4", "8", "6"]


def test_the_output_of_a_cell_is_the_same_each_time():
    first, second = (explore(lambda value: of(value), {"n": range(2)})._repr_mimebundle_()[0] for _ in range(2))
    assert first["text/html"] == second["text/html"]
    assert first["text/plain"] == second["text/plain"] == "<a figure to choose by n>"


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(ValueError, match=exactly("explore: controls must hold at least one entry, received {}")):
        explore(recorder()[0], {})
    message = "explore: controls['digit'] must hold at least one choice, received {}"
    with pytest.raises(ValueError, match=exactly(message)):
        explore(recorder()[0], {"digit": {}})
