"""The same figure for a narrow screen: its panels below each other, and no letter smaller than can be read."""

from contextlib import contextmanager

from matplotlib.text import Text

WIDTH = 3.65  # inches, of 96 pixels of a page: what a phone has, less the margins
_LEAST = 7.4  # points on the page
_SCALE = 0.72  # no smaller, however large the letters are
_PANEL = 1.45  # inches: a panel that would be narrower gets a row of its own


@contextmanager
def narrowed(figure):
    """Lay a figure out for a narrow screen inside the ``with``, which is given the scale to show it at.

    The letters keep their size in the figure, which is made as wide as it may be for the smallest of them to be read
    when all is shown at that scale.
    """
    scale = min(1, max(_SCALE, _LEAST / smallest(figure)))
    size, specs = figure.get_size_inches(), {axis: axis.get_subplotspec() for axis in figure.axes}
    across = WIDTH / scale
    ratio = across / size[0]
    grid = _grid(figure)
    stretched = not any(axis.get_aspect() != "auto" for axis in figure.axes)
    height = size[1] * (ratio if not stretched else max(ratio, 0.85))
    hidden = [axis for axis in figure.axes if grid and not axis.yaxis.get_tick_params().get("labelleft", True)]
    try:
        if grid:
            rows, columns = grid.nrows, grid.ncols
            fewer = _columns(figure, grid, across)
            if fewer < columns:
                height = _reflow(figure, fewer) * (size[1] / rows) * (1 if stretched else ratio * columns / fewer)
                for axis in hidden if fewer == 1 else []:
                    axis.tick_params(labelleft=True)
        figure.set_size_inches(across, height)
        yield scale
    finally:
        figure.set_size_inches(size)
        for axis, spec in specs.items():
            if spec is not None:
                axis.set_subplotspec(spec)
        for axis in hidden:
            axis.tick_params(labelleft=False)


def columns_for(titles, columns, *, fontsize):
    """Return how many columns of a grid a narrow screen has room for, all of one row if it can be.

    Parameters
    ----------
    titles : iterable of str
        Of the panels.
    columns : int
        Of the grid elsewhere.
    fontsize : float
        Of the titles, in points.

    Returns
    -------
    int
        At best a divisor of ``columns``, so that what stood in one column still does.
    """
    across = WIDTH / max(_SCALE, _LEAST / fontsize)
    widest = max((_width(title, fontsize) for title in titles), default=0)
    most = max(1, min(columns, int(across / widest) if widest else columns))
    return next((count for count in range(most, most // 2, -1) if columns % count == 0), most)


def _width(title, fontsize):
    """Return about how wide the longest line of a title is, in inches."""
    return max(map(len, title.split("\n"))) * 0.6 * fontsize / 72 + 0.1


def smallest(figure):
    """Return the size of the smallest letters, in points."""
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    ticks = [label for axis in figure.axes if axis.axison for label in _tick_labels(axis)]
    return min((text.get_fontsize() for text in [*texts, *ticks]), default=11)


def _tick_labels(axis):
    return [label for each in (axis.xaxis, axis.yaxis) for label in each.get_ticklabels() if each.get_visible()]


def _grid(figure):
    """Return the grid that all axes stand in, one cell each; None where they stand otherwise."""
    specs = [axis.get_subplotspec() for axis in figure.axes]
    if not specs or None in specs or figure.subfigs:
        return None
    grid = specs[0].get_gridspec()
    alone = all(spec.get_gridspec() is grid and spec.num1 == spec.num2 for spec in specs)
    return grid if alone else None


def _columns(figure, grid, across):
    asked = getattr(figure, "narrow_columns", None)
    if asked:
        return asked
    if grid.nrows > 1:
        return grid.ncols
    widest = max(_width(axis.get_title(), axis.title.get_fontsize()) for axis in figure.axes)
    return max(1, min(grid.ncols, int(across / max(_PANEL, widest))))


def _reflow(figure, columns):
    """Put the axes into so many columns, in their order; return the number of rows."""
    full = [axis for axis in figure.axes if axis.axison or axis.has_data()]
    rows = -(-len(full) // columns)
    grid = figure.add_gridspec(rows, columns)
    for place, axis in enumerate(full):
        axis.set_subplotspec(grid[place // columns, place % columns])
    for axis in set(figure.axes) - set(full):
        axis.set_subplotspec(grid[rows - 1, columns - 1])  # empty, wherever it stands
    return rows
