"""Everything that the book has to treat is treated: `topics.yml` holds the list."""

import re

import nbformat
import pytest
import yaml

from _ext.claims import ids_in_order
from tools.chapters import ROOT, chapters

TOPICS = yaml.safe_load((ROOT / "topics.yml").read_text(encoding="utf-8"))
HEADING = re.compile(r"^#{2,4} (.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def book():
    """Return, for each chapter, its headings, the ids of its claims, and its prose."""
    read = {}
    for path in chapters():
        cells = nbformat.read(path, as_version=4).cells
        prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        code = [cell.source for cell in cells if cell.cell_type == "code" and "claim(" in cell.source]
        ids = {name for source in code for name, _ in ids_in_order(source)}
        read[path.stem] = set(HEADING.findall(prose)), ids, prose
    return read


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic["topic"][:60])
def test_every_topic_has_its_place_in_the_book(book, topic):
    assert topic.get("claims") or topic.get("links"), "names neither a claim that checks it nor what it links to"
    pages = set()
    for section in topic["sections"]:
        page, heading = section.split(": ", 1)
        assert heading in book[page][0], f"{page} has no section {heading!r}"
        pages.add(page)
    every_id = set().union(*(ids for _, ids, _ in book.values()))
    assert set(topic.get("claims", [])) - every_id == set(), "no chapter makes these claims"
    prose = "\n".join(book[page][2] for page in pages)
    for key in topic.get("cites", []):
        assert re.search(rf"\{{cite[a-z:]*\}}`[^`]*\b{key}\b", prose), f"{sorted(pages)} do not cite {key!r}"
    for link in topic.get("links", []):
        assert link in prose, f"{sorted(pages)} do not link to {link}"


def test_no_topic_stands_in_the_list_twice():
    names = [topic["topic"] for topic in TOPICS]
    assert len(names) == len(set(names))


def test_the_list_knows_no_other_keys():
    known = {"topic", "sections", "claims", "cites", "links"}
    assert {key for topic in TOPICS for key in topic} <= known
