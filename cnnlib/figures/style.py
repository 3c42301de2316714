"""One look for every figure: the palette and Matplotlib's settings."""

from contextlib import contextmanager

import matplotlib.pyplot as plt

# Okabe & Ito's colours, told apart by readers with any common form of colour blindness.
INPUT = "#0072B2"
KERNEL = "#D55E00"
OUTPUT = "#009E73"
GRADIENT = "#CC79A7"
ACCENT = "#E69F00"
INK = "#1f2933"
FAINT = "#9aa5b1"

# The three kinds of layer in diagrams: tints that dark text stays legible on.
LAYER_TINTS = {"input": "#d9e8f5", "convolution": "#9fd8cb", "pooling": "#d08fb8", "dense": "#f7dfa5"}

SETTINGS = {
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.dpi": 100,
    "savefig.bbox": "tight",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=[INPUT, KERNEL, OUTPUT, GRADIENT, ACCENT, INK]),
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
}


@contextmanager
def style():
    """Draw in the book's style inside the ``with``; the reader's own settings come back after it."""
    # Not rc_context, which restores every setting: the first figure loads Jupyter's backend, which turns
    # automatic display on; restoring that too would leave all later figures unseen.
    before = {name: plt.rcParams[name] for name in SETTINGS}
    plt.rcParams.update(SETTINGS)
    try:
        yield
    finally:
        plt.rcParams.update(before)


def detached(figure):
    """Take a figure off pyplot's list of open ones and return it.

    Jupyter shows open figures after a cell, and the cell's value as well; off the list, a figure that ends
    a cell is shown once, and none is left open.
    """
    plt.close(figure)
    return figure
