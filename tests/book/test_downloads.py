"""What a reader takes along: a PDF with outline, tags and links, and a zip that opens from wherever it is unpacked."""

import zipfile

import pytest
from pypdf import PdfReader

from tools import downloads
from tools.chapters import ROOT

HTML = ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def pdf(site, browser, tmp_path_factory):
    """Two pages that lead to each other, printed."""
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    downloads.print_pdf(browser, HTML, ["appendices/teaching", "appendices/notation"], target)
    return PdfReader(target)


def test_the_outline_names_the_pages(pdf):
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert titles == ["A guide for teachers", "Notation"]


def test_the_pdf_is_tagged_and_titled(pdf):
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert pdf.metadata.title == "Convolutional Networks, Executed"


def test_pages_are_numbered(pdf):
    for number, page in enumerate(pdf.pages, start=1):
        assert page.extract_text().split()[-1] == str(number)


def test_links_between_pages_lead_inside_the_pdf(pdf):
    links = [note.get_object() for note in pdf.pages[0]["/Annots"]]
    assert any("/Dest" in link or link.get("/A", {}).get("/S") == "/GoTo" for link in links)


def test_the_zip_opens_from_where_it_is_unpacked(site, browser, tmp_path):
    downloads.make_zip(ROOT, tmp_path / "book.zip")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        archive.extractall(tmp_path)
    page, asked, lost = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: lost.append((request.url, request.failure)))
    for name in ("index", "chapters/convolution"):
        page.goto((tmp_path / downloads.BOOK / f"{name}.html").as_uri())
        page.evaluate("async () => { await window.MathJax?.startup?.promise }")
    page.close()
    # What leaving a page has cancelled is not lost; a file that is not there fails with another word.
    assert [url for url, why in lost if why != "net::ERR_ABORTED"] == []
    assert all(url.startswith((tmp_path.as_uri(), "data:", "blob:")) for url in asked)
