"""Draw what is particular to LeNet-5: the table of its connections, and answers that are pictures."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.style import ACCENT, INPUT, KERNEL, detached, shaded, style


def show_table(table, inputs):
    """Draw which input maps each output map reads.

    Parameters
    ----------
    table : sequence of sequence of int
        For each output map the indices of the input maps that it reads.
    inputs : int
        Number of input maps.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the table names a map that there is not.
    """
    joined = np.zeros((inputs, len(table)))
    for out, maps in enumerate(table):
        if not all(0 <= into < inputs for into in maps):
            raise ValueError(f"show_table: table must name maps from 0 to {inputs - 1}, received {tuple(maps)}")
        joined[list(maps), out] = 1
    with style():
        figure, axis = plt.subplots(figsize=(6.6, 2.9), layout="constrained")
        rows, columns = np.nonzero(joined)
        axis.scatter(columns, rows, marker="s", s=150, color=KERNEL)
        axis.set(xlabel="map of C3", ylabel="map of S2", xticks=range(len(table)), yticks=range(inputs))
        axis.set(xlim=(-0.6, len(table) - 0.4), ylim=(inputs - 0.4, -0.6), aspect="equal")
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    return detached(figure)


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
