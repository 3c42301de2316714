"""The playgrounds as a reader meets them: what they show is what `cnnlib` computes, by mouse, finger and keyboard."""

import re
from itertools import product

import numpy as np
import pytest
from book.playgrounds import array, outputs, show, text_of  # noqa: F401  (show is a fixture)
from PIL import Image

from cnnlib import data, vectorized
from cnnlib.models.architecture import initial_weights, run
from cnnlib.models.architectures import lenet
from cnnlib.models.pretrained import trained_lenet
from cnnlib.playground import ConvolutionPlayground, LenetPlayground, PoolingPlayground

EVERY = [LenetPlayground, ConvolutionPlayground, PoolingPlayground]
# What the page calls the outputs of cnnlib's layers.
LAYERS = {"conv1": "conv1", "active1": "{}1", "pool1": "pool1", "conv2": "conv2", "active2": "{}2", "pool2": "pool2"}
LAYERS |= {"dense1": "dense1", "active3": "{}3", "dense2": "dense2", "active4": "{}4", "dense3": "dense3"}


def move(root, selector, value):
    """Set a slider or a list as a reader does."""
    control = root.query_selector(selector)
    event = "change" if control.evaluate("control => control.tagName") == "SELECT" else "input"
    control.evaluate(
        "(control, [value, event]) => { control.value = value; control.dispatchEvent(new Event(event)); }",
        [str(value), event],
    )


def press(root, *keys):
    for key in keys:
        root.owner_frame().page.keyboard.press(key)


def draw(root, *points):
    """Draw through points of the sheet, given in shares of its sides."""
    box, mouse = root.query_selector(".pad").bounding_box(), root.owner_frame().page.mouse
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=4)
    mouse.up()


SEVEN = (0.25, 0.2), (0.72, 0.22), (0.4, 0.8)


def check_every_layer(seen, architecture, weights):
    expected = run(architecture, weights, seen["image"][None].astype(np.float32), ops=vectorized)
    function = next(name for name in ("relu", "sigmoid", "tanh") if f"{name}1" in expected)
    for name, layer in LAYERS.items():
        np.testing.assert_allclose(seen[name], expected[layer.format(function)][0], atol=1e-4, err_msg=name)
    np.testing.assert_allclose(seen["probabilities"], vectorized.softmax(expected["dense3"])[0], atol=1e-4)


@pytest.mark.parametrize("make", EVERY)
class TestEvery:
    def test_fits_a_phone_in_light_and_dark(self, make, show):  # noqa: F811
        root = show(make(), viewport={"width": 390, "height": 844}, color_scheme="dark")
        page = root.owner_frame().page
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        light = page.evaluate("getComputedStyle(document.querySelector('.cnnlib-playground')).backgroundColor")
        assert light == "rgb(26, 33, 41)"

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

    def test_on_paper_the_maps_stay_and_the_controls_go(self, make, show):  # noqa: F811
        root = show(make())
        root.owner_frame().page.emulate_media(media="print")
        assert not any(each.is_visible() for each in root.query_selector_all("button, select, input[type=range]"))
        drawn = root.query_selector_all(".screens canvas")
        assert drawn
        assert all(each.is_visible() for each in drawn)

    def test_nothing_moves_for_who_wants_no_motion(self, make, show):  # noqa: F811
        root = show(make(), reduced_motion="reduce")
        moving = "root => [...root.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s')"
        assert root.evaluate(f"{moving}.length") == 0

    def test_what_a_page_holds_twice_works_twice(self, make, show):  # noqa: F811
        widget = make()
        root = show(widget)
        page = root.owner_frame().page
        page.set_content(widget._repr_html_() * 2)
        assert [each.evaluate("each => Boolean(each.outputs)") for each in page.query_selector_all("[data-drawn]")] == [
            True,
            True,
        ]


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
        assert text_of(root, ".answer") == "?"
        draw(root, *SEVEN)
        seen = outputs(root)
        np.testing.assert_allclose(seen["image"][0], data.as_mnist(seen["picture"]), atol=1e-4)
        check_every_layer(seen, *trained_lenet())
        assert text_of(root, ".answer") == "7"
        root.query_selector("input[type=checkbox]").click()
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
            "before => document.querySelector('.cnnlib-playground').outputs.image.data.join() !== before", arg=before
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
        maps = seen[shown] if seen[shown].ndim == 3 else seen[shown].reshape(1, -1, 20 if layer == "dense1" else 14)
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

    def test_a_click_holds_a_unit_and_escape_lets_it_go(self, show):  # noqa: F811
        root = show(LenetPlayground())
        screen = root.query_selector_all(".conv1 .screen")[1]
        maps = outputs(root)["active1"]
        _, row, column = np.unravel_index(maps[1:2].argmax(), maps[1:2].shape)
        cell = screen.bounding_box()["width"] / 28
        screen.click(position={"x": (column + 0.5) * cell, "y": (row + 0.5) * cell})
        held = root.get_attribute("data-unit")
        root.query_selector_all(".conv2 .screen")[3].hover()
        assert root.get_attribute("data-unit") == held
        value = root.get_attribute("data-value")
        root.query_selector_all(".thumbs button")[0].click()
        assert root.get_attribute("data-unit") == held
        assert root.get_attribute("data-value") != value
        root.query_selector("text=Let go").click()
        root.query_selector_all(".conv2 .screen")[3].hover()
        assert root.get_attribute("data-unit").startswith("conv2 3")

    def test_the_keyboard_draws(self, show):  # noqa: F811
        root = show(LenetPlayground())
        root.query_selector("text=Clear").click()
        press(root, *["Shift+Tab"] * 2, *["ArrowUp"] * 6, " ", *["ArrowDown"] * 12, " ", *["ArrowLeft"] * 3)
        stroke = outputs(root)["picture"]
        rows, columns = np.nonzero(stroke > 0.5)
        assert 45 <= np.ptp(rows) <= 60
        assert np.ptp(columns) <= 10
        assert text_of(root, ".answer") == "1"
        press(root, "Control+z")
        assert text_of(root, ".answer") == "?"

    def test_the_keyboard_walks_from_unit_to_unit_and_map_to_map(self, show):  # noqa: F811
        root = show(LenetPlayground(), viewport={"width": 1000, "height": 900})
        root.query_selector("input[type=checkbox]").focus()
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


