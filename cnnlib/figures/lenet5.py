"""Draw what is particular to LeNet-5: answers that are pictures, and runs side by side."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.style import ACCENT, INK, INPUT, KERNEL, OUTPUT, detached, shaded, style


def show_painted(image, painted, bitmap, distances, *, label=None):
    """Draw an image, the picture a network paints of it, the bitmap nearest to that, and all distances.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    painted, bitmap : ndarray, shape (12, 7)
    distances : ndarray, shape (classes,)
        Squared distances of ``painted`` from every class's bitmap.
    label : int, optional
        The right class; its bar stands out.

    Returns
    -------
    matplotlib.figure.Figure
    """
    given = image, painted, bitmap, distances, label
    return detached(
        _painted(["abcd"], (7.4, 2.3), given, width_ratios=(1.3, 0.8, 0.8, 2)),
        narrow=lambda: detached(_painted(["abc", "ddd"], (WIDTH, 3.4), given)),
    )


def _painted(arrangement, size, given, **ratios):
    image, painted, bitmap, distances, label = given
    with style():
        figure, axes = plt.subplot_mosaic("\n".join(arrangement), figsize=size, layout="constrained", **ratios)
        squashed = {"vmin": -1.7159, "vmax": 1.7159}  # the range of F6
        pictures = (
            ("a", "input", image, {}),
            ("b", "F6 paints", painted, squashed),
            ("c", "nearest", bitmap, squashed),
        )
        for place, title, picture, limits in pictures:
            axes[place].imshow(picture, **shaded(picture, "ink") | limits)
            axes[place].set_title(title)
            axes[place].axis("off")
        classes = np.arange(len(distances))
        axes["d"].bar(classes, distances, color=[ACCENT if k == label else INPUT for k in classes])
        axes["d"].set(xticks=classes, title="squared distance from each bitmap")
    return figure


def show_runs(rows, *, xlabel):
    """Draw runs of several rivals, a row for each: a dot for each run, a bar at the mean.

    Parameters
    ----------
    rows : mapping of str to mapping of str to ndarray, shape (runs,)
        From the top down; in each row one or more groups of runs, which have a colour each. Groups that all rows share
        under one name stand beside the figure; a name that is empty is not written.
    xlabel : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no row, or a group without a run.
    """
    sizes = {name: {group: np.size(values) for group, values in groups.items()} for name, groups in rows.items()}
    if not rows or not all(groups and all(groups.values()) for groups in sizes.values()):
        raise ValueError(f"show_runs: rows must hold at least one run in each group, received {sizes}")
    groups = dict.fromkeys(group for row in rows.values() for group in row)
    colours = dict(zip(groups, (INPUT, KERNEL, OUTPUT, ACCENT), strict=False))

    def draw(width, beside):
        lines = sum(len(groups) for groups in rows.values())
        with style():
            figure, axis = plt.subplots(figsize=(width, 0.26 * lines + 0.22 * len(rows) + 0.7), layout="constrained")
            top, ticks = 0.0, {}
            for name, groups in rows.items():
                ticks[name] = top + 0.5 * (len(groups) - 1)
                for group, values in groups.items():
                    axis.plot(values, np.full(len(values), top), "o", color=colours[group], markersize=5, alpha=0.6)
                    axis.plot(np.mean(values), top, "|", color=INK, markersize=13)
                    top += 1.0
                top += 0.6
            axis.set_yticks(list(ticks.values()), [name if beside else name.replace(" ", "\n", 1) for name in ticks])
            axis.invert_yaxis()
            axis.tick_params(axis="y", length=0)
            axis.set(xlabel=xlabel)
            handles = [
                plt.Line2D([], [], color=colour, marker="o", linestyle="", label=group)
                for group, colour in colours.items()
                if group
            ]
            if handles:
                figure.legend(handles=handles, loc="outside upper center", ncols=len(handles) if beside else 1)
        return detached(figure)

    figure = draw(6.6, beside=True)
    figure.narrow = lambda: draw(WIDTH, beside=False)
    return figure
