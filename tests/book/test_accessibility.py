"""The pages are open to everyone: axe-core finds no fault, in light and in dark, and paper shows the figures too."""

import subprocess

import pytest

from tools import browser_assets
from tools.chapters import ROOT, chapters, pages

HTML = ROOT / "_build" / "html"
NAMES = [f"{page}.html" for page in pages()] + ["search.html", "genindex.html"]
CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]

# Formulas are thousands of small boxes of one colour, the text's; their container is judged, its boxes are not.
VIOLATIONS = """async (rules) => {
  const chosen = rules ? { runOnly: rules } : {};
  const found = await axe.run({ exclude: [["mjx-math"]] }, { resultTypes: ["violations"], ...chosen });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 5)}`);
}"""


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


@pytest.fixture
def opened(request, context):
    """The page that the test names, its formulas set."""
    page = context.new_page()
    page.goto((HTML / request.getfixturevalue("name")).as_uri())
    page.evaluate("async () => { await window.MathJax?.startup?.promise }")
    yield page
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_fault(name, opened, axe):
    opened.add_script_tag(path=axe)
    assert opened.evaluate(VIOLATIONS) == []
    # Another theme is other colours, and nothing else.
    opened.evaluate("document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'")
    assert opened.evaluate(VIOLATIONS, ["color-contrast", "link-in-text-block"]) == []


@pytest.mark.parametrize("name", CHAPTERS)
class TestChapter:
    def test_nothing_moves_unasked(self, name, opened):
        assert opened.evaluate("document.getAnimations().length") == 0
        assert opened.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"

    def test_every_control_is_named_and_large_enough_for_a_finger(self, name, opened):
        for control in opened.locator(".cell_output :is(select, input, button)").all():
            if not control.is_visible():
                continue
            assert control.evaluate("c => (c.labels?.[0]?.textContent || c.ariaLabel || c.textContent).trim()")
            # A finger that meets the label moves the control.
            size = control.evaluate("c => (c.closest('label') ?? c).getBoundingClientRect().toJSON()")
            assert min(size["width"], size["height"]) >= 16, control.evaluate("c => c.outerHTML")

    def test_paper_shows_the_figures_and_not_their_controls(self, name, opened):
        opened.emulate_media(media="print")
        for figure in opened.locator(".explorer").all():
            assert not figure.locator(".controls").is_visible()
            assert figure.locator("img").is_visible()
