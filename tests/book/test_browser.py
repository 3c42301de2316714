"""The built pages as a reader meets them: in a browser, without a kernel, from the file system."""

from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tools.browser_assets import assets_folder
from tools.chapters import ROOT, chapters, pages

HTML = ROOT / "_build" / "html"
NAMES = [f"{page}.html" for page in pages()] + ["genindex.html"]
SIZES = [(1366, 768), (390, 844)]
CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
# The playgrounds have tests of their own.
CONTROLS = ".cell_output :is(.cnnlib-explorer, .cnnlib-figure) :is(select, input[type=range])"

# What a figure shows now: every picture, drawing and line of text that can be seen beside the control.
SHOWN = """control => {
  const room = control.getRootNode();
  const seen = [...room.querySelectorAll('img, svg, p[role=status]'), ...room.host.querySelectorAll('img')]
    .filter(element => element.checkVisibility() && element.getBoundingClientRect().width > 0);
  return seen.map(element => element.src ? element.src + element.alt : element.outerHTML).join('\\n');
}"""

# Wait until a figure shows something else, at most so many milliseconds; tell whether it does.
CHANGED = f"""async (control, [before, most]) => {{
  const shown = {SHOWN};
  const end = performance.now() + most;
  while (shown(control) === before && performance.now() < end) await new Promise(requestAnimationFrame);
  return shown(control) !== before;
}}"""

# Pictures whose sides are not in the proportion in which they were drawn, once the files for this width have come.
DISTORTED = """async () => {
  const distorted = image => {
    const style = getComputedStyle(image);
    const inner = (size, ...around) => size - around.reduce((sum, key) => sum + parseFloat(style[key]), 0);
    const width = inner(image.offsetWidth, 'paddingLeft', 'paddingRight', 'borderLeftWidth', 'borderRightWidth');
    const height = inner(image.offsetHeight, 'paddingTop', 'paddingBottom', 'borderTopWidth', 'borderBottomWidth');
    return Math.abs(width / height / (image.naturalWidth / image.naturalHeight) - 1) > 0.03;
  };
  const found = () => [...document.querySelectorAll('.bd-article img')]
    .filter(image => image.checkVisibility() && image.naturalWidth && distorted(image));
  for (let tries = 0; tries < 200 && found().length; tries++) await new Promise(done => setTimeout(done, 50));
  return found().map(image => image.alt);
}"""

# What the right edge of the screen cuts off, out of reach: nothing around it scrolls.
CUT = """() => {
  const scrolls = element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
  const reached = element => !element.matches('.bd-article') && (scrolls(element) || reached(element.parentElement));
  return [...document.querySelectorAll('.bd-article :is(p, li, h1, h2, h3, h4, dt, img, svg, select, mjx-container)')]
    .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
    .filter(element => !reached(element))
    .map(element => element.textContent.trim() || element.outerHTML.slice(0, 200));
}"""

# Headings that take a line more for the link beside them.
STRETCHED = """() => [...document.querySelectorAll('.bd-article .headerlink')].filter(link => {
  const before = link.parentElement.offsetHeight;
  link.style.display = 'none';
  const after = link.parentElement.offsetHeight;
  link.style.display = '';
  return link.parentElement.matches('h1, h2, h3, h4') && before !== after;
}).map(link => link.parentElement.textContent)"""

# What stands in a table's cell and reaches into the next one.
SPILT = """() => [...document.querySelectorAll('.bd-article :is(td, th)')]
  .filter(cell => cell.scrollWidth > cell.clientWidth + 1)
  .map(cell => cell.textContent.trim())"""

# Of each heading its level, its size and its weight.
HEADINGS = """() => [...document.querySelectorAll('.bd-article :is(h1, h2, h3, h4)')].map(heading => {
  const style = getComputedStyle(heading);
  return [Number(heading.tagName[1]), parseFloat(style.fontSize), Number(style.fontWeight)];
})"""

WINDOW = {"width": 1280, "height": 900}
HEAVIEST = 2_500_000  # bytes of everything that a page asks for before its reader moves, uncompressed

