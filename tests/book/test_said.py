"""What playgrounds and scripted figures show or say can be translated: it goes through ``say``, into the catalog."""

import json
import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from babel.messages.jslexer import tokenize
from book.playgrounds import press
from book.test_scripted_figures import NETWORKS, PHOTO, loss_surface, two_units
from bs4 import BeautifulSoup
from docutils.nodes import raw
from docutils.utils import new_document

from _ext import languages
from cnnlib import figures, live
from cnnlib.experiments.alexnet.receptive_fields import fields
from cnnlib.models.architecture import initial_weights
from cnnlib.models.catalogue import alexnet2012, lenet
from cnnlib.playground import (
    ConvolutionPlayground,
    DialPlayground,
    LearningPlayground,
    Lenet5Playground,
    LenetPlayground,
    OrdersPlayground,
    PoolingPlayground,
    StripesPlayground,
    SummaryPlayground,
)
from cnnlib.playground.orders import LAYERS
from tools.chapters import ROOT

# A table that has every text, marks it, and remembers that it was asked for.
TABLE = """<script>
  globalThis.asked = new Set();
  globalThis.bookTexts = new Proxy({}, { get: (_, text) => (asked.add(text), `⟦${text}⟧`) });
</script>"""

# All that a figure shows, or a screen reader says of it.
SHOWN = """room => [...room.querySelectorAll(":not(style)")].flatMap(each => [
  [...each.childNodes].filter(child => child.nodeType === Node.TEXT_NODE).map(child => child.data).join(""),
  ...["aria-label", "title", "alt", "placeholder", "aria-valuetext"].map(name => each.getAttribute(name) ?? ""),
])"""

# Use every control as far as it goes, look at what is shown after each change, and go back.
USE = """async (room, shown) => {
  const seen = new Set();
  const look = async () => {
    await new Promise(done => setTimeout(done));
    for (const text of eval(shown)(room)) seen.add(text);
  };
  await look();
  for (const button of room.querySelectorAll("button")) {
    button.click();
    await look();
  }
  for (const list of room.querySelectorAll("select")) {
    for (const option of list.options) {
      if (option.disabled) continue;
      list.value = option.value;
      list.dispatchEvent(new Event("change"));
      await look();
    }
  }
  for (const slider of room.querySelectorAll("input[type=range]")) {
    const before = slider.value;
    for (const value of [slider.min, slider.max, Number(slider.min) + 1]) {
      slider.value = value;
      slider.dispatchEvent(new Event("input"));
      await look();
    }
    if (slider.name !== "down") slider.value = before;
    slider.dispatchEvent(new Event("input"));
    await look();
  }
  for (const box of room.querySelectorAll("input[type=checkbox], input[type=radio]")) {
    box.click();
    await look();
  }
  return [...seen];
}"""

# Of strings in the scripts: two words, or one with a capital letter.
WORDS = re.compile(r"[^\W\d_]{2}.*\s|[A-Z][a-z]")
# Those that nobody sees: styles and their classes, and names by which the scripts know things.
UNSEEN = re.compile(
    r"currentColor|inset .*|calc\(.*|\(hover: none\)|panels? [a-z-]+|desk small|unit held|frame "
    r"|name legend|min\(.*|clipPath|rotate\(.*|viewBox|\(prefers-.*\)|tables [a-z]+|font-size: .*"
)
KEYS = {"ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"}
KEYS |= {"Enter", "Escape", "Delete"}
KNOWN = {"Adam", "ReLU", "decaying echo", "a grid to paint on", "max, then blur"}
KNOWN |= {"two equal weights", "five weights", *LAYERS}

SCRIPTS = sorted((ROOT / "cnnlib").glob("*/scripts/*.js"))


def other_lenet():
    """A network with the other pooling and activation."""
    return LenetPlayground("tanh", "average", initial_weights(lenet("tanh", "average"), 1))


def compact_lenet():
    """The small sheet of the landing page."""
    return LenetPlayground(compact=True)


def padded_image():
    """A picture smaller than its kernel, so that the page has to say so."""
    return ConvolutionPlayground(np.eye(4, 5), np.ones((7, 7)))


def unlike_channels():
    """A picture whose channels the kernel has no slices for."""
    return ConvolutionPlayground(np.ones((2, 8, 9)), np.ones((3, 3)))


def coloured():
    """A picture of two channels, in numbers."""
    return ConvolutionPlayground(np.ones((2, 3, 4)), np.ones((2, 2, 2)))


def orders():
    """A picture small enough for a test, in two orders."""
    return OrdersPlayground(np.arange(96, dtype=np.uint8).reshape(8, 12))


def lines():
    """Drawn figures to choose from; the page has translated what they show."""

    def draw(slope, line, width):
        figure, axis = plt.subplots(figsize=(1, 1))
        axis.plot([0, 1], [0, slope], line, linewidth=width)
        return figure, "⟦A line.⟧"

    slopes, styles = {"rising": 1, "falling": -1}, {"solid": "-", "dashed": "--"}
    return figures.explore(draw, {"Slope": slopes, "Line": styles, "Width": (1, 2)})


EVERY = [
    LenetPlayground,
    other_lenet,
    compact_lenet,
    ConvolutionPlayground,
    padded_image,
    unlike_channels,
    coloured,
    PoolingPlayground,
    SummaryPlayground,
    lambda: SummaryPlayground([[1, 2, 3]]),
    StripesPlayground,
    LearningPlayground,
    DialPlayground,
    orders,
    Lenet5Playground,
    loss_surface,
    two_units,
    figures.slide_kernel,
    figures.explore_shapes,
    lambda: figures.explore_network({title: build() for title, build in NETWORKS.items()}),
    lambda: figures.explore_fields(PHOTO, fields(alexnet2012())),
    lines,
]


