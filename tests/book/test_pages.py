"""The built pages as files: complete, linked, described, and asking nobody else for anything."""

import itertools
import re
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest

from tools.browser_assets import assets_folder
from tools.chapters import ROOT, chapters, pages
from tools.repository import address as repository_of

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
    """Every picture of a page as (address, text alternative), those that its controls can show too."""
    yield from ((tag.get("src"), tag.get("alt")) for tag in page.find_all("img"))
    yield from ((tag["srcset"], tag.find_next("img")["alt"]) for tag in page.select("picture source"))


def test_the_book_holds_its_own_pages_and_no_others(site):
    assert set(site) - OWN == {f"{page}.html" for page in pages()}


def test_every_link_leads_somewhere(site):
    ids = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in site.items()}
    lost = []
    for name, page in site.items():
        for tag in page.find_all(["a", "img", "script", "link"]):
            link = tag.get("href") or tag.get("src")
            target = link and target_of(name, link)
            if not target or link == "#":
                continue
            path, fragment = target
            if not (HTML / path).is_file() or (fragment and path in site and fragment not in ids[path]):
                lost.append((name, link))
    assert lost == []


def test_every_picture_is_there_and_says_what_it_shows(site):
    mute, lost = [], []
    for name, page in site.items():
        for address, alternative in images(page):
            text = (alternative or "").strip()
            # Sphinx falls back on the file's name, myst-nb on a digest.
            if len(text) < 10 or re.search(r"\.(png|svg|jpe?g)$|^_images|^[0-9a-f]{16,}$", text):
                mute.append((name, address[:80], text))
            if not address.startswith("data:") and not (HTML / target_of(name, address)[0]).is_file():
                lost.append((name, address))
    assert mute == []
    assert lost == []


def test_a_figures_alternative_says_more_than_its_caption(site):
    short = [
        (name, image["alt"])
        for name, page in site.items()
        for figure in page.select("article figure")
        for image in figure.select("img")
        if len(image["alt"]) < 40 or image["alt"] in figure.figcaption.get_text(" ", strip=True)
    ]
    assert short == []


def test_no_progress_bar_says_that_nothing_is_done(site):
    outputs = ((name, output.get_text()) for name, page in site.items() for output in page.select(".cell_output"))
    assert [(name, text) for name, text in outputs if re.search(r"\b0%\|", text)] == []


def test_headings_descend_one_level_at_a_time(site):
    for name in set(site) - OWN:
        levels = [int(heading.name[1]) for heading in site[name].select("article :is(h1, h2, h3, h4, h5, h6)")]
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (name, levels)


def test_the_first_thing_to_reach_leads_to_the_text(site):
    for name, page in site.items():
        first = page.body.find(["a", "button", "input"])
        assert page.find(id=first["href"].removeprefix("#")).name == "main", name


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
        assert figures or path.parent.name != "chapters"
        for figure in figures:
            assert figure.select_one("figcaption .caption-number"), str(figure)[:200]

    def test_can_be_downloaded_as_a_notebook(self, path, site):
        name = path.relative_to(ROOT).with_suffix(".html").as_posix()
        links = [tag["href"] for tag in site[name].select("a[href$='.ipynb']")]
        own = [target for target in (target_of(name, link) for link in links) if target]
        assert any((HTML / target).read_bytes().startswith(b"{") for target, _ in own)

    def test_links_to_its_source_and_its_launchers_where_there_is_an_address(self, path, site):
        page = site[path.relative_to(ROOT).with_suffix(".html").as_posix()]
        links = {tag["href"] for tag in page.select(".article-header-buttons a[href^=https]")}
        repository = repository_of(ROOT)
        assert bool(links) == bool(repository)
        if repository and repository.startswith("https://github.com/"):
            assert f"{repository}/edit/main/{path.relative_to(ROOT).as_posix()}" in links
            assert any(link.startswith("https://colab.research.google.com/") for link in links)
            assert any(link.startswith("https://mybinder.org/") for link in links)
