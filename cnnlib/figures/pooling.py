"""Draw what pooling does: stage by stage, value by value, region by region."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle, Rectangle

from cnnlib.figures.narrow import WIDTH, columns_for
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
    shaded,
    style,
)

_CURVES = plt.cycler(color=[INPUT, KERNEL, OUTPUT, GRADIENT, ACCENT, INK], marker=list("osD^vP"))
_MARKS = {"cmap": ListedColormap(["none", ACCENT]), "vmin": 0, "vmax": 1}


def show_coarser(columns):
    """Draw maps that are looked at less and less closely, for a picture and for the picture moved.

    Parameters
    ----------
    columns : mapping of str to (ndarray of shape (H, W), ndarray of the same shape, str)
        Title; the map, the map of the moved picture, and what is written below. All are on one scale.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no column, or a pair of maps differs in shape.
    """
    shapes = {title: (np.shape(first), np.shape(second)) for title, (first, second, _) in columns.items()}
    if not columns or any(first != second or len(first) != 2 for first, second in shapes.values()):
        raise ValueError(f"show_coarser: columns must hold pairs of maps of equal shapes (H, W), received {shapes}")
    look = shaded(np.concatenate([np.ravel(each) for pair in columns.values() for each in pair[:2]])[None], "output")
    with style():
        size = (1.45 * len(columns), 3.5)
        figure, axes = plt.subplots(2, len(columns), figsize=size, squeeze=False, layout="constrained")
        for column, (title, (*maps, note)) in zip(axes.T, columns.items(), strict=True):
            for axis, values in zip(column, maps, strict=True):
                axis.imshow(values, **look)
                _frame(axis)
            column[0].set_title(title, fontsize=11)
            column[1].set_xlabel(note, fontsize=11)
        for axis, name in zip(axes[:, 0], ("as it is", "moved"), strict=True):
            axis.set_ylabel(name, fontsize=11)
    return detached(figure)


def draw_stages(stages):
    """Draw the stages of a layer from the bottom up, each as a box with its name and beside it what it makes.

    Parameters
    ----------
    stages : sequence of (str, str, ndarray of shape (H, W), str)
        From the input on: name, what happens there, the map that comes out, and its shades, as
        `cnnlib.figures.style.shaded` knows them.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no stage.
    """
    if not len(stages):
        raise ValueError("draw_stages: stages must hold at least one entry, received none")
    with style():
        figure, axes = plt.subplots(
            len(stages), 2, figsize=(4.6, 1.5 * len(stages)), width_ratios=(1.7, 1), layout="constrained"
        )
        for (box, picture), (name, what, values, shades), kind in zip(
            np.reshape(axes, (-1, 2))[::-1], stages, ("input", "convolution", "dense", "pooling"), strict=False
        ):
            box.set(xlim=(0, 1), ylim=(0, 1))
            box.axis("off")
            box.add_patch(Rectangle((0.02, 0.2), 0.96, 0.6, facecolor=LAYER_TINTS[kind], edgecolor=INK, linewidth=0.8))
            box.text(0.5, 0.61, name, ha="center", va="center", fontweight="bold")
            box.text(0.5, 0.38, what, ha="center", va="center", fontsize=10)
            arrow = {"arrowstyle": "-|>", "color": INK}
            box.annotate("", (0.5, 1.2), (0.5, 0.8), arrowprops=arrow, annotation_clip=False)
            picture.imshow(values, **shaded(values, shades))
            _frame(picture)
            picture.set_xlabel(" × ".join(map(str, values.shape)), fontsize=10)
        axes.flat[0].text(0.5, 1.22, "next layer", ha="center", va="bottom", fontsize=10)
    return detached(figure, columns=2)


def _frame(axis):
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set(visible=True, color=FAINT)


def show_shifted_row(before, after):
    """Draw a row of detectors and the maxima over each and its neighbours, before and after a shift.

    Parameters
    ----------
    before, after : pair of ndarray, shape (L,)
        Detectors and pooled values. A value that differs between the two stands out.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure, axes = plt.subplots(2, 1, figsize=(4.4, 3.9), layout="constrained")
        for axis, title, (detectors, pooled) in zip(axes, ("before", "moved by one"), (before, after), strict=True):
            axis.set(xlim=(-2.1, len(pooled) - 0.4), ylim=(-0.5, 2.1), aspect="equal")
            axis.text((len(pooled) - 1) / 2, 1.8, title, ha="center", va="center")
            axis.axis("off")
            for level, name, values, reference in (
                (0, "detectors", detectors, before[0]),
                (1.1, "pooled", pooled, before[1]),
            ):
                axis.text(-0.6, level, name, ha="right", va="center")
                for place, value in enumerate(values):
                    differs = value != reference[place]
                    face = LAYER_TINTS["dense"] if differs and title != "before" else PAPER
                    axis.add_patch(Circle((place, level), 0.34, facecolor=face, edgecolor=INK, zorder=2))
                    axis.text(place, level, f"{value:g}", ha="center", va="center", zorder=3)
            for place in range(len(pooled)):
                for source in range(max(0, place - 1), min(len(detectors), place + 2)):
                    axis.plot((source, place), (0, 1.1), color=FAINT, linewidth=0.9, zorder=1)
    return detached(figure)


