"""Draw what a unit sees through a chain of windows, along one axis."""

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.patches import Polygon, Rectangle

from cnnlib.figures.style import INK, INPUT, KERNEL, OUTPUT, detached, style


def draw_field(layers):
    """Draw one unit on top and, layer by layer below it, the cells that it depends on, down to the input.

    Parameters
    ----------
    layers : mapping of str to (kernel, stride)
        From the input upwards; the title of each and the cells that its window covers and moves by.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no layer, or a kernel or a stride is below 1.
    """
    if not layers:
        raise ValueError("draw_field: layers must hold at least one entry, received none")
    for name, (kernel, stride) in layers.items():
        if kernel < 1 or stride < 1:
            raise ValueError(f"draw_field: layers[{name!r}] must be at least (1, 1), received {(kernel, stride)}")
    rows = _rows(layers)
    cells = rows[0][1]
    with style():
        figure, axis = plt.subplots(figsize=(7.2, 0.72 * len(rows)), layout="constrained")
        axis.set(xlim=(-cells / 3, cells + cells / 6), ylim=(-0.2, 1.7 * len(rows) - 0.6))
        axis.axis("off")
        for level, (name, count, apart, first) in enumerate(rows):
            colour = OUTPUT if level == len(rows) - 1 else INPUT if level == 0 else KERNEL
            height = 1.7 * level
            for k in range(count):
                left = first + k * apart
                axis.add_patch(
                    Rectangle((left, height), 1, 0.9, facecolor=to_rgba(colour, 0.3), edgecolor=INK, linewidth=0.6)
                )
                if level:
                    kernel = list(layers.values())[level - 1][0]
                    below, start = rows[level - 1][2], rows[level - 1][3] + k * apart
                    end = start + (kernel - 1) * below + 1
                    cone = [(left, height), (left + 1, height), (end, height - 0.8), (start, height - 0.8)]
                    axis.add_patch(
                        Polygon(cone, facecolor=to_rgba(colour, 0.07), edgecolor=to_rgba(colour, 0.5), linewidth=0.5)
                    )
            axis.text(-0.6, height + 0.45, name, ha="right", va="center")
            seen = "1 unit" if level == len(rows) - 1 else f"{count} cells"
            axis.text(cells + 0.6, height + 0.45, seen, va="center")
    return detached(figure)


def _rows(layers):
    """Return title, number of cells, their distance in input cells, and the place of the first, from the input up."""
    windows = list(layers.values())
    apart = [1]
    for _, stride in windows:
        apart.append(apart[-1] * stride)
    counts = [1]
    for kernel, stride in reversed(windows):
        counts.insert(0, (counts[0] - 1) * stride + kernel)
    firsts = [0.0]
    for (kernel, _), below in zip(windows, apart, strict=False):
        firsts.append(firsts[-1] + (kernel - 1) * below / 2)
    return list(zip(["input", *layers], counts, apart, firsts, strict=True))
