"""A scripted figure is one piece of HTML that needs nothing else; what it computes, tests/book/ checks in a browser."""

from posixpath import basename

import pytest
from bs4 import BeautifulSoup

from cnnlib import figures


@pytest.mark.parametrize("make", [figures.slide_kernel, figures.explore_shapes])
def test_the_figure_carries_its_style_its_title_and_its_script(make):
    figure = make()
    page = BeautifulSoup(figure._repr_html_(), "html.parser")
    [root] = page.select(f'.cnnlib-figure[data-script="{basename(figure.script)}"]')
    assert root["role"] == "group"
    assert root["aria-label"] == figure.title
    assert figure.title in root.text
    assert "function draw(root)" in page.select("script")[-1].text
    assert not page.select("style")  # its style stands in the script: no page gets it
    assert not page.select("[src], [href]")


def test_a_page_can_hold_it_as_text():
    # nbval compares the text as well: no address in it.
    assert repr(figures.explore_shapes()) == f"<{figures.explore_shapes().title}>"
