"""What a page keeps of its live figures: all that runs without a kernel, and drawn figures in all their versions.

A notebook holds a live figure as HTML, and where it was executed just now, as a widget's view besides. The pictures
that a figure of `cnnlib.figures.explore` chooses from are whole in that HTML; here each becomes what other drawn
figures are (`_ext.figures`), so that a page loads those alone that are looked at. A widget without HTML is left out:
it is a progress bar, and its text would say for ever that nothing is done.
"""

import html
import re
from urllib.parse import unquote

from docutils import nodes
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE
from myst_nb.sphinx_ import NbMetadataCollector

from _ext.figures import publish, shown
from _ext.languages import translated

EXPLORER = '<div class="cnnlib-explorer" '
# As `cnnlib.figures.explorer` writes it.
STILL = re.compile(r"""<img alt="([^"]*)" style="[^"]*" src='data:image/svg\+xml,([^']*)'>""")
# As `cnnlib.live.place` writes it: all that a figure of one name needs, and the name by which it can be called again.
SCRIPT = re.compile(
    r"""<script>\(\(\) => \{\n.*?\(globalThis\.liveFigures \?\?= \{\}\)\["([\w-]+)"\].*?</script>""", re.DOTALL
)


def remove_views(app, doctree):
    """Take widgets' views off a page, and the widgets' script and state."""
    scripts = NbMetadataCollector.get_doc_data(app.env)[app.env.docname].get("js_files", {})
    for name in [name for name in scripts if name.startswith("ipywidgets_")]:
        del scripts[name]
    for view in list(doctree.findall(lambda node: is_form(node, WIDGET_VIEW_MIMETYPE))):
        output = view.parent
        output.remove(view)
        if not any(is_form(other, "text/html") for other in output):
            output.parent.remove(output)


def is_form(node, kind):
    """Tell whether a node holds one of the forms in which an output is kept."""
    return isinstance(node, nodes.container) and node.get("mime_type") == kind


def publish_stills(app, doctree):
    """Replace every picture of an explorer by its versions, with its text alternative in the page's language."""
    page = app.env.docname

    def versions(found):
        alternative = translated(app, html.unescape(found[1]), page)
        return shown(publish(unquote(found[2]), app, page), alternative)

    for node in list(doctree.findall(nodes.raw)):
        if EXPLORER in (text := node.astext()):
            node.replace_self(nodes.raw("", STILL.sub(versions, text), format="html"))


def share_scripts(app, doctree):
    """Keep each figure's script where the page has it first; behind the others it is called."""
    known = set()

    def once(found):
        if found[0] in known:
            return f'<script>liveFigures["{found[1]}"]();</script>'
        known.add(found[0])
        return found[0]

    for node in list(doctree.findall(nodes.raw)):
        if "globalThis.liveFigures" in (text := node.astext()):
            node.replace_self(nodes.raw("", SCRIPT.sub(once, text), format="html"))


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", remove_views)
    app.connect("doctree-read", publish_stills)
    app.connect("doctree-read", share_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
