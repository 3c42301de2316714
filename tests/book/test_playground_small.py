"""The table to pool by hand and the stripes to drag show what `cnnlib` computes, through every control."""

from itertools import product

import numpy as np
import pytest
from book.playgrounds import array, cell, drag, move, outputs, press, show, text_of, values  # noqa: F401

from cnnlib.playground import StripesPlayground, SummaryPlayground

NAMES = ("maximum", "average", "norm")


def numbers(element):
    return [float(text.replace("−", "-")) for text in values(element, "text")]


class TestSummary:
    def test_the_three_statistics_are_cnnlibs_for_every_setting(self, show):  # noqa: F811
        widget = SummaryPlayground()
        root = show(widget)
        for picture, window, stride, power in product(
            ("4×4, as in the text", "5×5"), range(1, 5), (1, 2, 4), (1, 3, 10)
        ):
            move(root, "select", picture)
            for name, value in (("window", window), ("stride", stride), ("power", power)):
                move(root, f"input[name={name}]", value)
                setattr(widget, name, value)
            root.query_selector_all(".fields input")[2].fill("2.5")
            seen = outputs(root)
            assert [*map(float, values(root, ".fields input", "value"))] == seen["image"].ravel().tolist()
            widget.image = seen["image"]
            assert seen["image"][0, 2] == 2.5
            for name, board in zip(NAMES, root.query_selector_all(".board"), strict=True):
                right = getattr(widget, name)
                np.testing.assert_allclose(seen[name][0], right, atol=1e-4, err_msg=name)
                np.testing.assert_allclose(numbers(board), right.ravel(), atol=0.0051)

    def test_a_window_is_worked_out(self, show):  # noqa: F811
        root = show(SummaryPlayground())
        assert text_of(root, ".lines").startswith("maximum: the largest of 0, 3, 0, 4 is 4")
        assert "average: (0 + 3 + 0 + 4) / 4 = 1.75" in text_of(root, ".lines")
        assert "L² norm: √(0² + 3² + 0² + 4²) = 5" in text_of(root, ".lines")
        [largest] = root.query_selector_all(".largest")
        assert largest.get_attribute("aria-label") == "number in row 3, column 1"
        move(root, "input[name=power]", 3)
        assert "L³ norm: (0³ + 3³ + 0³ + 4³)^(1/3) = 4.5" in text_of(root, ".lines")
        page = root.owner_frame().page
        page.mouse.click(*cell(root.query_selector_all(".board")[1], 0, 1, 2, 2))
        assert (root.get_attribute("data-cell"), root.get_attribute("data-window")) == ("0 1", "0 2 1 5")
        root.query_selector_all(".board")[2].focus()
        press(root, "ArrowLeft", "ArrowDown")
        assert root.get_attribute("data-cell") == "1 0"

    def test_a_number_is_written_stepped_and_drawn_and_its_window_is_met(self, show):  # noqa: F811
        root = show(SummaryPlayground())
        page = root.owner_frame().page
        field = root.query_selector_all(".fields input")[7]  # row 1, column 3
        field.focus()
        assert root.get_attribute("data-cell") == "0 1"
        press(root, "ArrowUp")
        assert outputs(root)["maximum"][0, 0, 1] == 6
        x, y = cell(root.query_selector(".fields"), 2, 1, 4, 4)
        drag(page, (x, y), (x, y - 40))  # five steps of eight pixels up
        assert outputs(root)["image"][2, 1] == 8
        assert root.get_attribute("data-cell") == "1 0"
        drag(page, (x, y), (x, y + 64))
        assert outputs(root)["image"][2, 1] == 0
        assert text_of(root, ".lines").startswith("maximum: the largest of 0, 0, 0, 4 is 4")
        root.query_selector(".fields input").fill("7")
        assert root.query_selector("select").input_value() == "your own"

    def test_a_field_holds_what_it_shows(self, show):  # noqa: F811
        widget = SummaryPlayground()
        root = show(widget)
        page = root.owner_frame().page
        field = root.query_selector_all(".fields input")[4]  # row 1, column 0
        for written, value in (("2,5", 2.5), ("1/8", 0.125), ("−7", -7), (" -3 / 4", -0.75), (".5", 0.5), ("1e1", 10)):
            field.fill(written)
            assert outputs(root)["image"][1, 0] == value
            assert field.get_attribute("aria-invalid") is None
        for written in ("", "-", "1/", "1/0", "1/2/3", "two", "1 2"):
            field.fill(written)
            assert field.get_attribute("aria-invalid") == "true"
            assert outputs(root)["image"][1, 0] == 10
        field.evaluate("field => field.blur()")
        assert (field.input_value(), field.get_attribute("aria-invalid")) == ("10", None)
        field.click()
        page.keyboard.type("-12")  # in place of the 10
        assert outputs(root)["image"][1, 0] == -12
        move(root, "input[name=power]", 3)
        assert "largest of 1, 0, -12, 0 is 1" in text_of(root, ".lines").replace("−", "-")
        assert "average: (1 + 0 + (−12) + 0) / 4 = −2.75" in text_of(root, ".lines")
        assert "(1³ + 0³ + |−12|³ + 0³)^(1/3) = 12" in text_of(root, ".lines")
        widget.image, widget.power = outputs(root)["image"], 3
        for name in NAMES:
            np.testing.assert_allclose(outputs(root)[name][0], getattr(widget, name), atol=1e-4, err_msg=name)

    def test_a_finger_draws_a_number_to_the_side(self, show):  # noqa: F811
        root = show(SummaryPlayground(), has_touch=True)
        field = root.query_selector(".fields input")
        draw = """(field, [x, y]) => {
          field.setPointerCapture = () => {};
          for (const [type, clientX, clientY] of [["pointerdown", 0, 0], ["pointermove", x, y], ["pointerup", x, y]])
            field.dispatchEvent(new PointerEvent(type, { pointerType: "touch", clientX, clientY }));
        }"""
        field.evaluate(draw, [0, 80])  # that scrolls
        assert outputs(root)["image"][0, 0] == 1
        field.evaluate(draw, [-24, 3])
        assert outputs(root)["image"][0, 0] == -2
        assert field.evaluate("field => getComputedStyle(field).touchAction") == "pan-y"

    def test_cells_in_no_window_are_marked(self, show):  # noqa: F811
        root = show(SummaryPlayground(np.arange(25).reshape(5, 5)))
        for window, stride in product(range(1, 5), repeat=2):
            move(root, "input[name=window]", window)
            move(root, "input[name=stride]", stride)
            read = np.zeros((5, 5), bool)
            for i, j in product(range(0, 6 - window, stride), repeat=2):
                read[i : i + window, j : j + window] = True
            marked = ["unread" in names.split() for names in values(root, ".fields input", "className")]
            assert marked == (~read).ravel().tolist()
            assert ("striped" in root.inner_text()) == (not read.all())

    def test_it_plays_window_by_window(self, show):  # noqa: F811
        root = show(SummaryPlayground())
        back, on = root.query_selector_all(".player button")[1:]
        move(root, ".player input", 1)
        assert [len(numbers(each)) for each in root.query_selector_all(".board")] == [1, 1, 1]
        on.click()
        assert (root.get_attribute("data-painted"), root.get_attribute("data-cell")) == ("2", "0 1")
        back.click()
        assert root.get_attribute("data-cell") == "0 0"
        root.query_selector(".play").click()
        root.owner_frame().page.wait_for_function("root => root.dataset.painted === '4'", arg=root)

    def test_a_window_that_does_not_fit_says_so(self, show):  # noqa: F811
        root = show(SummaryPlayground([[1, 2, 3]]))
        assert "The window has 2×2 cells, the map 1×3." in root.text_content()
        move(root, "input[name=window]", 1)
        assert outputs(root)["maximum"][0].tolist() == [[1, 3]]

    def test_python_hears_of_a_number_and_the_page_of_python(self, show):  # noqa: F811
        root = show(SummaryPlayground(), kernel=True)
        page = root.owner_frame().page
        root.query_selector_all(".fields input")[5].fill("9")
        page.wait_for_function("() => model.sent.length > 1")
        (first, packet), (second, place) = page.evaluate(
            "() => model.sent.map(([n, p]) => [n, p.data ? { shape: p.shape, data: [...p.data] } : p])"
        )[:2]
        assert (first, second, place) == ("image", "cell", [0, 0])
        assert array(packet)[1, 1] == 9
        page.evaluate("""() => {
          model.set("image", { shape: [2, 3], data: new DataView(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) });
          model.set("stride", 1);
          model.set("cell", [0, 1]);
        }""")
        assert root.get_attribute("data-window") == "2 3 5 6"


