"""One source, other languages later: what Sphinx does not see of a page's words goes into the catalogs, and comes back.

Sphinx's gettext builder collects prose, headings and captions. The rest is collected here: what an extension says
through `gettext` stands in the catalog ``book``; what it shows of a page's code or metadata goes through `translated`,
into the catalog of that page. What the scripts of live figures say through ``say`` stands in ``book`` too; a page that
shows one carries the translations. Formulas and code are nobody's to translate.
"""

import html
import json
import re
from gettext import translation
from pathlib import Path

from babel.messages.extract import extract_from_file
from docutils import nodes
from sphinx import addnodes
from sphinx.builders.gettext import MessageCatalogBuilder, MsgOrigin
from sphinx.locale import get_translation
from sphinx.transforms import SphinxTransform
from sphinx.util.i18n import docname_to_domain

from _ext.across import is_element, notes

BOOK = "book"  # catalog of the extensions and the scripts
gettext = get_translation(BOOK)

# What `cnnlib.live.place` writes before a figure's data: its title, the words in the data, and the title again; or
# pictures in place of the title.
LIVE = re.compile(
    r'(?P<start><div class="cnnlib-[\w-]+" data-script="[\w-]+")(?P<label> role="group" aria-label="(?P<title>[^"]*)")?'
    r'(?P<words>(?: data-words="(?P<listed>[^"]*)")?>)(?P<sentence><p>(?P=title) \(It needs JavaScript\.\)</p>)?'
)


def translated(app, text, page):
    """Return a text of a page in the book's language, and remember it for the page's catalog.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    text : str
        As the page's source has it. What has no letters is the same in every language.
    page : str
        That holds the text; not always the one that shows it.

    Returns
    -------
    str
        The text itself where it has no translation.
    """
    if not any(map(str.isalpha, text)):
        return text
    notes(app.env, "texts").setdefault(page, {})[text] = None  # a dictionary keeps their order
    domain = docname_to_domain(page, app.config.gettext_compact)
    for folder in app.config.locale_dirs:
        catalog = translation(domain, Path(app.srcdir) / folder, [app.config.language], fallback=True)
        text = catalog.gettext(text)
    return text


class Catalogs(MessageCatalogBuilder):
    """Sphinx's catalogs with the texts that it does not see."""

    def init(self):
        """Read the sources as they are, also where the book is built in another language."""
        super().init()
        self.config.language = "en"

    def finish(self):
        """Add them, then write."""
        for page, texts in notes(self.env, "texts").items():
            for text in texts:
                origin = MsgOrigin(self.env.doc2path(page), 0)
                self.catalogs[docname_to_domain(page, self.config.gettext_compact)].add(text, origin)
        for path in sorted(Path(__file__).parent.glob("*.py")):
            for line, text, _, _ in extract_from_file("python", path):
                self.catalogs[BOOK].add(text, MsgOrigin(str(path), line))
        for path, line, text in said_by_scripts():
            self.catalogs[BOOK].add(text, MsgOrigin(str(path), line))
        super().finish()


class FormulasAndCode(SphinxTransform):
    """Keep formulas and code out of the catalogs, and docstrings, which are code and in another markup than the pages.

    Sphinx would put a literal block in a translated formula's place.
    """

    default_priority = 15  # before the translation, at 20

    def apply(self):
        """Mark them."""
        for node in self.document.findall(nodes.TextElement):
            if isinstance(node, nodes.math_block | nodes.literal_block) or is_in_docstring(node):
                node["translatable"] = False


def is_in_docstring(node):
    """Tell blocks of text that autodoc brought; Sphinx takes marked pieces of a line for its own."""
    return not isinstance(node, nodes.Inline) and ":docstring of " in (node.source or "")


class Alternatives(SphinxTransform):
    """Translate what pictures show: Sphinx's catalogs miss those of outputs, which it drops when it writes them."""

    default_priority = 15

    def apply(self):
        """Translate the text alternatives."""
        for image in self.document.findall(nodes.image):
            if "alt" in image:
                image["alt"] = translated(self.app, image["alt"], self.env.docname)


class Contents(SphinxTransform):
    """Translate the captions of the contents, which come from ``_toc.yml`` after Sphinx has translated the page."""

    default_priority = 110  # sphinx-external-toc puts them in at 100

    def apply(self):
        """Translate them; Sphinx puts them into the catalog."""
        for contents in self.document.findall(addnodes.toctree):
            if contents["caption"]:
                contents["caption"] = translated(self.app, contents["caption"], self.env.docname)


class LabelsFirst(SphinxTransform):
    """Address a section by its label, in every language, and not by what its English title makes."""

    default_priority = 270  # labels reach their sections at 260

    def apply(self):
        """Put a section's labels before its other ids."""
        known = self.document.nametypes
        for section in self.document.findall(nodes.section):
            labels = [self.document.nameids[name] for name in section["names"] if known.get(name)]
            section["ids"].sort(key=lambda each, labels=labels: each not in labels)


def translate_cells(app, doctree):
    """Translate the lines of folded cells."""
    for cell in doctree.findall(lambda node: is_element(node) and node.get("hide_mode")):
        for prompt in ("prompt_show", "prompt_hide"):
            cell[prompt] = translated(app, cell[prompt], app.env.docname)


def said_by_scripts():
    """Yield (path, line, text) of all that the scripts of live figures say by themselves."""
    for path in sorted((Path(__file__).parents[1] / "cnnlib").glob("*/scripts/*.js")):
        for line, text, _, _ in extract_from_file("javascript", path, keywords={"say": None}):
            yield path, line, text


def translate_live(app, doctree):
    """Translate titles of live figures, and bring the table in which their scripts look."""
    figures = [node for node in doctree.findall(nodes.raw) if LIVE.search(node.astext())]
    if not figures:
        return
    table = {text: str(gettext(text)) for _, _, text in said_by_scripts()}
    needs = gettext("(It needs JavaScript.)")

    def spoken(found):
        label = sentence = ""
        if found["title"]:
            title = html.escape(translated(app, html.unescape(found["title"]), app.env.docname), quote=True)
            label = f' role="group" aria-label="{title}"'
            sentence = f"<p>{title} {needs}</p>" if found["sentence"] else ""
        for word in json.loads(html.unescape(found["listed"] or "[]")):
            table[word] = translated(app, word, app.env.docname)
        return f"{found['start']}{label}{found['words']}{sentence}"

    texts = [LIVE.sub(spoken, node.astext()) for node in figures]
    # The script that comes with a figure runs as soon as the browser has read it.
    kept = {text: translation for text, translation in table.items() if translation != text}
    if kept:
        listed = json.dumps(kept, ensure_ascii=False).replace("<", r"\u003c")
        texts[0] = f"<script>globalThis.bookTexts = {listed};</script>\n{texts[0]}"
    for node, text in zip(figures, texts, strict=True):
        node.replace_self(nodes.raw("", text, format="html"))


def forget(app, env, docname):
    """Forget the texts of a page that is read anew."""
    notes(env, "texts").pop(docname, None)


def use_catalog(app, env, docnames):
    """Let `gettext` find its catalog, which Sphinx has compiled by now."""
    for folder in app.config.locale_dirs:
        app.add_message_catalog(BOOK, str(Path(app.srcdir) / folder))


def setup(app):
    """Register with Sphinx."""
    app.add_builder(Catalogs, override=True)
    for transform in (FormulasAndCode, Alternatives, Contents, LabelsFirst):
        app.add_transform(transform)
    app.connect("env-before-read-docs", use_catalog)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-read", translate_cells)
    app.connect("doctree-read", translate_live)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
