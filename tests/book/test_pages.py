"""The built pages as files: complete, linked, described, and asking nobody else for anything."""

import json
import re
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tools.browser_assets import assets_folder
from tools.chapters import ROOT, chapters, pages

HTML = ROOT / "_build" / "html"
OWN = {"genindex.html", "search.html"}  # Sphinx adds these to every book


def target_of(page, link):
    """Resolve a link on a page to (file below the book's folder, fragment); None for one that leads outside."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = normpath(join(dirname(page), unquote(parts.path))) if parts.path else page
    return path, unquote(parts.fragment)


def images(page):
    """Every picture of a page, those inside its widgets too."""
    yield from page.find_all("img")
    for state in page.find_all("script", type="application/vnd.jupyter.widget-state+json"):
        for model in json.loads(state.string)["state"].values():
            yield from BeautifulSoup(str(model["state"].get("value", "")), "html.parser").find_all("img")


def test_the_book_holds_its_own_pages_and_no_others(site):
    assert set(site) - OWN == {f"{page}.html" for page in pages()}


def test_every_link_leads_somewhere(site):
    lost = []
    for name, page in site.items():
        for tag in page.find_all(["a", "img", "script", "link"]):
            link = tag.get("href") or tag.get("src")
            target = link and target_of(name, link)
            if not target or link == "#":
                continue
            path, fragment = target
            if not (HTML / path).is_file() or (
                fragment and path in site and not site[path].find(attrs={"id": fragment})
            ):
                lost.append((name, link))
    assert lost == []


def test_every_picture_says_what_it_shows(site):
    mute = []
    for name, page in site.items():
        for image in images(page):
            text = (image.get("alt") or "").strip()
            # Sphinx falls back on the file's name, myst-nb on a digest.
            if len(text) < 10 or re.search(r"\.(png|svg|jpe?g)$|^_images|^[0-9a-f]{16,}$", text):
                mute.append((name, str(image.get("src"))[:80], text))
    assert mute == []


def test_nothing_is_loaded_from_elsewhere(site):
    if not assets_folder(ROOT).exists():
        pytest.skip("MathJax could not be fetched when the book was built: formulas come from a CDN")
    loading = "script[src], img[src], iframe[src], link[rel=stylesheet], link[rel=preload], link[rel=icon]"
    outside = [
        (name, link)
        for name, page in site.items()
        for tag in page.select(loading)
        if (link := tag.get("src") or tag.get("href")) and re.match(r"(https?:)?//", link)
    ]
    assert outside == []


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
class TestChapter:
    def test_has_numbered_figures(self, path, site):
        page = site[path.relative_to(ROOT).with_suffix(".html").as_posix()]
        figures = page.select("article figure")
        assert figures
        for figure in figures:
            assert figure.select_one("figcaption .caption-number"), str(figure)[:200]

    def test_can_be_downloaded_as_a_notebook(self, path, site):
        name = path.relative_to(ROOT).with_suffix(".html").as_posix()
        links = [tag["href"] for tag in site[name].select("a[href$='.ipynb']")]
        own = [target for target in (target_of(name, link) for link in links) if target]
        assert any((HTML / target).read_bytes().startswith(b"{") for target, _ in own)

    def test_links_to_its_source_and_its_launchers(self, path, site):
        page = site[path.relative_to(ROOT).with_suffix(".html").as_posix()]
        links = " ".join(tag["href"] for tag in page.select("a[href^=https]"))
        assert f"/edit/main/{path.relative_to(ROOT).as_posix()}" in links
        assert "colab.research.google.com" in links
        assert "mybinder.org" in links
