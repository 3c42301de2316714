"""Mend what the theme and the theme below it disagree on."""


def one_search_field(app, config):
    """Leave the bar above the page out: it holds nothing but a second search field.

    The theme's own setting for this comes too late, and ``html_theme_options`` in ``_config.yml`` would
    replace all that Jupyter Book puts there.
    """
    config.html_theme_options["navbar_persistent"] = []


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", one_search_field)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
