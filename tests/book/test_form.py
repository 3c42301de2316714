"""A chapter reads as a book: a picture in the first window, little code open, nothing that a phone must push aside."""

import pytest

from tools.chapters import ROOT, chapters

HTML = ROOT / "_build" / "html"
CHAPTERS = [
    path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters() if path.parent.name != "playground"
]

# How high the page is, how much of it open code and figures take, and where the first figure begins and ends. Solutions
# are folded, and so is what a reader has not asked to see.
FORM = """() => {
  const article = document.querySelector('.bd-article');
  const height = (selector) => [...article.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility() && !element.parentElement.closest(selector))
    .reduce((sum, element) => sum + element.getBoundingClientRect().height, 0);
  const figures = 'figure, [data-script], .cell_output img, .cell_output picture';
  const first = [...article.querySelectorAll('figure, .cnnlib-explorer, .cnnlib-playground')]
    .find((element) => element.checkVisibility());
  // Of a playground, what it shows; what it is set by may stand below.
  const picture = first.querySelector('img') ?? first.shadowRoot.querySelector('.stage');
  const { top, bottom } = picture.getBoundingClientRect();
  return {
    page: article.getBoundingClientRect().height, code: height('.cell_input'), figures: height(figures),
    top: top + scrollY, bottom: bottom + scrollY,
  };
}"""

# Code that is open and wider than its box.
WIDE = """() => [...document.querySelectorAll('.bd-article .cell_input pre')]
  .filter((pre) => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth + 1).map((pre) => pre.textContent)"""

MONOSPACE = """() => [...document.querySelectorAll('.bd-article pre, .bd-article code')]
  .filter((element) => element.checkVisibility() && /^✓ |claim\\(/m.test(element.textContent))
  .map((element) => element.textContent)"""


@pytest.fixture(scope="module")
def opened(site, browser, name):
    """The page that the tests in a row name, laid out whole."""
    with browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto((HTML / name).as_uri())
        page.evaluate("async () => { await window.MathJax?.startup?.promise }")
        page.add_style_tag(content=".bd-article .cell { content-visibility: visible !important }")
        page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager' })")
        page.wait_for_function("[...document.images].every((image) => image.complete)")
        yield page


@pytest.mark.parametrize("name", CHAPTERS, scope="module")
class TestChapter:
    def test_its_picture_stands_in_the_first_window(self, name, opened):
        form = opened.evaluate(FORM)
        assert form["top"] < 768 / 2
        assert form["bottom"] <= 768

    def test_a_fifth_of_it_is_code_at_most_and_figures_at_least(self, name, opened):
        form = opened.evaluate(FORM)
        assert form["code"] < 0.2 * form["page"]
        assert form["figures"] > 0.2 * form["page"]

    def test_no_claim_is_read_in_monospace(self, name, opened):
        assert opened.evaluate(MONOSPACE) == []

    def test_open_code_fits_the_page_and_a_phone(self, name, opened):
        assert opened.evaluate(WIDE) == []
        opened.set_viewport_size({"width": 390, "height": 844})
        try:
            assert opened.evaluate(WIDE) == []
        finally:
            opened.set_viewport_size({"width": 1366, "height": 768})
