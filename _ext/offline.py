"""Serve MathJax from the book itself.

Jupyter Book puts every script below ``_static`` on every page, so it lies in a folder of its own and goes only where
there are formulas. Where `tools.browser_assets` could not fetch it, the pages take it from a CDN.
"""

from pathlib import Path

from tools.browser_assets import assets_folder

# The parts that set formulas and tell a screen reader what they say; with its menu MathJax would weigh 0.4 MB more.
PARTS = ("startup", "core", "input/tex", "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml")


def use_own_files(app, config):
    """Name the book's own copy in place of the CDN's."""
    assets = assets_folder(Path(app.confdir))
    if not assets.exists():
        return
    # One file: loaded one by one, the parts may arrive in an order in which they do not work.
    scripts = assets / "mathjax" / "es5"
    files = [Path(__file__).with_name("formulas.js"), *(scripts / f"{part}.js" for part in PARTS)]
    parts = [file.read_text(encoding="utf-8") for file in files]
    (scripts / "formulas.js").write_text(";\n".join(parts), encoding="utf-8", newline="\n")
    config.html_static_path.append(str(assets))
    config.mathjax_path = "mathjax/es5/formulas.js"


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", use_own_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
