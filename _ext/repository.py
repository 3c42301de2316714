"""Lead from the pages to the book's repository: buttons, first lines of notebooks, the citation. Or to nothing.

Which address it has, `tools.repository` says. Notebooks are written without one, and say `PLACE` where it belongs; what
stands below ``{only} repository`` on a page, or ``{only} colab``, is left out where it has none.
"""

from pathlib import Path
from urllib.parse import urlsplit

import yaml
from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from tools.repository import AddressError, address

PLACE = "<the address of the book repository>"
# Which buttons lead somewhere, by host; elsewhere, the one to the repository alone.
EDITING = ("use_edit_page_button", "use_issues_button")
BUTTONS = {"github.com": EDITING, "gitlab.com": EDITING}


def set_address(app, config):
    """Find the address, and ask the theme for the buttons that it allows."""
    try:
        config.book_repository = address(Path(app.confdir)) or ""
    except AddressError as error:
        raise ConfigError(str(error)) from error
    options = config.html_theme_options
    if not config.book_repository:
        options.pop("launch_buttons", None)
        return
    app.tags.add("repository")
    host = urlsplit(config.book_repository).hostname
    options["repository_url"] = config.book_repository
    # The theme knows no other, and needs one of these two to write any button.
    options["repository_provider"] = "gitlab" if host == "gitlab.com" else "github"
    options["use_repository_button"] = True
    options |= dict.fromkeys(BUTTONS.get(host, ()), True)
    if host == "github.com":
        app.tags.add("colab")  # which opens notebooks from nowhere else
    else:
        options["launch_buttons"].pop("colab_url")


def fill_in(app, doctree, docname):
    """Put the address into the code on a page."""
    if not app.config.book_repository:
        return
    for block in doctree.findall(nodes.literal_block):
        if PLACE in block.astext():
            block.rawsource = block.astext().replace(PLACE, app.config.book_repository)
            block.children = [nodes.Text(block.rawsource)]


def fill_in_downloads(app, exception):
    """Put the address into the notebooks that the pages offer."""
    if exception or app.builder.format != "html" or not app.config.book_repository:
        return
    for folder in ("_sources", "_downloads"):
        for path in Path(app.outdir, folder).rglob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            if PLACE in text:
                path.write_text(text.replace(PLACE, app.config.book_repository), encoding="utf-8")


class Colab(ReferenceRole):
    """A link that opens a notebook of the repository in Colab, for below ``{only} colab``."""

    def run(self):
        """Write the link."""
        branch = self.config.html_theme_options.get("repository_branch", "main")
        place = urlsplit(self.config.book_repository).path
        url = f"https://colab.research.google.com/github{place}/blob/{branch}/{self.target}"
        return [nodes.reference(self.rawtext, self.title, refuri=url)], []


class Citation(SphinxDirective):
    """The book as an entry for BibTeX: what ``CITATION.cff`` says, and the address."""

    def run(self):
        """Write the entry."""
        path = Path(self.env.app.confdir) / "CITATION.cff"
        self.env.note_dependency(str(path))
        cited = yaml.safe_load(path.read_text(encoding="utf-8"))
        fields = {
            "title": cited["title"],
            "author": " and ".join(f"{{{author['name']}}}" for author in cited["authors"]),
            "year": cited["date-released"].year,
            "version": cited["version"],
        }
        if self.config.book_repository:
            fields["url"] = self.config.book_repository
        lines = ",\n".join(f"  {name:7} = {{{value}}}" for name, value in fields.items())
        text = f"@book{{convolutional-networks-executed,\n{lines}\n}}"
        return [nodes.literal_block(text, text, language="bibtex")]


def setup(app):
    """Register with Sphinx."""
    # Pages are read again where it has changed: the citation holds it.
    app.add_config_value("book_repository", "", "env")
    app.add_directive("citation", Citation)
    app.add_role("colab", Colab())
    # After Jupyter Book has set the theme's options.
    app.connect("config-inited", set_address, priority=900)
    app.connect("doctree-resolved", fill_in)
    app.connect("build-finished", fill_in_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
