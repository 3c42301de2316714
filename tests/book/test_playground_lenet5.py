"""The walk through LeNet-5 shows what `cnnlib` computes, and C3's table lights its connections under every hand."""

import re

import numpy as np
import pytest
from book.playgrounds import array, cell, drag, move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)

from cnnlib.models.c3_table import C3_TABLE
from cnnlib.playground import Lenet5Playground
from cnnlib.playground.lenet5 import CONNECTIONS, FAR, activations

HIGH = {"width": 900, "height": 1400}  # all of it in sight, and none below the sentence
LAYERS = ("c1", "s2", "c3", "s4", "c5", "f6", "output")


def held_to(root, off=()):
    """Compare every layer on the page with what Python makes of the page's image; return Python's."""
    seen = outputs(root)
    right = activations(seen["image"][None], off)
    for name in LAYERS:
        np.testing.assert_allclose(seen[name].ravel(), right[name].ravel(), atol=1e-4, err_msg=name)
    shown = [float(each.text_content()) for each in root.query_selector_all(".bitmap span")]
    np.testing.assert_allclose(shown, right["output"][0], atol=0.051)
    first, second = right["output"][0].argsort()[:2]
    if right["output"].min() < FAR:
        assert root.get_attribute("data-answer") == text_of(root, ".answer") == str(first)
        assert f"bitmap of {first}, at" in text_of(root, ".verdict")
        assert f"that of {second}, at" in text_of(root, ".verdict")
    else:
        assert (root.get_attribute("data-answer"), text_of(root, ".answer")) == ("", "?")
        assert f"No bitmap is near: the nearest, that of {first}, is at" in text_of(root, ".verdict")
        assert root.query_selector(".best") is None
    return right


def lit(root):
    """Return which cells of the table are lit, as pairs of a map of S2 and one of C3."""
    dots = root.query_selector_all(".dot")
    assert len(dots) == 96
    return {(k // 16, k % 16) for k, dot in enumerate(dots) if "lit" in dot.get_attribute("class")}


def framed(root, layer):
    screens = root.query_selector_all(f".{layer} .screen")
    return [k for k, screen in enumerate(screens) if screen.query_selector(".frame.read")]


def test_every_layer_is_cnnlibs_for_every_digit_to_begin_with(show):  # noqa: F811
    root = show(Lenet5Playground())
    held_to(root)
    for thumb, digit in zip(root.query_selector_all(".thumbs button"), (4, 0, 2, 6, 7), strict=True):
        thumb.click()
        held_to(root)
        assert thumb.get_attribute("aria-label") == f"a {digit}"
        assert root.get_attribute("data-answer") == str(digit)


def test_a_drawn_digit_flows_through_to_the_distances(show):  # noqa: F811
    widget = Lenet5Playground()
    root = show(widget)
    page = root.owner_frame().page
    before = root.query_selector(".f6 canvas").evaluate("canvas => canvas.toDataURL()")
    root.query_selector(".from-sheet-to-answer > .group button").click()
    assert not outputs(root)["image"].any()
    held_to(root)
    assert root.get_attribute("data-answer") == ""
    box = root.query_selector(".pad").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]
    drag(page, (x, y + 0.2 * box["height"]), (x, y + 0.8 * box["height"]))
    right = held_to(root)
    assert root.get_attribute("data-answer") == "1"
    assert root.query_selector(".f6 canvas").evaluate("canvas => canvas.toDataURL()") != before
    assert "best" in root.query_selector_all(".bitmap")[1].get_attribute("class")
    widget.image = outputs(root)["image"][0]
    np.testing.assert_allclose(widget.distances, right["output"][0], atol=1e-4)
    np.testing.assert_allclose(widget.painted.ravel(), right["f6"][0], atol=1e-4)


def test_strokes_add_to_a_digit_to_begin_with(show):  # noqa: F811
    root = show(Lenet5Playground())
    page = root.owner_frame().page
    box = root.query_selector(".pad").bounding_box()
    ink = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 112, 112).data].filter((_, k) => k % 4 === 0)"
    for thumb in root.query_selector_all(".thumbs button"):
        thumb.click()
        before = np.array(root.query_selector(".pad canvas").evaluate(ink))
        drag(page, (box["x"] + 30, box["y"] + 30), (box["x"] + 60, box["y"] + 30))
        after = np.array(root.query_selector(".pad canvas").evaluate(ink))
        assert (after >= before).all()
        assert (after > before).any()
        held_to(root)


