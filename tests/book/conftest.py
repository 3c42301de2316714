"""The built pages, read once, and a browser to open them in."""

import os
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from tools.chapters import ROOT

HTML = ROOT / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# The browser would otherwise ask its maker for updates, which is an outside request too.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


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
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, BROWSERS)), None) or playwright.chromium.executable_path
        if not Path(program).exists():
            pytest.skip("no Chromium, Chrome or Edge on this machine")
        # Chromium refuses its sandbox to root, which containers run as.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        running = playwright.chromium.launch(executable_path=program, args=[*QUIET, *sandbox])
        yield running
        running.close()
