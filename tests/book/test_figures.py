"""Drawn figures on the pages: read on a phone, clear of slabs in the dark, in proportion, and no letter on another."""

import json
import re
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tools.chapters import ROOT, chapters

HTML = ROOT / "_build" / "html"
NAMES = ["index.html", *(path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters())]
LEAST = 9  # pixels of a letter on a phone

# Each figure with what it may fill, and the files that it, or its controls, can show: wide and narrow, light and dark.
FIGURES = """() => [...document.querySelectorAll('.drawn')].map(drawn => {
  const others = drawn.closest('.cnnlib-explorer')?.querySelector('template')?.content.querySelectorAll('.drawn') ?? [];
  const frames = [drawn, ...others].map(each => ({
    light: [each.querySelector('img.only-light').src, each.querySelector('source').srcset],
    dark: [each.querySelector('img.only-dark').src, each.querySelectorAll('source')[1].srcset],
  }));
  const address = each => new URL(each, location).href;
  return {
    room: drawn.clientWidth,
    light: frames.flatMap(frame => frame.light).map(address),
    dark: frames.flatMap(frame => frame.dark).map(address),
  };
})"""

# What is seen of them now: which file, how large, and how much light the ground under it gives.
SEEN = """async () => {
  const images = [...document.querySelectorAll('.drawn img')].filter(image => image.checkVisibility());
  for (const image of images) image.loading = 'eager';
  const waiting = () => images.some(image => !image.complete || !image.currentSrc);
  for (let tries = 0; tries < 200 && waiting(); tries++) await new Promise(done => setTimeout(done, 50));
  const light = element => {
    for (let each = element; each; each = each.parentElement) {
      const [red, green, blue, alpha = 1] = getComputedStyle(each).backgroundColor.match(/[\\d.]+/g).map(Number);
      if (alpha > 0) return (0.3 * red + 0.6 * green + 0.1 * blue) / 255;
    }
    return 1;
  };
  return images.map(image => {
    const { width, height } = image.getBoundingClientRect();
    return { file: image.currentSrc, alt: image.alt, width, height, padding: getComputedStyle(image).padding,
      natural: image.naturalWidth / image.naturalHeight, ground: light(image) };
  });
}"""

# Letters that a script draws, smaller than they may be.
SCRIPTED = """least => [...document.querySelectorAll('.cnnlib-figure')]
  .flatMap(figure => [...figure.shadowRoot.querySelectorAll('svg text')])
  .filter(text => text.checkVisibility() && text.textContent.trim())
  .map(text => [text.textContent, parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a])
  .filter(([, size]) => size && size < least)"""

# Pairs of texts of a drawing that lie on each other.
CROWDED = """svg => {
  document.body.innerHTML = svg;
  const texts = [...document.querySelectorAll('text')].filter(text => text.textContent.trim());
  const boxes = texts.map(text => text.getBoundingClientRect());
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let k = i + 1; k < boxes.length; k++) {
    const across = Math.min(boxes[i].right, boxes[k].right) - Math.max(boxes[i].left, boxes[k].left);
    const down = Math.min(boxes[i].bottom, boxes[k].bottom) - Math.max(boxes[i].top, boxes[k].top);
    if (across > 1 && down > 2.5) found.push(texts[i].textContent + ' on ' + texts[k].textContent);
  }
  return found;
}"""


def read(address):
    return Path(unquote(urlsplit(address).path)).read_text(encoding="utf-8")


def smallest(svg, room):
    """Return the size of a figure's smallest letters, in pixels, where it may be so wide."""
    width, box = re.search(r'width="([\d.]+)pt".*? viewBox="0 0 ([\d.]+) ', svg).groups()
    shown = min(room, float(width) * 4 / 3)
    sizes = [float(size) for size in re.findall(r"<(?:text|tspan)[^>]*font-size: ([\d.]+)px", svg)]
    return min(sizes, default=float("inf")) * shown / float(box)


