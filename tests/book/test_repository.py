"""Pages that lead to the book's repository where it has an address, and nowhere where it has none."""

import json
import os
import shutil
import subprocess
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from _ext.repository import PLACE, set_address
from tools.build_book import jupyter_book
from tools.chapters import ROOT, chapters

ADDRESS = "https://github.com/someone/their-book"
FIRST = """\
# `make lab` in the book's folder opens this notebook, ready to run.
# Elsewhere, in Colab say, first:
# !git clone {} book
# !pip install "./book[book]"
# %cd book/{}
"""
SENTENCE = "The buttons lead to Colab."


def write_sources(folder):
    """Write a book of a page, a chapter and the page that says how to cite it."""
    (folder / "chapters").mkdir()
    (folder / "appendices").mkdir()
    opens = "{colab}`Open it <assignments/notebooks/small.ipynb>`"
    page = f"# Small\n\n```{{only}} colab\n{SENTENCE}\n\n{opens}\n```\n\n```sh\ngit clone {PLACE} book\n```\n"
    (folder / "index.md").write_text(page, encoding="utf-8")
    cell = nbformat.v4.new_code_cell(FIRST.format(PLACE, "chapters") + "print(1)")
    title = nbformat.v4.new_markdown_cell("# A chapter")
    python = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    notebook = nbformat.v4.new_notebook(cells=[title, cell], metadata=python)
    nbformat.write(notebook, folder / "chapters" / "small.ipynb")
    (folder / "topics.yml").write_text("[]\n", encoding="utf-8")
    for name in ("changelog", "claims"):
        (folder / "appendices" / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
    shutil.copy(ROOT / "appendices" / "cite.md", folder / "appendices")
    shutil.copy(ROOT / "CITATION.cff", folder)
    shutil.copy(ROOT / "references.bib", folder)
    shutil.copytree(ROOT / "_static", folder / "_static")
    files = ["chapters/small", "appendices/cite", "appendices/changelog", "appendices/claims"]
    contents = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in files]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    config["sphinx"]["config"]["html_extra_path"] = []
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """One folder built with an address and then without: what was built, by whether it had one."""
    folder = tmp_path_factory.mktemp("book")
    write_sources(folder)
    built = {}
    for repository in (ADDRESS, ""):
        environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "REPOSITORY": repository}
        done = subprocess.run(jupyter_book(folder), env=environ, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        html = folder / "_build" / "html"
        paths = [*html.glob("*.html"), *html.glob("*/*.html"), *html.rglob("_sources/**/*.*")]
        built[bool(repository)] = {path.relative_to(html).as_posix(): path.read_text("utf-8") for path in paths}
    return built


def links(text):
    page = BeautifulSoup(text, "html.parser")
    return {tag["href"] for tag in page.select("a[href]") if tag["href"].startswith("http")}


def code(text):
    return BeautifulSoup(text, "html.parser").article.pre.get_text()


def first_cell(text):
    return next("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")


def test_with_an_address_buttons_lead_to_it(books):
    chapter = "chapters/small.ipynb"
    assert links(books[True]["chapters/small.html"]) == {
        ADDRESS,
        f"{ADDRESS}/edit/main/{chapter}",
        f"{ADDRESS}/issues/new?title=Issue%20on%20page%20%2Fchapters/small.html&body=Your%20issue%20content%20here.",
        f"https://colab.research.google.com/github/someone/their-book/blob/main/{chapter}",
        f"https://mybinder.org/v2/gh/someone/their-book/main?urlpath=lab/tree/{chapter}",
    }


def test_a_page_opens_a_notebook_in_colab(books):
    notebook = "assignments/notebooks/small.ipynb"
    opens = f"https://colab.research.google.com/github/someone/their-book/blob/main/{notebook}"
    assert opens in links(books[True]["index.html"])
    assert "Open it" not in books[False]["index.html"]


def test_without_one_no_page_leads_anywhere(books):
    assert {name: links(text) for name, text in books[False].items() if name.endswith(".html") and links(text)} == {}
    assert [name for name, text in books[False].items() if "someone" in text or "mybinder" in text] == []


@pytest.mark.parametrize("known", [True, False])
def test_a_notebook_says_what_to_run_on_the_page_and_as_a_file(books, known):
    said = FIRST.format(ADDRESS if known else PLACE, "chapters") + "print(1)"
    assert code(books[known]["chapters/small.html"]).strip() == said
    assert first_cell(books[known]["_sources/chapters/small.ipynb"]) == said


@pytest.mark.parametrize("known", [True, False])
def test_a_page_says_what_is_true_of_it(books, known):
    page = books[known]["index.html"]
    assert code(page) == f"git clone {ADDRESS if known else PLACE} book\n"
    assert (SENTENCE in page) == known


@pytest.mark.parametrize("known", [True, False])
def test_the_citation_names_the_address(books, known):
    entry = code(books[known]["appendices/cite.html"])
    assert entry.startswith("@book{convolutional-networks-executed,\n  title   = {Convolutional Networks, Executed},\n")
    assert "  author  = {{The authors of Convolutional Networks, Executed}},\n" in entry
    assert (f"  url     = {{{ADDRESS}}}\n}}" in entry) == known
    assert ("url" in entry) == known


@pytest.mark.parametrize(
    ("repository", "buttons", "launchers"),
    [
        ("https://gitlab.com/someone/their-book", {"repository", "edit_page", "issues"}, {"binderhub_url"}),
        ("https://codeberg.org/someone/their-book", {"repository"}, {"binderhub_url"}),
    ],
)
def test_other_hosts_get_the_buttons_that_work_there(tmp_path, monkeypatch, repository, buttons, launchers):
    monkeypatch.setenv("REPOSITORY", repository)
    options = {"launch_buttons": {"binderhub_url": "https://binder", "colab_url": "https://colab"}}
    app = SimpleNamespace(confdir=tmp_path, tags=set())
    set_address(app, SimpleNamespace(html_theme_options=options))
    assert {name for name in ("repository", "edit_page", "issues") if options.get(f"use_{name}_button")} == buttons
    assert set(options["launch_buttons"]) == launchers
    assert app.tags == {"repository"}


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_every_notebook_says_in_plain_words_how_to_run_it(path):
    assert first_cell(path.read_text(encoding="utf-8")).startswith(FIRST.format(PLACE, path.parent.name))


def test_no_file_of_the_project_holds_an_address_of_its_own():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no checkout")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".safetensors"):
            assert "networks-" + "executed/" not in path.read_text(encoding="utf-8", errors="replace"), name
