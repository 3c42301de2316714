"""Scripts that need no kernel and no other file: each joined with what it imports, and its styles with it."""

import html
import json
import posixpath
import re
from importlib.resources import files

_PACKAGE = files("cnnlib")
# Lines that are a comment, and the spaces before others; comments of style sheets.
_UNREAD = {
    "js": re.compile(r"^ *//.*\n|^ +", re.MULTILINE),
    "css": re.compile(r"^ *(/\*.*?\*/\n)?|^ +", re.MULTILINE | re.DOTALL),
}
_IMPORT = re.compile(r'^(?:import \{[^}]*\} from|@import) "(\.[\w./-]+)\.(?:js|css)";\n', re.MULTILINE)


def bundle(*scripts):
    """Join scripts and all that they import into one, which imports nothing.

    The scripts are ES modules, but a page that is opened from a file may load none, and a widget takes one text.

    Parameters
    ----------
    *scripts : str
        Paths below ``cnnlib``, without their suffix.

    Returns
    -------
    str
        JavaScript in which each file stands once, behind those that it imports.
    """
    return "\n".join(re.sub(r"^export ", "", text, flags=re.MULTILINE) for text in _joined(scripts, "js"))


def _joined(paths, suffix):
    """Return the texts of files and of all that they import, each once and behind those that it imports."""
    texts = {}

    def add(path):
        if path in texts:
            return
        text = _PACKAGE.joinpath(f"{path}.{suffix}").read_text(encoding="utf-8")
        for imported in _IMPORT.findall(text):
            add(posixpath.normpath(posixpath.join(posixpath.dirname(path), imported)))
        texts[path] = _IMPORT.sub("", text)

    for path in paths:
        add(path)
    return texts.values()


def _furnished(script, sheet):
    """Return a script that defines ``draw``, with the room that it draws into and the room's styles.

    Comments and indentation stay in the files: those are read, and what a page carries is not.
    """
    style = _UNREAD["css"].sub("", "".join(_joined(("live/scripts/room", sheet), "css")))
    code = _UNREAD["js"].sub("", bundle("live/scripts/room", "live/scripts/model", script))
    return f"{code}\nconst STYLE = {json.dumps(style, ensure_ascii=False)};\n"


def module(script, sheet):
    """Return what anywidget runs where there is a kernel.

    Parameters
    ----------
    script : str
        Path below ``cnnlib``, without its suffix; the script exports ``draw(root, model)``.
    sheet : str
        Path of its styles, likewise; they may import others.

    Returns
    -------
    str
        An ES module.
    """
    return (
        f"{_furnished(script, sheet)}export default {{ render: ({{ model, el }}) => draw(room(el, STYLE), model) }};\n"
    )


def place(script, sheet, *, family, data, title="", words=(), stills=()):
    """Return what a page shows where there is no kernel: the figure, or what stands for it where scripts do not run.

    Parameters
    ----------
    script, sheet : str
        As `module` takes them.
    family : str
        The page's style sheets may lay out figures of one family by their class, ``cnnlib-…``.
    data : str
        JSON of an object: its entries are what the script's model has.
    title : str, optional
        What the figure is, for a screen reader and for a page without JavaScript.
    words : iterable of str, optional
        Those of the data that are shown, such as names to choose from: a page in another language finds them here.
    stills : sequence of str, optional
        Elements in HTML, which the model has as ``stills``. The first stands for the figure where scripts do not run;
        in place of the title, then.

    Returns
    -------
    str
        HTML that needs nothing else.
    """
    name, title = posixpath.basename(script), html.escape(title, quote=True)
    data = data.replace("<", r"\u003c")
    listed = html.escape(json.dumps([*words], ensure_ascii=False), quote=True)
    named = f' role="group" aria-label="{title}"' if title else ""
    spoken = f' data-words="{listed}"' if words else ""
    first, *others = stills or [f"<p>{title} (It needs JavaScript.)</p>"]
    # What stands in a template is not loaded before it is shown. A notebook that is not trusted may lose the template
    # with the script, but not what is in it: that is folded then.
    kept = f"<template><details>{''.join(others)}</details></template>" if others else ""
    # The script fills every figure of its name that is still empty: a cell run twice, or a page that shows it twice,
    # need no ids. A page with several figures of a name keeps it once, and calls it behind the others (`_ext.live`).
    return (
        f'<div class="cnnlib-{family}" data-script="{name}"{named}{spoken}>{first}{kept}'
        f'<script type="application/json">{data}</script></div>\n'
        f'<script>(() => {{\n"use strict";\n{_furnished(script, sheet)}'
        "const fill = () => {\n"
        f"  for (const el of document.querySelectorAll('.cnnlib-{family}[data-script=\"{name}\"]')) {{\n"
        "    if (!el.shadowRoot) draw(room(el, STYLE), still(valuesOf(el)));\n"
        "  }\n};\n"
        f'(globalThis.liveFigures ??= {{}})["{family}-{name}"] = fill;\nfill();\n'
        "})();</script>"
    )
