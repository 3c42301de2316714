"""The book in a pseudo-language: every message of its catalogs comes back; formulas, code and links stay."""

import re
import shutil
import subprocess

import nbformat
import pytest
import yaml
from babel.messages.pofile import write_po
from book.test_pages import target_of
from bs4 import BeautifulSoup

from _ext.claims import ids_in_order
from cnnlib.playground import LenetPlayground
from tools.build_book import jupyter_book
from tools.catalogs import bring_up, collect, main, read
from tools.chapters import ROOT

CHAPTER = "convolution"
LANGUAGE = "qps"  # kept by ISO 639 for private use
FOLD = "Set the table"
# What a translator leaves as it is: code, formulas, roles, targets of links, marks of HTML.
KEPT = re.compile(r"(\{[\w:.-]+\}`[^`]*`|`+[^`]+`+|\$[^$]*\$|(?<=\])\([^)]*\)|<[^>]*>|https?:\S+|\{\w*\}|&\w+;)")
ACCENTS = str.maketrans("aceinouyACEINOUY", "âçéîñôûýÂÇÉÎÑÔÛÝ")
PAGE = f"chapters/{CHAPTER}"


def pseudo(text):
    """Return a message as a translator from nowhere would write it."""
    parts = KEPT.split(text)
    return "⟦" + "".join(part if place % 2 else part.translate(ACCENTS) for place, part in enumerate(parts)) + "⟧"


def translate(folder):
    """Translate every message of every catalog of the language."""
    for path in (folder / "locales" / LANGUAGE).rglob("*.po"):
        catalog = read(path)
        for message in catalog:
            if message.id:
                message.string = pseudo(message.id)
        with path.open("wb") as file:
            write_po(file, catalog, width=0)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Build one chapter, and the pages that show what it holds, in the language; return folder, templates, pages."""
    folder = tmp_path_factory.mktemp("book")
    write_sources(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # for the extensions
        patch.setenv("PYTHONUTF8", "1")
        templates = collect(folder)
        bring_up(folder / "locales", LANGUAGE, templates)
        translate(folder)
        configure(folder, language=LANGUAGE)
        built = subprocess.run(jupyter_book(folder), capture_output=True, text=True, encoding="utf-8")
    assert built.returncode == 0, built.stderr
    html = folder / "_build" / "html"
    pages = {
        path.relative_to(html).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in html.rglob("*.html")
        if "_static" not in path.parts
    }
    return folder, templates, pages


@pytest.fixture(scope="module")
def page(book):
    """The chapter's page."""
    return book[2][f"{PAGE}.html"]


@pytest.fixture(scope="module")
def cells():
    """The chapter's cells."""
    return nbformat.read(ROOT / f"{PAGE}.ipynb", as_version=4).cells


def write_sources(folder):
    """Write the sources of a small book: the chapter, pages in place of those to which it leads, and the tables."""
    (folder / "chapters").mkdir()
    (folder / "appendices").mkdir()
    chapter = nbformat.read(ROOT / "chapters" / f"{CHAPTER}.ipynb", as_version=4)
    cell = next(cell for cell in chapter.cells if cell.cell_type == "code")
    cell.metadata |= {"tags": ["hide-input"], "mystnb": {"code_prompt_show": FOLD, "code_prompt_hide": FOLD}}
    nbformat.write(chapter, folder / "chapters" / f"{CHAPTER}.ipynb")
    prose = "\n".join(cell.source for cell in chapter.cells if cell.cell_type == "markdown")
    led_to = {found[0] or found[1] for found in re.findall(r"\{ref\}`(?:[^`<]*<([\w-]+)>|([\w-]+))`", prose)}
    others = sorted(led_to - set(re.findall(r"^\(([\w-]+)\)=$", prose, re.MULTILINE)))
    pages = {
        "index": "# A small book\n\n```{draw-here}\n```\n",
        "others": "# Other chapters\n" + "".join(f"\n({label})=\n## Of {label}\n\nText.\n" for label in others),
        "references": (ROOT / "references.md").read_text(encoding="utf-8"),
        "appendices/topics": (ROOT / "appendices" / "topics.md").read_text(encoding="utf-8"),
        "appendices/claims": (ROOT / "appendices" / "claims.md").read_text(encoding="utf-8"),
        "appendices/glossary": (ROOT / "appendices" / "glossary.md").read_text(encoding="utf-8"),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "topics.yml").write_text(yaml.safe_dump(own_topics(), allow_unicode=True), encoding="utf-8")
    files = [f"chapters/{CHAPTER}", *(name for name in pages if name != "index")]
    contents = {"format": "jb-book", "root": "index"}
    contents["parts"] = [{"caption": "Networks", "chapters": [{"file": name} for name in files]}]
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    shutil.copytree(ROOT / "_static", folder / "_static")
    shutil.copy(ROOT / "references.bib", folder)
    configure(folder)


