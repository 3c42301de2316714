"""The built pages, read once, and a browser to open them in."""

import pytest
from bs4 import BeautifulSoup

from tools import browser as browsers
from tools.chapters import ROOT

HTML = ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def site():
    """Every built page: path below the book's folder → parsed HTML."""
    if not (HTML / "index.html").exists():
        pytest.skip("the book is not built: make book")
    return {
        path.relative_to(HTML).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in HTML.rglob("*.html")
        if "_static" not in path.parts
    }


@pytest.fixture(scope="session")
def browser():
    """A Chromium or its kin, without a window."""
    try:
        browsers.program()
    except browsers.NoBrowserError as error:
        pytest.skip(str(error))
    with browsers.running() as running:
        yield running
