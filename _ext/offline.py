"""Serve MathJax and the widgets' script from the book itself.

Jupyter Book puts every script below ``_static`` on every page, so these lie in a folder of their own
and go only where they are needed. Where `tools.browser_assets` could not fetch them, nothing is
changed and the pages take them from a CDN.
"""

from pathlib import Path

from tools.browser_assets import assets_folder


def use_own_files(app, config):
    """Name the book's own copies in place of the CDN's."""
    scripts = Path(__file__).parent / "scripts"
    config.html_static_path.append(str(scripts))
    assets = assets_folder(Path(app.confdir))
    if not assets.exists():
        return
    config.html_static_path.append(str(assets))
    config.mathjax_path = "mathjax/es5/tex-mml-chtml.js"
    config.nb_ipywidgets_js = {
        "widgets-mathjax.js": {"defer": "defer"},
        "html-manager/dist/embed.js": {"defer": "defer"},
    }


def setup(app):
    """Register with Sphinx."""
    # Before myst-nb reads the configuration, after Jupyter Book has listed the scripts of _static.
    app.connect("config-inited", use_own_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
