"""Draw what ideas are worth, how races went, and what a network's first kernels and last hidden layer hold."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.style import ACCENT, FAINT, INK, INPUT, detached, style


def show_effects(effects, *, xlabel):
    """Draw what each change is worth: a dot for each run, a bar for the mean and its interval.

    Parameters
    ----------
    effects : mapping of str to ndarray, shape (runs,)
        Differences from the run without the change; drawn from the top down.
    xlabel : str

    Returns
    -------
    matplotlib.figure.Figure
        The thick bar reaches one standard deviation of the runs to either side of the mean.

    Raises
    ------
    ValueError
        If there is no effect, or one without a run.
    """
    if not effects or not all(np.size(values) for values in effects.values()):
        received = {name: np.size(values) for name, values in effects.items()}
        raise ValueError(f"show_effects: effects must hold at least one run for each change, received {received}")
    with style():
        figure, axis = plt.subplots(figsize=(5.4, 0.36 * len(effects) + 0.9), layout="constrained")
        axis.axvline(0, color=FAINT, linewidth=1)
        for row, values in enumerate(effects.values()):
            mean, spread = np.mean(values), np.std(values, ddof=1) if len(values) > 1 else 0
            axis.plot([mean - spread, mean + spread], [row, row], color=ACCENT, linewidth=7, alpha=0.6)
            axis.plot(values, np.full(len(values), row), "o", color=INPUT, markersize=4, alpha=0.7)
            axis.plot([mean, mean], [row - 0.28, row + 0.28], color=INK, linewidth=2)
        axis.set_yticks(range(len(effects)), list(effects))
        axis.invert_yaxis()
        axis.set(xlabel=xlabel)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
    return detached(figure)


def show_race(curves, *, goal):
    """Draw the training error of several runs against the number of steps.

    Parameters
    ----------
    curves : mapping of str to sequence of pair of ndarray
        For each contestant its runs, each with the numbers of steps and the errors after them; a run is marked
        where it ended.
    goal : float
        Drawn as a line across.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no contestant.
    """
    if not curves:
        raise ValueError(f"show_race: curves must hold at least one contestant, received {curves!r}")
    with style():
        figure, axis = plt.subplots(figsize=(5.8, 3.4), layout="constrained")
        axis.axhline(goal, color=FAINT, linestyle="--", linewidth=1)
        colours, marks = plt.rcParams["axes.prop_cycle"].by_key()["color"], "os^Dv*"
        for colour, mark, (name, runs) in zip(colours, marks, curves.items(), strict=False):
            for number, (steps, errors) in enumerate(runs):
                label = None if number else name
                axis.plot(
                    steps, errors, color=colour, linewidth=1.3, alpha=0.8, marker=mark, markevery=[-1], label=label
                )
        axis.set(xlabel="steps of 50 images", ylabel="training error", ylim=(0, 1))
        axis.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    return detached(figure)


def show_filters(filters, *, columns=12):
    """Draw the kernels of a first layer in colour.

    Parameters
    ----------
    filters : ndarray of uint8, shape (K, 3, H, W)
        Gray 128 where a weight is 0.
    columns : int

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shape is another.
    """
    if np.ndim(filters) != 4 or np.shape(filters)[1] != 3:
        raise ValueError(f"show_filters: filters must have shape (K, 3, H, W), received {np.shape(filters)}")
    columns = min(columns, len(filters))
    rows = -(-len(filters) // columns)
    with style():
        figure, axes = plt.subplots(rows, columns, figsize=(0.52 * columns, 0.52 * rows), squeeze=False)
        figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.99, wspace=0.12, hspace=0.12)
        for axis in axes.flat:
            axis.axis("off")
        for axis, kernel in zip(axes.flat, filters, strict=False):
            axis.imshow(kernel.transpose(1, 2, 0))
    return detached(figure, columns=min(8, columns))


def show_neighbours(pictures, labels, names):
    """Draw pictures and beside each the ones that a network finds most alike.

    Parameters
    ----------
    pictures : ndarray of uint8, shape (rows, columns, H, W, 3)
        In each row the picture asked about, then its neighbours, the nearest first.
    labels : ndarray of int, shape (rows, columns)
    names : sequence of str
        Of the classes; a neighbour of another class than its picture is framed and named.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is not one label for each picture.
    """
    if np.ndim(pictures) != 5 or np.shape(pictures)[:2] != np.shape(labels):
        raise ValueError(
            f"show_neighbours: labels must be one for each of the pictures (rows, columns, H, W, 3), "
            f"received {np.shape(labels)} for {np.shape(pictures)}"
        )
    rows, columns = np.shape(labels)
    with style():
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(0.95 * columns, 1.1 * rows),
            width_ratios=[1.25, *[1] * (columns - 1)],
            squeeze=False,
            layout="constrained",
        )
        for row, column in np.ndindex(rows, columns):
            axis, label = axes[row, column], labels[row][column]
            stranger = label != labels[row][0]
            axis.imshow(pictures[row, column])
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=bool(stranger), color=ACCENT, linewidth=3)
            if stranger or not column:
                axis.set_title(names[label], fontsize=9, pad=2)
    return detached(figure)
