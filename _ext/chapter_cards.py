"""Show the chapters with a picture each: ``{chapter-cards}`` holds a list, each entry of which begins with a chapter.

The picture is the one that carries the chapter's idea, its first. It is there when every chapter has been read.
"""

import html
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from _ext.across import join, notes, short_title
from _ext.languages import gettext

logger = logging.getLogger(__name__)

ADDRESS = re.compile(r'((?:src|srcset)=")(?:\.\./)*(_static/)')
ALTERNATIVE = re.compile(r' alt="[^"]*"')


class ChapterCards(SphinxDirective):
    """A list of chapters; each entry names its chapter by a link to it and says what it is about."""

    has_content = True

    def run(self):
        """Parse the list, and note the chapter of each entry."""
        [cards] = self.parse_content_to_nodes()
        cards["classes"].append("chapter-cards")
        for card in cards:
            link = next(card.findall(addnodes.pending_xref))
            card["chapter"] = link["reftarget"].removeprefix("/")
        return [cards]


def collect(app, doctree):
    """Return the HTML of a page's first drawn figure; nothing where it has none."""
    drawn = (raw.astext() for raw in doctree.findall(nodes.raw) if 'class="drawn' in raw.astext())
    return next(drawn, None)


def pages_to_write(app, env):
    """Name the pages that show others' pictures."""
    return [name for name in env.found_docs if next(cards_of(env.get_doctree(name)), None) is not None]


def cards_of(doctree):
    """Yield the entries."""
    return doctree.findall(lambda node: isinstance(node, nodes.list_item) and "chapter" in node)


def show_pictures(app, doctree, docname):
    """Put each chapter's picture before its words."""
    pictures = notes(app.env, "pictures")
    for card in list(cards_of(doctree)):
        if picture := pictures.get(card["chapter"]):
            # What it shows, the chapter says.
            title = short_title(app.env.titles[card["chapter"]].astext())
            named = html.escape(gettext("The picture that opens {}").format(title), quote=True)
            here = ALTERNATIVE.sub(lambda _, named=named: f' alt="{named}"', picture)
            here = here.replace('loading="eager"', 'loading="lazy"')
            here = ADDRESS.sub(rf"\g<1>{'../' * docname.count('/')}\g<2>", here)
            card.insert(0, nodes.raw("", here, format="html"))
        else:
            logger.warning("chapter-cards: %r has no picture", card["chapter"], location=card)


def setup(app):
    """Register with Sphinx."""
    app.add_directive("chapter-cards", ChapterCards)
    return join(app, "pictures", read=collect, awaiting=pages_to_write, fill_in=show_pictures)
