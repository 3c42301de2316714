"""Put a small sheet to draw on, with a trained network behind it, on a page: ``{draw-here}``."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

# What the sheet is made of, below the book's folder: where one of these changes, the page is read again.
PARTS = ("cnnlib/live/**/*", "cnnlib/playground/**/*", "cnnlib/models/lenet.safetensors")


class DrawHere(SphinxDirective):
    """The compact playground, as a notebook would keep it."""

    def run(self):
        # Not at the top: a build in which nothing changed imports no part of the package.
        from cnnlib.playground import LenetPlayground

        for pattern in PARTS:
            for path in Path(self.env.app.confdir).glob(pattern):
                if path.suffix != ".pyc":
                    self.env.note_dependency(str(path))
        return [nodes.raw("", LenetPlayground(compact=True)._repr_html_(), format="html")]


def setup(app):
    """Register with Sphinx."""
    app.add_directive("draw-here", DrawHere)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
