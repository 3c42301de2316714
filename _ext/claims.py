"""Collect the claims of all chapters, as they were checked when the chapters ran, on pages of their own.

On the chapter's own page `_ext.checks` makes cards of them.

``{claims}`` lists every claim, ``{topics}`` what ``topics.yml`` names and where it is treated. Both are filled in when
every chapter has been read, and written anew whenever one has.
"""

import ast
import itertools
import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from _ext.across import heading, join, notes, short_title
from _ext.checks import parts, put_cards
from _ext.languages import gettext, translated
from tools.chapters import chapters

logger = logging.getLogger(__name__)

TOPICS = "appendices/topics"  # page of the topics, whose words it holds


class Waiting(nodes.General, nodes.Element):
    """Stands on a page until the claims are known; ``chapter``, ``chapters`` or ``topics`` says for which of them."""


class ClaimsDirective(SphinxDirective):
    """How many claims each chapter makes, then a section for each that has any."""

    def run(self):
        found = [Waiting(chapters=True)]
        for path in chapters(Path(self.env.app.confdir)):
            page = path.relative_to(self.env.app.confdir).with_suffix("").as_posix()
            source = path.read_text(encoding="utf-8")
            if "claim(" not in source:
                continue
            title = translated(self.env.app, re.search(r'"# (.*?)(\\n)?"', source)[1], page)
            section = nodes.section(ids=[f"claims-{path.stem}"])
            section += [nodes.title("", short_title(title)), Waiting(chapter=page)]
            found.append(section)
        return found


class TopicsDirective(SphinxDirective):
    """A table of the topics with their sections and claims."""

    def run(self):
        self.env.note_dependency(str(Path(self.env.app.confdir) / "topics.yml"))
        return [Waiting(topics=True)]


def ids_in_order(code):
    """Return (id, statement) of the claims that code makes, in the order in which they are made.

    An id with a variable in it belongs to a loop over values that are written out; it is said once for each. A
    statement that is not written out is None.
    """

    def of(node, values):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple | ast.List):
            for item in node.iter.elts:
                for child in node.body:
                    yield from of(child, values | bound(node.target, item))
            return
        for child in ast.iter_child_nodes(node):
            yield from of(child, values)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "claim":
            yield tuple([*(text(each, values) for each in node.args[:2]), None][:2])

    def bound(target, item):
        if isinstance(target, ast.Tuple):
            if not isinstance(item, ast.Tuple | ast.List):
                return {}
            return dict(itertools.chain(*(bound(*pair).items() for pair in zip(target.elts, item.elts, strict=True))))
        return {target.id: str(item.value)} if isinstance(item, ast.Constant) else {}

    def text(node, values):
        if isinstance(node, ast.Constant):
            return node.value
        if not isinstance(node, ast.JoinedStr):
            return None
        parts = [
            part.value if isinstance(part, ast.Constant) else values.get(ast.unparse(part.value))
            for part in node.values
        ]
        return None if None in parts else "".join(parts)

    return list(of(ast.parse(code), {}))


def collect(app, doctree):
    """Return the claims of a page: id, sentence, measured value, and the section in which it stands."""
    found = []
    for cell in parts(doctree, "cell_code"):
        output = next((p.astext() for p in cell.findall(nodes.literal_block) if "✓ " in p.astext()), "")
        code = next((p.astext() for p in cell.findall(nodes.literal_block) if "claim(" in p.astext()), "")
        if not code or "✓ " not in output:
            continue
        lines = [line for line in output.splitlines() if line.startswith("✓ ")]
        made = ids_in_order(code)
        if len(made) != len(lines) or any(name is None for name, _ in made):
            logger.warning("claims: %d made, %d checked in\n%s", len(made), len(lines), code, location=cell)
            continue
        for (name, statement), line in zip(made, lines, strict=True):
            sentence, _, shown = line.removeprefix("✓ ").rpartition(" · ")
            if statement and sentence != statement:
                logger.warning("claims: %r is printed as %r", statement, sentence, location=cell)
            section = heading(cell)
            found.append({"id": name, "sentence": sentence.strip(), "shown": shown, "section": section, "cell": cell})
    put_cards(app, doctree, found)
    return [{key: claim[key] for key in ("id", "sentence", "shown", "section")} for claim in found]


def pages_to_write(app, env):
    """Name the pages that show what others hold."""
    return [name for name in env.found_docs if next(env.get_doctree(name).findall(Waiting), None) is not None]


