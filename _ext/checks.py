"""Fold the checks of a page into cards, each behind the ✓ of the sentence that it checks.

In a notebook a finding is a sentence that ends in ``[✓](#claim-id)``, and its check is a small cell that calls `claim`.
On the page the cell gives way to a card for each claim: the sentence alone, what was measured, the bound as a bar, and
the code. A card stands behind the paragraph of its ✓, unseen until that is pressed; without a script it is shown by its
address, which the ✓ leads to. ``_static/checks.js`` does the rest.
"""

import ast
import builtins
import html
import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from _ext.across import is_element
from _ext.findings import TICK, Tick, disagreements
from _ext.languages import gettext, translated

logger = logging.getLogger(__name__)

CLOSE = re.compile(r"⟨(?P<value>[^⟩]*)⟩ = (?P<about>\S+) ± (?P<within>\S+)")
BOUNDED = re.compile(r"(?:(?P<low>\S+) ≤ )?⟨(?P<value>[^⟩]*)⟩(?: ≤ (?P<high>\S+))?")


class Ticks(SphinxTransform):
    """Take links whose text is a ✓ for what they are, before somebody looks for the headings that they lead to."""

    default_priority = 870  # MyST resolves links at 879

    def apply(self, **options):
        """Replace each of them."""
        for link in list(self.document.findall(nodes.reference)):
            if link.get("id_link") and link.astext() == TICK:
                link.replace_self(Tick("", TICK, claim=link["refuri"].removeprefix("#")))


def is_claim(statement):
    """Tell whether a statement of Python makes a claim, itself or inside."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "claim"
        for node in ast.walk(statement)
    )


def code_of(source, claim_id, imported=frozenset()):
    """Return what a check cell runs for one of its claims: its own statement, and those before it that this one needs.

    Parameters
    ----------
    source : str
        Of the cell.
    claim_id : str
        An id that a loop makes belongs to the whole loop.
    imported : set of str
        Names of the page that stand for modules and what was imported from them: a call leaves these as they are.

    Returns
    -------
    str
    """
    statements = ast.parse(source).body
    texts = [ast.get_source_segment(source, each) for each in statements]
    making = [k for k, each in enumerate(statements) if is_claim(each)]
    own = next((k for k in making if f'"{claim_id}"' in texts[k]), None)
    if own is None:
        own = next(k for k in making if isinstance(statements[k], ast.For))
    given = everything_given(statements[:own], imported)
    needed, kept = names(statements[own], ast.Load), {own}
    # Again and again, since a function may use what is made behind it.
    while more := {k for k in set(range(own)) - kept if not is_claim(statements[k]) and given[k] & needed}:
        kept |= more
        needed = needed.union(*(names(statements[k], ast.Load) for k in more))
    return "\n".join(texts[k] for k in sorted(kept))


def names(statement, context):
    """Return the names that a statement reads (``ast.Load``) or binds (``ast.Store``)."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}


def everything_given(statements, imported):
    """Return, for each statement, the names whose values it makes or may change.

    What was made from an array or a network may change it: a gradient that goes back from a loss lands in the weights.
    """
    made_from, given, imported = {}, [], imported | set(dir(builtins))
    for statement in statements:
        made, changed = binds(statement), changes(statement) - imported
        given.append(made | changed.union(*(made_from.get(name, ()) for name in changed)))
        for name in made:
            sources = names(statement, ast.Load) - imported
            made_from[name] = sources.union(*(made_from.get(source, ()) for source in sources))
    return given


