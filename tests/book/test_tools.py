"""Where tools stand on the built pages: large, clear of the contents, and never so high that they bury anything."""

import subprocess
import sys

import pytest
from book.playgrounds import SETTLED

from tools.chapters import ROOT

HTML = ROOT / "_build" / "html"
LAYERS = ["conv1", "pool1", "conv2", "pool2", "dense1", "dense2"]
WINDOWS = {"laptop": {"viewport": {"width": 1366, "height": 768}}}
WINDOWS["phone"] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

# Edges of an element in the window.
BOX = "each => each.getBoundingClientRect().toJSON()"


@pytest.fixture
def visit(site, browser):
    """Open a page in a window of one of the two sizes."""
    contexts = []

    def visit(name, window="laptop", **options):
        context = browser.new_context(**WINDOWS[window] | options)
        contexts.append(context)
        page = context.new_page()
        page.goto((HTML / name).as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["playground/draw.html", "chapters/lenet.html"])
@pytest.mark.parametrize("window", WINDOWS)
def test_the_workings_of_no_unit_bury_the_sheet_or_the_answers(name, window, visit):
    page = visit(name, window)
    high = page.viewport_size["height"]
    for place in [*(f".{layer} .screen" for layer in LAYERS), ".bar"]:
        unit = page.query_selector(f".cnnlib-playground {place}")
        # Scrolled as a reader does: to the figure, and on as far as need be; on a phone until there is room below.
        page.query_selector(".lenet").evaluate("each => scrollBy(0, each.getBoundingClientRect().top - 70)")
        if place != ".bar":
            unit.evaluate(
                "(each, block) => each.scrollIntoView({ block })", "center" if window == "phone" else "nearest"
            )
        (unit.tap if window == "phone" else unit.hover)(position={"x": 12, "y": 6})
        page.query_selector(".inspector").evaluate(SETTLED)
        inspector = page.query_selector(".inspector").evaluate(BOX)
        assert 100 < inspector["height"] < high - 300, place
        assert inspector["top"] < high - 100, place
        assert inspector["bottom"] <= high or window == "phone", place
        for seen in (".pad", ".cards", ".bars"):
            box = page.query_selector(f".cnnlib-playground {seen}").evaluate(BOX)
            assert 0 <= box["top"] < box["bottom"] <= high, (place, seen)
            apart = inspector["top"] >= box["bottom"] - 1 or inspector["left"] >= box["right"] - 1
            assert apart or window == "phone", (place, seen)  # there it scrolls under what is sticky
        assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


# Least widths at 1366 px.
@pytest.mark.parametrize(
    ("name", "widths"),
    [
        ("playground/draw.html", {".pad": 245, ".input .screen": 115, ".conv1 .screen": 115, ".conv2 .screen": 40}),
        ("playground/slide.html", {".stage .sheet": 470}),
        ("playground/shift.html", {".four .screen": 390}),
        ("chapters/convolution.html", {".stage:not(.few) .sheet": 470, ".few .sheet": 270}),
    ],
)
def test_pictures_are_large_on_a_laptop(name, widths, visit):
    page = visit(name)
    for selector, least in widths.items():
        for picture in page.query_selector_all(f".cnnlib-playground {selector}"):
            assert picture.bounding_box()["width"] >= least, selector


def test_the_shape_explorers_cells_are_large_on_a_laptop(visit):
    grids = visit("chapters/convolution.html").query_selector_all("[data-script=shape-explorer] svg")
    assert [grid.bounding_box()["width"] for grid in grids] == [9 * 36, 4 * 36]


TOOLS = ".cell_output :is(.cnnlib-playground, .cnnlib-figure, .cnnlib-explorer)"


# Where there is no tool beside the contents.
FREE = {
    "playground/draw.html": "playground-draw",
    "chapters/convolution.html": "convolution-summary",
    "chapters/lenet.html": "lenet",
}


@pytest.mark.parametrize("width", [1366, 1600, 1920])
@pytest.mark.parametrize("name", ["playground/draw.html", "chapters/convolution.html", "chapters/lenet.html"])
def test_tools_and_contents_share_the_margin(name, width, visit):
    page = visit(name, viewport={"width": width, "height": 768})
    contents = page.query_selector(".bd-sidebar-secondary")
    tools = page.query_selector_all(TOOLS)
    assert tools
    met = []
    for tool in tools:
        for edge in ("start", "center", "end"):
            tool.evaluate("(each, block) => each.scrollIntoView({ block, behavior: 'instant' })", edge)
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            beside, boxes = contents.evaluate(BOX), [each.evaluate(BOX) for each in tools]
            assert all(box["right"] <= width for box in boxes)
            met.append(
                any(
                    box["right"] > beside["left"] and box["top"] < beside["bottom"] and box["bottom"] > beside["top"]
                    for box in boxes
                )
            )
            assert contents.evaluate("each => getComputedStyle(each).opacity") == ("0" if met[-1] else "1")
    assert any(met)
    page.evaluate("id => document.getElementById(id).scrollIntoView({ block: 'end', behavior: 'instant' })", FREE[name])
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert contents.evaluate("each => getComputedStyle(each).opacity") == "1"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    contents.query_selector("a").focus()  # by keyboard they are there
    assert contents.evaluate("each => getComputedStyle(each).opacity") == "1"


@pytest.mark.parametrize("window", WINDOWS)
class TestLanding:
    def test_the_first_window_holds_a_sheet_its_answer_and_a_door(self, window, visit):
        page = visit("index.html", window)
        door = ".bd-article a:has-text('Start with')"
        for part in (
            ".bd-article h1",
            ".pad",
            ".answer",
            ".bar >> nth=9",
            door,
            ".bd-article a:has-text('whole playground')",
        ):
            box = page.query_selector(part).evaluate(BOX)
            assert 0 <= box["top"] < box["bottom"] <= page.viewport_size["height"], part
        assert page.query_selector(door).evaluate("link => link.href") == (HTML / "chapters" / "learning.html").as_uri()
        beside, sheet = (page.query_selector(each).evaluate(BOX) for each in (".bars", ".pad"))
        assert beside["left"] > sheet["right"]

    def test_the_first_stroke_begins_a_new_digit_and_undo_brings_the_old_one_back(self, window, visit):
        page = visit("index.html", window)
        assert page.query_selector(".answer").text_content() == "5"
        page.query_selector(".pad").focus()
        for key in [*["ArrowUp"] * 8, " ", *["ArrowDown"] * 16, " "]:
            page.keyboard.press(key)
        assert page.query_selector(".answer").text_content() == "1"
        page.keyboard.press("Control+z")
        assert page.query_selector(".answer").text_content() == "5"


def test_the_landing_page_is_light(visit):
    assert (HTML / "index.html").stat().st_size < 500_000


def test_a_build_in_which_nothing_changed_imports_no_part_of_the_package():
    program = "import sys, _ext.landing; assert not [name for name in sys.modules if name.startswith('cnnlib')]"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
