"""The dial turns and slides a digit, and its three networks answer what `cnnlib` answers, through every control."""

from itertools import product

import numpy as np
import pytest
from book.playgrounds import drag, move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)

from cnnlib.playground import DialPlayground
from cnnlib.playground.dial import TURNERS


def held_to(root, widget):
    """Compare what the page holds with what Python answers to the same setting."""
    seen = outputs(root)
    np.testing.assert_allclose(seen["image"][0], widget.image, atol=1e-4)
    for name, logits in zip(TURNERS, widget.logits, strict=True):
        np.testing.assert_allclose(seen[name], logits, atol=1e-4, err_msg=name)
        assert root.get_attribute(f"data-{name}") == str(logits.argmax())


def setting(root):
    return int(root.get_attribute("data-angle")), int(root.get_attribute("data-right"))


def middle(element):
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def on_the_ring(root, degrees):
    """Return the place of the knob on the screen when the digit is turned by so much."""
    wheel = root.query_selector(".dial")
    (x, y), radius = middle(wheel), wheel.bounding_box()["width"] * 150 / 374
    return x - radius * np.sin(np.deg2rad(degrees)), y - radius * np.cos(np.deg2rad(degrees))


# What a finger does on the page where it begins there.
HANDS = {".dial": "pan-y", ".handle": "none"}


def swipe(page, start, stop, steps=8):
    """Move a finger from one place on the screen to another."""
    client = page.context.new_cdp_session(page)
    for kind, share in [("touchStart", 0), *[("touchMove", n / steps) for n in range(1, steps + 1)], ("touchEnd", 1)]:
        x, y = (a + share * (b - a) for a, b in zip(start, stop, strict=True))
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_three_networks_answer_as_cnnlib_does_for_every_setting(show):  # noqa: F811
    widget = DialPlayground()
    root = show(widget)
    held_to(root, widget)
    for digit, step, right in product(range(10), (0, 9, 18, 37, 71), (-8, 0, 3)):
        root.query_selector_all(".thumbs button")[digit].evaluate("button => button.click()")
        move(root, ".player input", step)
        move(root, "input[name=right]", right)
        widget.digit, widget.angle, widget.right = digit, 5 * step, right
        held_to(root, widget)


def test_the_knob_turns_the_digit_and_a_hand_slides_it(show):  # noqa: F811
    widget = DialPlayground()
    root = show(widget)
    page = root.owner_frame().page
    drag(page, on_the_ring(root, 0), on_the_ring(root, 60))
    assert setting(root) == (60, 0)
    drag(page, on_the_ring(root, 62), on_the_ring(root, 302))  # held beside its middle, the short way back
    assert setting(root) == (300, 0)
    page.mouse.click(*on_the_ring(root, 90))  # the knob comes to the hand
    assert setting(root) == (90, 0)
    picture = root.query_selector(".dial canvas")
    (x, y), pixel = middle(picture), picture.bounding_box()["width"] / 28
    drag(page, (x, y), (x - 3 * pixel, y + 20))
    assert setting(root) == (90, -3)
    drag(page, (x, y), (x + 20 * pixel, y))
    assert setting(root) == (90, 8)
    widget.angle, widget.right = 90, 8
    held_to(root, widget)


def test_a_finger_turns_it_and_the_page_stays(show):  # noqa: F811
    root = show(DialPlayground(), has_touch=True, viewport={"width": 390, "height": 844})
    page = root.owner_frame().page
    # Over the digit and the rings a finger moves the page up and down; the knob is the finger's own, wherever it is.
    touch = {each: root.query_selector(each).evaluate("each => getComputedStyle(each).touchAction") for each in HANDS}
    assert touch == HANDS
    page.touchscreen.tap(*on_the_ring(root, 180))
    assert setting(root) == (180, 0)
    x, y = on_the_ring(root, 180)
    under = "(root, at) => root.getRootNode().elementFromPoint(...at).className"
    assert root.evaluate(under, [x, y]) == "handle"
    swipe(page, (x, y), (x + 40, y))
    assert 190 < setting(root)[0] < 225
    turned, top = setting(root), page.evaluate("scrollY")
    x, y = middle(root.query_selector(".dial canvas"))
    page.evaluate("document.body.style.paddingBottom = '900px'")
    swipe(page, (x, y + 60), (x, y - 60))
    page.wait_for_function("top => scrollY > top", arg=top)
    assert setting(root) == turned


def test_a_hand_near_an_eighth_of_a_turn_means_it(show):  # noqa: F811
    root = show(DialPlayground())
    page = root.owner_frame().page
    labels = [each.text_content() for each in root.query_selector_all(".dial text")]
    assert labels == [f"{angle}°" for angle in range(0, 360, 45)]
    for near, angle in ((43, 45), (47.5, 45), (178, 180), (358, 0), (51, 51), (86, 86)):
        page.mouse.click(*on_the_ring(root, near))
        assert setting(root) == (angle, 0)
        drag(page, on_the_ring(root, angle), on_the_ring(root, 110))
    for label, angle in zip(root.query_selector_all(".dial text"), range(0, 360, 45), strict=True):
        page.mouse.click(*middle(label))
        assert setting(root) == (angle, 0)


