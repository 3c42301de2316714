"""What stands around the text: contents, what scrolls, the list of claims, the package, the reference."""

import re

import pytest

from tools.chapters import ROOT, chapters, pages

HTML = ROOT / "_build" / "html"
NAMES = [f"{page}.html" for page in pages()]
CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
SIZES = [(1366, 768), (390, 844)]

# Sentences about how the book was made, on pages that speak of its matter.
REMARKS = re.compile(r"\b(remark in|in Chinese|our notes|the notes|source notes|todo|fixme|rewritten)\b", re.IGNORECASE)

MARKED = "[...document.querySelectorAll('#page-contents a[aria-current]')].map(link => link.hash)"

# What can be moved sideways, and what of it does not say so.
MUTE = """() => {
  const moves = box => ['auto', 'scroll'].includes(getComputedStyle(box).overflowX);
  const scrolls = box => moves(box) && box.scrollWidth > box.clientWidth + 1;
  const says = box => box.tabIndex === 0 && box.role && box.ariaLabel
    && box.classList.contains('more-after') && getComputedStyle(box).maskImage.includes('gradient');
  const boxes = [...document.querySelectorAll('.bd-article *')].filter(box => box.checkVisibility() && scrolls(box));
  return [boxes.length, boxes.filter(box => !says(box)).map(box => box.outerHTML.slice(0, 200))];
}"""

# What stays in its place of the window while the page moves.
OVER = """() => [...document.querySelectorAll('body *')].filter(each => {
  const { left, right, top, bottom } = each.getBoundingClientRect();
  const inside = right > Math.max(left, 0) && left < innerWidth && bottom > Math.max(top, 0) && top < innerHeight;
  const seen = each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  return inside && seen && getComputedStyle(each).position === 'fixed';
}).map(each => each.outerHTML)"""


@pytest.fixture(scope="module")
def open_page(site, browser):
    """Open a page anew at a size; formulas are set when it returns."""
    context = browser.new_context(reduced_motion="reduce")

    def open_page(address, size=SIZES[0]):
        for page in context.pages:
            page.close()
        page = context.new_page()
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        name, _, place = address.partition("#")
        page.goto((HTML / name).as_uri() + (f"#{place}" if place else ""))
        page.evaluate("async () => { await window.MathJax?.startup?.promise }")
        return page

    yield open_page
    context.close()


@pytest.mark.parametrize("name", ["chapters/alexnet.html", "appendices/speed.html", "appendices/teaching.html"])
def test_what_scrolls_says_so(open_page, name):
    page = open_page(name, SIZES[1])
    page.add_style_tag(content=".bd-article .cell { content-visibility: visible !important }")
    page.wait_for_function(f"() => !({MUTE})()[1].length")
    scrolling, _ = page.evaluate(MUTE)
    assert scrolling or name == "appendices/teaching.html"


def test_the_hint_goes_at_the_end(open_page):
    page = open_page("appendices/speed.html", SIZES[1])
    box = page.locator(".more-after").first
    box.evaluate("box => box.id = 'moved'")
    box.focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    page.locator("#moved.more-before:not(.more-after)").wait_for()
    page.set_viewport_size({"width": 1366, "height": 768})
    page.locator("#moved:not(.more-before, .more-after, [role])").wait_for()