def show_maps(maps, *, columns=3, size=1.7, shades=None, limits=None):
    """Draw maps of different sizes side by side, all equally large, with their names and sizes.

    Parameters
    ----------
    maps : mapping of str to ndarray, shape (H, W)
        A map of bool is drawn as marks.
    columns : int
    size : float
        Side of one map in inches.
    shades : str or mapping of str to str, optional
        Of all maps, or of some by name: what they show, as `cnnlib.figures.style.shaded` knows it and finds out by
        itself for the others.
    limits : pair of float, optional
        Values at the ends of the shades; each map's own when left out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no map or one is not a matrix.
    """
    wrong = {name: np.shape(values) for name, values in maps.items() if np.ndim(values) != 2}
    if wrong or not maps:
        raise ValueError(f"show_maps: maps must hold arrays of shape (H, W), received {wrong or 'none'}")
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    kinds = shades if isinstance(shades, dict) else dict.fromkeys(maps, shades)
    ends = {} if limits is None else dict(zip(("vmin", "vmax"), limits, strict=True))
    with style():
        figure, axes = plt.subplots(
            rows, columns, figsize=(columns * size, rows * (size + 0.4)), squeeze=False, layout="constrained"
        )
        for axis in axes.flat[len(maps) :]:
            axis.axis("off")
        for axis, (name, values) in zip(axes.flat, maps.items(), strict=False):
            _frame(axis)
            if values.dtype == bool:
                axis.imshow(values, **_MARKS)
            else:
                axis.imshow(values, **shaded(values, kinds.get(name)) | ends)
            axis.set_title(f"{name}\n{values.shape[0]} × {values.shape[1]}", fontsize=10)
    return detached(figure, columns=columns_for(maps, columns, fontsize=10))


def show_regions(image, feature_map, regions, pooled):
    """Draw an image, a feature map of it cut into pooling regions, and what pooling makes of these.

    Parameters
    ----------
    image, feature_map : ndarray, shape (H, W)
    regions : pair of list of (start, stop)
        Rows and columns of the windows on the feature map.
    pooled : ndarray, shape (number of rows, number of columns)

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If ``pooled`` has not one value for each region.
    """
    rows, columns = regions
    if pooled.shape != (len(rows), len(columns)):
        raise ValueError(
            f"show_regions: pooled must have shape {(len(rows), len(columns))} for the regions, received {pooled.shape}"
        )
    names = ("image", "feature map, regions", "pooled")
    with style():
        figure, axes = plt.subplots(1, 3, figsize=(5.4, 2.3), layout="constrained")
        # One scale for the map and its statistics, so that a single one has a shade of its own.
        look = shaded(feature_map)
        for axis, name, values in zip(axes, names, (image, feature_map, pooled), strict=True):
            axis.imshow(values, **(shaded(image, "ink") if values is image else look))
            _frame(axis)
            axis.set_title(f"{name}\n{values.shape[0]} × {values.shape[1]}", fontsize=10)
        for top, bottom in rows:
            for left, right in columns:
                corner = (left - 0.5, top - 0.5)
                axes[1].add_patch(
                    Rectangle(corner, right - left, bottom - top, fill=False, edgecolor=KERNEL, linewidth=1.2)
                )
    return detached(figure, columns=3)


