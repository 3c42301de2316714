"""Figures, exercises and equations begin with 1 on each page, and a reference from elsewhere names the page."""

import re
from types import SimpleNamespace

import pytest
from docutils import nodes

from _ext import numbering
from tools.chapters import ROOT, chapters

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]


def environment(**numbers):
    titles = {
        "chapters/lenet": nodes.title("", "LeNet: a network"),
        "chapters/pooling": nodes.title("", "Pooling: less"),
    }
    return SimpleNamespace(toc_fignumbers=numbers, titles=titles)


@pytest.mark.parametrize("name", CHAPTERS)
@pytest.mark.parametrize("kind", ["Fig.", "Exercise"])
def test_numbers_begin_with_one_and_skip_none(site, name, kind):
    found = [
        int(text.split()[-1]) for each in site[name].select(".caption-number") if kind in (text := each.get_text())
    ]
    assert found == list(range(1, len(found) + 1))


@pytest.mark.parametrize("name", CHAPTERS)
def test_equations_begin_with_one(site, name):
    found = [int(each.get_text().strip("()#")) for each in site[name].select("span.eqno") if each.get_text().strip()]
    assert found == list(range(1, len(found) + 1))


def test_a_reference_to_another_page_names_it(site):
    texts = [link.get_text() for link in site["chapters/alexnet.html"].select('a[href^="lenet.html#equation-"]')]
    assert texts
    assert all(re.fullmatch(r"\(\d+\) of LeNet", text) for text in texts)


def test_a_reference_on_its_own_page_does_not(site):
    texts = [
        link.get_text()
        for link in site["chapters/lenet.html"].select(
            'a.reference[href="#eq-output-size"], a.reference[href="#equation-eq-output-size"]'
        )
    ]
    assert "(1)" in texts


def test_sphinx_compares_its_own_numbers_and_pages_show_theirs():
    env = environment(a={"figure": {"x": (1,), "y": (2,)}}, b={"figure": {"z": (3,)}, "displaymath": {"e": (7,)}})
    of_book = env.toc_fignumbers
    assert numbering.begin_anew(None, env) == []
    assert env.toc_fignumbers == {
        "a": {"figure": {"x": (1,), "y": (2,)}},
        "b": {"figure": {"z": (1,)}, "displaymath": {"e": (1,)}},
    }
    assert numbering.restore_numbers_of_book(None, env) == []
    assert env.toc_fignumbers is of_book


@pytest.mark.parametrize(
    ("uri", "text", "shown"),
    [
        ("lenet.html#fig-x", "Fig. 2", "Fig. 2 of LeNet"),
        ("lenet.html#equation-e", "(3)", "(3) of LeNet"),
        ("lenet.html#fig-x", "the second figure", "the second figure"),
        ("lenet.html#fig-x", "one of 60,000 digits", "one of 60,000 digits"),
        ("pooling.html#fig-x", "Fig. 2", "Fig. 2"),
        ("lenet.html#elsewhere", "Fig. 2", "Fig. 2"),
    ],
)
def test_only_a_number_of_another_page_is_explained(uri, text, shown):
    own = {"figure": {"fig-x": (2,)}}
    env = environment(**{"chapters/lenet": own | {"displaymath": {"equation-e": (3,)}}, "chapters/pooling": own})
    app = SimpleNamespace(env=env, builder=SimpleNamespace(get_target_uri=lambda page: f"{page}.html"))
    page = nodes.paragraph("", "", nodes.reference("", text, refuri=uri, internal=True))
    numbering.name_other_pages(app, page, "chapters/pooling")
    assert page.astext() == shown
