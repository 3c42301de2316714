"""Mend what the theme and the theme below it disagree on, and what keeps its pages from being open to everyone."""

import re

MENDED = (
    # Draws again, by script, the icons that the theme's fonts already draw; 1.5 MB on every page.
    (r'<script defer src="[^"]*/fontawesome\.js[^"]*"></script>', ""),
    # A name for the ear that differs from the one for the eye; this one's text is its name.
    (r'(<button class="btn search-button-field[^>]*) aria-label="Search"', r"\1"),
    # The icons' names are tooltips, and "Color mode" is the button's.
    (r'(<i class="theme-switch [^>]*?) +title="[^"]*"', r"\1"),
    # The logo above the contents belongs to the navigation.
    (r'(<div id="pst-primary-sidebar" class="[^"]*")', r'\1 role="navigation" aria-label="Book"'),
    # A picture is fetched when the reader comes near it.
    (r"<img(?![^>]* loading=)(?=[^>]*_images/)", '<img loading="lazy"'),
    # Spans of code that have the colour of plain text; two in three, and each costs the browser time.
    (r'<span class="(?:n|nn|nx|p|w)">([^<]*)</span>', r"\1"),
    # Lines to try at the prompt end with an empty one, for the program that tries them.
    (r"\n{2,}</pre>", "\n</pre>"),
    # References of a docstring, which are numbered, by the key that tells them from those of others.
    (r"\[R[0-9a-f]{12}-(\d+)\]", r"[\1]"),
    # The theme would mark the wrong entry of the contents under this name; _static/around.js marks the right one.
    (r'id="pst-page-toc-nav"', 'id="page-contents"'),
    # A second font, for one icon.
    (r'<link rel="preload"[^>]*/fa-brands-400[^>]*>', ""),
    (r"\b(fa-brands|fab) fa-(github|gitlab)\b", "fa-solid fa-code-branch"),
    # Lists whose roles promise children that they do not have.
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    (r' role="doc-biblioentry"', ""),
)

# What a cell printed; a line of it that is columns; a formula with the marks that belong to it.
PRINTED = re.compile(r'(myst-ansi notranslate"><div class="highlight"><pre>(?:<span></span>)?)(.*?)(</pre>)', re.DOTALL)
COLUMNS = re.compile(r"^ +\S|\S {2,}\S|\S \| ")
FORMULA = re.compile(r'([(\[“‘]?)(<span class="math notranslate nohighlight">[^<]*</span>)((?:-[a-z]+)?[,.;:?!)\]”’]*)')

# The search and its index, for searching as one types, which is off: they belong to the page of results.
SEARCH = r'<script (defer )?src="[^"]*(searchtools|search-summaries|language_data|searchindex)\.js[^"]*"></script>'


def nothing_over_the_text(app, config):
    """Leave out the bar above the page and the button "Back to top": a second search field, and a lid on the text.

    The theme's own setting for the bar comes too late, and ``html_theme_options`` in ``_config.yml`` would
    replace all that Jupyter Book puts there.
    """
    config.html_theme_options |= {"navbar_persistent": [], "back_to_top_button": False}


def mark_lines(match):
    """Tell columns, which nobody can read once wrapped, from lines that wrap."""

    def marked(line):
        return f'<span class="columns">{line}</span>' if COLUMNS.search(line) and "<" not in line else line

    return match[1] + "".join(map(marked, match[2].splitlines(keepends=True))) + match[3]


def keep_whole(match):
    """Keep a formula and its comma on one line: a browser breaks lines on either side of a formula."""
    return f'<span class="unbroken">{match[0]}</span>' if match[1] or match[3] else match[0]


def mend_pages(app):
    """Mend every page as it is written: templates of our own would have to follow each of the theme's versions."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render

    def mended(template, context):
        page = render(template, context)
        for pattern, replacement in MENDED:
            page = re.sub(pattern, replacement, page)
        page = FORMULA.sub(keep_whole, PRINTED.sub(mark_lines, page))
        return page if template == "search.html" else re.sub(SEARCH, "", page)

    app.builder.templates.render = mended


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", nothing_over_the_text)
    app.connect("builder-inited", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
