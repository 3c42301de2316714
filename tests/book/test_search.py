"""What the search shows of a page is prose, from a server and from the file system alike."""

import threading

import pytest
from docutils import nodes

from _ext.searching import prose, sections
from tools import serve
from tools.chapters import ROOT

HTML = ROOT / "_build" / "html"
SOURCE = ("import ", "\\(", "\\frac", "\\[", "claim(", "np.", ">>>")


@pytest.fixture(scope="module", params=["file", "http"])
def search(request, site, browser):
    """Search for words, and return what is shown: for each hit its title and its summary."""
    if request.param == "http":
        server = serve.server(str(HTML))
        server.RequestHandlerClass.func.log_message = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
    else:
        base = HTML.as_uri()
    page = browser.new_page()

    def search(words):
        page.goto(f"{base}/search.html?q={words}")
        page.wait_for_function("document.querySelector('.search-summary')?.innerText")  # how many were found
        hits = page.locator("#search-results ul > li")
        page.wait_for_function(
            "[...document.querySelectorAll('#search-results ul > li')].every(hit => hit.querySelector('p, span'))"
        )
        return [(hit.locator("a").inner_text(), hit.inner_text()) for hit in hits.all()]

    yield search
    page.close()
    if request.param == "http":
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("words", ["softmax", "padding", "stride", "receptive field"])
def test_hits_show_sentences(search, words):
    hits = search(words)
    assert len(hits) >= 5
    assert [shown for _, shown in hits if any(each in shown for each in SOURCE)] == []
    # A hit in a chapter's text shows the words, where the title does not say them already.
    chapters = [shown.lower() for title, shown in hits if title.startswith(("LeNet", "Pooling", "Convolution"))]
    assert chapters
    assert any(words.split()[0] in shown for shown in chapters)


def test_what_only_code_says_is_not_found(search):
    assert search("import_module_of_no_page") == []
    assert [title for title, _ in search("linewidth") if title.startswith(("LeNet", "Pooling", "Convolution"))] == []


def test_a_term_shows_its_own_definition(search):
    shown = [text for title, text in search("stride") if title == "Glossary"]
    assert any("stride: " in text for text in shown), shown


def test_prose_is_a_page_without_code_output_and_formulas():
    page = nodes.document("", "")
    section = nodes.section("", nodes.title("", "Title"), ids=["top"])
    section += nodes.paragraph("", "", nodes.Text("A map of "), nodes.math("", "n + 1"), nodes.Text(" cells, "))
    section[-1] += [nodes.math("", r"\frac{1}{2}"), nodes.Text(" of them\nblank.")]
    section += nodes.container("", nodes.literal_block("", "import numpy"), nodes.raw("", "<svg>", format="html"))
    section += nodes.math_block("", r"\sum_i x_i")
    cells = [nodes.entry("", nodes.paragraph("", text)) for text in ("stride", "step of a window")]
    section += nodes.table("", nodes.tgroup("", nodes.tbody("", nodes.row("", *cells))))
    section += nodes.section("", nodes.title("", "Below"), nodes.paragraph("", "More."), ids=["below"])
    page += section
    above = ["A map of n + 1 cells, … of them blank.", "…", "stride · step of a window"]
    assert sections(prose(page)) == [("top", above), ("below", ["More."])]
    assert next(page.findall(nodes.literal_block)), "the page itself stays whole"
