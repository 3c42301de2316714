"""Put drawn figures on the pages: for wide screens and narrow ones, for light pages and dark ones.

A figure is one SVG file that holds its narrow version too (`cnnlib.figures.svg`). Here it becomes up to four files,
and the page says which of them to show; a browser fetches that one alone.
"""

import hashlib
import html
from pathlib import Path

from docutils import nodes

from cnnlib.figures.svg import dark, size, versions

FIGURES = "figures"  # folder of the files, below the pages' static ones
FILLING = 440  # pixels, of a column of 742
NARROW = "screen and (max-width: 700px)"  # the letters of a wide figure would be too small there; paper is wider


def figures_folder(root):
    """Folder that holds each page's files in a folder of their own."""
    return root / "_build" / "figures"


def publish(svg, app, docname):
    """Write a figure's versions.

    Parameters
    ----------
    svg : str
        As `cnnlib.figures.svg.to_svg` returns it.
    app : sphinx.application.Sphinx
    docname : str
        Of the page that shows it.

    Returns
    -------
    dict
        Addresses under ``light`` and ``dark``, widths and heights under ``sizes``: for wide screens, then narrow ones.
    """
    folder = figures_folder(Path(app.confdir)) / FIGURES / docname
    folder.mkdir(parents=True, exist_ok=True)

    def written(text):
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.svg"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        return "../" * docname.count("/") + f"_static/{FIGURES}/{docname}/{name}"

    wide, narrow, _ = versions(svg)
    return {
        "light": [written(wide), written(narrow)],
        "dark": [written(dark(wide)), written(dark(narrow))],
        "sizes": [size(wide), size(narrow)],
    }


def shown(figure, alternative, *, first=False):
    """Return the HTML of a figure whose versions were written; a page's first is there before anybody scrolls."""
    wide, narrow = (f'width="{width}" height="{height}"' for width, height in figure["sizes"])
    ratio = figure["sizes"][0][0] / figure["sizes"][0][1]
    loading = {"light": "eager" if first else "lazy", "dark": "lazy"}
    pictures = "".join(
        f'<picture><source media="{NARROW}" srcset="{figure[theme][1]}" {narrow}>'
        f'<img class="only-{theme}" src="{figure[theme][0]}" alt="{html.escape(alternative)}" {wide} '
        f'loading="{loading[theme]}">'
        f"</picture>"
        for theme in ("light", "dark")
    )
    # As wide as the lines of text where it is nearly so by itself.
    kind = "drawn filling" if figure["sizes"][0][0] >= FILLING else "drawn"
    return f'<div class="{kind}" style="--ratio: {ratio:.3f}">{pictures}</div>'


def replace_images(app, doctree):
    """Replace each image of a page that is a figure of ours."""
    if app.builder.format != "html":
        return
    docname, first = app.env.docname, True
    for image in list(doctree.findall(nodes.image)):
        path = Path(app.env.relfn2path(image["uri"], docname)[1])
        if path.suffix != ".svg" or not path.is_file():
            continue
        svg = path.read_text(encoding="utf-8")
        if "<cnnlib:data" in svg:
            drawn = shown(publish(svg, app, docname), image.get("alt", ""), first=first)
            image.replace_self(nodes.raw("", drawn, format="html"))
            first = False


def add_files(app, config):
    """Let the files travel with the book."""
    folder = figures_folder(Path(app.confdir))
    folder.mkdir(parents=True, exist_ok=True)
    config.html_static_path.append(str(folder))


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", add_files)
    # Before Sphinx notes which files a page needs: it would copy the one that holds all versions.
    app.connect("doctree-read", replace_images, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
