"""Join the package's reference and the chapters: a function names the sections that use it, a page its functions."""

import ast
import html
import re

from docutils import nodes
from sphinx import addnodes

from _ext.across import heading, is_element, join, notes, short_title
from _ext.languages import gettext

ROOMS = ("definition", "vectorized", "gpu")  # hold the same operations under the same names


def collect(app, doctree):
    """Return which names of `cnnlib` the sections of a page use: (name with its module, section's id, its title)."""
    if app.env.docname.startswith("appendices/api"):
        return []
    known, found = {}, []
    for cell in doctree.findall(lambda node: is_element(node) and node.get("nb_element") == "cell_code"):
        source = next(iter(cell.findall(nodes.literal_block)), None)
        try:
            tree = ast.parse(re.sub(r"(?m)^[%!].*", "", source.astext() if source else ""))
        except SyntaxError:  # meant: a chapter shows its message
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cnnlib":
                known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {
            f"{node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        for name in sorted(names - {"claim"}):  # which every section uses
            first, _, rest = name.partition(".")
            if first in known:
                found.append((known[first] + (f".{rest}" if rest else ""), *heading(cell)))
    return list(dict.fromkeys(found))


def pages_to_write(app, env):
    """Name the pages of the reference, which show what others hold."""
    return [name for name in env.found_docs if name.startswith("appendices/api/")]


def alike(name):
    """Return the names under which the rooms hold one operation."""
    room, _, operation = name.removeprefix("cnnlib.").partition(".")
    return {f"cnnlib.{each}.{operation}" for each in ROOMS} if room in ROOMS else {name}


def link_both_ways(app, doctree, docname):
    """Add to each function its sections, or to the foot of a page the functions that each of its sections uses."""
    if docname.startswith("appendices/api/"):
        for described in doctree.findall(addnodes.desc):
            name = next(iter(described[0]["ids"]), "")
            if links := sections_of(app, docname, alike(name)):
                described[-1] += line(gettext("Used in "), links)
    documented = {name: entry for name, entry in app.env.get_domain("py").objects.items() if not entry.aliased}
    used = {}
    for name, target, title in notes(app.env, "uses").get(docname, []):
        if name in documented:
            used.setdefault((target, title), []).append(name)
    if used:
        next(iter(doctree.findall(nodes.section))).extend(foot(app, docname, used, documented))


def foot(app, docname, used, documented):
    """Return a list that unfolds, of a page's sections with the functions that each of them uses."""
    sections = nodes.bullet_list()
    for (target, title), names in used.items():
        links = [
            link(app, docname, documented[name].docname, documented[name].node_id, nodes.literal("", shown))
            for name in names
            if not any(each.startswith(f"{name}.") for each in names)  # a module beside its function
            for shown in [name.removeprefix("cnnlib.")]
        ]
        section = nodes.reference("", "", nodes.Text(title), refid=target, internal=True)
        sections += nodes.list_item("", nodes.paragraph("", "", section, nodes.Text(": "), *separated(links)))
    summary = html.escape(gettext("In the package"))
    opening = f'<details class="in-the-package"><summary>{summary}</summary>'
    return [nodes.raw("", opening, format="html"), sections, nodes.raw("", "</details>", format="html")]


def sections_of(app, docname, names):
    """Return links to the sections that use one of the names, in the order of the book."""
    places = {}
    for page in app.env.toctree_includes.get(app.config.root_doc, []):
        for used, target, title in notes(app.env, "uses").get(page, []):
            if used in names:
                places.setdefault((page, target), f"{short_title(app.env.titles[page].astext())}: {title}")
    return [link(app, docname, page, target, nodes.Text(text)) for (page, target), text in places.items()]


def link(app, docname, page, target, shown):
    """Return a link from one page to a place on another."""
    uri = app.builder.get_relative_uri(docname, page) + f"#{target}"
    return nodes.reference("", "", shown, refuri=uri, internal=True)


def line(label, links):
    """Return a small line of links."""
    return nodes.paragraph("", "", nodes.Text(label), *separated(links), classes=["in-the-package"])


def separated(links):
    """Return links with a point between any two."""
    return [part for each in links for part in (nodes.Text(" · "), each)][1:]


def escape_stars(app, kind, name, thing, options, lines):
    """Keep ``*size`` in a shape from being read as the beginning of an emphasis."""
    lines[:] = [re.sub(r"(?<=[ (])\*(?=\w+\))", r"\\*", text) for text in lines]


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", escape_stars)
    return join(app, "uses", read=collect, awaiting=pages_to_write, fill_in=link_both_ways)
