"""On paper a page is whole, in Chromium and in Firefox alike: hints and solutions open, set-up code one line."""

import functools
import io
import itertools
import re
import unicodedata

import pytest
from pypdf import PdfReader

from tests.book import firefox
from tools import downloads
from tools.chapters import ROOT

HTML = ROOT / "_build" / "html"
NAMES = ["index", "chapters/lenet", "appendices/teaching", "playground/slide"]

# A word of each fold, in a page that has them all.
FOLDS = """() => {
  const fold = (classes, text) => `<details class="${classes}">
    <summary>Line of ${text}</summary><p>Inside of ${text}</p></details>`;
  document.querySelector('.bd-article section').insertAdjacentHTML('beforeend',
    fold('fold', 'plotting') + fold('sd-sphinx-override sd-dropdown', 'hint') + fold('', 'other'));
}"""


def words(data):
    """Return the words of each sheet."""
    return [sheet.extract_text().split() for sheet in PdfReader(io.BytesIO(data)).pages]


def joined(sheets):
    """Return the words of all sheets."""
    return list(itertools.chain.from_iterable(sheets))


@pytest.fixture(scope="module")
def chromium(site, browser):
    """Print a page as a reader would, once."""

    @functools.cache
    def printed(name, before="() => {}"):
        page = browser.new_page()
        page.goto((HTML / f"{name}.html").as_uri())
        page.evaluate("async () => { await window.MathJax?.startup?.promise }")
        page.evaluate(before)
        data = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "1cm"))
        page.close()
        return words(data)

    return printed


@pytest.fixture(scope="module")
def mozilla(site):
    """Print a page with Firefox, once."""
    if not firefox.program():
        pytest.skip("no Firefox on this machine (Debian: apt install firefox-esr)")
    with firefox.running() as printed:
        yield functools.cache(lambda name: words(printed((HTML / f"{name}.html").as_uri())))


@pytest.mark.parametrize("name", NAMES)
def test_both_browsers_print_the_same_sheets(chromium, mozilla, name):
    one, other = chromium(name), mozilla(name)
    assert abs(len(one) - len(other)) <= max(1, len(one) // 20)
    # The second sheet holds text in both, and the whole the same words, but for how formulas are cut.
    assert len(one[1]) > 20
    assert len(other[1]) > 20
    count = [sum(map(len, sheets)) for sheets in (one, other)]
    assert abs(count[0] - count[1]) <= 0.02 * count[0]
    assert len(set(joined(one)) & set(joined(other))) >= 0.9 * len(set(joined(one)))


def close_up(text):
    """Return letters and signs alone: browsers break lines, and join letters, in ways of their own."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def folded(site):
    """Return the beginning of the longest piece of text between formulas of each hint and solution of a chapter."""
    for fold in site["chapters/lenet.html"].select("details.sd-dropdown, .solution"):
        pieces = [
            str(piece) for text in fold.select("p:not(.admonition-title)") for piece in text.find_all(string=True)
        ]
        yield close_up(max(pieces, key=len))[:30]


def test_hints_and_solutions_are_printed_by_chromium(chromium, site):
    text = close_up("".join(joined(chromium("chapters/lenet"))))
    assert len(list(folded(site))) >= 4
    assert [piece for piece in folded(site) if piece not in text] == []


def test_hints_and_solutions_are_printed_by_firefox(mozilla, site):
    text = close_up("".join(joined(mozilla("chapters/lenet"))))
    assert [piece for piece in folded(site) if piece not in text] == []


def test_what_teaches_unfolds_on_paper_and_set_up_code_does_not(chromium):
    text = " ".join(joined(chromium("appendices/cite", FOLDS)))
    for fold in ("plotting", "hint", "other"):
        assert f"Line of {fold}" in text
    assert "Inside of hint" in text
    assert "Inside of other" in text
    assert "Inside of plotting" not in text


def test_the_pdf_of_a_chapter_has_hints_and_no_list_of_functions(browser, site, tmp_path):
    downloads.print_pdf(browser, HTML, ["chapters/lenet"], tmp_path / "lenet.pdf")
    text = " ".join(joined(words((tmp_path / "lenet.pdf").read_bytes())))
    assert "takes a tuple of layers and an input shape" in text
    assert "In the package" not in text
