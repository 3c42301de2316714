"""A figure with a control: joined in the browser, readable by ear, computed anew by a kernel."""

import re
from urllib.parse import unquote

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
from ipywidgets.embed import dependency_state
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


def test_every_frame_is_drawn_beforehand_and_carries_its_pixels():
    draw, asked = recorder()
    _, stack = explore(draw, {"digit": CHOICES}).children
    assert asked == ["0", "1"]
    assert len(stack.children) == 2
    for frame in stack.children:
        address = re.fullmatch(r"""<img alt=".*" style=".*" src='(data:image/svg\+xml,[^']*)'>""", frame.value)[1]
        wide, _, data = versions(unquote(address.partition(",")[2]))
        width, height = size(wide)
        assert width > height > 10
        assert data["axes"][0]["title"] == asked[list(stack.children).index(frame)]
    assert stack.children[0].value != stack.children[1].value


def test_the_list_names_the_choices_and_itself():
    selector, stack = explore(recorder()[0], {"digit": CHOICES}).children
    assert isinstance(selector, widgets.Dropdown)
    assert isinstance(stack, widgets.Stack)
    assert [name for name, _ in selector.options] == list(CHOICES)
    assert selector.description == "digit"
    assert (selector.index, stack.selected_index) == (0, 0)


def test_every_frame_has_its_text_alternative_escaped():
    _, stack = explore(recorder()[0], {"digit": CHOICES}).children
    assert stack.children[0].value.startswith('<img alt="digit &lt;0&gt; &amp; &quot;call 1&quot;" ')
    assert stack.children[1].value.startswith('<img alt="digit &lt;1&gt; &amp; &quot;call 2&quot;" ')


def test_the_page_joins_the_list_to_the_frames_without_a_kernel():
    box = explore(recorder()[0], {"digit": CHOICES})
    selector, stack = box.children
    # What the published page is given of this widget, and nothing else.
    state = dependency_state(box, drop_defaults=False)
    [link] = [model["state"] for model in state.values() if model["model_name"] == "LinkModel"]
    assert link["source"] == [f"IPY_MODEL_{selector.model_id}", "index"]
    assert link["target"] == [f"IPY_MODEL_{stack.model_id}", "selected_index"]


def test_a_kernel_draws_the_chosen_frame_anew():
    draw, asked = recorder()
    selector, stack = explore(draw, {"digit": CHOICES}).children
    first = stack.children[0].value
    selector.index = 1
    assert asked == ["0", "1", "1"]
    assert "call 3" in stack.children[1].value
    assert stack.children[0].value == first


def test_no_figure_stays_open():
    before = plt.get_fignums()
    selector, _ = explore(recorder()[0], {"digit": CHOICES}).children
    selector.index = 1
    assert plt.get_fignums() == before


def test_several_controls_show_every_combination():
    asked = []

    def draw(*values):
        asked.append(values)
        return plt.subplots(figsize=(1, 0.5))[0], repr(values)

    letters, numbers, outer = explore(draw, {"letter": {"first": "a", "second": "b"}, "number": range(3)}).children
    assert isinstance(letters, widgets.Dropdown)
    assert isinstance(numbers, widgets.SelectionSlider)
    assert [name for name, _ in numbers.options] == ["0", "1", "2"]
    assert asked == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1), ("b", 2)]
    for i, letter in enumerate("ab"):
        for number in range(3):
            assert f'alt="(&#x27;{letter}&#x27;, {number})"' in outer.children[i].children[number].value
    numbers.index = 2
    assert asked[-1] == ("a", 2)
    letters.index = 1
    assert asked[-1] == ("b", 2)


def test_the_page_joins_every_stack_to_its_control():
    box = explore(lambda *values: (plt.subplots(figsize=(1, 0.5))[0], ""), {"a": range(2), "b": range(3)})
    first, second, outer = box.children
    links = [m["state"] for m in dependency_state(box, drop_defaults=False).values() if m["model_name"] == "LinkModel"]
    joined = {(link["source"][0], link["target"][0]) for link in links}
    expected = [(first, outer)] + [(second, inner) for inner in outer.children]
    assert joined == {(f"IPY_MODEL_{s.model_id}", f"IPY_MODEL_{t.model_id}") for s, t in expected}


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(ValueError, match=exactly("explore: controls must hold at least one entry, received {}")):
        explore(recorder()[0], {})
    message = "explore: controls['digit'] must hold at least one choice, received {}"
    with pytest.raises(ValueError, match=exactly(message)):
        explore(recorder()[0], {"digit": {}})
