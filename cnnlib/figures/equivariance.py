"""Draw two orders of doing things, and how far apart they are."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import ConnectionPatch

from cnnlib.figures.style import FAINT, INPUT, KERNEL, OUTPUT, clear_to, detached, shaded, style


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


def show_orders(layer_last, move_last):
    """Draw what two orders of doing things give, and where they differ.

    Parameters
    ----------
    layer_last, move_last : ndarray, shape (H, W)
        The layer's output for the moved image, and the moved output for the image.

    Returns
    -------
    matplotlib.figure.Figure
        The difference is orange where it is as large as the largest output, and clear where it is zero.

    Raises
    ------
    ValueError
        If the two are not matrices of one shape.
    """
    if np.ndim(layer_last) != 2 or np.shape(layer_last) != np.shape(move_last):
        raise ValueError(
            f"show_orders: layer_last and move_last must have one shape (H, W), "
            f"received {np.shape(layer_last)} and {np.shape(move_last)}"
        )
    both = np.stack([layer_last, move_last])
    largest = np.abs(both).max() or 1
    with style():
        figure, axes = plt.subplots(1, 3, figsize=(5.8, 5.8 / 3 * both.shape[1] / both.shape[2] + 0.32))
        figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.83, wspace=0.05)
        for axis, values, title in zip(axes, both, ("move, then layer", "layer, then move"), strict=False):
            axis.imshow(values, **shaded(both))
            axis.set_title(title)
        axes[2].imshow(np.abs(both[0] - both[1]), vmin=0, vmax=largest, cmap=clear_to(KERNEL))
        axes[2].set_title("difference")
        # A thin, gray frame, beside which a line along the edge can be seen.
        for axis, colour, width in zip(axes, (OUTPUT, OUTPUT, FAINT), (1.5, 1.5, 0.8), strict=True):
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=True, color=colour, linewidth=width)
    return detached(figure)
