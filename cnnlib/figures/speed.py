"""Draw how far a computation is from what a chip could do, and where its reads and its products go."""

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

_LINE, _SECTOR = 128, 32  # bytes of a line of memory, and of the pieces that are fetched


def show_ladder(rows, roofs, *, unit="multiply-adds per second"):
    """Draw speeds on one logarithmic axis, from the slowest program to the fastest chip.

    Parameters
    ----------
    rows : mapping of str to (float or None, str)
        By name: a speed, and "cpu" or "gpu"; None is written as "not yet measured".
    roofs : mapping of str to float
        What chips could at best do, as broken lines.
    unit : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If nothing was measured, or a speed is not positive.
    """
    speeds = [speed for speed, _ in rows.values() if speed is not None]
    if not speeds or min(*speeds, *roofs.values(), np.inf) <= 0:
        raise ValueError(f"show_ladder: rows need positive speeds and at least one, received {rows}, {roofs}")
    left = 10 ** np.floor(np.log10(min(speeds)) - 0.5)
    given = rows, roofs, left, unit
    return detached(_ladder(*given, width=7.4), narrow=lambda: detached(_ladder(*given, width=WIDTH)))


def _ladder(rows, roofs, left, unit, *, width):
    right = 4 * max(*(speed or 0 for speed, _ in rows.values()), *roofs.values(), 0)
    levels = _levels(roofs, 9, (width - 1.6) / np.log10(right / left))
    with style():
        height = 0.34 * len(rows) + 1.3 + 0.2 * max(levels, default=0)
        figure, axis = plt.subplots(figsize=(width, height), layout="constrained")
        for row, (speed, device) in enumerate(rows.values()):
            if speed is None:
                axis.text(1.3 * left, row, "not yet measured", va="center", fontsize=9, color=FAINT)
            else:
                axis.barh(row, speed - left, left=left, height=0.66, color=INPUT if device == "cpu" else OUTPUT)
        for level, (name, roof) in zip(levels, roofs.items(), strict=True):
            axis.axvline(roof, color=INK, linestyle="--", linewidth=1)
            axis.text(roof, -0.8 - 0.75 * level, name, ha="center", va="bottom", fontsize=9)
        axis.set(xscale="log", xlim=(left, right), xlabel=unit)
        axis.set_ylim(len(rows) - 0.5, -0.7)
        axis.set_yticks(range(len(rows)), rows)
        if width == WIDTH:
            axis.tick_params(axis="y", labelsize=9)
    return figure


def _levels(names, fontsize, inches):
    """Return in which line above an axis each name stands, so that none lies on another of its line.

    ``names`` holds their places; ``inches`` is the length of a factor of ten.
    """
    levels, taken = [], []
    for name, place in names.items():
        middle, half = np.log10(place) * inches, (0.62 * fontsize * len(name) / 72 + 0.1) / 2
        free = (
            level
            for level in range(len(names))
            if all(middle - half >= end or middle + half <= start for on, start, end in taken if on == level)
        )
        levels.append(next(free))
        taken.append((levels[-1], middle - half, middle + half))
    return levels


def show_climb(points, *, roofs, bandwidth, ideal=None, limits=(0.1, 10_000), title=""):
    """Draw the steps of a kernel under the roofs of a chip, each at the speed that its roof allows.

    Parameters
    ----------
    points : mapping of str to (float, str)
        By the step's name: operations per byte, and which of the roofs is its own.
    roofs : mapping of str to float
        Operations per second by the format of the numbers.
    bandwidth : float
        Bytes per second.
    ideal : (float, str), optional
        Where the step would be that moves every number once.
    limits : pair of float
        Of the axis of intensities.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a number is not positive, or a step's roof is missing.
    """
    named = [*points.values(), *([ideal] if ideal else [])]
    if min(bandwidth, *roofs.values(), *(intensity for intensity, _ in named)) <= 0:
        raise ValueError(f"show_climb: rates and intensities must be positive, received {roofs}, {bandwidth}, {points}")
    if missing := {roof for _, roof in named} - set(roofs):
        raise ValueError(f"show_climb: roofs must hold {', '.join(sorted(missing))}, received {', '.join(roofs)}")
    given = points, roofs, bandwidth, ideal, limits, title
    return detached(_climb(*given, size=(6.6, 4.1)), narrow=lambda: detached(_climb(*given, size=(WIDTH, 3.2))))


