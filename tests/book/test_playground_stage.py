"""The stage of LeNet: two networks compared, ink erased, a grey patch laid, and the way through the layers."""

import numpy as np
import pytest
from book.playgrounds import SETTLED, drag, move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)
from book.test_playground_lenet import SEVEN, check_every_layer, draw

from cnnlib import vectorized
from cnnlib.models.architecture import run
from cnnlib.models.catalogue import lenet
from cnnlib.playground import LenetPlayground
from cnnlib.playground.weights import unpacked_weights

PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}


def network_of(widget, number):
    """Return architecture and weights of one of the widget's networks, as the page has them."""
    each = widget.networks[number]
    return lenet(each["activation"], each["pooling"]), unpacked_weights(each["weights"])


def answer(network, image):
    outputs = run(*network, image.reshape(1, 1, 28, 28).astype(np.float32), ops=vectorized)
    return vectorized.softmax(outputs["dense3"])[0]


def under(image, top, left, height, width, ink=0.5):
    """Lay a patch on an image."""
    image = image.copy().reshape(28, 28)
    image[top : top + height, left : left + width] = ink
    return image


def patch_of(root):
    *place, ink = root.get_attribute("data-patch").split()
    return [*map(int, place), float(ink)]


def check_patch(root, bare):
    """Hold image and answers to the patch that lies there; return its corner."""
    patch, seen = patch_of(root), outputs(root)
    np.testing.assert_allclose(seen["image"][0], under(bare, *patch), atol=1e-6)
    expected = answer(network_of(LenetPlayground(), 0), seen["image"])
    np.testing.assert_allclose(seen["probabilities"], expected, atol=1e-4)
    return patch[:2]


