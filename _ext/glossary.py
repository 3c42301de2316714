"""Join glossary and chapters: a term stands in bold where a chapter makes it, and there it leads to its entry."""

from docutils import nodes
from sphinx.util.nodes import make_id

from _ext.across import heading, join, notes, short_title
from _ext.languages import gettext

GLOSSARY = "appendices/glossary"


def collect(app, doctree):
    """Return what stands in bold on a page: (text, its own id, its section's title), each text once."""
    found = {}
    if app.env.docname.startswith("appendices/api"):
        return found  # in bold stand the names of arguments
    for strong in doctree.findall(nodes.strong):
        text = strong.astext().lower()
        if text not in found and any(isinstance(each, nodes.section) for each in ancestors(strong)):
            # Numbered by Sphinx where the letters make none, as in Chinese.
            strong["ids"].append(make_id(app.env, doctree, "term", text))
            doctree.ids[strong["ids"][-1]] = strong
            found[text] = strong["ids"][-1], heading(strong)[1]
    return found


def ancestors(node):
    """Yield what a node stands in."""
    while node.parent:
        node = node.parent
        yield node


def pages_to_write(app, env):
    """Name the glossary, which shows what others hold."""
    return [GLOSSARY] if GLOSSARY in env.found_docs else []


def link_both_ways(app, doctree, docname):
    """Lead from a term to its entry, and from the entry to every page that makes the term."""
    terms = {name.lower(): target for name, _, kind, page, target, _ in objects(app) if kind == "term"}
    if docname == GLOSSARY:
        for item in doctree.findall(nodes.definition_list_item):
            names = [term.astext().lower() for term in item.findall(nodes.term)]
            if links := places(app, names):
                label = nodes.Text(gettext("Made in") + " ")
                item[-1] += nodes.paragraph("", "", label, *links, classes=["in-the-package"])
        return
    for text, (target, _) in notes(app.env, "bold").get(docname, {}).items():
        if text not in terms:
            continue
        for strong in doctree.findall(nodes.strong):
            if target in strong["ids"]:
                uri = app.builder.get_relative_uri(docname, GLOSSARY) + f"#{terms[text]}"
                shown = strong.children
                strong.children = []
                strong += nodes.reference("", "", *shown, refuri=uri, internal=True, classes=["term"])


def objects(app):
    """Return what the standard domain knows: labels, terms, options."""
    return app.env.get_domain("std").get_objects()


def places(app, names):
    """Return links to the places that make a term, in the order of the book."""
    links = []
    for page in app.env.toctree_includes.get(app.config.root_doc, []):
        for text, (target, title) in notes(app.env, "bold").get(page, {}).items():
            if text in names:
                uri = app.builder.get_relative_uri(GLOSSARY, page) + f"#{target}"
                label = f"{short_title(app.env.titles[page].astext())}: {title}"
                links += [nodes.Text(" · "), nodes.reference("", "", nodes.Text(label), refuri=uri, internal=True)]
    return links[1:]


def setup(app):
    """Register with Sphinx."""
    return join(app, "bold", read=collect, awaiting=pages_to_write, fill_in=link_both_ways)
