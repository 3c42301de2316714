"""The cards behind the ✓ and the folds, as a reader uses them: by mouse, keyboard and address, and without a script."""

import pytest

from tools.chapters import ROOT

PAGE = (ROOT / "_build" / "html" / "chapters" / "lenet.html").as_uri()
CLAIM = "claim-lenet-centred-starts"
TICK = f'a.tick[href="#{CLAIM}"]'
SHOWN = "[...document.querySelectorAll('.check')].filter((card) => card.checkVisibility()).map((card) => card.id)"


@pytest.fixture
def page(site, browser):
    with browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(PAGE)
        yield page


def test_a_tick_opens_its_card_below_its_sentence_and_closes_it(page):
    assert page.evaluate(SHOWN) == []
    page.locator(TICK).first.click()
    assert page.evaluate(SHOWN) == [CLAIM]
    above, below = page.locator(TICK).first.bounding_box(), page.locator(f"#{CLAIM}").bounding_box()
    assert 0 < below["y"] - above["y"] < 200
    assert page.locator(f"#{CLAIM} .bound").is_visible()
    page.locator(TICK).first.click()
    assert page.evaluate(SHOWN) == []


def test_by_keyboard(page):
    tick = page.locator(TICK).first
    tick.focus()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        assert page.evaluate(SHOWN) == [CLAIM]
        assert tick.get_attribute("aria-expanded") == "true"
        page.keyboard.press("Escape")
        assert page.evaluate(SHOWN) == []
    assert tick.evaluate("tick => tick === document.activeElement")


def test_the_card_comes_to_the_tick_that_was_pressed(page):
    ticks = page.locator('a.tick[href="#claim-lenet-test-accuracy"]')
    assert ticks.count() == 2  # the finding, and the summary
    for place in range(2):
        ticks.nth(place).click()
        page.locator("#claim-lenet-test-accuracy").wait_for()  # a busy machine may still be about to show it
        card = page.locator("#claim-lenet-test-accuracy").bounding_box()
        assert 0 < card["y"] - ticks.nth(place).bounding_box()["y"] < 200
        ticks.nth(place).click()


def test_an_address_opens_a_card_and_the_tick_closes_it(page):
    page.goto(f"{PAGE}#{CLAIM}")
    assert page.evaluate(SHOWN) == [CLAIM]
    page.locator(TICK).first.click()
    assert page.evaluate(SHOWN) == []


def test_without_a_script_a_tick_leads_to_its_card(site, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(PAGE)
        assert not page.locator(f"#{CLAIM}").is_visible()
        page.locator(TICK).first.click()
        assert page.locator(f"#{CLAIM}").is_visible()


def test_a_button_shows_all_code_and_the_next_page_remembers_it(page):
    folds = page.locator("details.fold")
    assert folds.count() > 10
    opened = "document.querySelectorAll('details.fold[open]').length"
    assert page.evaluate(opened) == 0
    button = page.get_by_label("Show all code")
    button.click()
    assert page.evaluate(opened) == folds.count()
    page.goto(PAGE.replace("lenet.html", "pooling.html"))
    page.wait_for_function(f"{opened} > 0")  # the browser hands the choice from page to page in its own time
    assert page.evaluate(opened) == page.locator("details.fold").count() > 10
    page.get_by_label("Show all code").click()
    assert page.evaluate(opened) == 0


def test_a_page_beside_it_follows(page):
    beside = page.context.new_page()
    beside.goto(PAGE.replace("lenet.html", "pooling.html"))
    for shown in ("> 0", "== 0"):
        page.get_by_label("Show all code").click()
        beside.wait_for_function(f"document.querySelectorAll('details.fold[open]').length {shown}")


def test_every_fold_says_what_is_inside(page):
    lines = page.locator("details.fold > summary").all_text_contents()
    assert all(len(line.strip()) > 8 for line in lines)
