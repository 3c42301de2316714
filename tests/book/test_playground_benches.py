"""The convolution and the pooling playground show what `cnnlib` computes, whatever is set."""

import re
from itertools import product

import numpy as np
import pytest
from book.playgrounds import array, cell, drag, move, outputs, press, show, text_of  # noqa: F401  (show is a fixture)
from PIL import Image

from cnnlib.playground import ConvolutionPlayground, PoolingPlayground

WORKED = [[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 1, 0]], [[1, 0], [-1, 2]]
BOX = "each => each.getBoundingClientRect().toJSON()"


def choose(root, label, value):
    """Set a list, named by what stands before it, as a reader does."""
    [name] = root.evaluate(
        """(root, label) => [...root.querySelectorAll("label:has(select)")].flatMap((each, k) => {
          if (each.firstChild.textContent !== label) return [];
          each.lastChild.dataset.tested = `list${k}`;
          return `list${k}`;
        })""",
        label,
    )
    move(root, f"select[data-tested={name}]", value)


class TestConvolution:
    def test_the_map_is_cnnlibs_for_every_pair_of_settings(self, show):  # noqa: F811
        widget = ConvolutionPlayground()
        root = show(widget)
        values = (1, 3), (0, 2), (1, 2), ("zeros", "circular"), (3, 4, 7)
        # Half of all combinations: any two values meet in one of them.
        even = [places for places in product(*(range(len(each)) for each in values)) if sum(places) % 2 == 0]
        for count, places in enumerate(even):
            stride, padding, dilation, mode, side = (each[place] for each, place in zip(values, places, strict=True))
            picture = ("temple roofs", "rings", "a grid to paint on", "a dahlia, in colour")[count % 4]
            for name, value in (("stride", stride), ("padding", padding), ("dilation", dilation)):
                move(root, f"input[name={name}]", value)
                setattr(widget, name, value)
            choose(root, "Picture", picture)
            choose(root, "Kernel", "slanting stripes (Gabor)")
            choose(root, "Size", side)
            choose(root, "filled with", mode)
            turned = bool(count % 2)
            flip = root.query_selector(".group input[type=checkbox]")
            if flip.is_checked() != turned:
                flip.click()
            widget.padding_mode, widget.flipped = mode, turned
            if "No output" in root.text_content():
                seen = outputs(root)
                widget.image, widget.kernel = seen["image"], seen["kernel"]
                assert widget.output.shape == (0, 0)
                down, across = (n + 2 * padding - dilation * (side - 1) - 1 for n in seen["image"].shape[1:])
                told = re.findall(r"\+ 1 = (−?\d+)", text_of(root, ".formula"))
                assert [int(each.replace("−", "-")) for each in told] == [down // stride + 1, across // stride + 1]
                assert "The kernel spans 13×13 cells, the padded picture has 12×16." in root.text_content()
                continue
            # No symmetry is left; what is written is the kernel as it is laid over the picture.
            root.query_selector(".fields input").fill("0.75")
            seen = outputs(root)
            widget.image, widget.kernel = seen["image"], seen["kernel"]
            assert seen["kernel"].shape == (3 if picture == "a dahlia, in colour" else 1, side, side)
            assert seen["kernel"][0].ravel()[-1 if turned else 0] == 0.75
            np.testing.assert_allclose(seen["output"][0], widget.output, atol=1e-4)
            assert f"= {widget.output.shape[1]}" in text_of(root, ".formula")

    def test_a_pixel_of_the_map_shows_its_sum(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        move(root, "input[name=padding]", 1)
        result = root.query_selector_all(".board")[1]
        root.owner_frame().page.mouse.click(*cell(result, 0, 0, 72, 96))
        seen = outputs(root)
        assert root.get_attribute("data-pixel") == "0 0"
        assert float(root.get_attribute("data-sum")) == pytest.approx(seen["output"][0, 0, 0])
        assert "5 of the pixels under the kernel are zeros of the padding" in root.text_content()
        tables = root.query_selector_all(".sums table")
        assert [len(table.query_selector_all("td")) for table in tables] == [9, 9]
        patch = np.pad(seen["image"][0], 1)[:3, :3]
        for table, right in zip(tables, (patch, patch * seen["kernel"][0]), strict=True):
            shown = [float(each.text_content().replace("−", "-")) for each in table.query_selector_all("td")]
            np.testing.assert_allclose(shown, right.ravel(), atol=0.0051)
        result.focus()
        press(root, "ArrowDown", "ArrowRight", "ArrowRight")
        assert root.get_attribute("data-pixel") == "1 2"
        assert float(root.get_attribute("data-sum")) == pytest.approx(seen["output"][0, 1, 2])
        press(root, "End")
        assert root.get_attribute("data-pixel") == "1 95"

    def test_the_window_is_dragged_by_where_it_is_held(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        page = root.owner_frame().page
        move(root, "input[name=stride]", 2)
        picture, result = root.query_selector_all(".board")
        assert root.get_attribute("data-pixel") == "14 18"
        # Its corner lies at (28, 36); held at its last cell, and moved by 10 rows and −20 columns.
        drag(page, cell(picture, 30, 38, 72, 96), cell(picture, 40, 18, 72, 96))
        assert root.get_attribute("data-pixel") == "19 8"
        drag(page, cell(result, 3, 4, 35, 47), cell(result, 20, 30, 35, 47))
        assert root.get_attribute("data-pixel") == "20 30"
        drag(page, cell(picture, 20, 20, 72, 96), cell(picture, 300, 300, 72, 96))
        assert root.get_attribute("data-pixel") == "34 46"

    def test_a_finger_drags_the_window_and_a_tap_elsewhere_fetches_it(self, show):  # noqa: F811
        root = show(ConvolutionPlayground(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        page = root.owner_frame().page
        picture = root.query_selector(".board")
        page.touchscreen.tap(*cell(picture, 31, 51, 72, 96))
        assert root.get_attribute("data-pixel") == "30 50"
        handle = root.query_selector(".board .handle")
        assert handle.evaluate("each => getComputedStyle(each).touchAction") == "none"
        assert handle.evaluate("each => parseFloat(getComputedStyle(each, '::before').minWidth)") == 44
        touch = page.context.new_cdp_session(page)
        places = [cell(picture, 31 + step, 51 + 2 * step, 72, 96) for step in range(0, 13, 4)]
        for kind, points in [
            ("touchStart", places[:1]),
            *(("touchMove", [place]) for place in places),
            ("touchEnd", []),
        ]:
            points = [{"x": x, "y": y} for x, y in points]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        assert root.get_attribute("data-pixel") == "42 74"
        # Away from the window the page scrolls.
        assert picture.evaluate("each => getComputedStyle(each).touchAction") == "auto"

    def test_it_paints_pixel_by_pixel_and_stops_where_it_is_told(self, show):  # noqa: F811
        root = show(ConvolutionPlayground(*WORKED))
        assert root.get_attribute("data-painted") == "6"
        page = root.owner_frame().page
        back, on = root.query_selector_all(".player button")[1:]
        back.click()
        assert (root.get_attribute("data-painted"), root.get_attribute("data-pixel")) == ("5", "1 1")
        move(root, ".player input", 2)
        assert (root.get_attribute("data-painted"), root.get_attribute("data-pixel")) == ("2", "0 1")
        on.click()
        assert (root.get_attribute("data-painted"), root.get_attribute("data-pixel")) == ("3", "0 2")
        shown = [each.text_content() for each in root.query_selector_all(".board text")]
        assert shown == [*"120101312110", "3", "7", "−1"]
        play = root.query_selector(".play")
        play.click()
        page.wait_for_function("root => root.dataset.painted === '5'", arg=root)
        play.click()
        assert play.text_content() == "Play"
        assert root.get_attribute("data-painted") == "5"
        play.click()
        page.wait_for_function("root => root.dataset.painted === '6'", arg=root)
        assert play.text_content() == "Play"
        page.wait_for_function("root => root.querySelector('.heard').textContent.includes('add up to 2.')", arg=root)

    def test_a_change_while_it_plays_is_there_at_once(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        root.query_selector(".play").click()
        assert int(root.get_attribute("data-painted")) < 70 * 94
        move(root, "input[name=stride]", 2)
        assert root.get_attribute("data-painted") == str(35 * 47)
        assert root.query_selector(".play").text_content() == "Play"

    def test_it_plays_as_slowly_as_an_eye_can_follow(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        page = root.owner_frame().page
        page.evaluate("""() => {
          let now = 0;  // a clock of the test's own: what the frames show depends on nothing else
          const waiting = [];
          window.requestAnimationFrame = (call) => waiting.push(call);
          window.pass = (seconds) => { now += 1000 * seconds; waiting.splice(0).forEach((call) => call(now)); };
        }""")
        play, slowly = root.query_selector(".play"), root.query_selector(".player input[type=checkbox]")
        play.click()
        page.evaluate("pass(0)")
        page.evaluate("pass(3)")
        assert root.get_attribute("data-painted") == str(70 * 94 // 4)
        slowly.click()
        page.evaluate("pass(1)")
        page.evaluate("pass(3)")
        assert root.get_attribute("data-painted") == str(70 * 94 // 4 + 6)
        slowly.click()
        page.evaluate("pass(1)")
        page.evaluate("pass(9)")
        assert root.get_attribute("data-painted") == "6580"
        assert play.text_content() == "Play"

    def test_who_wants_no_motion_sees_two_pictures_in_a_second(self, show):  # noqa: F811
        root = show(ConvolutionPlayground(), reduced_motion="reduce")
        root.evaluate(
            """root => {
              root.seen = new Set();
              new MutationObserver(() => root.seen.add(root.dataset.painted)).observe(root, { attributes: true });
            }"""
        )
        root.query_selector(".play").click()
        root.owner_frame().page.wait_for_function("root => root.seen.size >= 3", arg=root)
        seen = root.evaluate("root => [...root.seen].map(Number)")[:3]
        assert np.diff(seen).min() > 250  # half a second's share of twelve seconds

    def test_a_weight_is_written_as_one_writes_numbers(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        field = root.query_selector(".fields input")
        for text, value in (("1/9", 1 / 9), ("0,5", 0.5), ("−2", -2), (" -1,5 / 3", -0.5), ("1e-2", 0.01)):
            field.fill(text)
            assert outputs(root)["kernel"][0, 0, 0] == pytest.approx(value)
            assert field.get_attribute("aria-invalid") is None
        for text in ("abc", "1/0", "", "1/2/3", "Infinity"):
            field.fill(text)
            press(root, "Enter")
            assert outputs(root)["kernel"][0, 0, 0] == pytest.approx(0.01)
            assert field.get_attribute("aria-invalid") == "true"
            assert f"“{text}” is no number" in text_of(root, ".sentence")
        field.fill("3")
        press(root, "ArrowUp", "ArrowUp", "ArrowDown")
        assert outputs(root)["kernel"][0, 0, 0] == pytest.approx(3.1)
        assert "is no number" not in text_of(root, ".sentence")

    def test_a_kernel_begins_with_zeros(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        choose(root, "Kernel", "zeros, to write your own")
        assert not outputs(root)["kernel"].any()
        assert not outputs(root)["output"].any()

    def test_the_kernel_shown_is_the_one_that_is_multiplied(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        root.query_selector(".group input[type=checkbox]").click()
        shown = [float(each.input_value().replace("−", "-")) for each in root.query_selector_all(".fields input")]
        np.testing.assert_array_equal(shown, outputs(root)["kernel"][0, ::-1, ::-1].ravel())
        assert "kernel, turned over" in text_of(root, ".sums")

    @pytest.mark.parametrize("wide", [1366, 390])
    def test_nothing_moves_where_the_kernel_does_not_fit(self, wide, show):  # noqa: F811
        root = show(ConvolutionPlayground(), viewport={"width": wide, "height": 844})
        choose(root, "Picture", "a grid to paint on")
        choose(root, "Size", 7)
        slider = root.query_selector("input[name=dilation]")
        before = slider.evaluate(BOX)
        move(root, "input[name=dilation]", 4)
        assert "No output" in root.text_content()
        assert slider.evaluate(BOX)["y"] == pytest.approx(before["y"], abs=60)
        assert not root.query_selector(".player").is_visible()
        move(root, "input[name=dilation]", 1)
        assert root.query_selector(".player").is_visible()

    def test_the_map_stays_in_sight_on_a_phone(self, show):  # noqa: F811
        root = show(ConvolutionPlayground(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        slider = root.query_selector("input[name=dilation]")
        slider.evaluate("each => each.scrollIntoView({ block: 'end' })")
        box = root.query_selector_all(".board")[1].evaluate(BOX)
        assert box["top"] >= 0
        assert box["bottom"] < slider.evaluate(BOX)["top"]

    def test_picture_and_map_are_drawn_to_one_scale(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        for stride, padding in ((1, 0), (3, 0), (2, 5), (1, 6)):
            move(root, "input[name=stride]", stride)
            move(root, "input[name=padding]", padding)
            _, down, across = outputs(root)["output"].shape
            picture, result = (each.evaluate(BOX) for each in root.query_selector_all(".board"))
            for side, cells, others in (("width", across, 96), ("height", down, 72)):
                assert result[side] / cells == pytest.approx(picture[side] / (others + 2 * padding), rel=0.01)
            outline = root.query_selector(".outline").evaluate(BOX)
            assert outline["width"] == pytest.approx(96 * picture["width"] / (96 + 2 * padding), abs=1)

    def test_one_channel_at_a_time(self, show):  # noqa: F811
        widget = ConvolutionPlayground()
        root = show(widget)
        assert not root.query_selector("label:has(option[value=all])").is_visible()
        gray = outputs(root)["output"]
        choose(root, "Picture", "a dahlia, in colour")
        seen = outputs(root)
        np.testing.assert_allclose(seen["kernel"].sum(axis=0), widget.kernel, atol=1e-6)
        assert len(root.query_selector_all(".sums table")) == 6
        parts = []
        for c, name in enumerate(("red", "green", "blue")):
            choose(root, "Channel", c)
            part = outputs(root)["output"][0]
            widget.image, widget.kernel = seen["image"][c], seen["kernel"][c]
            np.testing.assert_allclose(part, widget.output, atol=1e-4)
            assert f"What the slice for {name} adds, 70×94" in root.text_content()
            assert len(root.query_selector_all(".sums table")) == 2
            parts.append(part)
        choose(root, "Channel", "all")
        np.testing.assert_allclose(outputs(root)["output"][0], sum(parts), atol=1e-6)
        root.query_selector_all(".fields input")[9].fill("3")  # the first weight of the second slice
        assert outputs(root)["kernel"][1, 0, 0] == 3
        choose(root, "Kernel", "vertical edges (Sobel)")
        choose(root, "Picture", "temple roofs")
        np.testing.assert_allclose(outputs(root)["output"], gray, atol=1e-6)

    def test_the_grid_is_painted_by_mouse_and_keyboard(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        choose(root, "Picture", "a grid to paint on")
        before = outputs(root)["image"][0]
        grid = root.query_selector(".board")
        drag(root.owner_frame().page, cell(grid, 10, 0, 12, 16), cell(grid, 10, 2, 12, 16))
        painted = outputs(root)["image"][0] - before
        assert [tuple(place) for place in np.argwhere(painted)] == [(10, 0), (10, 1), (10, 2)]
        grid.focus()
        row, column = map(int, root.get_attribute("data-pixel").split())
        press(root, "ArrowDown", " ")
        assert outputs(root)["image"][0, row + 2, column + 1] != before[row + 2, column + 1]

    def test_a_fast_stroke_has_no_gaps_and_is_kept_until_it_is_cleared(self, show):  # noqa: F811
        root = show(ConvolutionPlayground())
        clear = root.query_selector("text=Clear the grid")
        assert not clear.is_visible()
        choose(root, "Picture", "a grid to paint on")
        clear.click()
        assert not outputs(root)["image"].any()
        mouse, grid = root.owner_frame().page.mouse, root.query_selector(".board")
        mouse.move(*cell(grid, 1, 2, 12, 16))
        mouse.down()
        mouse.move(*cell(grid, 10, 14, 12, 16))  # in one step
        mouse.up()
        painted = outputs(root)["image"][0]
        rows, columns = np.nonzero(painted)
        assert sorted(columns) == list(range(2, 15))
        np.testing.assert_allclose(rows, 1 + (columns - 2) * 9 / 12, atol=0.51)
        choose(root, "Picture", "rings")
        choose(root, "Picture", "a grid to paint on")
        np.testing.assert_array_equal(outputs(root)["image"][0], painted)

    def test_a_picture_of_ones_own(self, show, tmp_path):  # noqa: F811
        path = tmp_path / "mine.png"
        Image.fromarray(np.tile(np.arange(100, dtype=np.uint8), (50, 1))).save(path)
        root = show(ConvolutionPlayground())
        root.query_selector("input[type=file]").set_input_files(path)
        root.wait_for_selector("text=Picture, 50×100")
        np.testing.assert_allclose(outputs(root)["image"][0], np.tile(np.arange(100) / 255, (50, 1)), atol=1e-4)

    def test_python_hears_of_a_weight_and_the_page_of_python(self, show):  # noqa: F811
        widget = ConvolutionPlayground()
        root = show(widget, kernel=True)
        page = root.owner_frame().page
        root.query_selector_all(".fields input")[5].fill("-3.5")
        page.wait_for_function("() => model.sent.length")
        [[name, packet]] = page.evaluate("() => model.sent.map(([n, p]) => [n, { shape: p.shape, data: [...p.data] }])")
        assert name == "kernel"
        assert array(packet).tolist() == [[-1, 0, 1], [-2, 0, -3.5], [-1, 0, 1]]
        root.query_selector(".board").focus()
        press(root, "Home")
        page.wait_for_function("() => model.sent.length > 1")
        assert page.evaluate("() => model.sent[1]") == ["cell", [28, 0]]
        page.evaluate("""() => {
          model.set("kernel", { shape: [2, 3], data: new DataView(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) });
          model.set("stride", 2);
          model.set("cell", [7, 9]);
        }""")
        seen = outputs(root)
        assert seen["kernel"].tolist() == [[[1, 2, 3], [4, 5, 6]]]
        assert root.get_attribute("data-pixel") == "7 9"
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
