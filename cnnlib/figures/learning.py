"""Draw how a unit and a small network learn: templates, the way down a loss, the chain of slopes, a divided plane."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.scripted import ScriptedFigure
from cnnlib.figures.style import ACCENT, FAINT, GRADIENT, INK, INPUT, KERNEL, OUTPUT, PAPER, detached, shaded, style

_HEIGHTS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # of contour lines above the lowest place


def show_templates(image, templates, scores):
    """Draw an image, a picture of weights for each class, and the score that each gives to the image.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    templates : ndarray, shape (classes, H, W)
        All on one scale: orange adds, blue takes away.
    scores : ndarray, shape (classes,)
        The largest stands out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the templates have another size than the image, or there are not as many scores.
    """
    if np.shape(templates)[1:] != np.shape(image):
        raise ValueError(
            f"show_templates: templates must have shape (classes, {', '.join(map(str, np.shape(image)))}), "
            f"received {np.shape(templates)}"
        )
    if len(scores) != len(templates):
        raise ValueError(
            f"show_templates: scores must be as many as templates, received {len(scores)} for {len(templates)}"
        )
    return detached(
        _templates(image, templates, scores, width=7.4, columns=5, side=False),
        narrow=lambda: detached(_templates(image, templates, scores, width=WIDTH, columns=4, side=True)),
    )


def _templates(image, templates, scores, *, width, columns, side):
    """Draw the image before the templates, or above them."""
    best, looks = int(np.argmax(scores)), shaded(np.asarray(templates), "signed")
    rows = -(-len(templates) // columns)
    with style():
        if side:
            figure = plt.figure(figsize=(width, 1.5 + 1.28 * rows), layout="constrained")
            first, others = figure.subfigures(2, 1, height_ratios=(1.45, 1.28 * rows))
        else:
            figure = plt.figure(figsize=(width, 1.42 * rows), layout="constrained")
            first, others = figure.subfigures(1, 2, width_ratios=(1, 0.68 * columns))
        axis = first.subplots()
        axis.imshow(image, **shaded(image, "ink"))
        axis.set_title("what is this?")
        axis.axis("off")
        for place, axis in enumerate(others.subplots(rows, columns, squeeze=False).flat):
            axis.axis("off")
            if place < len(templates):
                axis.imshow(templates[place], **looks)
                won = {"color": KERNEL, "fontweight": "bold"} if place == best else {}
                score = f"{scores[place]:+.1f}".replace("-", "−")
                axis.set_title(f"{place}: {score}", fontsize=10.5, pad=3, **won)
    return figure


def show_descents(loss, paths, *, weights, biases, lowest):
    """Draw ways down the loss of a unit of one weight and one bias, a panel for each.

    Parameters
    ----------
    loss : callable
        Takes arrays of weights and of biases, and returns the loss at each place.
    paths : mapping of str to ndarray, shape (places, 2)
        Weight and bias after each step, by the panel's title; the first is the start.
    weights, biases : pair of float
        From where to where the panels reach.
    lowest : float
        The least loss; contour lines stand at fixed heights above it.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no path.
    """
    if not paths:
        raise ValueError("show_descents: paths must hold at least one entry, received none")
    w, b = np.meshgrid(np.linspace(*weights, 161), np.linspace(*biases, 161))
    heights = loss(w, b)
    with style():
        figure, axes = plt.subplots(
            1, len(paths), figsize=(2.55 * len(paths), 2.9), sharey=True, squeeze=False, layout="constrained"
        )
        for axis, (title, path) in zip(axes.flat, paths.items(), strict=True):
            levels = lowest + np.array(_HEIGHTS)
            axis.contour(w, b, heights, levels=levels, colors=FAINT, linewidths=0.8)
            axis.plot(*path.T, "-o", color=KERNEL, linewidth=1.3, markersize=3)
            axis.plot(*path[0], "o", color=PAPER, markeredgecolor=INK, markersize=6)
            axis.set(title=title, xlabel="weight w", xlim=weights, ylim=biases)
        axes[0, 0].set_ylabel("bias b")
    return detached(figure, columns=min(2, len(paths)))


def draw_chain(quantities, factors, slopes):
    """Draw a chain of quantities, each computed from the one before, and the slopes that go back along it.

    Parameters
    ----------
    quantities : sequence of (str, str)
        Name and value of each, from the input to the loss.
    factors : sequence of str
        What each link multiplies a slope by: one less than quantities.
    slopes : sequence of str
        Of the loss, by each quantity.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If factors or slopes do not belong to the quantities.
    """
    count = len(quantities)
    if (len(factors), len(slopes)) != (count - 1, count):
        raise ValueError(
            f"draw_chain: {count} quantities need {count - 1} factors and {count} slopes, "
            f"received {len(factors)} and {len(slopes)}"
        )
    return detached(
        _chain(quantities, factors, slopes, upright=False),
        narrow=lambda: detached(_chain(quantities, factors, slopes, upright=True)),
    )


def _chain(quantities, factors, slopes, *, upright):
    count = len(quantities)
    step = 1.0 if upright else 1.55

    def at(along, across):
        return (across, -along) if upright else (along, -across)

    length = step * (count - 1)
    with style():
        size = (WIDTH, 0.72 * count) if upright else (7.4, 1.9)
        figure, axis = plt.subplots(figsize=size, layout="constrained")
        low, high = (
            at(-0.55 if upright else -0.7, -1.6 if upright else -0.75),
            at(length + 0.55, 1.9 if upright else 0.95),
        )
        axis.set(xlim=sorted((low[0], high[0])), ylim=sorted((low[1], high[1])))
        axis.axis("off")
        for place, ((name, value), slope) in enumerate(zip(quantities, slopes, strict=True)):
            here = at(step * place, 0)
            box = {"boxstyle": "round,pad=0.35", "facecolor": PAPER, "edgecolor": OUTPUT, "linewidth": 1.4}
            axis.text(*here, f"{name} = {value}", ha="center", va="center", fontsize=11.5, bbox=box)
            beside = at(step * place, 0.85 if upright else 0.62)
            side = {"ha": "left" if upright else "center", "va": "center"}
            axis.text(*beside, slope, color=GRADIENT, fontsize=11.5, fontweight="bold", **side)
            if place:
                gap = (0.33, 0.33) if upright else (0.52, 0.5)
                start, end = at(step * (place - 1) + gap[0], 0), at(step * place - gap[1], 0)
                axis.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": OUTPUT, "linewidth": 1.4})
                label = at(step * (place - 0.5), -0.22 if upright else -0.42)
                turned = {"ha": "right" if upright else "center", "va": "center"}
                axis.text(*label, factors[place - 1], fontsize=10, color=INK, **turned)
    return figure


def show_planes(points, classes, panels, *, reach=2.0):
    """Draw points of two classes, and where a function is above zero, a panel for each function.

    Parameters
    ----------
    points : ndarray, shape (N, 2)
    classes : ndarray of int, shape (N,)
        0, drawn as a blue square, or 1, an orange disc.
    panels : mapping of str to callable
        Takes points, shape (M, 2), and returns M values; its title.
    reach : float
        The plane is drawn from minus this to this.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no panel.
    """
    if not panels:
        raise ValueError("show_planes: panels must hold at least one entry, received none")
    side = np.linspace(-reach, reach, 201)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    with style():
        figure, axes = plt.subplots(
            1, len(panels), figsize=(3.1 * len(panels), 3.1), sharey=True, squeeze=False, layout="constrained"
        )
        for axis, (title, function) in zip(axes.flat, panels.items(), strict=True):
            values = function(grid).reshape(len(side), -1)
            axis.contourf(side, side, values, levels=[0, np.inf], colors=[ACCENT], alpha=0.25)
            axis.contour(side, side, values, levels=[0], colors=INK, linewidths=1.2)
            for each, mark, colour in ((0, "s", INPUT), (1, "o", KERNEL)):
                axis.plot(*points[classes == each].T, mark, color=colour, markersize=8)
            axis.set(title=title, xlabel="x₁", aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
            axis.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        axes[0, 0].set_ylabel("x₂")
    return detached(figure, columns=min(2, len(panels)))


def explore_loss(ink, classes, *, lowest):
    """Return a figure of the loss of a unit with one weight and one bias: choose a start and a rate, and see the path.

    Parameters
    ----------
    ink : ndarray, shape (N,)
        What the unit reads of each example.
    classes : ndarray of int, shape (N,)
        0 or 1.
    lowest : float
        The least loss there is.

    Returns
    -------
    ScriptedFigure
        The reader chooses plain steps, momentum or Adam, the start, the rate and the number of steps.

    Raises
    ------
    ValueError
        If there are not as many classes as examples.
    """
    _same("explore_loss", ink, classes)
    data = {
        "ink": [float(each) for each in ink],
        "classes": [int(each) for each in classes],
        "lowest": float(lowest),
        "heights": _HEIGHTS,
    }
    return ScriptedFigure("loss-surface", "Walk down a loss: choose a start, a rate and a kind of step.", data)


def explore_two_units(sets):
    """Return a figure of a network of two hidden units that divides a plane: its weights can be moved, and learn.

    Parameters
    ----------
    sets : mapping of str to (ndarray of shape (N, 2), ndarray of int, shape (N,))
        Points and their classes, 0 or 1, by the name under which they can be chosen.

    Returns
    -------
    ScriptedFigure

    Raises
    ------
    ValueError
        If there is no set, or one has not as many classes as points.
    """
    if not sets:
        raise ValueError("explore_two_units: sets must hold at least one entry, received none")
    for points, classes in sets.values():
        _same("explore_two_units", points, classes)
    data = {
        name: {"points": np.round(points, 4).tolist(), "classes": [int(each) for each in classes]}
        for name, (points, classes) in sets.items()
    }
    title = "Two hidden units divide a plane: move their weights, or let them learn."
    return ScriptedFigure("two-units", title, {"sets": data}, words=[*sets])


def _same(name, points, classes):
    if len(points) != len(classes):
        raise ValueError(f"{name}: classes must be as many as points, received {len(classes)} for {len(points)}")