def show_winners(letters, detectors, names):
    """Draw letters, and below each the weights of the detector that it excites most.

    Parameters
    ----------
    letters, detectors : sequence of ndarray, shape (H, W)
        Weights are dark where zero, orange where positive and blue where negative, all on one scale.
    names : sequence of str
        One above each letter.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If these are not equally many, or there are none.
    """
    if not len(letters) == len(detectors) == len(names) or not len(names):
        raise ValueError(
            f"show_winners: letters, detectors and names must be equally many and at least one, "
            f"received {len(letters)}, {len(detectors)} and {len(names)}"
        )
    with style():
        size = (0.75 * len(names), 1.9)
        figure, axes = plt.subplots(2, len(names), figsize=size, squeeze=False, layout="constrained")
        for column, letter, detector, name in zip(axes.T, letters, detectors, names, strict=True):
            column[0].imshow(letter, **shaded(letters, "ink"))
            column[0].set_title(name, fontsize=10)
            column[1].imshow(detector, **shaded(detectors, "signed"))
            for axis in column:
                _frame(axis)
    return detached(figure)


def show_curves(panels, *, xlabel, ylabel, logarithmic=False):
    """Draw curves that were measured several times: the mean, and a bar of one standard deviation each way.

    Parameters
    ----------
    panels : mapping of str to mapping of str to (sequence, ndarray of shape (runs, points))
        Title of each panel; in it the name of each curve, its places and its runs. A single run has no bars. The
        names are the same in every panel.
    xlabel, ylabel : str
    logarithmic : bool
        Whether places are spaced by their ratios.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no panel or one has more than six curves, or a curve has not one value for each place.
    """
    if not panels:
        raise ValueError("show_curves: panels must hold at least one entry, received none")
    most = max(len(curves) for curves in panels.values())
    if most > len(_CURVES):
        raise ValueError(f"show_curves: a panel must hold at most {len(_CURVES)} curves, received {most}")
    for curves in panels.values():
        for name, (places, runs) in curves.items():
            if np.ndim(runs) != 2 or np.shape(runs)[1] != len(places):
                raise ValueError(
                    f"show_curves: {name!r} must have shape (runs, {len(places)}) for its places, "
                    f"received {np.shape(runs)}"
                )
    words = {"xlabel": xlabel, "ylabel": ylabel, "logarithmic": logarithmic}
    return detached(_curves(panels, **words), narrow=lambda: detached(_curves(panels, **words, below=True)))


def _curves(panels, *, xlabel, ylabel, logarithmic, below=False):
    count = len(panels)
    rows, columns, size = (count, 1, (WIDTH, 0.9 + 2.1 * count)) if below else (1, count, (3.4 + 1.4 * count, 3.3))
    with style():
        figure, axes = plt.subplots(rows, columns, figsize=size, sharey=True, squeeze=False, layout="constrained")
        for axis, (title, curves) in zip(axes.flat, panels.items(), strict=True):
            axis.set_prop_cycle(_CURVES)
            for name, (places, runs) in curves.items():
                runs = np.asarray(runs, float)
                spread = runs.std(0, ddof=1) if len(runs) > 1 else None
                axis.errorbar(places, runs.mean(0), spread, markersize=4, capsize=2.5, label=name)
            if logarithmic:
                axis.set_xscale("log", base=2)
                axis.set_xticks(places, [f"{place:,}" for place in places])
                axis.minorticks_off()
            axis.set(xlabel=xlabel, title=title if count > 1 else "")
        for axis in axes[:, 0]:
            axis.set_ylabel(ylabel)
        # Outside, where no curve can run through it; every panel has the same ones.
        lines, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(lines, names, loc="outside upper center", ncols=2 if below else 3, fontsize=9.5)
    return figure