def own_topics():
    """Return the topics that the chapter treats alone."""
    topics = yaml.safe_load((ROOT / "topics.yml").read_text(encoding="utf-8"))
    return [topic for topic in topics if all(each.startswith(f"{CHAPTER}-") for each in names_of(topic))]


def names_of(topic):
    return [*topic["sections"], *topic.get("claims", [])]


def claims_of(cells):
    """Return the ids of the claims that cells make."""
    checks = [cell.source for cell in cells if cell.cell_type == "code" and "claim(" in cell.source]
    return [each for source in checks for each, _ in ids_in_order(source)]


def configure(folder, **settings):
    """Write the book's own configuration, but for what only the whole book has."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    config["sphinx"]["config"] |= {"html_extra_path": [], **settings}
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")


def words(page):
    """Yield the texts of an article, block by block, as the reader sees them: no code, no formula, no tool."""
    article = BeautifulSoup(str(page.article), "html.parser")
    for other in article.select("pre, script, style, [class*=cnnlib-], .headerlink, .caption-number, .prev-next-area"):
        other.extract()
    # The mark of a finding, and the numbers of its check between words that are translated one by one.
    for other in article.select("a.tick, .check .verdict"):
        other.extract()
    # Words of sphinx-exercise, which has translations of its own.
    for other in article.select(".exercise > .admonition-title, .solution > .admonition-title"):
        other.extract()
    for block in article.select("p, h1, h2, h3, li, dt, dd, td, th, figcaption, label, option"):
        text = block.get_text().strip()
        if any(map(str.isalpha, text)) and not block.find(["p", "li", "select"]):
            yield text


def test_every_message_is_collected_once(book):
    _, templates, _ = book
    texts = {name: [message.id for message in template if message.id] for name, template in templates.items()}
    assert {"book", "index", PAGE, "appendices/claims", "appendices/topics", "appendices/glossary"} <= set(texts)
    assert "Networks" in texts["index"]  # of the contents
    assert FOLD in texts[PAGE]
    assert "A sum over the input and a sum over the kernel give one map." in texts[PAGE]  # a claim
    assert "edge, left to right" in texts[PAGE]  # a choice in an explorer
    assert "Claim" in texts["book"]
    assert {"Draw here", "{count} products"} <= set(texts["book"])  # of playgrounds
    assert LenetPlayground.title in texts["index"]


def test_formulas_and_code_are_nobodys_to_translate(book, cells):
    _, templates, _ = book
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    formulas = re.findall(r"^```\{math\}\n(?::label:.*\n)?((?:.*\n)*?)```|^\$\$((?:.|\n)*?)\$\$", prose, re.MULTILINE)
    wanted = ["".join("".join(each).split()) for each in formulas]
    assert len(wanted) >= 10
    for message in templates[PAGE]:
        assert "".join(message.id.split()) not in wanted if message.id else True
    shown = ["".join(each.get_text().split()) for each in book[2][f"{PAGE}.html"].select("div.math")]
    assert len(shown) == len(wanted)
    for formula, element in zip(wanted, shown, strict=True):
        assert formula in element


def test_code_and_what_it_prints_are_as_they_were(page, cells):
    checks = [cell.source for cell in cells if cell.cell_type == "code" and "claim(" in cell.source]
    cells = [cell for cell in cells if cell.cell_type == "code" and cell.source not in checks]
    assert [cell.get_text().strip() for cell in page.select(".cell_input pre")] == [c.source.strip() for c in cells]
    for card in page.select(".check pre"):
        assert any(card.get_text().strip().splitlines()[-1] in source for source in checks)
    printed = [
        output.text.strip() for cell in cells for output in cell.get("outputs", []) if output.output_type == "stream"
    ]
    shown = [output.get_text().strip() for output in page.select(".cell_output .output.stream pre")]
    assert shown == printed


def test_every_word_of_prose_is_translated(page):
    texts = list(words(page))
    assert len(texts) > 130
    assert [text for text in texts if not re.fullmatch(r"⟦.*⟧", text, re.DOTALL)] == []


def test_what_pictures_show_is_translated(page):
    shown = [image["alt"] for image in page.article.select("img")]
    assert len(shown) > 15
    assert page.select(".cnnlib-explorer template img")
    assert [text for text in shown if not re.fullmatch("⟦.*⟧", text, re.DOTALL)] == []


def test_the_line_of_a_folded_cell_is_translated(page):
    assert page.select_one("details.fold > summary").get_text() == pseudo(FOLD)


def test_what_a_check_says_is_translated(page, cells):
    verdicts = [verdict.get_text() for verdict in page.select(".check .verdict")]
    assert len(verdicts) == len(claims_of(cells)) > 20
    assert [text for text in verdicts if not text.startswith("⟦")] == []


def test_what_an_explorer_offers_is_translated(book, browser):
    page = browser.new_page()
    page.goto((book[0] / "_build" / "html" / f"{PAGE}.html").as_uri())
    label = page.locator(".cnnlib-explorer label").first
    assert label.evaluate("label => label.firstChild.data") == pseudo("Kernel")
    assert pseudo("edge, left to right") in label.locator("option").all_inner_texts()
    page.close()


def test_a_playground_speaks_the_language(book, browser):
    folder, _, pages = book
    [sheet] = pages["index.html"].select(".cnnlib-playground")
    assert sheet["aria-label"] == pseudo(LenetPlayground.title)
    assert sheet.p.get_text() == f"{pseudo(LenetPlayground.title)} {pseudo('(It needs JavaScript.)')}"
    page = browser.new_page()
    page.goto((folder / "_build" / "html" / "index.html").as_uri())
    room = page.locator(".cnnlib-playground .room")
    assert room.locator(".name").all_inner_texts() == [pseudo("Draw here"), pseudo("The network reads")]
    assert room.locator("button").all_inner_texts() == [pseudo("Undo"), pseudo("Clear")]
    assert room.locator(".pad").get_attribute("aria-label").startswith(pseudo("Sheet to draw on. Arrow keys")[:-1])
    room.locator("button").last.click()
    said = pseudo("Nothing stands out yet. A network has to answer all the same.")
    room.locator(".reading").get_by_text(said).first.wait_for()
    page.close()


def test_a_scripted_figure_has_a_translated_title(page):
    titles = [figure["aria-label"] for figure in page.select(".cnnlib-figure")]
    assert len(titles) >= 1
    assert [title for title in titles if not re.fullmatch("⟦.*⟧", title)] == []


def test_only_pages_with_scripts_carry_their_translations(book):
    tables = {name: str(page).count("globalThis.bookTexts = ") for name, page in book[2].items()}
    assert {name: count for name, count in tables.items() if count} == {"index.html": 1, f"{PAGE}.html": 1}


def test_the_contents_are_translated(page):
    contents = page.select_one("#pst-primary-sidebar")
    assert contents.select_one(".caption-text").get_text() == pseudo("Networks")
    titles = [link.get_text(strip=True) for link in contents.select("a")]
    assert pseudo("Convolution: one question, asked everywhere") in titles


def test_a_section_is_where_its_label_says(page, cells):
    labels = [label for cell in cells for label in re.findall(r"^\(([\w-]+)\)=$", cell.source, re.MULTILINE)]
    sections = [heading.parent["id"] for heading in page.select("section > :is(h1, h2)")]
    assert sections == labels


def test_claims_are_listed_in_the_language(book, cells):
    page = book[2]["appendices/claims.html"]
    sentences = [link.get_text() for link in page.select("td:first-child .line:first-child a")]
    worded = [text for text in sentences if any(map(str.isalpha, text))]
    assert len(worded) == len(claims_of(cells))
    assert [text for text in worded if not re.fullmatch("⟦.*⟧", text)] == []
    assert {head.get_text() for head in page.select("th")} == {pseudo("Claim"), pseudo("Measured")}
    assert page.select_one("section section h2").get_text().startswith(pseudo("Convolution").rstrip("⟧"))
    assert page.select_one("section section h3").get_text().startswith("⟦")


def test_topics_name_sections_in_the_language(book):
    rows = book[2]["appendices/topics.html"].select("table.topics tbody tr")
    assert len(rows) == len(own_topics()) > 5
    for topic, places, _ in (row.find_all("td") for row in rows):
        assert re.fullmatch("⟦.*⟧", topic.get_text())
        for link in places.select("a"):
            assert link["href"].startswith(f"../{PAGE}.html#{CHAPTER}-")
            assert link.get_text().endswith("⟧")


def test_every_link_leads_somewhere(book):
    pages = book[2]
    ids = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    links = [(name, link["href"]) for name, page in pages.items() for link in page.select("article a[href]")]
    inside = [(name, link, *target) for name, link in links if (target := target_of(name, link))]
    lost = [(name, link) for name, link, path, part in inside if path in pages and part and part not in ids[path]]
    assert len(inside) > 150
    assert lost == []
    for label in ("matrices", "lenet", "playground-slide"):
        assert f"../others.html#{label}" in [link for name, link in links if name == f"{PAGE}.html"]


def test_a_translation_is_kept_and_what_is_new_is_missing(book, tmp_path):
    _, templates, _ = book
    texts = sum(len(template) for template in templates.values())
    assert bring_up(tmp_path, "de", templates) == texts
    path = tmp_path / "de" / "LC_MESSAGES" / f"{PAGE}.po"
    catalog = read(path)
    catalog["Exercises"].string = "Aufgaben"
    with path.open("wb") as file:
        write_po(file, catalog)
    assert bring_up(tmp_path, "de", templates) == texts - 1
    assert read(path)["Exercises"].string == "Aufgaben"


def test_a_language_is_named_by_its_code(capsys):
    with pytest.raises(SystemExit):
        main(["German"])
    assert "language must be a code such as de or zh_CN, received 'German'" in capsys.readouterr().err