class TestConvolution:
    def test_the_output_is_cnnlibs_for_every_setting(self, show):  # noqa: F811
        widget = ConvolutionPlayground()
        root = show(widget)
        settings = product((1, 3), (0, 2), (1, 2), ("zeros", "circular"), (3, 4, 7))
        for count, (stride, padding, dilation, mode, side) in enumerate(settings):
            picture = ("temple roofs", "rings", "a grid to paint on")[count % 3]
            for name, value in (("stride", stride), ("padding", padding), ("dilation", dilation)):
                move(root, f"input[name={name}]", value)
                setattr(widget, name, value)
            for index, value in enumerate((picture, "slanting stripes (Gabor)", side, mode)):
                move(root, f"select >> nth={index}", value)
            field = root.query_selector(".fields input")
            field.fill("0.75")  # no symmetry is left
            turned = bool(count % 2)
            if root.query_selector("input[type=checkbox]").is_checked() != turned:
                root.query_selector("input[type=checkbox]").click()
            seen = outputs(root)
            widget.padding_mode, widget.flipped = mode, turned
            widget.image, widget.kernel = seen["image"], seen["kernel"]
            assert seen["kernel"].shape == (side, side)
            if not widget.output.size:
                assert "No output" in root.text_content()
                assert "The kernel spans 13×13 cells, the padded picture has 12×16." in root.text_content()
                continue
            np.testing.assert_allclose(seen["output"][0], widget.output, atol=1e-4)
            assert f"= {widget.output.shape[1]}" in text_of(root, ".formula")

    def test_a_pixel_of_the_output_shows_its_sum(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        move(root, "input[name=padding]", 1)
        screen = root.query_selector_all(".bench .screen")[1]
        screen.hover(position={"x": 2.5, "y": 2.5})
        seen = outputs(root)
        assert root.get_attribute("data-pixel") == "0 0"
        assert float(root.get_attribute("data-sum")) == pytest.approx(seen["output"][0, 0, 0])
        assert "5 of the pixels it reads are zeros of the padding" in root.text_content()
        assert len(root.query_selector_all(".bench .frame.tap")) == 4
        products = root.query_selector_all(".workings table")[2]
        assert len(products.query_selector_all("td")) == 9
        root.query_selector_all(".bench .screens")[1].focus()
        press(root, "ArrowDown", "ArrowRight", "ArrowRight")
        assert root.get_attribute("data-pixel") == "1 2"
        assert float(root.get_attribute("data-sum")) == pytest.approx(seen["output"][0, 1, 2])

    def test_the_grid_is_painted_by_mouse_and_keyboard(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        move(root, "select", "a grid to paint on")
        before = outputs(root)["image"]
        grid = root.query_selector(".bench .screen")
        box, mouse = grid.bounding_box(), root.owner_frame().page.mouse
        cell = box["width"] / 16
        mouse.move(box["x"] + 0.5 * cell, box["y"] + 10.5 * cell)
        mouse.down()
        mouse.move(box["x"] + 2.5 * cell, box["y"] + 10.5 * cell, steps=6)
        mouse.up()
        painted = outputs(root)["image"] - before
        assert [tuple(place) for place in np.argwhere(painted)] == [(10, 0), (10, 1), (10, 2)]
        root.query_selector(".bench .screens").focus()
        press(root, "ArrowDown", " ")
        assert outputs(root)["image"][11, 2] == 1

    def test_python_hears_of_a_weight_and_the_page_of_python(self, show):  # noqa: F811
        widget = ConvolutionPlayground()
        root = show(widget, kernel=True)
        page = root.owner_frame().page
        root.query_selector_all(".fields input")[5].fill("-3.5")
        page.wait_for_function("() => model.sent.length")
        [[name, packet]] = page.evaluate("() => model.sent.map(([n, p]) => [n, { shape: p.shape, data: [...p.data] }])")
        assert name == "kernel"
        assert array(packet).tolist() == [[-1, 0, 1], [-2, 0, -3.5], [-1, 0, 1]]
        page.evaluate("""() => {
          model.set("kernel", { shape: [2, 3], data: new DataView(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) });
          model.set("stride", 2);
        }""")
        seen = outputs(root)
        assert seen["kernel"].tolist() == [[1, 2, 3], [4, 5, 6]]
        widget.kernel, widget.stride = seen["kernel"], 2
        np.testing.assert_allclose(seen["output"][0], widget.output, atol=1e-4)


class TestPooling:
    def test_the_pooled_pictures_are_cnnlibs_for_every_setting(self, show):  # noqa: F811
        widget = PoolingPlayground()
        root = show(widget)
        kinds = ("max", "average", "lp", "blur", "max, then blur")
        for count, (kind, window, stride) in enumerate(product(kinds, (1, 2, 6), (1, 3, 4))):
            picture = ("the slopes in it", "a digit", "stripes, two on and two off")[count % 3]
            shift = ((1, 3), (-2, 5), (0, -7))[count % 3]
            move(root, "select >> nth=0", picture)
            move(root, "select >> nth=1", kind)
            settings = {"window": window, "stride": stride, "power": 3, "down": shift[0], "across": shift[1]}
            for name, value in settings.items():
                move(root, f"input[name={name}]", value)
            seen = outputs(root)
            widget.shift = (0, 0)
            widget.image = np.roll(seen["input"][0], [-step for step in shift], axis=(0, 1))
            widget.kind, widget.window, widget.stride, widget.power, widget.shift = kind, window, stride, 3, shift
            np.testing.assert_allclose(seen["output"][0], widget.output, atol=1e-4, err_msg=f"{kind} {settings}")
            np.testing.assert_allclose(seen["expected"][0], widget.expected, atol=1e-4, err_msg=f"{kind} {settings}")
            assert seen["consistency"] == pytest.approx(widget.consistency, abs=1e-4)
            shown = float(re.search(r"consistency: ([\d.]+) %", root.text_content()).group(1))
            assert shown == pytest.approx(100 * widget.consistency, abs=0.06)

    def test_the_keyboard_shifts_and_points(self, show):  # noqa: F811
        root = show(PoolingPlayground())
        root.query_selector("input[name=across]").focus()
        press(root, "ArrowRight")
        assert "moved by 1 right" in root.text_content()
        assert "not a whole number of strides" in root.text_content()
        press(root, "ArrowRight")
        assert "100.0 %: the shift is a whole number of strides" in root.text_content()
        root.query_selector_all(".four .screens")[1].focus()
        press(root, "ArrowDown", "ArrowRight")
        assert "Cell in row 1, column 1" in root.text_content()
        assert len(root.query_selector_all(".four .frame.tap")) == 4

    def test_a_picture_of_ones_own_is_cut_to_what_every_stride_divides(self, show, tmp_path):  # noqa: F811
        path = tmp_path / "mine.png"
        Image.fromarray(np.tile(np.arange(100, dtype=np.uint8), (50, 1))).save(path)
        root = show(PoolingPlayground())
        root.query_selector("input[type=file]").set_input_files(path)
        root.wait_for_selector("text=Picture, 48×96")
        np.testing.assert_allclose(outputs(root)["input"][0], np.tile(np.arange(96) / 255, (48, 1)), atol=1e-4)
