"""Pages that show what others hold: each page leaves notes when it is read, for pages that are written later."""

import re

from docutils import nodes


def join(app, kind, *, read, awaiting, fill_in):
    """Register an exchange of notes with Sphinx.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    kind : str
        Of the notes: a key of its own.
    read : callable
        Takes the application and a page that was just read, returns its notes.
    awaiting : callable
        Takes the application and the environment, returns the pages to write anew whenever another has changed.
    fill_in : callable
        Takes the application, a page and its name, when the notes of all pages are there.

    Returns
    -------
    dict
        What the extension's ``setup`` returns.
    """
    changed = set()

    def note(app, doctree):
        notes(app.env, kind)[app.env.docname] = read(app, doctree)
        changed.add(app.env.docname)

    def forget(app, env, docname):
        if notes(env, kind).pop(docname, None) is not None:
            changed.add(docname)

    def written_anew(app, env):
        return awaiting(app, env) if changed else []

    app.connect("doctree-read", note)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", written_anew)
    app.connect("doctree-resolved", fill_in)
    # The version is that of the notes: Sphinx reads every page again where an earlier build kept another.
    return {"parallel_read_safe": False, "parallel_write_safe": True, "env_version": 1}


def notes(env, kind):
    """Return the notes of one kind, by page; they are kept with what Sphinx knows of the book."""
    if not hasattr(env, "book_notes"):
        env.book_notes = {}
    return env.book_notes.setdefault(kind, {})


def is_element(node):
    """Tell elements, which have attributes, from text."""
    return isinstance(node, nodes.Element)


def heading(node):
    """Return (id, title) of the section in which a node stands."""
    # An exercise is a section without a title.
    while not (isinstance(node, nodes.section) and isinstance(node[0], nodes.title)):
        node = node.parent
    return node["ids"][0], node[0].astext()


def short_title(title):
    """Return what stands before the colon of a page's title, in whatever language."""
    return re.split(r"\s*[:：]", title)[0]