def binds(statement):
    """Return the names that a statement gives a value, those of functions, classes and modules among them."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return names(statement, ast.Store)


def changes(statement):
    """Return the names of what a statement may change in place.

    These are what a part of is assigned to, what is named in a call whose result nobody takes, and what a loop goes
    through if it does either of these.
    """
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return set()
    changed = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            changed |= names(node.value, ast.Load)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed |= names(node, ast.Load)
    loops = [node.iter for node in ast.walk(statement) if isinstance(node, ast.For)] if changed else []
    return changed.union(*(names(each, ast.Load) for each in loops))


def plain(source):
    """Return the code of a cell without the lines that only IPython reads."""
    return "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))


def imports(sources):
    """Return the names that any of the cells imports."""
    statements = [node for source in sources for node in ast.walk(ast.parse(plain(source)))]
    return frozenset().union(*(binds(each) for each in statements if isinstance(each, ast.Import | ast.ImportFrom)))


def verdict(shown):
    """Return the line that says what was measured and what was claimed, as nodes.

    Parameters
    ----------
    shown : str
        As `cnnlib.claims.claim` prints it behind the sentence.

    Returns
    -------
    list of docutils node
    """
    if match := CLOSE.fullmatch(shown):
        value, claimed = match["value"], f"{match['about']} ± {match['within']}"
        middle, width = number(match["about"]), number(match["within"])
        picture = bar(number(value), middle - width, middle + width)
    elif (match := BOUNDED.fullmatch(shown)) and (match["low"] or match["high"]):
        value, low, high = match["value"], match["low"], match["high"]
        claimed = (
            gettext("between {} and {}").format(low, high)
            if low and high
            else gettext("at least {}").format(low)
            if low
            else gettext("at most {}").format(high)
        )
        picture = bar(number(value), low and number(low), high and number(high))
    else:
        return [nodes.Text(gettext("Exactly: ")), nodes.strong("", shown)]
    return [
        nodes.Text(gettext("Measured on this build: ")), nodes.strong("", value), nodes.raw("", picture, format="html"),
        nodes.Text(gettext("Claimed: {}").format(claimed)),
    ]  # fmt: skip


def number(text):
    """Return the number that a claim printed."""
    return float(text.replace(",", ""))


def bar(value, low, high):
    """Return a small picture: the claimed range as a band, the measured value as a mark on it.

    Parameters
    ----------
    value : float
    low, high : float or None
        None where the range is open.

    Returns
    -------
    str
        HTML.
    """
    ends = [end for end in (value, low, high) if end is not None]
    span = max(ends) - min(ends) or abs(value) or 1.0
    left, right = min(ends) - span / 4, max(ends) + span / 4

    def place(end):
        return round(200 * (end - left) / (right - left), 1)

    start, stop = 0 if low is None else place(low), 200 if high is None else place(high)
    return (
        '<svg class="bound" viewBox="0 0 200 12" width="200" height="12" aria-hidden="true">'
        '<path class="track" d="M0 6H200"/>'
        f'<rect class="band" x="{start}" y="2" width="{stop - start:.1f}" height="8" rx="2"/>'
        f'<circle class="mark" cx="{place(value)}" cy="6" r="4"/></svg>'
    )


def card(app, claim, source, imported):
    """Return the card of a claim."""
    made = nodes.container(ids=[f"claim-{claim['id']}"], classes=["check"])
    code = nodes.literal_block("", code_of(source, claim["id"], imported), language="ipython3")
    chapter = app.env.docname.rpartition("/")[2]
    listed = app.builder.get_relative_uri(app.env.docname, "appendices/claims") + f"#claims-{chapter}"
    link = nodes.reference("", gettext("All claims of this chapter"), refuri=listed, internal=True)
    sentence = translated(app, claim["sentence"], app.env.docname)
    made += [
        nodes.paragraph("", sentence, classes=["sentence"]),
        nodes.paragraph("", "", *verdict(claim["shown"]), classes=["verdict"]),
        code,
        nodes.paragraph("", "", link, classes=["way-out"]),
    ]
    return made


def put_cards(app, doctree, claims):
    """Put each claim's card behind the first ✓ that leads to it, and take the cells off the page.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    doctree : docutils.nodes.document
    claims : list of dict
        As `_ext.claims.collect` finds them, each with its ``cell``.
    """
    ticks = {}
    for tick in doctree.findall(Tick):
        ticks.setdefault(tick["claim"], []).append(tick)
    # A translation has the same findings in other words, which nobody here can hold to their numbers.
    strict = app.config.language == "en"
    for name in set(ticks) - {claim["id"] for claim in claims}:
        logger.warning("checks: no cell of this page claims %r", name, location=ticks[name][0])
    cells = list(dict.fromkeys(claim["cell"] for claim in claims))
    if strict:
        for problem, node in disagreements(doctree, claims, ticks):
            logger.warning("checks: %s", problem, location=node)
    imported = imports(source_of(cell) for cell in parts(doctree, "cell_code_source"))
    for claim in claims:
        made = card(app, claim, source_of(claim["cell"]), imported)
        if claim["id"] in ticks:
            behind(ticks[claim["id"]][0], made)
        else:
            tick = Tick("", TICK, claim=claim["id"])
            sentence = translated(app, claim["sentence"], app.env.docname)
            finding = nodes.paragraph("", f"{sentence} ", tick, classes=["finding"])
            place = claim["cell"].parent.index(claim["cell"])
            claim["cell"].parent[place:place] = [finding, made]
    for cell in cells:
        cell.parent.remove(cell)
    for tick in doctree.findall(Tick):
        keep_with_word(tick)


def keep_with_word(tick):
    """Put a space that does not break before a ✓, so that no line begins with one."""
    place = tick.parent.index(tick)
    before = tick.parent[place - 1] if place else None
    if isinstance(before, nodes.Text) and before.endswith(" "):
        tick.parent[place - 1] = nodes.Text(before.removesuffix(" ") + "\N{NO-BREAK SPACE}")


def parts(doctree, kind):
    """Find what MyST-NB calls "cell_code" on a page, a cell of code with its output, or "cell_code_source"."""
    return doctree.findall(lambda node: is_element(node) and node.get("nb_element") == kind)


def source_of(cell):
    """Return the code of a cell."""
    return next(cell.findall(nodes.literal_block)).astext()


def behind(tick, made):
    """Put a card behind the block of text that a ✓ stands in; behind the whole of a table or a figure."""
    block = tick
    while isinstance(block.parent, nodes.TextElement):
        block = block.parent
    around = block
    while around.parent is not None:
        if isinstance(around, nodes.table | nodes.figure):
            block = around
        around = around.parent
    cards = [each for each in block.parent if isinstance(each, nodes.container) and "check" in each["classes"]]
    place = block.parent.index(block) + 1
    while place < len(block.parent) and block.parent[place] in cards:
        place += 1
    block.parent.insert(place, made)


def visit_tick(self, node):
    """Write the ✓ as a link to its card."""
    title = html.escape(gettext("How this was checked"), quote=True)
    self.body.append(f'<a class="tick" href="#claim-{node["claim"]}" title="{title}">')


def depart_tick(self, node):
    """Close the link."""
    self.body.append("</a>")


def setup(app):
    """Register with Sphinx."""
    app.add_node(Tick, html=(visit_tick, depart_tick))
    app.add_transform(Ticks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