def fill_in(app, doctree, docname):
    """Put the tables where they are awaited."""

    def link(text, page, target):
        uri = app.builder.get_relative_uri(docname, page) + f"#{target}"
        return nodes.reference("", "", nodes.Text(text), refuri=uri, internal=True)

    made = in_our_language(app)
    claims = {each["id"]: (page, each) for page, listed in made.items() for each in listed}
    topics = yaml.safe_load((Path(app.confdir) / "topics.yml").read_text(encoding="utf-8"))
    for topic in topics:
        topic["topic"] = translated(app, topic["topic"], TOPICS)
    awaited = list(doctree.findall(Waiting))
    for waiting in awaited:
        if "chapter" in waiting:
            page = waiting["chapter"]
            waiting.replace_self(claims_by_section(made.get(page, []), page, topics, link))
        elif "chapters" in waiting:
            listed = [(each.parent, len(made.get(each["chapter"], []))) for each in awaited if "chapter" in each]
            waiting.replace_self(counts(listed))
        else:
            rows = [topic_row(topic, claims, app.env, link) for topic in topics]
            heads = gettext("Topic"), gettext("Treated in"), gettext("Checked by")
            waiting.replace_self(table(heads, rows, "topics"))


def in_our_language(app):
    """Return the claims of each page, their sentences translated."""
    return {
        page: [each | {"sentence": translated(app, each["sentence"], page)} for each in listed]
        for page, listed in notes(app.env, "claims").items()
    }


def counts(listed):
    """Return the head of the page: how many claims there are, and how many of them each of its sections holds."""
    total = nodes.paragraph("", gettext("{} claims in all:").format(sum(count for _, count in listed)))
    entries = nodes.bullet_list(classes=["claims-counted"])
    for section, count in listed:
        name = nodes.reference("", section[0].astext(), refid=section["ids"][0], internal=True)
        entries += nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(f", {count}")))
    return [total, entries]


def claims_by_section(claims, page, topics, link):
    """Return a section with a table for each section of a chapter that makes claims."""
    found = []
    for (target, title), listed in itertools.groupby(claims, lambda each: each["section"]):
        rows = [claim_row(each, page, topics, link) for each in listed]
        section = nodes.section(ids=[f"claims-{Path(page).name}-{target}"])
        section += [
            nodes.title("", "", link(title, page, target)),
            table((gettext("Claim"), gettext("Measured")), rows, "claims-measured"),
        ]
        found.append(section)
    return found


def claim_row(claim, page, topics, link):
    """Return the cells of one claim: what it says, its id and its topics; what was measured."""
    sentence = link(claim["sentence"], page, f"claim-{claim['id']}")
    treated = [nodes.emphasis("", topic["topic"]) for topic in topics if claim["id"] in topic.get("claims", [])]
    return [separated([sentence, nodes.literal("", claim["id"]), *treated]), [nodes.Text(claim["shown"])]]


def topic_row(topic, claims, env, link):
    """Return the cells of one topic."""
    sections, known = [], env.get_domain("std").labels
    for label in topic["sections"]:
        if label not in known:
            logger.warning("topics.yml: no section is labelled %r", label)
            continue
        page, target, title = known[label]
        sections.append(link(f"{short_title(env.titles[page].astext())}: {title}", page, target))
    checks = [link(claims[name][1]["sentence"], claims[name][0], f"claim-{name}") for name in topic.get("claims", [])]
    return [[nodes.Text(topic["topic"])], separated(sections), separated(checks)]


def separated(items):
    """Put a line each."""
    return [nodes.line_block("", *(nodes.line("", "", item) for item in items))] if items else []


def table(heads, rows, *classes):
    """Return a table of cells, each a list of nodes."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    head, body = nodes.thead(), nodes.tbody()
    head += nodes.row("", *(nodes.entry("", nodes.paragraph("", name)) for name in heads))
    for cells in rows:
        row = nodes.row()
        for cell in cells:
            block = cell if cell and isinstance(cell[0], nodes.line_block) else [nodes.paragraph("", "", *cell)]
            row += nodes.entry("", *block)
        body += row
    group += [head, body]
    return nodes.table("", group, classes=["claims", *classes])


def setup(app):
    """Register with Sphinx."""
    app.add_node(Waiting)
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("topics", TopicsDirective)
    return join(app, "claims", read=collect, awaiting=pages_to_write, fill_in=fill_in)
