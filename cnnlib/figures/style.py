"""One look for every figure: the palette, the shades of maps, both on a dark page, and Matplotlib's settings."""

import colorsys
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb, to_rgba

# Okabe & Ito's colours, told apart by readers with any common form of colour blindness.
INPUT = "#0072B2"
KERNEL = "#D55E00"
OUTPUT = "#009E73"
GRADIENT = "#CC79A7"
ACCENT = "#E69F00"
INK = "#1f2933"
FAINT = "#9aa5b1"
PAPER = "#ffffff"  # what a figure covers with the colour of the page; its ground is left clear

# The three kinds of layer in diagrams: tints that text stays legible on.
LAYER_TINTS = {"input": "#d9e8f5", "convolution": "#9fd8cb", "pooling": "#d08fb8", "dense": "#f7dfa5"}

# The same on a dark page.
ON_DARK = {
    INPUT: "#56b4e9",
    KERNEL: "#f07a1e",
    OUTPUT: "#2fc194",
    GRADIENT: "#e79cc4",
    ACCENT: "#f5c451",
    INK: "#e4e8ec",
    FAINT: "#84909c",
    PAPER: "#121212",
    LAYER_TINTS["input"]: "#17385a",
    LAYER_TINTS["convolution"]: "#0f5a4a",
    LAYER_TINTS["pooling"]: "#8c4a75",
    LAYER_TINTS["dense"]: "#655018",
}
_ON_DARK = {light.lower(): dark for light, dark in ON_DARK.items()}

# Maps are screens: near-black for nothing, the same on any page, and the same as in the playgrounds (elements.js).
_DARK = "#10151b"
STOPS = {
    "ink": (_DARK, "#ffffff"),  # what was written or drawn
    "output": (_DARK, OUTPUT, "#e8fff6"),  # how strongly a unit answers
    "signed": ("#56b4e9", _DARK, "#f07a1e"),  # blue takes away, orange adds
    "gray": ("#000000", "#ffffff"),  # photographs
}
SHADES = {name: LinearSegmentedColormap.from_list(name, stops) for name, stops in STOPS.items()}


def clear_to(colour, below=None):
    """Return a colour map for patterns on the page itself, clear for the smallest value.

    Parameters
    ----------
    colour : str
        Of the largest value.
    below : str, optional
        Of the smallest value; then the map is clear in its middle.

    Returns
    -------
    matplotlib.colors.Colormap
    """
    stops = [to_rgba(colour, 0), to_rgba(colour)]
    if below is not None:
        # Twice in the middle: on either side what is half clear has the colour of that side.
        return LinearSegmentedColormap.from_list(
            "pattern", [(0, to_rgba(below)), (0.5, to_rgba(below, 0)), (0.5, stops[0]), (1, stops[1])]
        )
    return LinearSegmentedColormap.from_list("pattern", stops)


PATTERN = clear_to(KERNEL, below=INPUT)


def shaded(values, shades=None):
    """Say how ``imshow`` is to draw a map, or several on one scale.

    Parameters
    ----------
    values : ndarray
    shades : str, optional
        A name of ``SHADES``; without it "signed" where a value is negative, else "output". Zero is in the middle of
        "signed" and at the lower end of "output".

    Returns
    -------
    dict
        ``cmap``, ``vmin`` and ``vmax``.

    Raises
    ------
    ValueError
        If there are no such shades.
    """
    low, high = float(np.min(values)), float(np.max(values))
    if shades is None:
        shades = "signed" if low < 0 else "output"
    if shades not in SHADES:
        raise ValueError(f"shaded: shades must be one of {', '.join(SHADES)}, received {shades!r}")
    if shades == "signed":
        high = max(-low, high)
        low = -high
    elif shades == "output":
        low = 0.0
    return {"cmap": SHADES[shades], "vmin": low, "vmax": high if high > low else low + 1}


def on_dark(colour):
    """Return what a colour is on a dark page; one of no palette keeps its hue, and what was dark becomes light."""
    colour = to_hex(colour)
    if colour in _ON_DARK:
        return _ON_DARK[colour]
    hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
    return to_hex(colorsys.hls_to_rgb(hue, 0.92 - 0.84 * lightness, saturation))


SETTINGS = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "figure.dpi": 100,
    "savefig.dpi": 100,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.04,
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
    "image.interpolation": "none",  # as many pixels as there are numbers, whatever size they are shown at
    "svg.fonttype": "none",  # text as text
    "svg.hashsalt": "cnnlib",  # names of parts that are the same in every run
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


def detached(figure, *, columns=None, narrow=None):
    """Take a figure off pyplot's list of open ones, note what it is on a narrow screen, and return it.

    Jupyter shows open figures after a cell, and the cell's value as well; off the list, a figure that ends
    a cell is shown once, and none is left open.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    columns : int, optional
        Of its panels on a narrow screen; without it, one row of panels becomes as many as fit, and several rows stay.
    narrow : callable, optional
        Returns another figure for a narrow screen, where other columns are not enough.

    Returns
    -------
    matplotlib.figure.Figure
    """
    plt.close(figure)
    figure.narrow_columns, figure.narrow = columns, narrow
    return figure
