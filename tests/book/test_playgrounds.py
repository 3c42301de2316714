"""The playgrounds as a page has them: open to everyone, on paper too, and left alone by the page's styles."""

import numpy as np
import pytest
from book.playgrounds import LOOKS, SPOILT, press, show  # noqa: F401  (show is a fixture)

from cnnlib.playground import (
    ConvolutionPlayground,
    DialPlayground,
    LearningPlayground,
    Lenet5Playground,
    LenetPlayground,
    OrdersPlayground,
    PoolingPlayground,
    StripesPlayground,
    SummaryPlayground,
)


def small_lenet():
    return LenetPlayground(compact=True)


def worked():
    return ConvolutionPlayground([[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 1, 0]], [[1, 0], [-1, 2]])


def orders():
    return OrdersPlayground(np.arange(96, dtype=np.uint8).reshape(8, 12))


EVERY = [
    LenetPlayground,
    ConvolutionPlayground,
    worked,
    PoolingPlayground,
    SummaryPlayground,
    StripesPlayground,
    LearningPlayground,
    DialPlayground,
    orders,
    Lenet5Playground,
    small_lenet,
]

# What reaches beyond the figure's right edge.
BEYOND = """room => [...room.querySelectorAll("*")]
  .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > room.getBoundingClientRect().right)
  .map(each => each.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("make", EVERY)
class TestEvery:
    def test_fits_a_phone_in_light_and_dark(self, make, show):  # noqa: F811
        root = show(make(), viewport={"width": 390, "height": 844}, color_scheme="dark")
        page = root.owner_frame().page
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert root.evaluate(BEYOND) == []
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert root.evaluate("async room => (await 0, getComputedStyle(room).backgroundColor)") == "rgb(26, 33, 41)"
        page.emulate_media(media="print")
        assert root.evaluate("room => getComputedStyle(room).backgroundColor") == "rgb(246, 248, 250)"

    def test_every_control_has_a_name(self, make, show):  # noqa: F811
        root = show(make())
        nameless = root.evaluate(
            """root => [...root.querySelectorAll("input, select, button, [tabindex]")]
              .filter(each => !each.ariaLabel && !each.labels?.[0]?.textContent.trim() && !each.textContent.trim())
              .map(each => each.outerHTML)"""
        )
        assert nameless == []
        assert root.query_selector_all("[role=application]:not([aria-label])") == []
        assert root.query_selector_all("[role=status]")

    def test_no_style_of_the_page_comes_in_and_none_goes_out(self, make, show):  # noqa: F811
        root = show(make(), reduced_motion="reduce")
        page = root.owner_frame().page
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<p class=name>A page. <b class=frame>Its text.</b></p>')"
        )
        before, outside = root.evaluate(LOOKS), page.query_selector("body > p").evaluate(LOOKS)
        assert len(before) > 20
        page.add_style_tag(content=SPOILT)
        assert root.evaluate(LOOKS) == before
        page.evaluate("document.querySelectorAll('style, .cnnlib-playground').forEach(each => each.remove())")
        assert page.query_selector("body > p").evaluate(LOOKS) == outside

    def test_where_the_keyboard_is_can_be_seen(self, make, show):  # noqa: F811
        root = show(make())
        for control in root.query_selector_all("button, select, input[type=range], [tabindex]"):
            if control.is_visible():
                control.focus()
                press(root, "Shift")  # a key: the browser now takes the reader for one who uses the keyboard
                assert control.evaluate("each => getComputedStyle(each).outlineWidth") == "3px"

    def test_without_javascript_a_sentence_says_what_is_missing(self, make, show):  # noqa: F811
        widget = make()
        root = show(widget, java_script_enabled=False, selector=".cnnlib-playground")
        assert root.inner_text() == f"{widget.title} (It needs JavaScript.)"

    def test_on_paper_the_maps_stay_and_the_controls_go(self, make, show):  # noqa: F811
        root = show(make())
        root.owner_frame().page.emulate_media(media="print")
        assert not any(each.is_visible() for each in root.query_selector_all("button, select, input[type=range]"))
        drawn = root.query_selector_all(
            ":is(.screens, .pad, .board) canvas, .learning canvas, .stripes svg, .dial canvas, .orders canvas"
        )
        assert drawn
        assert all(each.is_visible() for each in drawn)

    def test_nothing_moves_for_who_wants_no_motion(self, make, show):  # noqa: F811
        root = show(make(), reduced_motion="reduce")
        moving = "root => [...root.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s')"
        assert root.evaluate(f"{moving}.length") == 0

    def test_every_control_changes_the_figure_by_keyboard(self, make, show):  # noqa: F811
        root = show(make())
        shown = """root => root.textContent
          + [...root.querySelectorAll("canvas")].map(each => each.toDataURL())
          + [...root.querySelectorAll("svg")].map(each => each.innerHTML)"""
        for control in root.query_selector_all("select, input[type=range]"):
            if not control.is_visible():
                continue  # the power of a pooling that has none
            ranged = control.evaluate("each => each.type === 'range'")
            keys = ("ArrowRight", "ArrowLeft") if ranged else ("ArrowDown", "ArrowUp")
            before = root.evaluate(shown)
            control.focus()
            for key in keys:  # the second where it stands at its end
                press(root, key)
                if root.evaluate(shown) != before:
                    break
            else:
                pytest.fail(control.evaluate("each => each.closest('label').textContent"))

    def test_what_a_page_holds_twice_works_twice(self, make, show):  # noqa: F811
        widget = make()
        root = show(widget)
        page = root.owner_frame().page
        page.set_content(widget._repr_html_() * 2)
        assert [room.evaluate("room => Boolean(room.outputs)") for room in page.query_selector_all(".room")] == [
            True,
            True,
        ]
