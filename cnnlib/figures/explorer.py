"""A figure with controls: alive on the published page, computed anew where a kernel runs."""

import html
from collections.abc import Mapping
from itertools import product

import matplotlib.pyplot as plt
import traitlets

from cnnlib.figures.svg import as_address, to_svg
from cnnlib.live import LiveFigure


def explore(draw, controls):
    """Show one of several figures, chosen by one control or more.

    Every figure is drawn beforehand and travels with the page, and the page shows the chosen one, so that it works
    without a kernel. With a kernel, a choice calls ``draw`` again, which then sees whatever the reader has changed.

    Parameters
    ----------
    draw : callable
        Takes a value from each control, in order; returns a Matplotlib figure and its text alternative.
    controls : mapping of str to mapping or sequence
        For each control its label, and under it either a mapping of what a drop-down list shows to what
        ``draw`` then gets, or a sequence of numbers, which makes a slider.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If there is no control, or one has nothing to choose from.

    Examples
    --------
    >>> def draw(slope):
    ...     figure, axis = plt.subplots()
    ...     axis.plot([0, 1], [0, slope])
    ...     return figure, f"A line of slope {slope}."
    >>> explore(draw, {"slope": range(3)})
    <a figure to choose by slope>
    """
    if not controls:
        raise ValueError(f"explore: controls must hold at least one entry, received {controls!r}")
    for label, choices in controls.items():
        if not len(choices):
            raise ValueError(f"explore: controls[{label!r}] must hold at least one choice, received {choices!r}")
    return Explorer(draw, controls)


class Explorer(LiveFigure):
    """What `explore` returns.

    Attributes
    ----------
    controls : list of dict
        Label, choices as they are shown, and whether a slider chooses, of each.
    chosen : list of int
        Place of the present choice of each control.
    stills : list of str
        The pictures of all combinations; the last control's choices change fastest.
    """

    script, sheet, family = "figures/scripts/explorer", "figures/scripts/figure", "explorer"
    controls = traitlets.List().tag(sync=True)
    chosen = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, draw, controls):
        self._draw = draw
        self._columns = [[*(each.values() if isinstance(each, Mapping) else each)] for each in controls.values()]
        super().__init__(
            controls=[
                {"label": label, "choices": [f"{each}" for each in choices], "slides": not isinstance(choices, Mapping)}
                for label, choices in controls.items()
            ],
            chosen=[0] * len(controls),
            stills=[self._drawn(values) for values in product(*self._columns)],
        )
        self.observe(self._redraw, names="chosen")

    @property
    def words(self):
        """Labels and choices."""
        texts = [text for each in self.controls for text in (each["label"], *each["choices"])]
        return [text for text in texts if any(map(str.isalpha, text))]

    def __repr__(self):
        return f"<a figure to choose by {', '.join(each['label'] for each in self.controls)}>"

    def _drawn(self, values):
        figure, alternative = self._draw(*values)
        plt.close(figure)
        text, address = html.escape(alternative, quote=True), as_address(to_svg(figure))
        return f"""<img alt="{text}" style="max-width: 100%; background: white" src='{address}'>"""

    def _redraw(self, change):
        place, values = 0, []
        for column, index in zip(self._columns, change.new, strict=True):
            place = place * len(column) + index
            values.append(column[index])
        # A message of its own: the list holds all the others, too, and they are there already.
        self.stills[place] = self._drawn(values)
        self.send({"place": place, "still": self.stills[place]})
