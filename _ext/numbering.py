"""Number figures, exercises and equations anew on each page; a reference from another page says which page it means."""

import re
from posixpath import dirname, join, normpath

from docutils import nodes

NUMBER = re.compile(r"\d+(?!.*\d)")  # the last one in a reference's text


def restore_numbers_of_book(app, env):
    """Give Sphinx back the numbers that it gave last.

    It compares them with the next ones, and writes a page anew where they differ: it has to find its own.
    """
    env.toc_fignumbers = getattr(env, "fignumbers_of_book", {})
    return []


def begin_anew(app, env):
    """Let each kind of thing begin with 1 on each page, in the order that Sphinx found."""
    env.fignumbers_of_book = env.toc_fignumbers
    env.toc_fignumbers = {
        page: {kind: {target: (n,) for n, target in enumerate(found, start=1)} for kind, found in kinds.items()}
        for page, kinds in env.toc_fignumbers.items()
    }
    return []


def name_other_pages(app, doctree, docname):
    """Add the page's title to what a reference says, where its number is another page's: "Fig. 2 of LeNet"."""
    for reference in doctree.findall(nodes.reference):
        path, _, target = reference.get("refuri", "").partition("#")
        if not (reference.get("internal") and path and target):
            continue
        page = page_of(app, docname, path)
        shown = NUMBER.search(reference.astext())
        if page != docname and shown and int(shown[0]) == number(app.env, page, target):
            reference += nodes.inline("", f" of {app.env.titles[page].astext().split(':')[0]}")


def page_of(app, docname, path):
    """Return the page to which a link leads: with its suffix, as the builder writes it."""
    suffix = app.builder.get_target_uri("page").removeprefix("page")
    return normpath(join(dirname(docname), path)).removesuffix(suffix)


def number(env, page, target):
    """Return the number of what has an id on a page; None where it has none."""
    kinds = env.toc_fignumbers.get(page, {}).values()
    return next((found[target][0] for found in kinds if target in found), None)


def setup(app):
    """Register with Sphinx: on either side of its own numbering."""
    app.connect("env-get-updated", restore_numbers_of_book, priority=100)
    app.connect("env-get-updated", begin_anew, priority=900)
    app.connect("doctree-resolved", name_other_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
