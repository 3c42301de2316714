"""Drawn figures with controls, as a page and a notebook have them: every choice, with a kernel or without."""

from itertools import product

import matplotlib.pyplot as plt
import pytest
from book.playgrounds import LOOKS, SPOILT, move, press, show  # noqa: F401  (show is a fixture)

from cnnlib import figures

LETTERS = {"first <one>": "a", "second": "b", "third": "c"}

# The figure that stands in the page, which the room shows.
SEEN = "room => room.getRootNode().host.firstElementChild"
ALT = f"room => ({SEEN})(room).alt"


class Drawn:
    """What was drawn, and how often."""

    def __init__(self):
        self.calls = 0

    def __call__(self, letter, number):
        self.calls += 1
        figure, axis = plt.subplots(figsize=(2, 1))
        axis.set_title(f"{letter} {number}")
        return figure, f"{letter} {number}, call {self.calls}"


def explorer(draw=None):
    return figures.explore(draw or Drawn(), {"letter": LETTERS, "number": range(4, 8)})


def test_every_combination_shows_its_own_figure(show):  # noqa: F811
    root = show(explorer())
    assert root.evaluate("room => [...room.querySelectorAll('label')].map(label => label.firstChild.data)") == [
        "letter",
        "number",
    ]
    assert [option.text_content() for option in root.query_selector_all("option")] == list(LETTERS)
    for call, (letter, number) in enumerate(product(range(3), range(4)), start=1):
        move(root, "select", letter)
        move(root, "input", number)
        assert root.evaluate(ALT) == f"{'abc'[letter]} {4 + number}, call {call}"
        seen = root.evaluate_handle(SEEN).as_element()
        assert f">{'abc'[letter]} {4 + number}<" in seen.evaluate("image => decodeURIComponent(image.src)")
        assert root.query_selector("output").text_content() == f"{4 + number}"
        assert root.query_selector("input").get_attribute("aria-valuetext") == f"{4 + number}"
        assert root.query_selector("[role=status]").text_content() == root.evaluate(ALT)


def test_the_keyboard_is_enough(show):  # noqa: F811
    root = show(explorer())
    press(root, "Tab", "ArrowDown", "Tab", "ArrowRight", "ArrowRight")
    assert root.evaluate(ALT) == "b 6, call 7"


def test_the_figure_keeps_its_place_and_its_element(show):  # noqa: F811
    root = show(explorer())
    seen = root.evaluate_handle(SEEN).as_element()
    before = seen.bounding_box()
    move(root, "select", 2)
    assert root.evaluate_handle(SEEN).evaluate("(one, other) => one === other", seen)
    assert seen.bounding_box() == before
    assert before["y"] > root.query_selector("label").bounding_box()["y"]


def test_where_scripts_do_not_run_the_first_figure_stands_alone(show):  # noqa: F811
    root = show(explorer(), java_script_enabled=False, selector=".cnnlib-explorer")
    [image] = root.query_selector_all("img")
    assert image.is_visible()
    assert image.get_attribute("alt") == "a 4, call 1"
    assert root.query_selector_all("select, input") == []


def test_a_kernel_hears_of_a_choice_and_its_figure_comes_in(show, monkeypatch):  # noqa: F811
    draw = Drawn()
    figure, sent = explorer(draw), []
    monkeypatch.setattr(type(figure), "send", lambda self, message: sent.append(message))
    root = show(figure, kernel=True)
    page = root.owner_frame().page
    assert root.evaluate(ALT) == "a 4, call 1"
    move(root, "select", 1)
    move(root, "input", 3)
    assert root.evaluate(ALT) == "b 7, call 8"  # at once, while the kernel is busy
    assert page.evaluate("model.sent") == [["chosen", [1, 0]], ["chosen", [1, 3]]]
    figure.set_state({"chosen": [1, 3]})
    page.evaluate("message => model.receive(message)", sent.pop())
    assert root.evaluate(ALT) == "b 7, call 13"
    move(root, "input", 2)
    move(root, "input", 3)
    assert root.evaluate(ALT) == "b 7, call 13"  # as the kernel drew it


def test_shown_once_more_it_begins_with_what_is_chosen(show):  # noqa: F811
    figure = explorer()
    figure.chosen = [2, 1]
    root = show(figure)
    assert root.evaluate(ALT) == "c 5, call 13"
    assert root.query_selector("select").evaluate("list => list.selectedIndex") == 2
    assert root.query_selector("output").text_content() == "5"


@pytest.mark.parametrize("media", ["screen", "print"])
def test_no_style_of_the_page_comes_in(media, show):  # noqa: F811
    root = show(explorer())
    page = root.owner_frame().page
    page.emulate_media(media=media)
    before = root.evaluate(LOOKS)
    assert len(before) >= 12
    page.add_style_tag(content=SPOILT)
    assert root.evaluate(LOOKS) == before


def test_on_paper_stands_what_was_chosen(show):  # noqa: F811
    root = show(explorer())
    move(root, "select", 1)
    root.owner_frame().page.emulate_media(media="print")
    assert not root.query_selector("input").is_visible()
    assert all(each.is_visible() for each in root.query_selector_all("select, output"))
    assert root.evaluate(ALT) == "b 4, call 5"
    assert root.evaluate_handle(SEEN).as_element().is_visible()


def test_what_a_page_holds_twice_works_twice(show):  # noqa: F811
    figure = explorer()
    page = show(figure).owner_frame().page
    page.set_content(figure._repr_html_() * 2)
    first, second = page.query_selector_all(".room")
    move(second, "select", 2)
    assert [root.evaluate(ALT) for root in (first, second)] == ["a 4, call 1", "c 4, call 9"]


def test_jupyterlab_leaves_the_keys_to_a_figure(show):  # noqa: F811
    root = show(explorer(), kernel=True)
    # What JupyterLab looks for between a key's target and the notebook.
    assert root.evaluate("room => room.getRootNode().host.closest('[data-lm-suppress-shortcuts=true]') !== null")
