"""The base of live figures: one script for a page and for a kernel, and what stands where no script runs."""

import json
import re
import sys
from types import SimpleNamespace

import pytest
import traitlets
from bs4 import BeautifulSoup

from cnnlib import live
from cnnlib.live import LiveFigure


class Shapes(LiveFigure):
    """A figure of the book's with values of its own."""

    script, sheet = "figures/scripts/shape-explorer", "figures/scripts/figure"
    title = 'What is "read" & by <whom>.'
    words = ("a name", 'a "quoted" one')

    size = traitlets.Int(3).tag(sync=True)
    content = traitlets.Bytes(b"\x00\xff").tag(sync=True)
    unseen = traitlets.Int(4)


def root_of(figure):
    [root] = BeautifulSoup(figure._repr_html_(), "html.parser").select("[data-script]")
    return root


def test_a_page_gets_the_title_the_words_and_the_values_that_the_script_may_have():
    root = root_of(Shapes())
    assert root["class"] == ["cnnlib-figure"]
    assert root["data-script"] == "shape-explorer"
    assert (root["role"], root["aria-label"]) == ("group", Shapes.title)
    assert json.loads(root["data-words"]) == [*Shapes.words]
    assert json.loads(root.find("script").string) == {"size": 3, "content": "AP8="}
    assert root.p.text == f"{Shapes.title} (It needs JavaScript.)"


def test_a_kernel_gets_the_same_script_as_the_page():
    figure = Shapes()
    shared, exported = figure._esm.split("export default ")
    assert shared in BeautifulSoup(figure._repr_html_(), "html.parser").select("script")[-1].string
    assert exported.startswith("{ render: ")
    assert "function draw(root)" in shared
    assert not re.search(r"^(import|export) ", shared, re.MULTILINE)


def test_the_output_of_a_cell_is_a_widget_and_what_runs_without_one():
    data, _ = Shapes()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == f"<{Shapes.title}>"
    assert data["text/html"] == Shapes()._repr_html_()


def test_stills_stand_for_the_figure_the_first_where_it_is_seen():
    figure = Shapes()
    figure.stills = ["<b>one</b>", "<b>two</b>", "<b>three</b>"]
    root = root_of(figure)
    assert str(root.b) == "<b>one</b>"
    assert [*map(str, root.template.select("b"))] == ["<b>two</b>", "<b>three</b>"]
    assert root.p is None
    assert "stills" not in json.loads(root.find("script").string)
    figure.stills = ["<b>one</b>"]
    assert root_of(figure).template is None


def test_a_figure_without_a_title_or_words_has_no_name_of_its_own():
    text = live.place(Shapes.script, Shapes.sheet, family="figure", data="{}", stills=["<b>one</b>"])
    assert text.startswith('<div class="cnnlib-figure" data-script="shape-explorer"><b>one</b><script ')


def test_values_cannot_end_their_script():
    text = live.place(Shapes.script, Shapes.sheet, family="figure", data='{"a": "</script>"}', title="T")
    assert json.loads(BeautifulSoup(text, "html.parser").script.string) == {"a": "</script>"}


def test_a_script_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.js"):
        live.module("figures/scripts/nowhere", Shapes.sheet)


def test_in_colab_a_figure_asks_for_widgets_and_says_where_they_come_from(monkeypatch):
    asked, manager = [], "https://colab.example/manager.js"
    output = SimpleNamespace(
        enable_custom_widget_manager=lambda: asked.append(True), _widgets=SimpleNamespace(_installed_url=manager)
    )
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    _, metadata = Shapes()._repr_mimebundle_()
    assert asked
    assert manager in repr(metadata)
