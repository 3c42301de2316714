"""What is drawn on LeNet, and what can be pointed at, is what `cnnlib` computes: by mouse, finger and keyboard."""

import re

import numpy as np
import pytest
from book.playgrounds import array, outputs, press, show, text_of  # noqa: F401  (show is a fixture)
from PIL import Image

from cnnlib import data, vectorized
from cnnlib.models.architecture import initial_weights, run
from cnnlib.models.catalogue import lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.playground import LenetPlayground

# What the page calls the outputs of cnnlib's layers.
LAYERS = {"conv1": "conv1", "active1": "{}1", "pool1": "pool1", "conv2": "conv2", "active2": "{}2", "pool2": "pool2"}
LAYERS |= {"dense1": "dense1", "active3": "{}3", "dense2": "dense2", "active4": "{}4", "dense3": "dense3"}


def draw(root, *points):
    """Draw through points of the sheet, given in shares of its sides."""
    pad, mouse = root.query_selector(".pad"), root.owner_frame().page.mouse
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=4)
    mouse.up()


HOLDS = "Held."


def unit_of(layer, place):
    return " ".join(map(str, (layer, *place)))


def click(root, layer, place):
    """Click on a unit: its map, row and column."""
    map_, row, column = place
    screen = root.query_selector_all(f".{layer} .screen")[map_]
    cell = screen.bounding_box()["width"] / {"conv1": 28, "conv2": 10}[layer]
    screen.click(position={"x": (column + 0.5) * cell, "y": (row + 0.5) * cell})


def click_brightest(root, map_):
    """Click on the brightest unit of a map of the first convolution; return its place."""
    shown = outputs(root)["active1"][map_]
    place = (map_, *(int(each) for each in np.unravel_index(shown.argmax(), shown.shape)))
    click(root, "conv1", place)
    return place


SEVEN = (0.25, 0.2), (0.72, 0.22), (0.4, 0.8)


def check_every_layer(seen, architecture, weights):
    expected = run(architecture, weights, seen["image"][None].astype(np.float32), ops=vectorized)
    function = next(name for name in ("relu", "sigmoid", "tanh") if f"{name}1" in expected)
    for name, layer in LAYERS.items():
        np.testing.assert_allclose(seen[name], expected[layer.format(function)][0], atol=1e-4, err_msg=name)
    np.testing.assert_allclose(seen["probabilities"], vectorized.softmax(expected["dense3"])[0], atol=1e-4)


