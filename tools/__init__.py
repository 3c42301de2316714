"""The programs behind ``make``: each is run as ``python -m tools.<name>`` from the project's folder."""
