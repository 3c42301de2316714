"""No term of the glossary is used before the chapter that makes it does so, in the order in which the book is read."""

import re

import nbformat
import pytest
import yaml

from tools.chapters import ROOT

# What is not prose that is read in order: goals, formulas, code, the names of links, headings, labels.
ASIDE = re.compile(
    r"^\{\.goals\}\n(?:.+\n?)+|\$\$.*?\$\$|\$[^$]*\$|```\{math\}.*?```|\{[\w:]+\}`[^`]*`|`[^`]*`|(?<=\])\([^)]*\)"
    r"|^#+ .*$|^\([\w-]+\)=$",
    re.MULTILINE | re.DOTALL,
)


def glossary():
    """Return the terms of each entry; those of one entry mean the same."""
    text = (ROOT / "appendices" / "glossary.md").read_text(encoding="utf-8")
    entries = text[text.index("```{glossary}\n") + 14 : text.rindex("```")].strip().split("\n\n")
    return [[line for line in entry.splitlines() if not line.startswith(" ")] for entry in entries]


def reading():
    """Yield the prose of the chapters, cell by cell, in reading order: (chapter, cell's id, text)."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    for name in files:
        path = ROOT / f"{name}.ipynb"
        if not name.startswith("chapters/"):
            continue
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                if re.search(r"^\([\w-]+-further\)=$", cell.source, re.MULTILINE):
                    break  # what it leads to speaks its own language
                yield name, cell.id, cell.source


TEXTS = list(reading())


def definition(names, texts):
    """Return where an entry's term first stands in bold, as (place among the texts, place in the text); or None."""
    bold = re.compile(rf"\*\*({'|'.join(re.escape(name) for name in names)})s?\*\*", re.IGNORECASE)
    for place, (*_, text) in enumerate(texts):
        if found := bold.search(text):
            return place, found.start()
    return None


def used_too_early(names, texts):
    """Return where an entry's term stands before it is made: (chapter, cell's id, words around it), or None."""
    made = definition(names, texts)
    if made is None:
        return None
    word = re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(name) for name in names)})(?:s|es)?(?![\w-])", re.IGNORECASE)
    for place, (chapter, cell, text) in enumerate(texts[: made[0] + 1]):
        prose = ASIDE.sub(" ", text if place < made[0] else text[: made[1]])
        if found := word.search(prose):
            return chapter, cell, prose[max(0, found.start() - 40) : found.end() + 40]
    return None


@pytest.mark.parametrize("names", glossary(), ids=lambda names: names[0])
def test_a_term_is_made_before_it_is_used(names):
    assert used_too_early(names, TEXTS) is None


def test_a_term_that_comes_too_early_is_seen():
    texts = [("first", "a", "A kernel slides."), ("second", "b", "The **kernel** is small. Kernels slide.")]
    assert used_too_early(["kernel"], texts) == ("first", "a", "A kernel slides.")
    assert used_too_early(["kernel"], texts[1:]) is None
    assert used_too_early(["kernel"], [("first", "a", "`kernel`, $kernel$ and {ref}`kernel`"), *texts[1:]]) is None


def test_the_first_chapters_make_most_of_the_words():
    made = [definition(names, TEXTS) for names in glossary()]
    early = [TEXTS[place[0]][0] for place in made if place is not None]
    assert sum(name in ("chapters/learning", "chapters/convolution", "chapters/matrices") for name in early) >= 50