class TestStripes:
    def test_stripes_and_kept_cells_are_cnnlibs_for_every_setting(self, show):  # noqa: F811
        widget = StripesPlayground()
        root = show(widget)
        kernels = root.evaluate("root => [...root.querySelector('select').options].map(each => each.value)")
        assert kernels == list(widget.traits()["kernel"].values)
        for kernel, waves, step in product(kernels, (0, 2.25, 8, 11.5, 16), (0, 33, 640)):
            move(root, "select", kernel)
            move(root, "input[name=waves]", waves)
            move(root, ".player input", step)
            widget.kernel, widget.waves, widget.moved = kernel, waves, step / 20
            seen = outputs(root)
            np.testing.assert_allclose(seen["stripes"], widget.stripes, atol=1e-4)
            np.testing.assert_allclose(seen["kept"], widget.kept, atol=1e-4, err_msg=f"{kernel} {waves} {step}")
            assert float(root.get_attribute("data-seen")) == min(waves, 16 - waves)

    def test_the_wave_that_is_drawn_goes_through_the_kept_cells(self, show):  # noqa: F811
        root = show(StripesPlayground())
        for kernel, waves, step in product(("nothing", "two equal weights"), (3.5, 8, 12.75), (0, 25)):
            move(root, "select", kernel)
            move(root, "input[name=waves]", waves)
            move(root, ".player input", step)
            for drawing in root.query_selector_all("svg[role=img]"):
                curve = drawing.query_selector(".curve").get_attribute("d")[1:].split("L")
                x, y = np.array([each.split() for each in curve], float).T
                for dot in drawing.query_selector_all("circle"):
                    height = np.interp(float(dot.get_attribute("cx")), x, y)
                    assert height == pytest.approx(float(dot.get_attribute("cy")), abs=0.3)

    def test_a_hand_changes_the_waves_by_as_much_wherever_it_takes_hold(self, show):  # noqa: F811
        root = show(StripesPlayground())
        page = root.owner_frame().page
        drawing = root.query_selector("svg[role=img]")
        box = drawing.bounding_box()

        def at(place):
            return box["x"] + box["width"] * 20 * (place + 1) / 650, box["y"] + 10

        for start in (3, 16, 31):
            drag(page, at(start), at(start - 3))
            assert float(root.get_attribute("data-waves")) == 7.5
            drag(page, at(start), at(start + 3))
            assert float(root.get_attribute("data-waves")) == 6
        drag(page, at(16), at(4))
        assert "12 waves, each stripe 1.33 cells wide, above the limit of 8: the kept cells show 4, of height 1.00" in (
            root.text_content()
        )
        assert drawing.evaluate("each => getComputedStyle(each).touchAction") == "pan-y"
        chart = root.query_selector(".heights")
        dot = chart.query_selector(".now").bounding_box()
        start = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
        wave = chart.query_selector(".axis").bounding_box()["width"] / 16
        drag(page, start, (start[0] - 5 * wave, start[1]))
        assert float(root.get_attribute("data-waves")) == 7
        assert "below the limit of 8" in root.text_content()

    def test_what_is_flat_is_not_said_to_be_a_wave(self, show):  # noqa: F811
        root = show(StripesPlayground())
        for kernel, waves, said in (
            ("nothing", 0, "No waves: all cells are the same."),
            ("nothing", 16, "16 waves, each stripe 1 cell wide, above the limit of 8: the kept cells are all the same"),
            ("blur", 16, "16 waves, each stripe 1 cell wide: nothing of them is left"),
            ("ideal", 12, "12 waves, each stripe 1.33 cells wide: nothing of them is left"),
            ("ideal", 4, "4 waves, each stripe 4 cells wide, below the limit of 8: the kept cells show 4, of height 1"),
        ):
            move(root, "select", kernel)
            move(root, "input[name=waves]", waves)
            assert text_of(root, ".sentence").startswith(said)
            # What is kept is the same in all cells only where that is said.
            flat = np.ptp(outputs(root)["kept"]) < 1e-3
            assert flat == ("all" in said or "nothing" in said)

    def test_it_plays_on_while_the_waves_change_and_stops_on_whole_cells(self, show):  # noqa: F811
        root = show(StripesPlayground())
        page = root.owner_frame().page
        root.query_selector(".play").click()
        page.wait_for_function("root => Number(root.dataset.moved) > 0.2", arg=root)
        move(root, "input[name=waves]", 11)
        before = float(root.get_attribute("data-moved"))
        page.wait_for_function("([root, before]) => Number(root.dataset.moved) > before", arg=[root, before])
        root.query_selector(".play").click()
        assert root.get_attribute("data-waves") == "11"
        move(root, ".player input", 45)  # 2.25 cells
        back, on = root.query_selector_all(".player button")[1:]
        for button, cells in ((on, 3), (on, 4), (back, 3)):
            button.click()
            assert f"The stripes have moved by {cells} cells." in text_of(root, ".sentence")
        move(root, ".player input", 45)
        back.click()
        assert root.get_attribute("data-moved") == "2"

    def test_below_the_limit_what_is_kept_moves_along_and_above_it_back(self, show):  # noqa: F811
        root = show(StripesPlayground())
        on = root.query_selector_all(".player button")[2]
        for waves, step in ((3, 0.5), (11, -1.1)):  # coarse cells, for each cell of the stripes
            move(root, "input[name=waves]", waves)
            move(root, ".player input", 0)
            before = outputs(root)["kept"]
            on.click()
            assert root.get_attribute("data-moved") == "1"
            alias = min(waves, 16 - waves)
            moved = np.cos(2 * np.pi * alias * (np.arange(16) - step) / 16)
            np.testing.assert_allclose(before, np.cos(2 * np.pi * alias * np.arange(16) / 16), atol=1e-6)
            np.testing.assert_allclose(outputs(root)["kept"], moved, atol=1e-6)

    def test_python_hears_and_is_heard(self, show):  # noqa: F811
        root = show(StripesPlayground(), kernel=True)
        page = root.owner_frame().page
        move(root, "input[name=waves]", 9.5)
        page.wait_for_function("() => model.sent.length")
        assert page.evaluate("() => model.sent") == [["waves", 9.5]]
        page.evaluate("() => { model.set('moved', 2.5); model.set('kernel', 'blur'); }")
        assert root.get_attribute("data-moved") == "2.5"
        assert root.query_selector("select").input_value() == "blur"
        assert root.query_selector(".player input").input_value() == "50"
