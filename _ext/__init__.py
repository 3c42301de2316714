"""The book's own Sphinx extensions, named in ``_config.yml``."""