def test_connections_are_switched_off_and_on_and_the_answer_follows(show):  # noqa: F811
    widget = Lenet5Playground()
    root = show(widget)
    dots = root.query_selector_all(".dot")
    off = []
    for into, out in ([0, 0], [5, 3], [2, 15], [4, 15]):
        dots[16 * into + out].click()
        off.append([into, out])
        widget.off = off
        right = held_to(root, off)
        np.testing.assert_allclose(widget.distances, right["output"][0], atol=1e-4)
        assert "switched off" in text_of(root, ".told")
    dots[16 * 5 + 3].click()
    off.remove([5, 3])
    held_to(root, off)
    dots[1].click()  # which the table does not have
    assert "the table has no weights for it" in text_of(root, ".told")
    held_to(root, off)
    cut = [[k // 16, k % 16] for k, dot in enumerate(dots) if "cut" in dot.get_attribute("class")]
    assert sorted(cut) == sorted(off)
    none, back = root.query_selector_all(".joined button")
    none.click()
    held_to(root, CONNECTIONS)
    page = root.owner_frame().page
    page.mouse.move(*cell(root.query_selector_all(".c3 .screen")[3], 2, 2, 10, 10))
    assert "reads nothing any more" in text_of(root, ".told")
    back.click()
    held_to(root)
    root.query_selector(".connections").focus()
    press(root, "ArrowDown", "Enter")
    held_to(root, [[1, 1]])
    press(root, " ")
    held_to(root)


def test_marks_go_when_the_mouse_leaves_and_stay_where_a_click_holds_them(show):  # noqa: F811
    root = show(Lenet5Playground(), viewport=HIGH)
    page = root.owner_frame().page
    at = cell(root.query_selector_all(".c3 .screen")[2], 3, 5, 10, 10)
    page.mouse.move(*at)
    assert lit(root)
    page.mouse.move(1, 1)
    assert (lit(root), root.get_attribute("data-unit")) == (set(), None)
    assert root.query_selector(".frame") is None
    assert text_of(root, ".told").startswith("Draw on the digit")
    page.mouse.click(*at)
    page.mouse.move(1, 1)
    assert root.get_attribute("data-unit") == "c3 2 3 5"
    root.query_selector_all(".player button")[2].click()
    assert (lit(root), root.get_attribute("data-unit")) == (set(), None)


def test_the_table_is_that_of_1998(show):  # noqa: F811
    root = show(Lenet5Playground())
    on = {
        (k // 16, k % 16) for k, dot in enumerate(root.query_selector_all(".dot")) if "on" in dot.get_attribute("class")
    }
    assert on == {(into, out) for out, maps in enumerate(C3_TABLE) for into in maps}


def test_pointing_at_a_map_or_at_the_table_lights_its_connections(show):  # noqa: F811
    root = show(Lenet5Playground(), viewport=HIGH)
    page = root.owner_frame().page
    for out, maps in enumerate(C3_TABLE):
        page.mouse.move(*cell(root.query_selector_all(".c3 .screen")[out], 3, 5, 10, 10))
        assert root.get_attribute("data-unit") == f"c3 {out} 3 5"
        assert lit(root) == {(row, out) for row in range(6)}
        assert framed(root, "s2") == list(maps)
        assert f"reads the maps {', '.join(map(str, maps))} of S2: {25 * len(maps)} products" in text_of(root, ".told")
    page.mouse.move(*cell(root.query_selector_all(".s2 .screen")[2], 4, 4, 14, 14))
    assert lit(root) == {(2, column) for column in range(16)}
    for row, column in ((5, 3), (0, 1)):
        root.query_selector_all(".dot")[16 * row + column].hover()
        assert lit(root) == {(row, column)}
        joined = row in C3_TABLE[column]
        assert (framed(root, "s2"), framed(root, "c3")) == (([row], [column]) if joined else ([], []))
        assert ("does not read" in text_of(root, ".told")) != joined


def test_a_finger_and_the_keyboard_light_them_too(show):  # noqa: F811
    root = show(Lenet5Playground(), has_touch=True, viewport={"width": 390, "height": 844})
    root.query_selector_all(".dot")[16 * 4 + 7].tap()
    assert lit(root) == {(4, 7)}
    press(root, "Escape")
    root.query_selector(".connections").focus()
    press(root, "ArrowDown", "ArrowRight")
    assert lit(root) == {(5, 8)}
    root.query_selector(".c3 .screens").focus()
    press(root, "PageDown", "ArrowDown", "Enter")
    assert root.get_attribute("data-unit") == "c3 1 1 0"
    root.query_selector(".s2 .screens").focus()
    press(root, "ArrowDown")
    assert root.get_attribute("data-unit") == "c3 1 1 0"  # held
    press(root, "Escape")
    assert root.get_attribute("data-unit").startswith("s2 ")


@pytest.mark.parametrize("layer", ["c1", "s2", "c3", "s4", "c5", "f6"])
def test_the_workings_of_a_cell_add_up(show, layer):  # noqa: F811
    root = show(Lenet5Playground(), viewport=HIGH)
    sides = {"c1": (28, 28), "s2": (14, 14), "c3": (10, 10), "s4": (5, 5), "c5": (3, 40), "f6": (12, 7)}[layer]
    screens = root.query_selector_all(f".{layer} .screen")
    screen = len(screens) // 2
    root.owner_frame().page.mouse.move(*cell(screens[screen], 2, 3, *sides))
    right = held_to(root)[layer].reshape(-1, *sides)[screen, 2, 3]
    told = text_of(root, ".told").replace("−", "-")
    z, value = map(
        float, re.search(r"(?:makes|up to) (-?[\d.]+), squashed by the tanh to (-?[\d.]+)\.$", told).groups()
    )
    assert value == pytest.approx(right, abs=0.0051)
    assert 1.7159 * np.tanh(2 / 3 * z) == pytest.approx(value, abs=0.012)
    if layer in ("s2", "s4"):
        total, weight, bias = map(
            float, re.search(r"up to (-?[\d.]+), times (-?[\d.]+), plus (-?[\d.]+)", told).groups()
        )
        assert total * weight + bias == pytest.approx(z, abs=0.1)


def test_play_walks_from_layer_to_layer(show):  # noqa: F811
    root = show(Lenet5Playground(), viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    on = root.query_selector_all(".player button")[2]
    named = []
    for step in range(1, 8):
        on.click()
        [section] = root.query_selector_all("section.now")
        named.append(section.get_attribute("class").split()[0])
        assert root.get_attribute("data-step") == str(step)
        assert len(root.query_selector_all("section.later")) == 7 - step
        # In sight, above the bar that says what it is.
        box, bar = section.bounding_box(), root.query_selector(".foot").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= bar["y"] + 1
        assert bar["y"] + bar["height"] <= 845
    assert named == list(LAYERS)
    assert text_of(root, ".told").startswith("The output")
    move(root, ".player input", 0)
    assert root.query_selector_all("section.now") == []


def test_python_hears_of_a_drawing_and_the_page_of_python(show):  # noqa: F811
    root = show(Lenet5Playground(), kernel=True)
    page = root.owner_frame().page
    root.query_selector_all(".thumbs button")[2].click()
    page.wait_for_function("() => model.sent.length")
    [[name, packet]] = page.evaluate("() => model.sent.map(([n, p]) => [n, { shape: p.shape, data: [...p.data] }])")
    assert name == "image"
    np.testing.assert_allclose(array(packet), outputs(root)["image"][0], atol=1e-6)
    page.evaluate(
        "() => model.set('image', { shape: [28, 28], data: new DataView(new Float32Array(784).fill(1).buffer) })"
    )
    assert outputs(root)["image"].all()
    held_to(root)
    page.evaluate("() => model.set('off', [[0, 0], [1, 1]])")
    held_to(root, [[0, 0], [1, 1]])
    root.query_selector_all(".joined button")[1].click()
    assert page.evaluate("() => model.sent.at(-1)") == ["off", []]
