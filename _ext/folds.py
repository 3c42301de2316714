"""Fold code that a reader need not look at, each fold behind a line that says what is inside.

A cell with the tag ``hide-input`` (or ``hide-cell``, with its output) keeps its line in its metadata, under
``mystnb: {"code_prompt_show": …}``. In a notebook it is an ordinary cell. A button above the page opens all folds, and
the next page remembers it (``_static/checks.js``).
"""

import html

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)


class PicturesFirst(SphinxPostTransform):
    """Put a cell's folded code below what it shows."""

    default_priority = 200  # MyST-NB folds at 199
    formats = ("html",)

    def run(self, **options):
        """Exchange the two."""
        for fold in list(self.document.findall(HideCodeCellNode)):
            cell = fold.parent
            if isinstance(cell, nodes.container) and cell[0] is fold:
                cell.remove(fold)
                cell.append(fold)


def visit_fold(self, node):
    """Open the fold and write its line."""
    self.body.append(f'<details class="fold"><summary>{html.escape(node["prompt_show"])}</summary>\n')


def depart_fold(self, node):
    """Close the fold."""
    self.body.append("</details>\n")


def name_folds(app, doctree):
    """Complain of a folded cell without a line."""
    for cell in doctree.findall(lambda node: getattr(node, "attributes", {}).get("hide_mode")):
        if not cell["prompt_show"].strip():
            logger.warning("folds: a folded cell has no line (mystnb: code_prompt_show)", location=cell)


def add_button(app, page, template, context, doctree):
    """Put the button that opens all folds above a page that has any."""
    if doctree is None or next(doctree.findall(HideCodeCellNode), None) is None:
        return
    context["header_buttons"].insert(
        0,
        {
            "type": "javascript",
            "javascript": "showAllCode()",
            "text": "",
            "tooltip": "Show all code",
            "icon": "fas fa-code",
            "label": "code-button",
        },
    )


def take_over(app):
    """Write folds our way; when MyST-NB is set up, which registers its own, nobody knows."""
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", take_over)
    app.add_post_transform(PicturesFirst)
    app.connect("doctree-read", name_folds)
    app.connect("html-page-context", add_button, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
