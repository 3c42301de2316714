"""Let a plain ``jupyter-book build .`` use the same executed chapters as ``make book``."""

from pathlib import Path

from tools.chapters import execution_cache


def set_cache(app, config):
    """Point myst-nb at the cache that belongs to the present state of ``cnnlib``."""
    config.nb_execution_cache_path = str(execution_cache(Path(app.confdir)))


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", set_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