class TestLenet:
    def test_every_map_of_every_digit_to_begin_with_is_cnnlibs(self, show):  # noqa: F811
        root = show(LenetPlayground())
        answers = []
        for thumb in root.query_selector_all(".thumbs button"):
            thumb.click()
            seen = outputs(root)
            check_every_layer(seen, *trained_lenet())
            assert text_of(root, ".answer") == str(seen["probabilities"].argmax())
            answers.append(text_of(root, ".answer"))
        assert answers[:10] == [str(digit) for digit in range(10)]

    def test_a_drawing_is_prepared_and_read_as_cnnlib_does_it(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector("text=Clear").click()
        assert "Nothing stands out yet" in text_of(root, ".reading")
        draw(root, *SEVEN)
        seen = outputs(root)
        np.testing.assert_allclose(seen["image"][0], data.as_mnist(seen["picture"]), atol=1e-4)
        check_every_layer(seen, *trained_lenet())
        assert text_of(root, ".answer") == "7"
        root.query_selector(".way input[type=checkbox]").click()
        raw = Image.fromarray(seen["picture"].astype(np.float32)).resize((28, 28), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(outputs(root)["image"][0], np.asarray(raw), atol=1e-4)

    @pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
    def test_a_network_of_ones_own_is_cnnlibs_too(self, activation, show):  # noqa: F811
        weights = initial_weights(lenet(activation, "average"), 3)
        root = show(LenetPlayground(activation, "average", weights))
        check_every_layer(outputs(root), lenet(activation, "average"), weights)

    def test_undo_and_clear(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector("text=Clear").click()
        draw(root, *SEVEN)
        first = outputs(root)["picture"]
        draw(root, (0.2, 0.9), (0.8, 0.9))
        assert outputs(root)["picture"].sum() > first.sum()
        root.query_selector("text=Undo").click()
        np.testing.assert_array_equal(outputs(root)["picture"], first)

    @pytest.mark.parametrize("dark", [True, False])
    def test_a_picture_of_ones_own_is_read_as_by_the_command_line(self, dark, show, tmp_path):  # noqa: F811
        page = np.full((130, 90), 20 if dark else 235, np.uint8)
        page[30:100, 40:49] = 220 if dark else 15
        page[30:40, 20:60] = 200 if dark else 40
        path = tmp_path / "mine.png"
        Image.fromarray(page).save(path)
        root = show(LenetPlayground())
        before = root.evaluate("root => root.outputs.image.data.join()")
        root.query_selector("input[type=file]").set_input_files(path)
        root.owner_frame().page.wait_for_function(
            "([root, before]) => root.outputs.image.data.join() !== before", arg=[root, before]
        )
        np.testing.assert_allclose(outputs(root)["image"][0], data.as_mnist(data.open_picture(path)), atol=1e-4)

    def test_what_is_no_picture_is_named(self, show, tmp_path):  # noqa: F811
        path = tmp_path / "notes.txt"
        path.write_text("no picture")
        root = show(LenetPlayground())
        root.query_selector("input[type=file]").set_input_files(path)
        root.wait_for_selector("text=notes.txt is not a picture")

    @pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2", "pool2", "dense1", "dense2"])
    def test_pointing_at_a_unit_tells_how_it_came_by_its_value(self, layer, show):  # noqa: F811
        root = show(LenetPlayground())
        shown = {"conv1": "active1", "conv2": "active2", "dense1": "active3", "dense2": "active4"}.get(layer, layer)
        seen = outputs(root)
        maps = seen[shown] if seen[shown].ndim == 3 else seen[shown].reshape(1, -1, {"dense1": 30, "dense2": 28}[layer])
        screens = root.query_selector_all(f".{layer} .screen")
        assert len(screens) == len(maps)
        _, height, width = maps.shape
        # A corner, where the padding is, and the brightest unit.
        for map_, row, column in ((len(maps) - 1, 0, width - 1), np.unravel_index(maps.argmax(), maps.shape)):
            box = screens[map_].bounding_box()
            place = {"x": box["width"] * (column + 0.5) / width, "y": box["height"] * (row + 0.5) / height}
            screens[map_].hover(position=place)
            assert root.get_attribute("data-unit") == f"{layer} {map_} {row} {column}"
            assert float(root.get_attribute("data-value")) == pytest.approx(maps[map_, row, column])
            said = text_of(root, ".inspector [role=status]").replace("−", "-")
            told = [float(value) for value in re.findall(r"-?\d+\.\d+", said)]
            if layer.startswith("pool"):
                assert told == [pytest.approx(maps[map_, row, column], abs=0.006)]
                continue
            total = seen[layer].reshape(maps.shape)[map_, row, column]
            bias = trained_lenet()[1][f"{layer}.bias"][map_ if layer.startswith("conv") else row * width + column]
            assert told == [pytest.approx(value, abs=0.006) for value in (total - bias, bias, total, max(0, total))]

    def test_a_click_holds_a_unit_and_moves_the_hold_and_lets_go(self, show):  # noqa: F811
        root = show(LenetPlayground())
        first, second = (click_brightest(root, map_) for map_ in (1, 4))  # the second click moves the hold
        assert root.get_attribute("data-unit") == unit_of("conv1", second)
        assert first != second
        root.query_selector_all(".conv2 .screen")[3].hover()
        assert root.get_attribute("data-unit") == unit_of("conv1", second)
        value = root.get_attribute("data-value")
        root.query_selector_all(".thumbs button")[0].click()
        assert root.get_attribute("data-unit") == unit_of("conv1", second)
        assert root.get_attribute("data-value") != value
        assert HOLDS in text_of(root, ".inspector")
        click(root, "conv1", second)
        assert HOLDS not in text_of(root, ".inspector")
        root.query_selector_all(".conv2 .screen")[3].hover()
        assert root.get_attribute("data-unit").startswith("conv2 3")

    def test_a_drawing_goes_on_explaining_what_is_held_until_escape(self, show):  # noqa: F811
        root = show(LenetPlayground())
        held = click_brightest(root, 2)
        value = root.get_attribute("data-value")
        draw(root, *SEVEN)
        assert root.get_attribute("data-unit") == unit_of("conv1", held)
        assert root.get_attribute("data-value") != value
        press(root, "Escape")  # on the sheet, where the reader is now
        assert HOLDS not in text_of(root, ".inspector")
        root.query_selector_all(".pool2 .screen")[7].hover()
        assert root.get_attribute("data-unit").startswith("pool2 7")

    def test_enter_holds_a_unit_and_moves_the_hold_and_lets_go(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector(".conv1 .screens").focus()
        press(root, "ArrowDown", "Enter", "ArrowRight")
        assert root.get_attribute("data-unit") == "conv1 0 1 0"  # walking on leaves it
        assert HOLDS in text_of(root, ".inspector")
        press(root, "Enter")
        assert root.get_attribute("data-unit") == "conv1 0 1 1"
        press(root, "Tab")
        assert root.get_attribute("data-unit") == "conv1 0 1 1"
        press(root, "Enter")
        assert root.get_attribute("data-unit") == "pool1 0 0 0"
        press(root, "Enter", "ArrowRight")
        assert HOLDS not in text_of(root, ".inspector")
        assert root.get_attribute("data-unit") == "pool1 0 0 1"
        press(root, "Enter", "Escape", "ArrowRight")
        assert root.get_attribute("data-unit") == "pool1 0 0 2"

    def test_a_bar_is_held_like_any_unit(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector_all(".bar")[7].click()
        root.query_selector_all(".bar")[2].hover()
        assert root.get_attribute("data-unit") == "dense3 0 7 0"
        root.query_selector_all(".bar")[2].click()
        assert root.get_attribute("data-unit") == "dense3 0 2 0"
        press(root, "Enter", "ArrowDown")  # the bars have the focus
        assert root.get_attribute("data-unit") == "dense3 0 3 0"

    def test_a_finger_holds_and_moves_and_lets_go_though_it_misses_by_a_unit(self, show):  # noqa: F811
        root = show(LenetPlayground(), has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
        screen = root.query_selector_all(".conv1 .screen")[1]
        screen.tap(position={"x": 30, "y": 30})
        held = root.get_attribute("data-unit")
        assert held.startswith("conv1 1")
        assert "Held. Tap it again to let go." in text_of(root, ".inspector")
        root.query_selector_all(".conv1 .screen")[2].tap(position={"x": 30, "y": 30})
        assert root.get_attribute("data-unit") == held.replace("conv1 1", "conv1 2")
        root.query_selector_all(".conv1 .screen")[2].tap(position={"x": 37, "y": 26})
        assert "Held" not in text_of(root, ".inspector")
        assert "Tap a unit to hold it" in text_of(root, ".inspector")
        assert root.owner_frame().page.evaluate("document.documentElement.scrollWidth") <= 390

    def test_the_keyboard_draws(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector("text=Clear").click()
        press(root, "Tab", *["ArrowUp"] * 6, " ", *["ArrowDown"] * 12, " ", *["ArrowLeft"] * 3)
        stroke = outputs(root)["picture"]
        rows, columns = np.nonzero(stroke > 0.5)
        assert 45 <= np.ptp(rows) <= 60
        assert np.ptp(columns) <= 10
        assert text_of(root, ".answer") == "1"
        press(root, "Control+z")
        assert "Nothing stands out yet" in text_of(root, ".reading")

    def test_the_keyboard_walks_from_unit_to_unit_and_map_to_map(self, show):  # noqa: F811
        root = show(LenetPlayground(), viewport={"width": 1000, "height": 900})
        root.query_selector(".way .player input").focus()
        press(root, "Tab")
        assert root.get_attribute("data-unit") == "conv1 0 0 0"
        walks = {
            "ArrowDown": "0 1 0",
            "End": "0 1 27",
            "ArrowRight": "1 1 0",
            "PageDown": "2 1 0",
            "ArrowLeft": "1 1 27",
        }
        for key, unit in walks.items():
            press(root, key)
            assert root.get_attribute("data-unit") == f"conv1 {unit}"
        press(root, "Tab", "Tab", "PageDown", *["ArrowDown"] * 10)
        assert root.get_attribute("data-unit") == "conv2 9 0 0"  # eight abreast: one below the second is the tenth
        press(root, "Tab", "Tab", "Tab", "Shift+Tab", "ArrowRight")
        assert root.get_attribute("data-unit") == "dense1 0 0 1"

    def test_the_keyboard_asks_the_bars(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector(".bars").focus()
        press(root, "ArrowDown", "ArrowDown", "ArrowUp")
        assert root.get_attribute("data-unit") == "dense3 0 1 0"
        assert "Output for 1: 84 products" in text_of(root, ".inspector [role=status]")

    def test_a_finger_draws_and_points(self, show):  # noqa: F811
        root = show(LenetPlayground(), has_touch=True, viewport={"width": 390, "height": 844})
        page = root.owner_frame().page
        root.query_selector("text=Clear").click()
        box = root.query_selector(".pad").bounding_box()
        device = page.context.new_cdp_session(page)
        for step in range(12):
            at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] * (0.2 + 0.05 * step)}
            kind = "touchMove" if step else "touchStart"
            device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        rows, _ = np.nonzero(outputs(root)["picture"] > 0.5)
        assert np.ptp(rows) > 50
        root.query_selector_all(".conv1 .screen")[1].tap()
        assert root.get_attribute("data-unit").startswith("conv1 1")

    def test_page_and_kernel_tell_each_other(self, show):  # noqa: F811
        widget = LenetPlayground()
        root = show(widget, kernel=True)
        page = root.owner_frame().page
        root.query_selector("text=Clear").click()
        draw(root, *SEVEN)
        page.wait_for_function("() => model.sent.length")
        page.wait_for_timeout(300)
        *_, [name, packet] = page.evaluate(
            "() => model.sent.map(([name, { shape, data }]) => [name, { shape, data: [...data] }])"
        )
        assert name == "image"
        widget.set_state({"image": {"shape": packet["shape"], "data": array(packet).astype("<f4").tobytes()}})
        np.testing.assert_allclose(widget.probabilities, outputs(root)["probabilities"], atol=1e-4)
        # And back: Python's image appears, and is not sent home again.
        page.evaluate("""() => {
          const data = new DataView(new Float32Array(784).map((_, k) => (k % 28 > 10 && k % 28 < 15 ? 1 : 0)).buffer);
          model.sent = [];
          model.set("image", { shape: [28, 28], data });
          model.sent = [];
        }""")
        assert outputs(root)["image"].sum() == 28 * 4
        page.wait_for_timeout(300)
        assert page.evaluate("() => model.sent.length") == 0