def _climb(points, roofs, bandwidth, ideal, limits, title, *, size):
    top = max(roofs.values())
    letters = 9 if size[0] > WIDTH else 7.5
    with style():
        figure, axis = plt.subplots(figsize=size, layout="constrained")
        axis.loglog([limits[0], top / bandwidth], [limits[0] * bandwidth, top], color=INK)
        for name, roof in roofs.items():
            axis.plot([roof / bandwidth, limits[1]], [roof, roof], color=INK, linewidth=1.6 if roof == top else 1)
            at, side = (1.08 * roof, "bottom") if roof == top else (roof / 1.08, "top")
            between = "\n" if size[0] == WIDTH and roof != top else " "
            axis.text(limits[1], at, f"{name}:{between}{_rate(roof)}", ha="right", va=side, fontsize=letters)
        words = f"slope: memory, {bandwidth / 1e9:,.0f} GB/s"
        axis.text(0.98, 0.03, words, transform=axis.transAxes, ha="right", fontsize=letters)
        bottom, ceiling = limits[0] * bandwidth, 2.6 * top
        line = (ceiling / bottom) ** 0.065
        places = {
            name: (intensity, min(roofs[roof], intensity * bandwidth)) for name, (intensity, roof) in points.items()
        }
        _name(axis, places, letters, line, room=limits[0] * (10 if size[0] > WIDTH else 100), step=limits)
        if ideal:
            speed = min(roofs[ideal[1]], ideal[0] * bandwidth)
            axis.plot(ideal[0], speed, "*", color=ACCENT, markersize=15, zorder=2)
        axis.set(
            xlim=limits,
            ylim=(bottom, ceiling),
            xlabel="operations per byte",
            ylabel="operations per second",
            title=title,
        )
    return figure


def _name(axis, places, letters, line, *, room, step):
    """Draw points and their names, one above the other where the roof does not run: to the left, or below it."""
    aside = (step[1] / step[0]) ** 0.025
    above, below = 0, np.inf
    for name, place in sorted(places.items(), key=lambda entry: entry[1][1]):
        axis.plot(*place, "o", color=OUTPUT, markersize=9, zorder=3)
        if place[0] >= room:
            above = max(above * line, place[1])
            axis.text(place[0] / aside, above, name, ha="right", va="bottom", fontsize=letters)
    for name, place in sorted(places.items(), key=lambda entry: -entry[1][1]):
        if place[0] < room:
            below = min(below / line, place[1])
            axis.text(place[0] * aside, below, name, ha="left", va="top", fontsize=letters)


def _rate(operations):
    unit, name = (1e12, "TFLOP/s") if operations >= 1e12 else (1e9, "GFLOP/s")
    return f"{operations / unit:.3g} {name}" if operations / unit < 100 else f"{operations / unit:,.0f} {name}"


def draw_product(positions, terms, filters, tile, *, step=None):
    """Draw a convolution as a product of matrices, and what one program of it reads and computes.

    Parameters
    ----------
    positions, terms, filters : int
        Sizes of the two factors, (positions, terms) and (terms, filters).
    tile : (int, int)
        Positions and filters of one program.
    step : int, optional
        Terms that it reads at a time.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the tile is larger than the product.
    """
    rows, columns = tile
    if rows > positions or columns > filters:
        raise ValueError(f"draw_product: tile must fit into ({positions}, {filters}), received {tile}")
    depth = step or terms
    beside, below = 0.35 * (terms + filters), 0.1 * (terms + positions)
    left, top = terms + beside, terms + below
    at, across, taken = (
        size // part // 2 * part for size, part in ((positions, rows), (filters, columns), (terms, depth))
    )
    read = [(0, top + at, terms, rows, INPUT), (left + across, 0, columns, terms, KERNEL)]
    now = [
        (taken, top + at, depth, rows, INPUT),
        (left + across, taken, columns, depth, KERNEL),
        (left + across, top + at, columns, rows, OUTPUT),
    ]
    with style():
        figure, axis = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
        for x, y, width, height, colour, line in (
            (0, top, terms, positions, INPUT, "--"),
            (left, 0, filters, terms, KERNEL, "-"),
            (left, top, filters, positions, OUTPUT, "-"),
        ):
            axis.add_patch(plt.Rectangle((x, y), width, height, fill=False, edgecolor=colour, linestyle=line))
        for alpha, blocks in ((0.3, read), (1, now)):
            for x, y, width, height, colour in blocks:
                axis.add_patch(plt.Rectangle((x, y), width, height, color=colour, alpha=alpha, linewidth=0))
        axis.text(0, top - 0.02 * positions, f"A, never written:\n{positions:,} windows of {terms} terms", va="bottom")
        axis.text(left - 0.04 * terms, terms / 2, f"B: {filters} filters", ha="right", va="center")
        axis.text(left - 0.04 * terms, top + 0.8 * positions, "Y = A B", ha="right", va="center")
        axis.set(xlim=(-1, left + filters + 1), ylim=(top + 1.01 * positions, -0.01 * positions))
        axis.axis("off")
    return detached(figure)


