"""A Chromium, Chrome or Edge without a window, as the machine has it."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# The browser would otherwise ask its maker for updates, which is an outside request too.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(Exception):
    """There is none on this machine."""


def program():
    """Return the path of a browser.

    Raises
    ------
    NoBrowserError
        If there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    if not Path(found).exists():
        raise NoBrowserError("no Chromium, Chrome or Edge on this machine (Debian and Ubuntu: apt install chromium)")
    return found


def flags():
    """Return what the browser is started with; it refuses its sandbox to root, which containers run as."""
    return [*QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]


@contextmanager
def running():
    """Run a browser inside the ``with``."""
    path = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags())
        try:
            yield browser
        finally:
            browser.close()
