"""A figure with controls: alive on the published page, computed anew where a kernel runs."""

import html
from collections.abc import Mapping
from itertools import product

import ipywidgets as widgets
import matplotlib.pyplot as plt

from cnnlib.figures.svg import as_address, to_svg


def explore(draw, controls):
    """Show one of several figures, chosen by one control or more.

    Every figure is drawn beforehand and travels with the page, and the controls are joined to them in the
    browser, so that it works without a kernel. With a kernel, a choice calls ``draw`` again, which then
    sees whatever the reader has changed.

    Parameters
    ----------
    draw : callable
        Takes a value from each control, in order; returns a Matplotlib figure and its text alternative.
    controls : mapping of str to mapping or sequence
        For each control its label, and under it either a mapping of what a drop-down list shows to what
        ``draw`` then gets, or a sequence of numbers, which makes a slider.

    Returns
    -------
    ipywidgets.VBox

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
    >>> box = explore(draw, {"slope": range(3)})
    """
    if not controls:
        raise ValueError(f"explore: controls must hold at least one entry, received {controls!r}")
    for label, choices in controls.items():
        if not len(choices):
            raise ValueError(f"explore: controls[{label!r}] must hold at least one choice, received {choices!r}")
    selectors = [_selector(label, choices) for label, choices in controls.items()]
    values = [list(choices.values()) if isinstance(choices, Mapping) else choices for choices in controls.values()]

    def drawn(indices):
        return _frame(*draw(*(column[index] for column, index in zip(values, indices, strict=True))))

    places = product(*(range(len(column)) for column in values))
    frames = {indices: widgets.HTML(drawn(indices)) for indices in places}

    def redraw(_):
        indices = tuple(selector.index for selector in selectors)
        frames[indices].value = drawn(indices)

    for selector in selectors:
        selector.observe(redraw, names="index")
    return widgets.VBox([*selectors, _joined(selectors, frames)])


def _selector(label, choices):
    # An index as the control's value: the browser can join numbers, not Python objects.
    options = [(f"{choice}", index) for index, choice in enumerate(choices)]
    named = {"options": options, "description": label, "style": {"description_width": "initial"}}
    if isinstance(choices, Mapping):
        return widgets.Dropdown(**named)
    return widgets.SelectionSlider(**named, layout={"width": "min(26rem, 100%)"})


def _joined(selectors, frames):
    """Nest a stack of cards for each control, every stack of one depth joined to that control."""
    if not selectors:
        return frames[()]
    first, *others = selectors
    cards = [
        _joined(others, {indices[1:]: frame for indices, frame in frames.items() if indices[0] == choice})
        for choice in range(len(first.options))
    ]
    stack = widgets.Stack(cards, selected_index=0)
    widgets.jslink((first, "index"), (stack, "selected_index"))
    return stack


def _frame(figure, alternative):
    """Turn a figure into an image element that carries all of it and its text alternative."""
    plt.close(figure)
    text = html.escape(alternative, quote=True)
    return f"""<img alt="{text}" style="max-width: 100%; background: white" src='{as_address(to_svg(figure))}'>"""
