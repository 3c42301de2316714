"""Everything that the book has to treat is treated: `topics.yml` holds the list, and names sections by their labels."""

import re

import nbformat
import pytest
import yaml

from _ext.claims import ids_in_order
from tools.chapters import ROOT, chapters

TOPICS = yaml.safe_load((ROOT / "topics.yml").read_text(encoding="utf-8"))
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
SECTION = re.compile(r"(?:^\(([\w-]+)\)=\n)?^## (.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def book():
    """Return, for each chapter, its labels, the ids of its claims, and its prose."""
    read = {}
    for path in chapters():
        cells = nbformat.read(path, as_version=4).cells
        prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        code = [cell.source for cell in cells if cell.cell_type == "code" and "claim(" in cell.source]
        ids = {name for source in code for name, _ in ids_in_order(source)}
        read[path.stem] = LABEL.findall(prose), ids, prose
    return read


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic["topic"][:60])
def test_every_topic_has_its_place_in_the_book(book, topic):
    assert topic.get("claims") or topic.get("links"), "names neither a claim that checks it nor what it links to"
    pages = set()
    for label in topic["sections"]:
        holding = [page for page, (labels, _, _) in book.items() if label in labels]
        assert holding, f"no section is labelled {label!r}"
        pages.update(holding)
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


def test_a_label_stands_for_one_thing(book):
    labels = [label for labels, _, _ in book.values() for label in labels]
    assert len(labels) == len(set(labels))
    # A reference by name could mean either.
    assert set(labels).isdisjoint(set().union(*(ids for _, ids, _ in book.values())))


@pytest.mark.parametrize("name", [path.stem for path in chapters()])
def test_every_section_has_a_label_that_begins_with_its_chapters(book, name):
    labels, _, prose = book[name]
    for label, heading in SECTION.findall(prose):
        assert label, f"{name}: {heading!r} has no label on the line above it"
        assert re.fullmatch(rf"{labels[0]}(-[a-z0-9]+){{1,3}}", label), label
