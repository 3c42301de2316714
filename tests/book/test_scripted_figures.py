"""The scripted figures show, in a browser, what `cnnlib` computes."""

import json
from itertools import product

import numpy as np
import pytest
from book.playgrounds import LOOKS, SPOILT

from cnnlib import figures
from cnnlib.experiments.alexnet.receptive_fields import fields
from cnnlib.experiments.learning import descent, plane
from cnnlib.models.catalogue import alexnet, alexnet2012, alexnet_one_tower
from cnnlib.shapes import Conv, Flatten, Pool, conv_geometry

# Move controls as a reader does, and let the figure hear of it.
MOVE = """(root, settings) => {
  for (const [name, value] of Object.entries(settings)) {
    const control = root.querySelector(`input[name=${name}]`);
    control.value = value;
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }
}"""
CHOOSE = """(root, [index, value]) => {
  const list = root.querySelectorAll('select')[index];
  list.value = value;
  list.dispatchEvent(new Event('change', { bubbles: true }));
}"""


@pytest.fixture
def show(browser):
    """Put a figure on an empty page; return its room."""
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def show(figure):
        page.set_content(figure._repr_html_())
        return page.query_selector(".room")

    yield show
    page.close()
    assert errors == []


def numbers(text):
    return [int(word) for word in text.split()]