class TestNetworks:
    def test_both_networks_are_cnnlibs_on_every_digit_and_every_bar_says_both(self, show):  # noqa: F811
        widget = LenetPlayground()
        root = show(widget)
        for thumb in root.query_selector_all(".thumbs button")[::3]:
            thumb.click()
            shares = []
            for number, card in enumerate(root.query_selector_all(".card")):
                card.click()
                seen = outputs(root)
                check_every_layer(seen, *network_of(widget, number))
                assert card.query_selector("input").is_checked()
                assert card.query_selector(".answer").text_content() == str(seen["probabilities"].argmax())
                shares.append(seen["probabilities"])
            for digit, bar in enumerate(root.query_selector_all(".bar")):
                told = [float(each.text_content().split("\u00a0")[0]) / 100 for each in bar.query_selector_all("b")]
                np.testing.assert_allclose(told, [share[digit] for share in shares], atol=0.00051)

    def test_the_workings_and_titles_are_those_of_the_network_on_show(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector_all(".conv2 .screen")[2].click()
        assert "the ReLU makes" in text_of(root, ".inspector")
        root.query_selector_all(".card")[1].click()
        assert "the sigmoid makes" in text_of(root, ".inspector")
        assert "average pooling" in text_of(root, ".pool1")
        root.query_selector_all(".pool1 .screen")[2].hover()
        value = float(root.get_attribute("data-value"))
        assert outputs(root)["active2"].min() > 0  # no sigmoid is 0
        assert value > 0

    def test_python_chooses_the_network_and_hears_of_the_readers_choice(self, show):  # noqa: F811
        root = show(LenetPlayground(), kernel=True)
        page = root.owner_frame().page
        root.query_selector_all(".card")[1].click()
        page.wait_for_function("() => model.sent.length")
        assert page.evaluate("() => model.sent") == [["activation", "sigmoid"]]
        page.evaluate("() => model.set('activation', 'relu')")
        assert root.query_selector(".card input").is_checked()


class TestHands:
    def test_the_rubber_takes_ink_away_by_mouse_and_keyboard(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector("text=Clear").click()
        draw(root, *SEVEN)
        before = outputs(root)["picture"]
        root.query_selector("[data-mode=erase]").click()
        draw(root, (0.2, 0.15), (0.45, 0.21))
        after = outputs(root)["picture"]
        assert (after <= before).all()
        assert after.sum() < 0.95 * before.sum()
        root.query_selector(".pad").focus()
        press(root, " ", *["ArrowDown"] * 9, " ")
        assert outputs(root)["picture"].sum() < after.sum()
        press(root, "Control+z")
        np.testing.assert_array_equal(outputs(root)["picture"], after)

    def test_a_patch_is_dragged_with_the_mouse_and_the_arrow_keys(self, show):  # noqa: F811
        root = show(LenetPlayground())
        page = root.owner_frame().page
        bare = outputs(root)["image"][0]
        root.query_selector("[data-mode=patch]").click()
        assert check_patch(root, bare) == [6, 6]
        box = root.query_selector(".sheet .board").bounding_box()
        cell = box["width"] / 28
        start = box["x"] + 10 * cell, box["y"] + 10 * cell
        drag(page, start, (start[0] + 3 * cell, start[1] + 5 * cell))
        assert check_patch(root, bare) == [11, 9]
        root.query_selector(".sheet .board").focus()
        press(root, "ArrowUp", "ArrowUp", "ArrowRight")
        assert check_patch(root, bare) == [9, 10]
        move(root, "input[name=patch]", 14)
        assert patch_of(root)[2] == 14
        check_patch(root, bare)
        press(root, *["ArrowDown"] * 30)
        assert check_patch(root, bare)[0] == 28 - 14
        root.query_selector("[data-mode=draw]").click()
        np.testing.assert_allclose(outputs(root)["image"][0], bare, atol=1e-6)

    def test_a_finger_drags_the_patch(self, show):  # noqa: F811
        root = show(LenetPlayground(), **PHONE)
        page = root.owner_frame().page
        root.query_selector("[data-mode=patch]").tap()
        box = root.query_selector(".sheet .board").bounding_box()
        cell = box["width"] / 28
        device = page.context.new_cdp_session(page)
        for step in range(5):
            at = {"x": box["x"] + (10 + step) * cell, "y": box["y"] + 10 * cell}
            kind = "touchMove" if step else "touchStart"
            device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert patch_of(root)[:3] == [6, 10, 8]

    @pytest.mark.parametrize("number", [0, 1])
    def test_the_trace_is_what_the_patch_takes_from_the_answer(self, number, show):  # noqa: F811
        widget = LenetPlayground()
        network = network_of(widget, number)
        root = show(widget)
        root.query_selector_all(".card")[number].click()
        bare = outputs(root)["image"][0]
        whole = answer(network, bare)
        root.query_selector("[data-mode=patch]").click()
        for place in (40, 150, 333):
            move(root, ".cover .player input", place)
        root.query_selector(".sheet .board").focus()
        press(root, "ArrowLeft")
        lost = dict(root.evaluate("root => [...root.lost].map(([centre, { loss }]) => [centre, loss])"))
        assert len(lost) == 5
        for centre, loss in lost.items():
            top, left = divmod(centre, 28)
            remains = answer(network, under(bare, top - 4, left - 4, 8, 8))[whole.argmax()]
            assert loss == pytest.approx(max(0, whole.max() - remains), abs=1e-4)
        move(root, "input[name=patch]", 6)
        assert len(root.evaluate("root => [...root.lost]")) == 1  # what was measured with another patch is forgotten

    def test_the_patch_goes_over_every_place_where_nothing_may_move(self, show):  # noqa: F811
        root = show(LenetPlayground(), reduced_motion="reduce")
        root.query_selector("[data-mode=patch]").click()
        move(root, "input[name=patch]", 16)
        root.query_selector(".cover .play").click()
        root.owner_frame().page.wait_for_function("root => root.lost.size === 13 ** 2", arg=root, timeout=60_000)

    @pytest.mark.parametrize(("form", "ink", "places"), [("square", 0.5, 13**2), ("upright", 0, 15), ("flat", 1, 15)])
    def test_a_sweep_is_summed_up_and_the_patch_goes_to_its_worst_place(self, form, ink, places, show):  # noqa: F811
        widget = LenetPlayground()
        network = network_of(widget, 0)
        root = show(widget)
        page = root.owner_frame().page
        root.query_selector_all(".thumbs button")[3].click()
        bare = outputs(root)["image"][0]
        root.query_selector("[data-mode=patch]").click()
        move(root, "input[name=patch]", 16)
        move(root, ".cover select >> nth=0", form)
        move(root, ".cover select >> nth=1", str(ink))
        _, _, height, width, _ = patch_of(root)
        assert (height, width) == {"square": (16, 16), "upright": (28, 14), "flat": (14, 28)}[form]
        root.query_selector(".cover .play").click()
        page.wait_for_function("root => root.querySelector('.sum').textContent", arg=root, timeout=60_000)
        assert root.evaluate("root => root.lost.size") == places
        digit = answer(network, bare).argmax()
        every = {
            (top, left): answer(network, under(bare, top, left, height, width, ink))
            for top in range(29 - height)
            for left in range(29 - width)
        }
        assert len(every) == places
        kept = sum(each.argmax() == digit for each in every.values())
        worst = min(every, key=lambda place: every[place][digit])
        page.wait_for_function("root => root.querySelector('.cover .play').textContent === 'Play'", arg=root)
        assert every[tuple(patch_of(root)[:2])][digit] == pytest.approx(every[worst][digit], abs=1e-4)
        seen = outputs(root)["probabilities"]
        assert text_of(root, ".sum") == (
            f"The {digit} is still read at {kept} of {places} places. "
            f"At the worst: read as {seen.argmax()}, {100 * seen.max():.1f}\u00a0%."
        )
        # What the eye reads is of the patch that lies there.
        assert f"read as {seen.argmax()}, {100 * seen.max():.1f}" in text_of(root, ".reading span")
        root.query_selector(".sheet .board").focus()
        press(root, "ArrowLeft")
        check_patch(root, bare)
        move(root, ".cover select >> nth=1", str((ink + 1) % 2))
        assert not text_of(root, ".sum")

    def test_undo_and_clear_rest_while_a_patch_lies_there_and_nothing_moves(self, show):  # noqa: F811
        root = show(LenetPlayground(), viewport={"width": 1366, "height": 800})
        root.query_selector("text=Clear").click()
        assert "Cleared." in text_of(root, ".begin")
        before = root.query_selector(".sheet").bounding_box()
        draw(root, *SEVEN)
        assert "Cleared." not in text_of(root, ".begin")
        root.query_selector("[data-mode=patch]").click()
        assert root.query_selector(".sheet").bounding_box()["y"] == pytest.approx(before["y"], abs=1)
        assert root.query_selector("text=Undo").is_disabled()

    def test_python_hears_what_is_under_the_patch(self, show):  # noqa: F811
        widget = LenetPlayground()
        root = show(widget, kernel=True)
        page = root.owner_frame().page
        root.query_selector("[data-mode=patch]").click()
        page.wait_for_function("() => model.sent.length")
        shown = page.evaluate("() => [...model.sent.at(-1)[1].data]")
        np.testing.assert_allclose(np.reshape(shown, (28, 28)), under(widget.image, 6, 6, 8, 8), atol=1e-6)


class TestWay:
    def test_layers_fill_row_by_row_and_what_a_row_reads_is_framed(self, show):  # noqa: F811
        root = show(LenetPlayground())
        move(root, ".way .player input", 28 + 14 + 3)
        filled = """(root, layer) => {
          const canvas = root.querySelector(`.${layer} canvas`);
          const { data } = canvas.getContext("2d").getImageData(0, 0, 1, canvas.height);
          return data.filter((_, k) => k % 4 === 3 && data[k] > 0).length;
        }"""
        counts = {layer: root.evaluate(f"root => ({filled})(root, '{layer}')") for layer in ("pool1", "conv2", "pool2")}
        assert counts == {"pool1": 14, "conv2": 3, "pool2": 0}
        assert len(root.query_selector_all(".pool1 .frame.read")) == 6
        assert len(root.query_selector_all(".conv2 .frame.row")) == 16
        assert "row 3 of 10" in text_of(root, ".way")
        assert "under-way" in root.get_attribute("class")
        root.query_selector_all(".thumbs button")[3].click()  # another digit is through at once
        assert "under-way" not in root.get_attribute("class")
        assert root.evaluate(f"root => ({filled})(root, 'pool2')") == 5

    def test_it_plays(self, show):  # noqa: F811
        root = show(LenetPlayground())
        page = root.owner_frame().page
        root.query_selector(".way .play").click()
        page.wait_for_function("root => root.classList.contains('under-way')", arg=root)
        page.wait_for_function("root => !root.classList.contains('under-way')", arg=root)


class TestInSight:
    @pytest.mark.parametrize("window", [{"viewport": {"width": 1080, "height": 700}}, PHONE])
    def test_sheet_answers_and_workings_stay_while_the_layers_are_walked(self, window, show):  # noqa: F811
        root = show(LenetPlayground(), **window)
        page = root.owner_frame().page
        for layer in ("conv1", "pool1", "conv2", "pool2", "dense1", "dense2"):
            screen = root.query_selector_all(f".{layer} .screen")[-1]
            screen.scroll_into_view_if_needed()
            # A place that is in sight below what is sticky.
            screen.evaluate("each => scrollBy(0, each.getBoundingClientRect().top - 400)")
            screen.click(position={"x": 8, "y": 8})
            root.query_selector(".inspector").evaluate(SETTLED)
            assert root.get_attribute("data-unit").startswith(layer)
            for selector in (".pad", ".cards", ".bars"):
                box = root.query_selector(selector).bounding_box()
                assert box["y"] >= -1, (layer, selector)
                assert box["y"] + box["height"] <= page.viewport_size["height"], (layer, selector)
            workings, unit = root.query_selector(".inspector").bounding_box(), screen.bounding_box()
            beside = workings["x"] >= unit["x"] + unit["width"] and abs(workings["y"] - unit["y"]) < 450
            below = 0 <= workings["y"] - unit["y"] - unit["height"] < 130
            assert beside or below, layer
