"""The scripted figures show, in a browser, what `cnnlib` computes."""

from itertools import product

import numpy as np
import pytest

from cnnlib import figures
from cnnlib.shapes import conv_geometry

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
    """Put a figure on an empty page; return its root element."""
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def show(figure):
        page.set_content(figure._repr_html_())
        return page.query_selector(".cnnlib-figure")

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
