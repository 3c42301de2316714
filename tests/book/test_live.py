"""What a page keeps of a live figure: no view that needs a kernel, and drawn figures in all their versions."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE
from myst_nb.sphinx_ import NbMetadataCollector

from _ext import figures as versions
from _ext import live
from cnnlib.figures import explore, explore_shapes
from cnnlib.live import bundle


def draw(value):
    figure, axis = plt.subplots(figsize=(6, 2))
    axis.plot([0, 1], [0, value])
    return figure, f'A line to "{value}" & back.'


@pytest.fixture
def app(tmp_path, monkeypatch):
    """What the extension asks of Sphinx, for a page below a folder."""
    files = {"ipywidgets_state": (None, {}), "ipywidgets_0": ("embed.js", {}), "other": ("other.js", {})}
    monkeypatch.setattr(NbMetadataCollector, "get_doc_data", lambda env: {"chapters/page": {"js_files": files}})
    config = SimpleNamespace(language="en", locale_dirs=[], gettext_compact=False)
    env = SimpleNamespace(docname="chapters/page")
    return SimpleNamespace(confdir=str(tmp_path), srcdir=str(tmp_path), config=config, env=env, files=files)


def output(document, **forms):
    """Add an output of a cell, in the forms in which myst-nb keeps it."""
    bundle = nodes.container(nb_element="mime_bundle")
    for kind, text in forms.items():
        mime = {"view": WIDGET_VIEW_MIMETYPE, "html": "text/html", "plain": "text/plain"}[kind]
        bundle += nodes.container("", nodes.raw("", text, format="html"), mime_type=mime)
    document += bundle
    return bundle


def test_a_figure_that_was_just_executed_loses_its_view_and_a_progress_bar_goes_whole(app):
    document = new_document("page")
    figure = output(document, view="<script>", html="<div>", plain="<a figure>")
    output(document, view="<script>", plain="  0%|")
    live.remove_views(app, document)
    assert list(document) == [figure]
    assert [each["mime_type"] for each in figure] == ["text/html", "text/plain"]
    assert set(app.files) == {"other"}


def test_every_picture_of_an_explorer_comes_in_its_versions(app, tmp_path):
    document = new_document("page")
    output(document, html=explore(draw, {"to": {"1": 1, "2": 2, "3": 3}})._repr_html_())
    live.publish_stills(app, document)
    text = document.astext()
    assert "data:image/svg" not in text
    [root] = BeautifulSoup(text, "html.parser").select(".cnnlib-explorer")
    assert [each.name for each in root.find_all(recursive=False)] == ["div", "template", "script"]
    frames = [root.find("div"), *root.template.details.find_all(recursive=False)]
    assert [frame["class"][0] for frame in frames] == ["drawn"] * 3
    shown = []
    for value, frame in zip("123", frames, strict=True):
        assert {image["alt"] for image in frame.select("img")} == {f'A line to "{value}" & back.'}
        shown += [image["src"] for image in frame.select("img")] + [each["srcset"] for each in frame.select("source")]
    assert len(set(shown)) == 12
    folder = versions.figures_folder(tmp_path)
    assert {(folder / address.removeprefix("../_static/")).is_file() for address in shown} == {True}


def test_text_alternatives_of_an_explorer_are_in_the_language_of_the_page(app, monkeypatch):
    monkeypatch.setattr(live, "translated", lambda app, text, page: f"⟦{text}⟧ {page}")
    document = new_document("page")
    output(document, html=explore(draw, {"to": range(1, 3)})._repr_html_())
    live.publish_stills(app, document)
    images = BeautifulSoup(document.astext(), "html.parser").select("img")
    assert images[0]["alt"] == '⟦A line to "1" & back.⟧ chapters/page'
    assert images[-1]["alt"] == '⟦A line to "2" & back.⟧ chapters/page'


def test_the_script_has_values_and_stills_as_from_a_kernel(browser):
    figure = explore(draw, {"to": range(1, 4)})
    page = browser.new_page()
    page.set_content(f"<script>{bundle('live/scripts/model')}</script>{figure._repr_html_()}")
    values = page.evaluate("valuesOf(document.querySelector('[data-script]'))")
    page.close()
    assert {name: values[name] for name in ("controls", "chosen")} == figure.get_state(["controls", "chosen"])
    # A browser writes an element in its own way.
    assert [read(still) for still in values["stills"]] == [read(still) for still in figure.stills]


def read(still):
    return BeautifulSoup(still, "html.parser").img.attrs


def test_a_script_stands_on_a_page_once_and_fills_every_figure(app, browser):
    document = new_document("page")
    output(document, html=explore(draw, {"to": range(1, 3)})._repr_html_())
    output(document, html=explore_shapes()._repr_html_())
    output(document, html=explore(draw, {"to": range(2, 4)})._repr_html_())
    live.share_scripts(app, document)
    text = "".join(node.astext() for node in document.findall(nodes.raw))
    assert text.count("attachShadow") == 2
    page = browser.new_page()
    page.set_content(text)
    rooms = page.query_selector_all(".room")
    assert [len(room.query_selector_all("input")) for room in rooms] == [1, 6, 1]
    page.close()