def show_reads(places, itemsize, *, title=""):
    """Draw the memory that a warp asks for: the numbers that it uses, and the pieces that come.

    Parameters
    ----------
    places : sequence of int
        Which number each lane reads, counted from the start of the memory; -1 reads none.
    itemsize : int
        Bytes of a number.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If no lane reads.
    """
    begins = np.unique([place * itemsize for place in places if place >= 0])
    if not begins.size:
        raise ValueError("show_reads: places must hold at least one lane that reads, received none")
    lines, sectors = np.unique(begins // _LINE), np.unique(begins // _SECTOR)
    shown = lines[:12]
    with style():
        figure, axis = plt.subplots(figsize=(6.6, 3.6), layout="constrained")
        for row, line in enumerate(shown):
            for piece in range(_LINE // _SECTOR):
                comes = line * _LINE // _SECTOR + piece in sectors
                axis.add_patch(
                    plt.Rectangle(
                        (piece * _SECTOR, row + 0.1),
                        _SECTOR,
                        0.8,
                        facecolor=LAYER_TINTS["input"] if comes else PAPER,
                        edgecolor=FAINT,
                        linewidth=0.6,
                    )
                )
            for begin in begins[begins // _LINE == line]:
                axis.add_patch(plt.Rectangle((begin % _LINE, row + 0.1), itemsize, 0.8, color=INPUT, linewidth=0))
        if len(shown) < 12:  # as many rows for every pattern: what is not asked for is what is saved
            place = _LINE / 2, (len(shown) + 12) / 2
            axis.text(*place, "no other line is asked for", ha="center", va="center", color=INK)
        rest = f" (the first 12 of {len(lines)} are drawn)" if len(lines) > 12 else ""
        axis.set(xlim=(-1, _LINE + 1), ylim=(12, 0), title=title, yticks=[], ylabel="lines of memory")
        axis.set_xticks(range(0, _LINE + 1, _SECTOR))
        axis.set_xlabel(f"byte of a line{rest}")
    return detached(figure)


def show_limits(fits, *, limit, title=""):
    """Draw how many programs each resource of a multiprocessor would hold, the scarcest in colour.

    Parameters
    ----------
    fits : mapping of str to int
    limit : str
        The scarcest.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``limit`` is not one of them.
    """
    if limit not in fits:
        raise ValueError(f"show_limits: limit must be one of {', '.join(fits)}, received {limit!r}")
    with style():
        figure, axis = plt.subplots(figsize=(6.6, 2.3), layout="constrained")
        colours = [KERNEL if name == limit else FAINT for name in fits]
        axis.barh(list(fits), list(fits.values()), color=colours, height=0.6)
        for row, count in enumerate(fits.values()):
            axis.annotate(f"{count}", (count, row), (4, 0), textcoords="offset points", va="center")
        axis.set(xlim=(0, 1.1 * max(*fits.values(), 1)), xlabel="programs that it would hold", title=title)
        axis.invert_yaxis()
    return detached(figure)


def show_contenders(times, *, unit="milliseconds", title=""):
    """Draw times of several contenders at several tasks, as groups of bars on a logarithmic axis.

    Parameters
    ----------
    times : mapping of str to mapping of str to (float, float, float)
        By task and contender: median and quartiles, drawn as a bar and its line.
    unit, title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    names = list(dict.fromkeys(name for row in times.values() for name in row))
    if not names:
        raise ValueError(f"show_contenders: times must hold at least one, received {times}")
    colours = dict(zip(names, (OUTPUT, ACCENT, INPUT, GRADIENT, KERNEL), strict=False))
    height = 0.8 / len(names)
    with style():
        figure, axis = plt.subplots(figsize=(7.2, 0.34 * len(times) * len(names) ** 0.7 + 1.4), layout="constrained")
        for task, row in enumerate(times.values()):
            for place, name in enumerate(names):
                if name in row:
                    middle, low, high = row[name]
                    y = task + (place - (len(names) - 1) / 2) * height
                    label = name if task == next(i for i, r in enumerate(times.values()) if name in r) else None
                    axis.barh(y, middle, height=0.9 * height, color=colours.get(name, INK), label=label)
                    axis.plot([low, high], [y, y], color=INK, linewidth=1)
        axis.set(xscale="log", xlabel=f"{unit} (lines: quartiles)", title=title)
        axis.set_yticks(range(len(times)), times)
        axis.invert_yaxis()
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(names), fontsize=9)
    return detached(figure)
