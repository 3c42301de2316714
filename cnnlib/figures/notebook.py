"""Figures in a notebook as SVG, which the book's pages take apart: ``%load_ext cnnlib.figures.notebook``."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from cnnlib.figures.svg import to_svg

# What JupyterLab puts under a clear figure where it is dark itself.
_SHOWN_ON = {"needs_background": "light"}


def load_ipython_extension(shell):
    """Show every Matplotlib figure as SVG, and as nothing else.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    # Jupyter's backend chooses formats of its own when it is loaded: it is loaded before ours is chosen.
    plt.switch_backend(plt.get_backend())
    formatters = shell.display_formatter.formatters
    for formatter in formatters.values():
        formatter.pop(Figure, None)
    formatters["image/svg+xml"].for_type(Figure, lambda figure: (to_svg(figure), _SHOWN_ON))
