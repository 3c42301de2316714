"""The convolution and the pooling playground show what `cnnlib` computes, whatever is set."""

import re
from itertools import product

import numpy as np
import pytest
from book.playgrounds import array, move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)
from PIL import Image

from cnnlib.playground import ConvolutionPlayground, PoolingPlayground


class TestConvolution:
    def test_the_output_is_cnnlibs_for_every_pair_of_settings(self, show):  # noqa: F811
        widget = ConvolutionPlayground()
        root = show(widget)
        values = (1, 3), (0, 2), (1, 2), ("zeros", "circular"), (3, 4, 7)
        # Half of all combinations: any two values meet in one of them.
        even = [places for places in product(*(range(len(each)) for each in values)) if sum(places) % 2 == 0]
        for count, places in enumerate(even):
            stride, padding, dilation, mode, side = (each[place] for each, place in zip(values, places, strict=True))
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
