"""The pages are open to everyone: axe-core finds no fault, in light and in dark, and paper shows the figures too."""

import subprocess

import pytest

from tools import browser_assets
from tools.chapters import ROOT, chapters, pages

HTML = ROOT / "_build" / "html"
NAMES = [f"{page}.html" for page in pages()] + ["search.html", "genindex.html"]
CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
WITH_CONTROLS = [
    "chapters/learning.html",
    "chapters/convolution.html",
    *(f"{page}.html" for page in pages() if page.startswith("playground/")),
]

# Formulas are thousands of small boxes of one colour, the text's; their container is judged, its boxes are not.
VIOLATIONS = """async (rules) => {
  const chosen = rules ? { runOnly: rules } : {};
  const found = await axe.run({ exclude: [["mjx-math"]] }, { resultTypes: ["violations"], ...chosen });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 5)}`);
}"""


# Of the controls that are seen: their names, and the smaller side. A hand that meets the label moves the control.
CONTROLS = """controls => controls.filter(c => c.checkVisibility()).map(c => {
  const { width, height } = (c.closest("label") ?? c).getBoundingClientRect();
  const name = (c.labels?.[0]?.textContent || c.ariaLabel || c.textContent).trim();
  return { name, side: Math.min(width, height), html: c.outerHTML };
})"""


@pytest.fixture(scope="module")
def axe():
    """Path of the script that judges."""
    try:
        return browser_assets.axe(ROOT)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        pytest.skip(f"no axe-core: {error}")


@pytest.fixture(scope="module")
def context(site, browser):
    """A window of the browser that asks for as little motion as the reader may."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(scope="module")
def opened(context, name):
    """The page that the tests in a row name, its formulas set."""
    page = context.new_page()
    page.goto((HTML / name).as_uri())
    page.evaluate("async () => { await window.MathJax?.startup?.promise }")
    yield page
    page.close()


@pytest.mark.parametrize("name", NAMES, scope="module")
def test_axe_finds_no_fault(name, opened, axe):
    opened.add_script_tag(path=axe)
    assert opened.evaluate(VIOLATIONS) == []
    # Another theme is other colours, and nothing else.
    opened.evaluate("document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'")
    assert opened.evaluate(VIOLATIONS, ["color-contrast", "link-in-text-block"]) == []


@pytest.mark.parametrize("name", CHAPTERS, scope="module")
class TestChapter:
    def test_nothing_moves_unasked(self, name, opened):
        assert opened.evaluate("document.getAnimations().length") == 0
        assert opened.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"

    def test_every_control_is_named_and_large_enough_to_hit(self, name, opened):
        for control in opened.locator(".cell_output :is(select, input, button)").evaluate_all(CONTROLS):
            assert control["name"], control
            assert control["side"] >= 24, control

    def test_paper_shows_the_figures_and_what_was_chosen_but_no_slider(self, name, opened):
        opened.emulate_media(media="print")  # the last test of a page: it stays so
        assert opened.locator(".bd-article h1").is_visible()
        for figure in opened.locator(".bd-article :is(.cnnlib-explorer, .cnnlib-figure)").all():
            assert not any(slider.is_visible() for slider in figure.locator("input").all())
            assert all(choice.is_visible() for choice in figure.locator("select, output").all())
            assert figure.locator("img, svg").first.is_visible()


@pytest.mark.parametrize("name", WITH_CONTROLS)
def test_a_finger_meets_every_control(name, browser, site):
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto((HTML / name).as_uri())
        figures = page.locator(":is(.cnnlib-explorer, .cnnlib-figure, .cnnlib-playground)")
        controls = figures.locator("select, button, input:not([type=text])")
        seen = controls.evaluate_all(CONTROLS)
        assert seen
        assert [control["html"] for control in seen if control["side"] < 44] == []