def test_a_button_and_a_double_click_set_it_upright(show):  # noqa: F811
    root = show(DialPlayground())
    page = root.owner_frame().page
    for undo in (
        lambda: root.query_selector("button:text('Upright')").click(),
        lambda: page.mouse.dblclick(*middle(root.query_selector(".dial canvas"))),
    ):
        move(root, ".player input", 20)
        move(root, "input[name=right]", 5)
        assert setting(root) == (100, 5)
        undo()
        assert setting(root) == (0, 0)
        assert root.query_selector(".player input").input_value() == "0"


def test_what_is_built_in_is_said_where_it_holds(show):  # noqa: F811
    root = show(DialPlayground())
    upright = outputs(root)["group"]
    for step, right, said in (
        (18, 0, "A quarter turn"),
        (36, 0, "A quarter turn"),
        (9, 0, "Only"),
        (18, 4, "Slid after"),
    ):
        move(root, ".player input", step)
        move(root, "input[name=right]", right)
        assert text_of(root, ".readers .quiet").startswith(said)
        assert np.allclose(outputs(root)["group"], upright, atol=1e-6) == said.startswith("A quarter")


def test_keys_turn_it_slide_it_and_set_it_upright(show):  # noqa: F811
    root = show(DialPlayground())
    root.query_selector(".dial").focus()
    press(root, "ArrowUp", "PageUp", "ArrowLeft", "ArrowLeft")
    assert setting(root) == (50, -2)
    press(root, *["ArrowDown"] * 11, "ArrowRight")
    assert setting(root) == (355, -1)
    press(root, "Home")
    assert setting(root) == (0, 0)


def test_rings_say_at_which_angles_each_network_is_right(show):  # noqa: F811
    widget = DialPlayground()
    root = show(widget)
    page = root.owner_frame().page
    for digit, right in ((6, 0), (4, 2)):
        root.query_selector_all(".thumbs button")[digit].click()
        move(root, "input[name=right]", right)
        page.wait_for_function("root => root.dataset.ringed === '72'", arg=root)
        widget.digit, widget.right = digit, right
        answers = []
        for angle in range(0, 360, 5):
            widget.angle = angle
            answers.append(widget.logits.argmax(axis=1) == digit)
        for name, expected in zip(TURNERS, np.transpose(answers), strict=True):
            arcs = root.query_selector_all(f".dial path.{name}")
            assert ["right" in arc.get_attribute("class") for arc in arcs] == expected.tolist()


def test_dots_walk_along_the_measured_curves_and_a_press_on_a_curve_turns_the_digit(show):  # noqa: F811
    widget = DialPlayground()
    root = show(widget)
    page = root.owner_frame().page
    by_angle, by_move = root.query_selector_all(".curves svg")
    turns, moves = (np.array(widget.curves[name]) for name in ("by_angle", "by_move"))

    def heights(drawing):
        # 0 lies 126 down, 1,000 lies at 10.
        return [1000 * (126 - float(dot.get_attribute("cy"))) / 116 for dot in drawing.query_selector_all("circle")]

    for step, right in ((13, 0), (71, 5), (0, -8)):
        move(root, ".player input", step)
        move(root, "input[name=right]", right)
        assert heights(by_angle) == pytest.approx(turns[:, step].tolist(), abs=0.1)
        assert heights(by_move) == pytest.approx(moves[:, right + 8].tolist(), abs=0.1)
        hollow = ["hollow" in (drawing.get_attribute("class") or "") for drawing in (by_angle, by_move)]
        assert hollow == [right != 0, step != 0]
    box = by_angle.bounding_box()
    page.mouse.click(box["x"] + 34 + (box["width"] - 46) / 4, box["y"] + 60)
    assert setting(root)[0] == 90
    box = by_move.bounding_box()
    page.mouse.click(box["x"] + 34 + (box["width"] - 46) * 3 / 4, box["y"] + 60)
    assert setting(root)[1] == 4


def test_it_says_what_is_read(show):  # noqa: F811
    root = show(DialPlayground())
    move(root, ".player input", 36)
    said = [root.get_attribute(f"data-{name}") for name in TURNERS]
    assert text_of(root, ".sentence") == (
        "A 6, turned counterclockwise by 180°, then slid by 0: "
        f"plain reads {said[0]}, augmented {said[1]}, group {said[2]}."
    )
    wrong = [row.get_attribute("class").endswith("wrong") for row in root.query_selector_all(".reader")]
    assert wrong == [answer != "6" for answer in said]
    page = root.owner_frame().page
    page.wait_for_function("root => root.querySelector('[role=status]').textContent.includes('180')", arg=root)


def test_it_plays_and_python_hears_and_is_heard(show):  # noqa: F811
    root = show(DialPlayground(), kernel=True)
    page = root.owner_frame().page
    root.query_selector(".play").click()
    page.wait_for_function("root => Number(root.dataset.angle) >= 20", arg=root)
    root.query_selector(".play").click()
    page.wait_for_function("() => model.sent.length")
    assert page.evaluate("() => model.sent.at(-1)[0]") == "angle"
    page.evaluate("() => { model.set('angle', 200); model.set('right', -4); model.set('digit', 9); }")
    assert setting(root) == (200, -4)
    assert root.query_selector(".player input").input_value() == "40"
    assert root.query_selector_all(".thumbs button")[9].get_attribute("aria-pressed") == "true"
