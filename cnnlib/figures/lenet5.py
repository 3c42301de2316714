"""Draw what is particular to LeNet-5: the table of its connections, and answers that are pictures."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.style import ACCENT, INPUT, KERNEL, detached, style


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
    with style():
        figure, axes = plt.subplots(1, 4, figsize=(7.4, 2.3), width_ratios=(1.3, 0.8, 0.8, 2), layout="constrained")
        squashed = {"vmin": -1.7159, "vmax": 1.7159}  # the range of F6
        pictures = (("input", image, {}), ("F6 paints", painted, squashed), ("nearest", bitmap, squashed))
        for axis, (title, picture, limits) in zip(axes, pictures, strict=False):
            axis.imshow(picture, **limits)
            axis.set_title(title)
            axis.axis("off")
        classes = np.arange(len(distances))
        axes[3].bar(classes, distances, color=[ACCENT if k == label else INPUT for k in classes])
        axes[3].set(xticks=classes, title="squared distance from each bitmap")
    return detached(figure)