Opened = namedtuple("Opened", "page errors requests")


@pytest.fixture(scope="module")
def open_page(site, browser):
    """Open a page of the book, once, and note what the browser complains of and asks for."""
    opened = {}
    context = browser.new_context(viewport=WINDOW)

    def open_page(name):
        base, _, query = name.partition("?")
        if name not in opened:
            page, errors, requests = context.new_page(), [], []
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))
            page.goto((HTML / base).as_uri() + (f"?{query}" if query else ""), wait_until="load")
            # Formulas are set after the page has loaded.
            page.evaluate("async () => { await window.MathJax?.startup?.promise }")
            opened[name] = Opened(page, errors, requests)
        return opened[name]

    yield open_page
    context.close()


@contextmanager
def sized(page, size):
    """Have a page's window another size for a while."""
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    try:
        yield
    finally:
        page.set_viewport_size(WINDOW)


def headings(page, size):
    """Return size and weight of a page's headings by their level."""
    with sized(page, size):
        return {level: (height, weight) for level, height, weight in page.evaluate(HEADINGS)}


@pytest.mark.parametrize("name", NAMES)
class TestPage:
    def test_loads_without_a_complaint(self, name, open_page):
        assert open_page(name).errors == []

    def test_asks_nobody_else_for_anything(self, name, open_page):
        if not assets_folder(ROOT).exists():
            pytest.skip("MathJax could not be fetched when the book was built: formulas come from a CDN")
        allowed = (HTML.as_uri(), "data:", "blob:")
        assert [url for url in open_page(name).requests if not url.startswith(allowed)] == []

    def test_is_light(self, name, open_page):
        asked = {url for url in open_page(name).requests if url.startswith("file:")}
        sizes = {url: Path(unquote(urlsplit(url).path)).stat().st_size for url in asked}
        assert sum(sizes.values()) <= HEAVIEST, sorted(sizes.items(), key=lambda item: -item[1])[:8]

    def test_typesets_every_formula(self, name, open_page, site):
        written = len(site[name].select(".math"))
        assert open_page(name).page.locator(".math mjx-container").count() >= written
        assert open_page(name).page.locator("mjx-merror").count() == 0

    def test_headings_are_as_high_as_their_words(self, name, open_page):
        assert open_page(name).page.evaluate(STRETCHED) == []

    @pytest.mark.parametrize("size", SIZES, ids=str)
    def test_a_heading_is_larger_and_no_lighter_than_those_below_it(self, name, size, open_page):
        levels = headings(open_page(name).page, size)
        for level in levels.keys() & {upper + 1 for upper in levels}:
            assert levels[level - 1][0] >= 1.15 * levels[level][0], levels
            assert levels[level - 1][1] >= levels[level][1], levels

    def test_fits_a_phone(self, name, open_page):
        page = open_page(name).page
        with sized(page, SIZES[1]):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert page.evaluate(DISTORTED) == []
            assert page.evaluate(CUT) == []
            assert page.evaluate(SPILT) == []


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_h2_stands_above_h3(open_page, size):
    levels = headings(open_page("appendices/teaching.html").page, size)
    assert levels[2][0] > levels[3][0]
    assert levels[2][1] > levels[3][1]


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_control_changes_its_figure_by_keyboard(name, open_page):
    page = open_page(name).page
    for control in page.locator(CONTROLS).all():
        before = control.evaluate(SHOWN)
        control.focus()
        listed = control.evaluate("c => c.tagName") == "SELECT"
        page.keyboard.press("ArrowDown" if listed else "ArrowRight")
        if not control.evaluate(CHANGED, [before, 200]):  # it stood at its end
            page.keyboard.press("ArrowUp" if listed else "ArrowLeft")
            assert control.evaluate(CHANGED, [before, 200]), control.evaluate("c => c.closest('label').textContent")


def test_search_finds_a_page(open_page):
    opened = open_page("search.html?q=references")
    opened.page.locator("#search-results li").first.wait_for()
    assert "References" in opened.page.locator("#search-results").inner_text()
    assert opened.errors == []
