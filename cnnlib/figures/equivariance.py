"""Draw two orders of doing things, as a square."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import ConnectionPatch

from cnnlib.figures.style import INPUT, KERNEL, OUTPUT, detached, shaded, style


def draw_square(x, moved_x, y, moved_y, *, move="g", layer="f"):
    """Draw a commuting square: an image and the image moved, and below each what a layer makes of it.

    Parameters
    ----------
    x, moved_x : ndarray, shape (H, W)
    y, moved_y : ndarray, shape (H', W')
    move, layer : str
        What stands on the arrows to the right and downwards.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If one of the four is not a matrix.
    """
    for name, values in {"x": x, "moved_x": moved_x, "y": y, "moved_y": moved_y}.items():
        if np.ndim(values) != 2:
            raise ValueError(f"draw_square: {name} must have shape (H, W), received {np.shape(values)}")
    with style():
        height = 5.4 * x.shape[0] / x.shape[1] + 0.7
        figure, axes = plt.subplots(2, 2, figsize=(5.4, height), gridspec_kw={"wspace": 0.3, "hspace": 0.34})
        figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.99)
        for row, pair, colour, shades in ((0, (x, moved_x), INPUT, "gray"), (1, (y, moved_y), OUTPUT, None)):
            for axis, values in zip(axes[row], pair, strict=True):
                axis.imshow(values, **shaded(pair, shades))
                axis.set(xticks=[], yticks=[])
                axis.spines[:].set(visible=True, color=colour, linewidth=2)
        for row in (0, 1):
            _arrow(figure, axes[row, 0], (1, 0.5), axes[row, 1], (0, 0.5), move, {"ha": "center", "va": "bottom"})
        for column in (0, 1):
            _arrow(figure, axes[0, column], (0.5, 0), axes[1, column], (0.5, 1), layer, {"ha": "left", "va": "center"})
    return detached(figure)


def _arrow(figure, source, start, target, end, text, alignment):
    figure.add_artist(
        ConnectionPatch(
            start,
            end,
            source.transAxes,
            target.transAxes,
            arrowstyle="-|>",
            mutation_scale=16,
            shrinkA=6,
            shrinkB=6,
            linewidth=1.6,
            color=KERNEL,
        )
    )
    ends = [axis.transAxes.transform(point) for axis, point in ((source, start), (target, end))]
    middle = figure.transFigure.inverted().transform(np.mean(ends, axis=0))
    nudge = (0, 0.02) if alignment["ha"] == "center" else (0.012, 0)
    figure.text(*(middle + nudge), text, **alignment)
