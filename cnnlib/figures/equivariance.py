"""Draw two orders of doing things, how far apart they are, and what a prior makes of a layer."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import ConnectionPatch

from cnnlib.figures.style import ACCENT, FAINT, GRADIENT, INK, INPUT, KERNEL, OUTPUT, clear_to, detached, shaded, style


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
        for axis, colour in zip(axes, (OUTPUT, OUTPUT, KERNEL), strict=True):
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=True, color=colour, linewidth=1.5)
    return detached(figure)


def show_errors(places, curves, *, xlabel, floor=1e-17):
    """Draw errors that are either of the size of rounding or of the size of the thing, on a logarithmic scale.

    Parameters
    ----------
    places : ndarray, shape (points,)
        Equally spaced.
    curves : mapping of str to ndarray, shape (points,)
        At most seven; drawn a little beside each other, so that none hides another.
    xlabel : str
    floor : float
        Where errors of zero are drawn.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no curves or too many, or one has not one value for each place.
    """
    styles = list(zip((INPUT, KERNEL, OUTPUT, GRADIENT, ACCENT, INK, FAINT), "osD^vP*", strict=True))
    if not 1 <= len(curves) <= len(styles):
        raise ValueError(f"show_errors: curves must hold 1 to {len(styles)} entries, received {len(curves)}")
    step = 0.07 * (places[1] - places[0] if len(places) > 1 else 1)
    with style():
        figure, axis = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
        for number, (name, errors) in enumerate(curves.items()):
            if np.shape(errors) != np.shape(places):
                raise ValueError(
                    f"show_errors: {name!r} must have shape {np.shape(places)} for its places, "
                    f"received {np.shape(errors)}"
                )
            colour, mark = styles[number]
            beside = places + step * (number - (len(curves) - 1) / 2)
            axis.semilogy(
                beside, np.maximum(errors, floor), mark + ":", color=colour, markersize=5, linewidth=0.8, label=name
            )
        axis.set(xlabel=xlabel, xticks=places, ylabel="error, relative to the output", ylim=(floor / 3, 5))
        figure.legend(ncols=2, loc="outside upper center", fontsize=10)
    return detached(figure)


def show_prior(precisions, distances, errors):
    """Draw what a prior does to a layer, and what that means for the test error.

    Parameters
    ----------
    precisions : sequence of float
        From 0 to ``inf``, drawn at equal distances.
    distances : mapping of str to ndarray, shape (precisions,)
        How far the layer is from each thing that the prior believes; zero where the precision is infinite.
    errors : mapping of str to ndarray, shape (runs, precisions)
        Drawn as mean and ± 1 standard deviation; one run has no bars.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a curve has not one value for each precision.
    """
    for name, values in {**distances, **errors}.items():
        if np.shape(values)[-1:] != (len(precisions),):
            raise ValueError(
                f"show_prior: {name!r} must have {len(precisions)} values, one for each precision, "
                f"received {np.shape(values)}"
            )
    places, marks = range(len(precisions)), "os^D"
    with style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.5), layout="constrained")
        for (name, values), mark in zip(distances.items(), marks, strict=False):
            # A logarithm has no zero.
            left.semilogy(places, np.where(np.isinf(precisions), np.nan, values), marker=mark, label=name)
        for (name, runs), mark in zip(errors.items(), marks, strict=False):
            spread = np.std(runs, axis=0, ddof=1) if len(runs) > 1 else None
            right.errorbar(places, np.mean(runs, axis=0), spread, marker=mark, capsize=2, label=name)
        left.set(ylabel="distance (share of length)", title="distance from a convolution")
        right.set(ylabel="mean squared error", title="on unseen images", ylim=(0, None))
        for axis in (left, right):
            axis.set(xlabel="precision λ of the prior")
            axis.set_xticks(places, [_power(precision) for precision in precisions], fontsize=9)
            axis.legend()
    return detached(figure)


def _power(value):
    """Write a precision shortly: 30, 10³, ∞."""
    if np.isinf(value):
        return "∞"
    exponent = np.log10(value) if value else 0
    return f"$10^{{{exponent:.0f}}}$" if exponent >= 3 and exponent == int(exponent) else f"{value:g}"
