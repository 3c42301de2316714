"""Draw how far a computation is from what a chip could do, and where its reads and its products go."""

import matplotlib.pyplot as plt
import numpy as np

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
    with style():
        figure, axis = plt.subplots(figsize=(7.4, 0.34 * len(rows) + 1.7), layout="constrained")
        for row, (speed, device) in enumerate(rows.values()):
            if speed is None:
                axis.text(1.3 * left, row, "not yet measured", va="center", fontsize=9, color=FAINT)
            else:
                axis.barh(row, speed - left, left=left, height=0.66, color=INPUT if device == "cpu" else OUTPUT)
        for number, (name, roof) in enumerate(roofs.items()):
            axis.axvline(roof, color=INK, linestyle="--", linewidth=1)
            axis.text(roof, -0.8 - 0.75 * (number % 2), name, ha="center", va="bottom", fontsize=9)
        axis.set(xscale="log", xlim=(left, 4 * max(*speeds, *roofs.values(), 0)), xlabel=unit)
        axis.set_ylim(len(rows) - 0.5, -0.7)
        axis.set_yticks(range(len(rows)), rows)
    return detached(figure)


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
    top = max(roofs.values())
    with style():
        figure, axis = plt.subplots(figsize=(6.6, 4.1), layout="constrained")
        axis.loglog([limits[0], top / bandwidth], [limits[0] * bandwidth, top], color=INK)
        for number, (name, roof) in enumerate(roofs.items()):
            axis.plot([roof / bandwidth, limits[1]], [roof, roof], color=INK, linewidth=1.6 if roof == top else 1)
            at, side = (roof / 1.08, "top") if number % 2 else (1.08 * roof, "bottom")
            axis.text(limits[1], at, f"{name}: {_rate(roof)}", ha="right", va=side, fontsize=9)
        words = f"slope: memory, {bandwidth / 1e9:,.0f} GB/s"
        axis.text(0.98, 0.03, words, transform=axis.transAxes, ha="right", fontsize=9)
        for number, (name, (intensity, roof)) in enumerate(points.items()):
            speed = min(roofs[roof], intensity * bandwidth)
            axis.plot(intensity, speed, "o", color=OUTPUT, markersize=9, zorder=3)
            away, side = ((-7, 5), "right") if number % 2 else ((9, -11), "left")
            axis.annotate(name, (intensity, speed), away, textcoords="offset points", ha=side, fontsize=9)
        if ideal:
            speed = min(roofs[ideal[1]], ideal[0] * bandwidth)
            axis.plot(ideal[0], speed, "*", color=ACCENT, markersize=15, zorder=2)
        axis.set(
            xlim=limits,
            ylim=(limits[0] * bandwidth, 2.6 * top),
            xlabel="operations per byte",
            ylabel="operations per second",
            title=title,
        )
    return detached(figure)


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