def catalog():
    return {text for _, _, text in languages.said_by_scripts()}


@pytest.fixture
def table_of(browser):
    """Put a figure on a page whose table has every text; return its room."""
    page = browser.new_page()

    def show(figure):
        page.set_content(TABLE + figure._repr_html_())
        return page.query_selector(".room")

    yield show
    page.close()


@pytest.mark.parametrize("make", EVERY)
def test_every_word_that_is_shown_was_looked_up_and_is_in_the_catalog(make, table_of):
    figure = make()
    room = table_of(figure)
    shown = set(room.evaluate(USE, SHOWN))
    # The keyboard reaches what only pointing shows.
    for screen in room.query_selector_all("[role=application]"):
        screen.focus()
        press(room, "ArrowRight", "ArrowDown", "Enter", "ArrowLeft", " ", "Escape")
        shown |= set(room.evaluate(SHOWN))
    lost = [text for text in shown if re.search(r"[^\W\d_]{2}", outside(text))]
    assert lost == []
    asked = set(room.evaluate("() => [...asked]"))
    assert len(asked) >= 6
    assert asked - catalog() - set(figure.words) == set()


def outside(text):
    """Return what of a text was in no table."""
    while (less := re.sub("⟦[^⟦⟧]*⟧", "", text)) != text:
        text = less
    return text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_text_of_a_script_goes_past_say(path):
    past = past_say(path.read_text(encoding="utf-8"))
    assert [text for text in past if WORDS.search(text) and not is_code(text)] == []


def is_code(text):
    return text in KEYS | KNOWN or UNSEEN.fullmatch(text)


def past_say(source):
    """Yield the strings of a script that are no part of an argument of ``say``, without the values in them."""
    tokens = [token for token in tokenize(source) if not token.type.endswith("comment")]
    depth, said = 0, None
    for token, after in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if said is None and token.value == "say" and after.value == "(":
            said = depth
        if token.value == "(":
            depth += 1
        elif token.value == ")":
            depth -= 1
            said = None if said == depth else said
        elif said is None and token.type in ("string", "template_string"):
            yield re.sub(r"\$\{.*?\}", "", token.value[1:-1])


def test_the_scan_sees_what_is_not_said():
    source = """const a = say("Two words", { b: "Not this" });\nhtml("p", {}, "Three more words", `Unit ${a} sees`);"""
    assert list(past_say(source)) == ["p", "Three more words", "Unit  sees"]


def test_the_catalog_has_every_text_that_scripts_say():
    sources = [path.read_text(encoding="utf-8") for path in SCRIPTS]
    said = [text for source in sources for text in re.findall(r'\bsay\(\s*"((?:[^"\\]|\\.)*)"', source)]
    assert len(said) > 150
    assert set(said) == catalog()


def test_say_looks_up_and_fills_in(browser):
    page = browser.new_page()
    page.set_content(f"<script>{live.bundle('live/scripts/say')}</script>")
    said = "say('{count} of {all}, {other}', { count: 0, all: 'b' })"
    assert page.evaluate(said) == "0 of b, {other}"
    page.evaluate("globalThis.bookTexts = { '{count} of {all}, {other}': 'von {all} {count}' }")
    assert page.evaluate(said) == "von b 0"
    assert page.evaluate("say('Undo')") == "Undo"
    assert page.evaluate("choices(['Undo'])") == {"Undo": "Undo"}
    page.close()


def test_a_figure_names_the_words_of_its_data():
    network = figures.explore_network({'a "quoted" <name>': lenet()}, sizes=(20, 40))
    assert words_of(network)[:2] == ['a "quoted" <name>', "conv1"]
    assert words_of(PoolingPlayground())[0] == "temple roofs"
    assert words_of(LenetPlayground())[0] == "a 0"
    assert words_of(compact_lenet()) is None


def words_of(figure):
    root = BeautifulSoup(figure._repr_html_(), "html.parser").div
    return json.loads(root["data-words"]) if "data-words" in root.attrs else None


@pytest.mark.parametrize("make", [compact_lenet, figures.explore_shapes, PoolingPlayground])
def test_an_english_page_stays_as_it_is(make):
    document, env = new_document("page"), SimpleNamespace(docname="page")
    config = SimpleNamespace(language="en", locale_dirs=["locales"], gettext_compact=False)
    document += raw("", make()._repr_html_(), format="html")
    languages.translate_live(SimpleNamespace(config=config, env=env, srcdir="nowhere"), document)
    assert document[0].astext() == make()._repr_html_()
    assert next(iter(env.book_notes["texts"]["page"])) == make().title


def test_the_first_figure_of_a_page_brings_the_words_of_all(monkeypatch):
    monkeypatch.setattr(languages, "translated", lambda app, text, page: f"⟦{text}⟧")
    network = figures.explore_network({'a "quoted" <name>': lenet()}, sizes=(20, 40))
    document = new_document("page")
    document += [raw("", each._repr_html_(), format="html") for each in (network, PoolingPlayground())]
    languages.translate_live(SimpleNamespace(env=SimpleNamespace(docname="page")), document)
    first, second = (BeautifulSoup(each.astext(), "html.parser") for each in document)
    table = json.loads(first.script.string.removeprefix("globalThis.bookTexts = ").removesuffix(";"))
    assert table['a "quoted" <name>'] == '⟦a "quoted" <name>⟧'
    assert table["temple roofs"] == "⟦temple roofs⟧"
    assert first.div["aria-label"] == f"⟦{network.title}⟧"
    assert first.div["data-words"] == BeautifulSoup(network._repr_html_(), "html.parser").div["data-words"]
    assert second.find()["aria-label"] == f"⟦{PoolingPlayground.title}⟧"
