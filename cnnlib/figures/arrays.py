"""Draw arrays by their numbers, matrices by their pattern, and layers by their connections."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.style import (
    FAINT,
    INK,
    INPUT,
    KERNEL,
    OUTPUT,
    PAPER,
    PATTERN,
    SHADES,
    detached,
    shaded,
    style,
)

_LEAST = 0.36  # inches: a smaller cell has no room for its number
_GAP = 0.8  # cells between two tables


def show_arrays(arrays, *, marked=None, columns=None):
    """Draw small arrays side by side, a number in every cell.

    Parameters
    ----------
    arrays : mapping of str to (ndarray of shape (W,) or (H, W), colour)
        Title, numbers and the tint of the cells: ``figures.INPUT``, ``KERNEL``, ``OUTPUT``, … None leaves a place
        empty.
    marked : mapping of str to index, optional
        Which cells of an array stand out, as NumPy takes them: ``np.s_[0:2, 1:3]``.
    columns : int, optional
        Arrays in a row; without it all of them, or one where their cells would be too small.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no array, one has another rank, or ``marked`` names none of them.
    """
    if not any(arrays.values()):
        raise ValueError("show_arrays: arrays must hold at least one entry, received none")
    tables = {name: None if each is None else (np.atleast_2d(each[0]), each[1]) for name, each in arrays.items()}
    for name, each in arrays.items():
        if each is not None and (np.ndim(each[0]) not in (1, 2) or not np.size(each[0])):
            raise ValueError(
                f"show_arrays: arrays[{name!r}] must have shape (W,) or (H, W), received {np.shape(each[0])}"
            )
    for name in marked or {}:
        if arrays.get(name) is None:
            raise ValueError(f"show_arrays: marked must name arrays, {', '.join(arrays)}, received {name!r}")
    drawn = {"marked": marked or {}, "columns": columns}
    return detached(_tables(tables, 7.2, **drawn), narrow=lambda: detached(_tables(tables, WIDTH, **drawn)))


def _tables(tables, width, *, marked, columns):
    """Draw tables in rows, or below each other where their cells would be too small."""
    grid = _rows_of(tables, columns or len(tables))
    if width / sum(_GAP + cells for cells in _extents(zip(*grid, strict=True), 1)) < _LEAST and columns is None:
        grid = _rows_of(tables, 1)
    widths, heights = list(_extents(zip(*grid, strict=True), 1)), list(_extents(grid, 0))
    across, down = sum(widths) + _GAP * len(widths), sum(heights)
    cell = min(0.5, width / across)
    with style():
        figure, axes = plt.subplots(
            len(heights),
            len(widths),
            figsize=(cell * across, cell * down + 0.35 * len(heights)),
            width_ratios=widths,
            height_ratios=heights,
            squeeze=False,
            layout="constrained",
        )
        for axis, name in zip(axes.flat, (name for row in grid for name, _ in row), strict=True):
            axis.axis("off")
            if tables.get(name) is not None:
                _draw_table(axis, name, *tables[name], marked=marked.get(name), fontsize=20 * cell + 1)
    return figure


def _rows_of(tables, columns):
    """Return the tables in rows of so many, the last one filled up with empty places."""
    each = list(tables.items())
    each += [("", None)] * (-len(each) % columns)
    return [each[start : start + columns] for start in range(0, len(each), columns)]


def _extents(lines, axis):
    """Yield how many cells the largest table of each line has on an axis."""
    for line in lines:
        yield max((table[0].shape[axis] for _, table in line if table is not None), default=1)


def _draw_table(axis, name, table, colour, *, marked, fontsize):
    stands_out = np.zeros(table.shape, bool)
    if marked is not None:
        stands_out[marked] = True
    axis.set(xlim=(-0.08, table.shape[1] + 0.08), ylim=(table.shape[0] + 0.08, -0.08), aspect="equal", title=name)
    for (i, j), value in np.ndenumerate(table):
        tint = to_rgba(colour, 0.45 if stands_out[i, j] else 0.18 if marked is None else 0.09)
        axis.add_patch(Rectangle((j, i), 1, 1, facecolor=tint, edgecolor=PAPER, linewidth=1.5))
        number = f"{value:.3g}".replace("-", "−")
        axis.text(
            j + 0.5,
            i + 0.5,
            number,
            ha="center",
            va="center",
            fontsize=fontsize,
            fontweight="bold" if stands_out[i, j] else None,
        )


def show_response(image, kernel, response, *, window):
    """Draw an image with one window framed, the kernel, and the response with the one pixel that the window gave.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    kernel : ndarray, shape (K_h, K_w)
    response : ndarray, shape (H - K_h + 1, W - K_w + 1)
        Of the kernel at every place where it fits; zero is dark, orange is positive and blue negative.
    window : (row, column)
        Upper left corner of the framed window. It is drawn larger than it is, around its middle, to be seen.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the response has another shape, or the window is not in the image.
    """
    k_h, k_w = kernel.shape
    expected = (image.shape[0] - k_h + 1, image.shape[1] - k_w + 1)
    if response.shape != expected:
        raise ValueError(f"show_response: response must have shape {expected}, received {response.shape}")
    if not (0 <= window[0] < expected[0] and 0 <= window[1] < expected[1]):
        raise ValueError(f"show_response: window must lie in {expected}, received {window}")
    row, column = window
    # Beyond the strongest hundredth all is as bright as it can be, or the rest would be dark in dark.
    largest = np.quantile(np.abs(response), 0.99) or 1
    seen = max(image.shape) // 14
    with style():
        figure, (left, middle, right) = plt.subplots(
            1, 3, figsize=(7.6, 2.5), width_ratios=(3, 1.1, 3), layout="constrained"
        )
        left.imshow(image, **shaded(image, "gray"))
        left.set_title("input")
        middle.imshow(kernel, cmap=PATTERN, vmin=-2 * np.abs(kernel).max(), vmax=2 * np.abs(kernel).max())
        middle.set_title("kernel")
        for (i, j), value in np.ndenumerate(kernel):
            middle.text(j, i, f"{value:.3g}".replace("-", "−"), ha="center", va="center")
        right.imshow(response, cmap=SHADES["signed"], vmin=-largest, vmax=largest)
        right.set_title("feature map")
        for axis in (left, middle, right):
            axis.axis("off")
        for axis, colour in ((left, KERNEL), (right, OUTPUT)):
            corner = (column + (k_w - seen) / 2, row + (k_h - seen) / 2)
            axis.add_patch(Rectangle(corner, seen, seen, fill=False, edgecolor=colour, linewidth=2.2))
    return detached(figure)


def show_matrices(matrices, *, size=2.4):
    """Draw the pattern of matrices: zeros clear, positive entries orange, negative ones blue.

    Parameters
    ----------
    matrices : mapping of str to ndarray, shape (rows, columns)
        By title. Each is on its own scale.
    size : float
        Width of one matrix in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no matrix, or one has another rank.
    """
    if not matrices:
        raise ValueError("show_matrices: matrices must hold at least one entry, received none")
    for name, matrix in matrices.items():
        if np.ndim(matrix) != 2 or not np.size(matrix):
            raise ValueError(f"show_matrices: matrices[{name!r}] must have two axes, received {np.shape(matrix)}")
    tallest = max(matrix.shape[0] / matrix.shape[1] for matrix in matrices.values())
    with style():
        figure, axes = plt.subplots(
            1,
            len(matrices),
            figsize=(size * len(matrices), size * tallest + 0.35),
            squeeze=False,
            layout="constrained",
        )
        for axis, (name, matrix) in zip(axes[0], matrices.items(), strict=True):
            largest = np.abs(matrix).max() or 1
            axis.imshow(matrix, cmap=PATTERN, vmin=-largest, vmax=largest)
            axis.set(title=name, xticks=[], yticks=[])
            axis.spines[:].set_visible(True)
    return detached(figure)


def draw_connections(layers, *, unit=None):
    """Draw which inputs (below) each output (above) of some layers reads.

    Parameters
    ----------
    layers : mapping of str to ndarray, shape (outputs, inputs)
        By title. Where an entry is not zero there is a connection; equal entries have equal colours, up to four;
        more are drawn in gray.
    unit : int, optional
        An output whose inputs stand out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no layer, one has another rank, or ``unit`` is not an output of every layer.
    """
    if not layers:
        raise ValueError("draw_connections: layers must hold at least one entry, received none")
    for name, matrix in layers.items():
        if np.ndim(matrix) != 2 or not np.size(matrix):
            raise ValueError(f"draw_connections: layers[{name!r}] must have two axes, received {np.shape(matrix)}")
        if unit is not None and not 0 <= unit < len(matrix):
            raise ValueError(
                f"draw_connections: unit must be an output of {name!r} (0 to {len(matrix) - 1}), received {unit}"
            )
    palette = (KERNEL, OUTPUT, INPUT, INK)
    with style():
        figure, axes = plt.subplots(1, len(layers), figsize=(7.6, 1.7), squeeze=False, layout="constrained")
        for axis, (name, matrix) in zip(axes[0], layers.items(), strict=True):
            outputs, inputs = matrix.shape
            kinds = sorted(set(matrix[matrix != 0].tolist()))
            colours = dict(zip(kinds, palette, strict=False)) if len(kinds) <= len(palette) else {}
            offset = (inputs - outputs) / 2
            for i, j in np.argwhere(matrix):
                chosen = unit is None or i == unit
                axis.plot(
                    (j, i + offset),
                    (0, 1),
                    color=colours.get(matrix[i, j], INK) if chosen else FAINT,
                    linewidth=(1.6 if colours else 0.8) if chosen else 0.5,
                    zorder=2 if chosen else 1,
                )
            read = np.flatnonzero(matrix[unit]) if unit is not None else np.arange(inputs)
            axis.scatter(
                range(inputs),
                np.zeros(inputs),
                s=60,
                zorder=3,
                color=[INPUT if j in read else FAINT for j in range(inputs)],
            )
            axis.scatter(
                np.arange(outputs) + offset,
                np.ones(outputs),
                s=60,
                zorder=3,
                color=[OUTPUT if unit in (None, i) else FAINT for i in range(outputs)],
            )
            axis.set(title=name, ylim=(-0.2, 1.2))
            axis.axis("off")
    return detached(figure)