def test_the_shape_explorer_agrees_with_cnnlib(show):
    root = show(figures.explore_shapes())
    for size, kernel, stride, padding, dilation in product((3, 6, 11), (1, 2, 5), (1, 2, 4), (0, 1, 3), (1, 3)):
        settings = {"input": size, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        root.evaluate(MOVE, settings)
        try:
            geometry = conv_geometry(
                "conv2d",
                (1, 1, size, size),
                (1, 1, kernel, kernel),
                spatial=2,
                stride=stride,
                padding=padding,
                dilation=dilation,
            )
        except ValueError:
            assert root.get_attribute("data-output") == "0", settings
            continue
        n_out = geometry.output_shape[-1]
        assert root.get_attribute("data-output") == str(n_out), settings
        # The last cell, which no symmetry helps to get right.
        root.evaluate(MOVE, {"cell": n_out * n_out - 2 if n_out > 1 else 0})
        row, column = (n_out - 1, n_out - 2) if n_out > 1 else (0, 0)
        for axis, place in (("rows", row), ("columns", column)):
            expected = [place * stride + tap * dilation - padding for tap in range(kernel)]
            assert numbers(root.get_attribute(f"data-{axis}")) == expected, settings


def test_a_click_on_the_output_chooses_its_cell_and_on_the_input_one_that_reads_it(show):
    root = show(figures.explore_shapes())
    grids = root.query_selector_all("svg")
    grids[1].query_selector_all("rect")[6].click()  # row 1, column 2 of 4 × 4
    assert "Output cell (1, 2) reads 9 cells, 9 of the image." in root.text_content()
    root.query_selector_all("svg")[0].query_selector_all("rect")[9 * 8 + 8].click()  # the last padded zero
    assert "Output cell (3, 3) reads 9 cells, 4 of the image and 5 zeros." in root.text_content()


def test_the_explorer_says_what_no_window_reads(show):
    root = show(figures.explore_shapes())
    root.evaluate(MOVE, {"input": 8, "padding": 0})
    assert "The last row and column of the padded input are read by no window." in root.text_content()


def convolution(x, w, t):
    """Integrate x(a) w(t − a) on a grid of its own."""
    a = np.linspace(-6, 6, 240_001)
    functions = {
        "box": lambda a: (np.abs(a) < 0.5) * 1.0,
        "Gaussian": lambda a: np.exp(-(a**2) / 0.32) / np.sqrt(0.32 * np.pi),
        "decaying echo": lambda a: np.where(a >= 0, 2 * np.exp(-2 * np.maximum(a, 0)), 0),
        "ramp": lambda a: np.where((a >= 0) & (a < 1), 2 * a, 0),
    }
    return float((functions[x](a) * functions[w](t - a)).sum() * (a[1] - a[0]))


@pytest.mark.parametrize("x", ["box", "Gaussian", "decaying echo", "ramp"])
@pytest.mark.parametrize("w", ["box", "Gaussian", "decaying echo", "ramp"])
def test_the_sliding_kernel_integrates(x, w, show):
    root = show(figures.slide_kernel())
    root.evaluate(CHOOSE, [0, x])
    root.evaluate(CHOOSE, [1, w])
    for t in (-0.7, 0.25, 1.1):
        root.evaluate(MOVE, {"t": t})
        # The page's rule has cells of 1/200; where both factors jump it is off by one of them.
        assert float(root.get_attribute("data-value")) == pytest.approx(convolution(x, w, t), abs=0.012)
        assert f"s({t:.2f}) = " in root.text_content()


NETWORKS = {"as drawn": alexnet, "of 2012": alexnet2012, "one tower": alexnet_one_tower}
COUNTS = ("parameters", "multiply_adds")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_explorer_agrees_with_the_trace(name, show):
    root = show(figures.explore_network({title: build() for title, build in NETWORKS.items()}))
    root.evaluate(CHOOSE, [0, name])
    given_up = []
    for size in (30, 31, 34, 35, 62, 63, 66, 67, 68, 98, 131, 194, 195, 222, 223, 224, 227, 228, 255, 300):
        root.evaluate(MOVE, {"size": size})
        seen = {key: root.get_attribute(f"data-{key}") for key in ("sizes", "features", "parameters", "products")}
        try:
            reports = NETWORKS[name](size=size).trace()
        except ValueError as error:
            layer, _, _ = str(error).partition(":")
            given_up.append((size, layer, root.get_attribute("data-failed")))
            assert f"{layer} does not fit" in root.text_content()
            assert seen["parameters"] == "0"
            continue
        maps = [report.output_shape for report in reports if isinstance(report.layer, Conv | Pool)]
        totals = [sum(getattr(report, count) for report in reports) for count in COUNTS]
        features = next(report.output_shape[0] for report in reports if isinstance(report.layer, Flatten))
        assert seen == {
            "sizes": " ".join(f"{channels}×{side}" for channels, side, _ in maps),
            "features": str(features),
            "parameters": str(totals[0]),
            "products": str(totals[1]),
        }, size
        assert root.get_attribute("data-failed") == ""
        assert f"{totals[1]:,} multiply-adds" in root.text_content()
        assert f"{reports[-1].parameters:,}" in root.query_selector("tbody tr:last-child").text_content()
    assert len(given_up) >= 3
    assert [expected for _, expected, _ in given_up] == [seen for _, _, seen in given_up], given_up


def test_the_network_explorer_says_what_is_rounded_and_what_would_fit(show):
    root = show(figures.explore_network({"as drawn": alexnet()}, sizes=(20, 260)))
    assert "(224 − 11) / 4 + 1 = 54.25 → 54" in root.text_content()
    root.evaluate(MOVE, {"size": 60})
    text = root.query_selector("[role=status]").text_content()
    assert text == (
        "pool3 does not fit: its window is 3 × 3, its input 2 × 2. This network needs images of at least 67 × 67."
    )


PHOTO = np.random.RandomState(0).randint(0, 256, (227, 227, 3)).astype(np.uint8)


def test_the_field_explorer_agrees_with_the_fields(show):
    every = fields(alexnet2012())
    root = show(figures.explore_fields(PHOTO, every))
    for field in every:
        root.evaluate(CHOOSE, [0, field.name])
        last = field.units[0] - 1
        for row, column in ((0, last), (last // 2, 1)):
            root.evaluate(MOVE, {"row": row, "column": column})
            top, bottom, left, right = field.of(row, column)
            assert numbers(root.get_attribute("data-rows")) == [top, bottom]
            assert numbers(root.get_attribute("data-columns")) == [left, right]
            inside = [max(0, min(227, b) - max(0, a)) for a, b in ((top, bottom), (left, right))]
            share = inside[0] * inside[1] / field.size[0] ** 2
            assert float(root.get_attribute("data-share")) == pytest.approx(share)
            frame = root.query_selector("svg rect[fill='#D55E00']")
            assert [int(frame.get_attribute(key)) for key in ("x", "y", "width")] == [left, top, field.size[0]]


def test_a_click_chooses_the_unit_that_looks_there_and_a_layer_keeps_the_place(show):
    root = show(figures.explore_fields(PHOTO, fields(alexnet2012())))
    root.evaluate(CHOOSE, [0, "conv1"])
    root.query_selector("svg image").click(position={"x": 3, "y": 3})  # near the upper left corner
    assert "Unit (0, 0) of conv1 sees 11 × 11 pixels, all of them in the image." in root.text_content()
    root.evaluate(CHOOSE, [0, "conv2"])
    # Unit 2 sees pixels 0 to 50, 0 looks around -16 + 25: nearest to the corner's 5.5.
    assert "Unit (0, 0) of conv2 sees 51 × 51 pixels, 47 % of them in the image; the rest is padding." in (
        root.text_content()
    )
    cells = root.query_selector_all("svg")[1]
    box = cells.bounding_box()
    cells.click(position={"x": box["width"] * 4.0 / 28, "y": box["height"] * 2.0 / 28})
    assert "Unit (1, 3) of conv2" in root.text_content()


def loss_surface():
    return figures.explore_loss(descent.INK_OF_SIX, descent.EIGHT, lowest=descent.lowest())


@pytest.mark.parametrize("method", descent.METHODS)
@pytest.mark.parametrize(("power", "rate"), [(-1.3, 0.05), (0.6, 4.0)])
def test_the_loss_surface_walks_as_cnnlib_does(method, power, rate, show):
    root = show(loss_surface())
    root.evaluate(CHOOSE, [0, method])
    root.evaluate(MOVE, {"rate": power, "steps": 37, "w": 2.5, "b": -3.25})
    path = descent.walk(method, rate, 37, start=(2.5, -3.25))
    reached = [float(root.get_attribute(f"data-{name}")) for name in ("w", "b", "loss")]
    assert reached == pytest.approx([*path[-1], descent.loss(*path[-1])], abs=1e-9)
    assert len(root.query_selector_all("polyline + circle, circle + circle")) >= 37
    assert f"the loss is {reached[2]:.3f}. The lowest there is: 0.509." in root.text_content()


def test_a_press_on_the_loss_surface_starts_there(show):
    root = show(loss_surface())
    root.evaluate(MOVE, {"steps": 0})
    # Where w = 3 is written under the map, and b = −2 beside it.
    places = root.evaluate("""root => ['3', '−2'].map(text => {
      const label = [...root.querySelector('svg').querySelectorAll('text')].find(each => each.textContent === text);
      const box = label.getBoundingClientRect();
      return text === '3' ? box.x + box.width / 2 : box.y + box.height / 2;
    })""")
    root.owner_frame().page.mouse.click(*places)
    assert float(root.get_attribute("data-w")) == pytest.approx(3, abs=0.06)
    assert float(root.get_attribute("data-b")) == pytest.approx(-2, abs=0.06)
    assert root.query_selector("input[name=w]").input_value() == f"{float(root.get_attribute('data-w')):g}"


def test_the_lines_of_the_loss_surface_join_places_of_equal_loss(show):
    root = show(loss_surface())
    lines = root.evaluate("""root => [...root.querySelectorAll('svg')[0].querySelectorAll('path')]
      .map(path => path.getAttribute('d').match(/[-.0-9]+/g).map(Number))""")
    heights = figures.explore_loss(descent.INK_OF_SIX, descent.EIGHT, lowest=0).data["heights"]
    assert len(lines) == len(heights)
    for line, height in zip(lines, heights, strict=True):
        x, y = np.reshape(line, (-1, 2)).T
        found = descent.loss(-1.5 + x / 440 * 5.5, 2 - y / 400 * 6)
        assert found - descent.lowest() == pytest.approx(height, rel=0.03, abs=0.002)


def two_units():
    return figures.explore_two_units({
        "four corners": (plane.CORNERS, plane.ALIKE), "two half moons": plane.moons(),
    })  # fmt: skip


def weights_of(root):
    hidden, output = json.loads(root.get_attribute("data-weights"))
    return np.array(hidden), np.array(output)


@pytest.mark.parametrize("name", plane.NONLINEARITIES)
def test_the_two_units_learn_as_cnnlib_does(name, show):
    root = show(two_units())
    points, classes = plane.moons()
    root.evaluate(CHOOSE, [0, "two half moons"])
    root.evaluate(CHOOSE, [1, name])
    shuffle, learn = root.query_selector_all("button")
    shuffle.click()
    hidden, output = weights_of(root)
    learn.click()
    expected = plane.learn_plane(np.round(points, 4), classes, hidden, output, name, steps=200)
    for found, wanted in zip(weights_of(root), expected, strict=True):
        assert found == pytest.approx(wanted, abs=1e-9)
    answers = plane.answers(np.round(points, 4), *expected, name)
    assert root.get_attribute("data-right") == str(((answers > 0) == classes).sum())
    assert f"of 40 points are answered correctly; the loss is {float(root.get_attribute('data-loss')):.3f}" in (
        root.text_content()
    )


def test_the_two_units_begin_with_the_network_of_the_text_and_every_weight_can_be_moved(show):
    root = show(two_units())
    assert "4 of 4 points are answered correctly" in root.text_content()
    root.evaluate(CHOOSE, [1, "none"])
    assert "4 of 4" not in root.text_content()
    moved = {f"{row}{k}": value for row, values in {"h": (1, 2, 3), "k": (-1, -2, -3), "o": (4, 5, -4)}.items()
             for k, value in enumerate(values)}  # fmt: skip
    root.evaluate(MOVE, moved)
    hidden, output = weights_of(root)
    assert hidden.tolist() == [[1, 2, 3], [-1, -2, -3]]
    assert output.tolist() == [4, 5, -4]


def test_random_weights_are_the_same_on_every_page(show):
    seen = []
    for _ in range(2):
        root = show(two_units())
        button = root.query_selector("button")
        button.click()
        first = root.get_attribute("data-weights")
        button.click()
        seen.append((first, root.get_attribute("data-weights")))
    assert seen[0] == seen[1]
    assert seen[0][0] != seen[0][1]


FIGURES = [
    loss_surface,
    two_units,
    figures.slide_kernel,
    figures.explore_shapes,
    lambda: figures.explore_network({title: build() for title, build in NETWORKS.items()}),
    lambda: figures.explore_fields(PHOTO, fields(alexnet2012())),
]


@pytest.mark.parametrize("make", FIGURES)
class TestEvery:
    def test_no_style_of_the_page_comes_in(self, make, show):
        root = show(make())
        before = root.evaluate(LOOKS)
        assert len(before) > 20
        root.owner_frame().page.add_style_tag(content=SPOILT)
        assert root.evaluate(LOOKS) == before

    def test_dark_pages_have_dark_figures_and_paper_is_white(self, make, show):
        root = show(make())
        page = root.owner_frame().page
        ground = "async room => (await 0, getComputedStyle(room).backgroundColor)"
        light = root.evaluate(ground)
        for dark in (
            "documentElement.dataset.theme = 'dark'",
            "body.dataset.jpThemeLight = 'false'",
            "body.className = 'vscode-dark'",
        ):
            page.evaluate(f"document.{dark}")
            assert root.evaluate(ground) == "rgb(26, 33, 41)"
            page.emulate_media(media="print")
            assert root.evaluate(ground) == light
            page.emulate_media(media="screen")
            page.evaluate("delete document.documentElement.dataset.theme, delete document.body.dataset.jpThemeLight")
            page.evaluate("document.body.className = ''")

    def test_on_paper_stands_what_was_chosen(self, make, show):
        root = show(make())
        root.owner_frame().page.emulate_media(media="print")
        assert not any(each.is_visible() for each in root.query_selector_all("input"))
        assert all(each.is_visible() for each in root.query_selector_all("select, output, svg"))
