"""Put the figures of `cnnlib.figures.explore` on the pages without the widgets' own script, which weighs 1.9 MB.

A notebook keeps such a figure as the state of its widgets: selectors, and for every combination of their choices a
picture. Here they become a form, the picture of the first choice, and a list of the others, which
``_static/explorer.js`` shows as they are chosen, all in the versions that other figures have (`_ext.figures`). Any
other widget is left out: it is a progress bar, and its text would say for ever that nothing is done.
"""

import html
import json
from urllib.parse import unquote

from bs4 import BeautifulSoup
from docutils import nodes
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE
from myst_nb.sphinx_ import NbMetadataCollector

from _ext.figures import publish, shown


def replace_widgets(app, doctree):
    """Replace every widget of a page, and take the widgets' script and state off it."""
    scripts = NbMetadataCollector.get_doc_data(app.env)[app.env.docname].get("js_files", {})
    state = scripts.pop("ipywidgets_state", None)
    for name in [name for name in scripts if name.startswith("ipywidgets_")]:
        del scripts[name]
    if state is None:
        return
    models = json.loads(state[1]["body"].replace(r"\u003c", "<"))["state"]
    for bundle in list(doctree.findall(is_widget)):
        [script] = bundle.findall(nodes.raw)
        root = json.loads(BeautifulSoup(script.astext(), "html.parser").string)["model_id"]
        if figure := explorer(models, root, app):
            script.parent.replace(script, nodes.raw("", figure, format="html"))
        else:
            bundle.parent.parent.remove(bundle.parent)


def is_widget(node):
    """Tell whether a node holds a widget's view, one of the forms in which an output is kept."""
    return isinstance(node, nodes.container) and node.get("mime_type") == WIDGET_VIEW_MIMETYPE


def explorer(models, root, app):
    """Return the HTML of an explorer, its pictures written to their files; None for any other widget."""

    def children(model):
        return [models[name.removeprefix("IPY_MODEL_")] for name in model["state"].get("children", [])]

    def leaves(model):
        return [leaf for child in children(model) for leaf in leaves(child)] if children(model) else [model]

    *selectors, figures = children(models[root]) or [None]
    if not selectors or any("_options_labels" not in each["state"] for each in selectors):
        return None
    frames = [frame(leaf["state"]["value"], app) for leaf in leaves(figures)]
    controls = "".join(control(each["state"]) for each in selectors)
    first = 0
    for each in selectors:
        first = first * len(each["state"]["_options_labels"]) + each["state"]["index"]
    kept = json.dumps(frames).replace("<", r"\u003c")
    return (
        f'<div class="explorer"><div class="controls">{controls}</div>'
        f"{shown(frames[first], frames[first]['alt'])}"
        f'<p class="explorer-status" role="status"></p>'
        f'<script type="application/json">{kept}</script></div>'
    )


def control(state):
    """Return the HTML of one selector: a list, or for a slider a range with the choice written beside it."""
    label, labels, index = html.escape(state["description"]), state["_options_labels"], state["index"]
    if state["_model_name"] == "SelectionSliderModel":
        return (
            f'<label>{label} <input type="range" min="0" max="{len(labels) - 1}" value="{index}" '
            f'aria-valuetext="{html.escape(labels[index])}" data-labels="{html.escape(json.dumps(labels))}"> '
            f"<output>{html.escape(labels[index])}</output></label>"
        )
    options = "".join(
        f"<option{' selected' if place == index else ''}>{html.escape(each)}</option>"
        for place, each in enumerate(labels)
    )
    # autocomplete: a browser that reloads the page would keep the choice, and not the picture.
    return f'<label>{label} <select autocomplete="off">{options}</select></label>'


def frame(value, app):
    """Write the figure that an ``<img>`` carries in its address; return what shows it."""
    image = BeautifulSoup(value, "html.parser").img
    svg = unquote(image["src"].partition(",")[2])
    return {"alt": image["alt"], **publish(svg, app, app.env.docname)}


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", replace_widgets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
