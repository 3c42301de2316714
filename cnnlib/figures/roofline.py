"""Draw where a network's memory goes, how fast its layers could be, and how fast they are."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.style import (
    ACCENT,
    FAINT,
    GRADIENT,
    INK,
    INPUT,
    KERNEL,
    LAYER_TINTS,
    OUTPUT,
    PAPER,
    detached,
    style,
)

_COLOURS = {"conv": OUTPUT, "dense": ACCENT, "pool": GRADIENT, "norm": KERNEL}
_TINTS = dict(zip(_COLOURS, (LAYER_TINTS[kind] for kind in ("convolution", "dense", "pooling", "input")), strict=True))
_NAMED = 0.41  # inches: the thinnest slice that has room for a name


def show_roofline(layers, *, peak, bandwidth, limits=(0.2, 2000), title=""):
    """Draw layers under the roof that a machine's arithmetic and its memory put over them.

    Parameters
    ----------
    layers : mapping of str to (float, float)
        By name: arithmetic intensity in operations per byte, and measured operations per second.
    peak : float
        Operations per second.
    bandwidth : float
        Bytes per second.
    limits : pair of float
        Of the axis of intensities.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a number is not positive.
    """
    if min(peak, bandwidth, *(value for point in layers.values() for value in point)) <= 0:
        raise ValueError(
            f"show_roofline: rates and intensities must be positive, received {peak}, {bandwidth}, {layers}"
        )
    ridge = peak / bandwidth
    with style():
        figure, axis = plt.subplots(figsize=(6.6, 3.9), layout="constrained")
        axis.loglog([limits[0], ridge, limits[1]], [limits[0] * bandwidth / 1e9, peak / 1e9, peak / 1e9], color=INK)
        axis.axvline(ridge, color=FAINT, linewidth=1, linestyle=":")
        axis.plot([limits[0], ridge], [peak / 1e9] * 2, color=FAINT, linewidth=1, linestyle=":")
        axis.text(1.1 * limits[0], 1.06 * peak / 1e9, f"arithmetic: {peak / 1e9:.0f} GFLOP/s", va="bottom")
        words = f"memory: {bandwidth / 1e9:.0f} GB/s"
        axis.text(0.98, 0.03, words, transform=axis.transAxes, ha="right")
        lowest = min([rate for _, rate in layers.values()], default=peak)
        bottom = min(lowest / 3, limits[0] * bandwidth)
        for kind in dict.fromkeys(name.rstrip("0123456789") for name in layers):
            members = {name: point for name, point in layers.items() if name.startswith(kind)}
            _draw_cluster(axis, members, _COLOURS.get(kind, INPUT), (2 * peak / bottom) ** 0.06)
        axis.set(
            xlim=limits,
            ylim=(bottom / 1e9, 2 * peak / 1e9),
            xlabel="arithmetic intensity (operations per byte)",
            ylabel="speed (GFLOP/s)",
            title=title,
        )
    return detached(figure)


def _draw_cluster(axis, members, colour, line):
    """Draw layers of one kind, which lie close together, and their names in a column beside them, the fastest first."""
    ordered = sorted(members.items(), key=lambda entry: -entry[1][1])
    across = 1.7 * max(intensity for intensity, _ in members.values())
    height = ordered[0][1][1] / 1e9
    for name, (intensity, rate) in ordered:
        axis.plot(intensity, rate / 1e9, "o", color=colour, markersize=8, zorder=3)
        leader = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.6}
        paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}  # the roof may run behind the name
        place = (across, height)
        axis.annotate(
            name, (intensity, rate / 1e9), place, va="center", fontsize=9, arrowprops=leader, bbox=paper, zorder=4
        )
        height = min(height, rate / 1e9) / line


def show_times(series):
    """Draw how long each layer takes, in one or more series, as shares of the whole.

    Parameters
    ----------
    series : mapping of str to mapping of str to float
        By title: seconds by the layer's name. Kinds are told apart by colour.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no series.
    """
    if not series:
        raise ValueError("show_times: series must hold at least one entry, received none")
    return detached(_times(series, 7.4), narrow=lambda: detached(_times(series, WIDTH)))


def _times(series, width):
    with style():
        height = 0.62 * len(series) + (1.3 if width > WIDTH else 1.5)
        figure, axis = plt.subplots(figsize=(width, height), layout="constrained")
        for row, seconds in enumerate(series.values()):
            start, total = 0, sum(seconds.values())
            for name, value in seconds.items():
                kind = name.rstrip("0123456789")
                share = value / total
                colour = _TINTS.get(kind, FAINT)
                axis.barh(row, share, left=start, height=0.6, color=colour, edgecolor=PAPER, linewidth=1)
                if share * width >= _NAMED * (7.4 / 5.9 if width > WIDTH else 1.6):
                    axis.text(start + share / 2, row, name, ha="center", va="center", fontsize=8)
                start += share
        handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in _TINTS.values()]
        names = ["convolution", "dense", "pooling", "normalisation"]
        axis.legend(
            handles, names, loc="lower left", bbox_to_anchor=(0, 1), ncols=4 if width > WIDTH else 2, fontsize=9
        )
        axis.set(xlim=(0, 1), xlabel="share of the forward pass")
        axis.set_yticks(range(len(series)), series)
        axis.invert_yaxis()
        axis.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    return figure


def show_memory(bars, *, limit=None, limit_name=""):
    """Draw what fills a memory, as stacked bars.

    Parameters
    ----------
    bars : mapping of str to mapping of str to float
        By title: bytes by what they hold; the same entries in the same order for all.
    limit : float, optional
        Bytes that there are.
    limit_name : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no bar.
    """
    if not bars:
        raise ValueError("show_memory: bars must hold at least one entry, received none")
    limit = None if limit is None else (limit / 1e9, limit_name)
    return detached(_memory(bars, limit, 7.4), narrow=lambda: detached(_memory(bars, limit, WIDTH)))


def _memory(bars, limit, width):
    entries = list(next(iter(bars.values())))
    colours = dict(zip(entries, (ACCENT, KERNEL, GRADIENT, OUTPUT, INPUT), strict=False))
    with style():
        figure, axis = plt.subplots(figsize=(width, 0.6 * len(bars) + 1.4), layout="constrained")
        starts = np.zeros(len(bars))
        for entry in entries:
            values = np.array([bar[entry] for bar in bars.values()]) / 1e9
            axis.barh(range(len(bars)), values, left=starts, height=0.6, color=colours[entry], alpha=0.7, label=entry)
            starts += values
        if limit is not None:
            axis.axvline(limit[0], color=INK, linestyle="--")
            axis.text(limit[0], len(bars) - 0.45, f"{limit[1]} ", ha="right", va="bottom", fontsize=9)
        axis.set_yticks(range(len(bars)), bars)
        axis.set(xlabel="memory (GB, 10⁹ bytes)", ylim=(len(bars) - 0.4, -0.5))
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(entries) if width > WIDTH else 2, fontsize=9)
    return figure