@contextmanager
def visit(browser, name, width, height):
    """Open a page in a window of some size."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto((HTML / name).as_uri())
    page.add_style_tag(content=".cell { content-visibility: visible !important }")
    yield page
    page.close()


@pytest.fixture(scope="module")
def laptop(site, browser, name):
    """The page that the tests in a row name, as wide screens show it."""
    with visit(browser, name, 1366, 768) as page:
        yield page


@pytest.fixture(scope="module")
def blank(browser):
    """A page with nothing on it, to draw on."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    yield page
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_is_read_on_a_phone(name, site, browser):
    with visit(browser, name, 390, 844) as page:
        small = [
            (address.rsplit("/", 1)[1], round(size, 1))
            for figure in page.evaluate(FIGURES)
            for address in figure["light"][1::2]
            if (size := smallest(read(address), figure["room"])) < LEAST
        ]
        scripted, seen = page.evaluate(SCRIPTED, LEAST), page.evaluate(SEEN)
        narrow = {address for figure in page.evaluate(FIGURES) for address in figure["light"][1::2]}
    assert small == []
    assert scripted == []
    assert {image["file"] for image in seen} <= narrow
    assert [image["alt"] for image in seen if abs(image["width"] / image["height"] / image["natural"] - 1) > 0.02] == []


@pytest.mark.parametrize("name", NAMES, scope="module")
class TestPage:
    def test_no_letters_lie_on_others(self, name, laptop, blank):
        files = {address for figure in laptop.evaluate(FIGURES) for address in figure["light"]}
        crowded = {address.rsplit("/", 1)[1]: blank.evaluate(CROWDED, read(address)) for address in sorted(files)}
        assert {address: found for address, found in crowded.items() if found} == {}

    def test_no_figure_stands_on_a_slab_in_the_dark(self, name, laptop):
        # The last test of a page: it stays dark.
        laptop.evaluate("document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'")
        seen = laptop.evaluate(SEEN)
        dark = {address for figure in laptop.evaluate(FIGURES) for address in figure["dark"][::2]}
        assert {image["file"] for image in seen} <= dark
        assert [image["alt"] for image in seen if image["ground"] > 0.2 or image["padding"] != "0px"] == []
        assert [
            image["alt"] for image in seen if abs(image["width"] / image["height"] / image["natural"] - 1) > 0.02
        ] == []
        assert [image for image in seen if len(image["alt"]) < 10] == []
        # The ground is the first thing that a figure draws.
        assert [name for name in dark if "fill: none" not in re.search(r"<path .*?/>", read(name))[0]] == []


def test_paper_shows_the_light_figures_for_wide_screens_whatever_the_screen_was(site, browser):
    for width in (1366, 390):
        with visit(browser, "chapters/lenet.html", width, 768) as page:
            page.evaluate("document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'")
            page.emulate_media(media="print")
            seen = page.evaluate(SEEN)
            light = {address for figure in page.evaluate(FIGURES) for address in figure["light"][::2]}
        assert seen
        assert {image["file"] for image in seen} <= light


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_every_figure_has_its_versions_on_the_page(path, site):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    figures = [output for output in outputs if "image/svg+xml" in output.get("data", {})]
    page = site[path.relative_to(ROOT).with_suffix(".html").as_posix()]
    texts = ["".join(output["data"]["text/html"]) for output in outputs if "text/html" in output.get("data", {})]
    frames = sum(text.count("<img ") for text in texts if text.startswith('<div class="cnnlib-explorer"'))
    explorers = page.select(".cnnlib-explorer")
    assert len(page.select(".drawn")) == len(figures) + frames
    assert len(page.select("template .drawn")) == frames - len(explorers)
    assert all(explorer.find()["class"][0] == "drawn" for explorer in explorers)
    for drawn in page.select(".drawn"):
        assert [image["class"] for image in drawn.select("img")] == [["only-light"], ["only-dark"]]
        assert all(image["width"] and image["height"] for image in drawn.select("img"))
    # All are fetched when the reader comes near, but for the page's first, on a light page.
    images = [image for image in page.select(".drawn img") if not image.find_parent(class_="explorer")]
    assert [image["loading"] for image in images] == ["eager", *["lazy"] * len(images)][: len(images)]
    assert all(image["loading"] == "lazy" for image in page.select(".cnnlib-explorer img"))
