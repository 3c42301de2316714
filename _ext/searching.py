"""Let the search know a page's prose: no code, nothing that a cell printed, no source of a formula.

Beside each page lies its prose as a script, ``prose/<page>.js``, from which `_static/search-summaries.js` takes what it
shows of a hit. A page opened from the file system may not read others, but it may load a script.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

LEFT_OUT = (nodes.literal_block, nodes.doctest_block, nodes.raw, nodes.image, nodes.comment, addnodes.toctree)
READABLE = re.compile(r"[\w\s+*/=.,()<>-]+")  # a formula that reads as it is written


def prose(doctree):
    """Return a copy of a page that holds its prose alone, formulas where they can be read."""
    copy = doctree.deepcopy()
    for node in list(copy.findall(lambda node: isinstance(node, LEFT_OUT))):
        node.parent.remove(node)
    for formula in list(copy.findall(nodes.math_block)):
        formula.replace_self(nodes.paragraph("", "…"))
    for formula in list(copy.findall(nodes.math)):
        text = formula.astext().strip()
        formula.replace_self(nodes.Text(text if READABLE.fullmatch(text) else "…"))
    return copy


def sections(copy):
    """Return (id, paragraphs) of each section, without its title and the sections in it; then of each term defined."""
    found = [(section["ids"][0], list(paragraphs(section))) for section in copy.findall(nodes.section)]
    for item in copy.findall(nodes.definition_list_item):
        text = ": ".join(paragraphs(item))
        found += [(target, [text]) for term in item.findall(nodes.term) for target in term["ids"]]
    return found


def paragraphs(part):
    """Yield the texts of a section, one for each block of words or row of a table."""
    for child in part.children:
        if isinstance(child, nodes.section | nodes.title | nodes.Text):
            continue
        if isinstance(child, nodes.row):
            yield " · ".join(filter(None, map(" ".join, map(paragraphs, child.children))))
        elif not isinstance(child, nodes.TextElement):
            yield from paragraphs(child)
        elif text := re.sub(r"\s+", " ", child.astext()).strip():
            yield text


def index_prose(app):
    """Stand between Sphinx's search and the pages that it is given."""
    if app.builder.format != "html":
        return
    index_page = app.builder.index_page

    def indexed(page, doctree, title):
        copy = prose(doctree)
        index_page(page, copy, title)
        path = Path(app.outdir) / "prose" / f"{page}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        arguments = f"{json.dumps(page)}, {json.dumps(sections(copy), ensure_ascii=False)}"
        path.write_text(f"bookProse({arguments});\n", encoding="utf-8", newline="\n")

    app.builder.index_page = indexed


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", index_prose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
