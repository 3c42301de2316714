"""Make what a reader may take along: every chapter and the whole book as PDF, and the built pages as one zip.

Usage: ``python -m tools.downloads pdf``, ``zip`` or ``all``, after ``make book``. The files lie in a folder named by
all that the pages depend on; while it is there the pages lead to them, and a change of the book forgets them.
"""

import logging
import sys
import tempfile
import zipfile
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

from cnnlib.durable import write_whole
from tools import build_book
from tools.browser import NoBrowserError, running
from tools.chapters import ROOT, chapters, downloads_folder, pages

BOOK = "convolutional-networks-executed"
# It warns that Chromium's trailer counts a few objects too few; what we write has a trailer of its own.
logging.getLogger("pypdf._writer").setLevel(logging.ERROR)
FOOTER = (
    '<div style="width: 100%; font: 8px sans-serif; text-align: center; color: #1f2933">'
    '<span class="pageNumber"></span></div>'
)


def one_page(html, names):
    """Join built pages in one, so that one print has one outline, and links between them lead to its own places.

    Parameters
    ----------
    html : Path
        Folder of the built pages.
    names : list of str
        Their paths without suffix.

    Returns
    -------
    str
        HTML that belongs into the same folder.
    """
    whole = BeautifulSoup((html / f"{names[0]}.html").read_text(encoding="utf-8"), "html.parser")
    styles = [f'<link rel="stylesheet" href="{_place(names[0], link["href"])[0]}">' for link in _styles(whole)]
    title = whole.title.string if len(names) == 1 else "Convolutional Networks, Executed"
    articles, formulas = [], ""
    for name in names:
        page = BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        articles.append(_article(page, name, names))
        formulas = formulas or _formulas(page, name)
    return (
        f'<!doctype html><html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
        f"<title>{title}</title>{''.join(styles)}{formulas}</head>"
        f'<body class="bd-content printed">{"".join(articles)}</body></html>'
    )


def _formulas(page, name):
    """Return the scripts that set a page's formulas; nothing where it has none."""
    loader = page.find("script", src=lambda address: address and "mathjax" in address)
    if not loader:
        return ""
    if not urlsplit(loader["src"]).scheme:
        loader["src"] = _place(name, loader["src"])[0]
    settings = page.find_all("script", string=lambda text: text and text.startswith("window.MathJax"))
    return "".join(map(str, [*settings, loader]))


def _styles(page):
    return [link for link in page.select('link[rel="stylesheet"]') if not link["href"].startswith("http")]


def _place(name, link):
    """Resolve a link on a page to (file below the folder, fragment)."""
    parts = urlsplit(link)
    path = normpath(join(dirname(name), unquote(parts.path))) if parts.path else f"{name}.html"
    return path, unquote(parts.fragment)


def _article(page, name, names):
    """Return a page's article with ids that no other page has, and what it shows found from the folder's top."""
    article = page.select_one("article.bd-article")
    for tag in article.select("a.headerlink, button.copybtn"):
        tag.decompose()
    for tag in article.find_all(id=True):
        if not tag.find_parent("svg"):
            tag["id"] = _id(name, tag["id"])
    for tag in article.select("picture source, img.only-dark"):
        tag.decompose()  # for phones and for dark screens
    for tag in article.find_all("img"):
        tag.attrs.pop("loading", None)  # a print does not scroll
        if not tag["src"].startswith("data:"):
            tag["src"] = _place(name, tag["src"])[0]
    for tag in article.find_all("a", href=True):
        if urlsplit(tag["href"]).scheme:
            continue
        path, fragment = _place(name, tag["href"])
        target = path.removesuffix(".html")
        if target in names:
            tag["href"] = "#" + _id(target, fragment)
        else:
            del tag["href"]
    return f'<article class="bd-article" id="{_id(name, "")}">{article.decode_contents()}</article>'


def _id(name, fragment):
    return f"{name.replace('/', '-')}--{fragment}"


def print_pdf(browser, html, names, target):
    """Print pages as one tagged PDF with an outline and page numbers."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=html, suffix=".html", encoding="utf-8", delete=False) as file:
        file.write(one_page(html, names))
    page = browser.new_page()
    page.set_default_timeout(300_000)
    try:
        page.goto(Path(file.name).as_uri())
        page.evaluate("async () => { await window.MathJax?.startup?.promise }")
        page.pdf(
            path=target,
            format="A4",
            margin={"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
            print_background=True,
            tagged=True,
            outline=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
        )
        titles = page.eval_on_selector_all(
            "h1, h2, h3, h4, h5, h6", "all => all.map((each) => each.textContent.trim())"
        )
    finally:
        page.close()
        Path(file.name).unlink()
    _retitle(target, titles)


def _retitle(target, titles):
    """Write the headings into a PDF's outline: Chromium drops a space where one wraps, and may write one twice."""
    writer = PdfWriter(clone_from=target)
    entries = []

    def walk(entry):
        while entry:
            entries.append(entry := entry.get_object())
            walk(entry.get("/First"))
            entry = entry.get("/Next")

    walk(writer.root_object["/Outlines"].get("/First"))
    for entry, title in zip(entries, titles, strict=True):
        entry[NameObject("/Title")] = TextStringObject(title)
    writer.write(target)


def make_pdfs(root):
    """Print every chapter and the whole book."""
    html, folder = root / "_build" / "html", downloads_folder(root) / "downloads"
    whole = [page for page in pages(root) if not page.startswith("appendices/api")]
    names = {path.stem: [path.relative_to(root).with_suffix("").as_posix()] for path in chapters(root)}
    with running() as browser:
        for name, printed in (names | {BOOK: whole}).items():
            print_pdf(browser, html, printed, folder / f"{name}.pdf")
            print(f"made {folder / name}.pdf", flush=True)


def make_zip(root, target):
    """Pack the built pages, so that they open from wherever they are unpacked."""
    html = root / "_build" / "html"
    target.parent.mkdir(parents=True, exist_ok=True)

    def pack(part):
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(html.rglob("*")):
                if path.is_file() and path.suffix not in (".zip", ".map") and not path.name.startswith("."):
                    archive.write(path, Path(BOOK) / path.relative_to(html))

    write_whole(target, pack)
    print(f"made {target}: unpack it and open {BOOK}/index.html")


def main(arguments):
    """Make what is asked for; the status is 1 where there is no browser to print with."""
    if arguments not in (["pdf"], ["zip"], ["all"]):
        print("usage: python -m tools.downloads pdf|zip|all", file=sys.stderr)
        return 2
    [wanted] = arguments
    if wanted in ("pdf", "all"):
        try:
            make_pdfs(ROOT)
        except NoBrowserError as error:
            print(f"pdf: {error}", file=sys.stderr)
            return 1
        if not build_book.build_pages(ROOT):
            return 1
    if wanted == "zip":
        make_zip(ROOT, ROOT / "_build" / f"{BOOK}.zip")
    if wanted == "all":
        make_zip(ROOT, downloads_folder(ROOT) / "downloads" / f"{BOOK}.zip")
        if not build_book.build_pages(ROOT):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