@pytest.mark.parametrize("name", ["chapters/lenet.html", "appendices/teaching.html"])
class TestContents:
    def entries(self, site, name):
        # Sections within sections are seen only while one reads there.
        found = [link["href"] for link in site[name].select("#page-contents a") if len(link.find_parents("li")) == 1]
        return [found[0], found[len(found) // 2], *found[-3:]]

    def test_an_entry_that_is_clicked_is_marked(self, open_page, site, name):
        page = open_page(name)
        for place in self.entries(site, name):
            page.locator(f'#page-contents a[href="{place}"]').click()
            page.wait_for_function(f"{MARKED}.join() === '{place}'")
            page.wait_for_timeout(1200)  # the theme's own marking would come back to life after a second
            assert page.evaluate(MARKED) == [place]

    def test_a_section_that_the_address_names_is_marked(self, open_page, site, name):
        for place in self.entries(site, name):
            page = open_page(name + place)
            page.wait_for_function(f"{MARKED}.join() === '{place}'")
            page.wait_for_timeout(1200)
            assert page.evaluate(MARKED) == [place]
            assert 0 <= page.locator(place).bounding_box()["y"] < 768

    def test_the_last_one_is_marked_at_the_end(self, open_page, site, name):
        page = open_page(name)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_timeout(500)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_function(f"{MARKED}.join() === '{site[name].select('#page-contents a')[-1]['href']}'")


def test_the_mark_is_that_of_the_section_into_which_one_jumps(open_page, site):
    exercise = site["chapters/lenet.html"].select(".exercise")[-1]["id"]
    page = open_page(f"chapters/lenet.html#{exercise}")
    assert page.evaluate(MARKED) == ["#lenet-exercises"]
    # In the middle of a long section no heading is in the window.
    middle = "section => scrollTo(0, section.getBoundingClientRect().bottom + scrollY - innerHeight)"
    page.mouse.move(600, 400)
    page.mouse.wheel(0, -1)
    page.locator("#lenet-learning").evaluate(middle)
    page.wait_for_function(f"{MARKED}.join() === '#lenet-learning'")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_stands_over_the_text(open_page, size):
    page = open_page("appendices/teaching.html", size)
    page.mouse.move(size[0] / 2, size[1] / 2)
    page.mouse.wheel(0, 1500)
    page.wait_for_timeout(300)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(300)
    assert page.evaluate(OVER) == []
    assert page.locator("#pst-back-to-top").count() == 0


class TestClaims:
    SHOWN = "[...document.querySelectorAll('table.claims tbody tr')].filter(row => row.checkVisibility()).length"

    def test_typing_narrows_the_list_by_sentence_name_and_topic(self, open_page):
        page = open_page("appendices/claims.html")
        total = page.evaluate(self.SHOWN)
        count = page.locator(".claims-filter output")
        assert count.inner_text() == f"{total} of {total}"
        field = page.get_by_role("searchbox", name="Words")
        row = page.locator("table.claims tbody tr").filter(has=page.locator("em")).last
        for text in (
            row.locator("td:first-child a").first.inner_text(),
            row.locator("code").inner_text(),
            row.locator("em").first.inner_text(),
        ):
            field.fill("")
            field.press_sequentially(text.upper())
            left = page.evaluate(self.SHOWN)
            assert 1 <= left < total / 10, text
            assert count.inner_text() == f"{left} of {total}"
            assert row.is_visible()
            assert page.locator("article :is(h2, h3):visible").count() <= 2 * left
        field.fill("no claim says this")
        assert count.inner_text() == f"0 of {total}"
        field.fill("")
        assert page.evaluate(self.SHOWN) == total

    def test_a_chapter_is_chosen_by_keyboard(self, open_page, site):
        page = open_page("appendices/claims.html")
        page.get_by_role("searchbox", name="Words").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        first = site["appendices/claims.html"].select_one(".claims-counted li")
        left = int(first.get_text().rpartition(",")[2])
        assert page.locator(".claims-filter output").inner_text().startswith(f"{left} of ")
        assert page.evaluate(self.SHOWN) == left
        # A link to what is hidden shows it.
        last = page.locator("#page-contents a").last
        last.click()
        page.wait_for_function(f"{self.SHOWN} > {left}")
        assert page.locator(last.get_attribute("href")).is_visible()

    def test_without_scripts_it_is_the_whole_list(self, site, browser):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto((HTML / "appendices/claims.html").as_uri())
        assert (
            page.locator("table.claims tbody tr:visible").count() == page.locator("table.claims tbody tr").count() > 500
        )
        assert page.locator(".claims-filter").count() == 0
        context.close()


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_package_stands_at_the_foot_of_a_page(site, name):
    article = site[name].article
    found = article.select(".in-the-package")
    assert [each.name for each in found] == ["details"] * (name.startswith("chapters/") or len(found))
    for foot in found:
        assert "open" not in foot.attrs
        assert foot.find_next_siblings() == []
        assert foot.parent.parent.name != "section", "in a section of the page"
        ids = {each["id"] for each in article.select("section[id]")}
        assert {item.a["href"] for item in foot.select("li")} <= {f"#{each}" for each in ids}


def test_no_page_speaks_of_how_it_was_made(site):
    told = [
        (name, found[0])
        for name, page in site.items()
        if name not in CHAPTERS and (found := REMARKS.search((page.article or page.main).get_text()))
    ]
    assert told == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("appendices/api/")])
def test_a_page_of_the_reference_opens_with_what_it_holds_and_when_it_is_needed(site, name):
    first = site[name].article.h1.find_next_sibling()
    assert first.name == "p"
    sentence = re.match(r"[A-Z].*?\.(?= |$)", " ".join(first.get_text().split()))[0]
    assert 80 <= len(sentence) <= 260, sentence
    assert re.search(r"\bwhen you\b", sentence), sentence
