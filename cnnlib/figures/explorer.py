"""A figure with a control: alive on the published page, computed anew where a kernel runs."""

import base64
import html
import io

import ipywidgets as widgets
import matplotlib.pyplot as plt

from cnnlib.figures.style import style


def explore(draw, choices, *, label):
    """Show one of several figures, chosen by a drop-down list.

    Every figure is drawn beforehand and travels with the page, and the list is joined to them in the
    browser, so that it works without a kernel. With a kernel, a choice calls ``draw`` again, which then
    sees whatever the reader has changed.

    Parameters
    ----------
    draw : callable
        Takes a value of ``choices``; returns a Matplotlib figure and its text alternative.
    choices : mapping of str to object
        What the list shows, and what ``draw`` gets.
    label : str
        Name of the list, for eye and screen reader.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ValueError
        If there is nothing to choose from.
    """
    if not choices:
        raise ValueError(f"explore: choices must hold at least one entry, received {choices!r}")
    frames = [widgets.HTML(_frame(*draw(value))) for value in choices.values()]
    values = list(choices.values())
    # An index as the list's value: the browser can join numbers, not Python objects.
    selector = widgets.Dropdown(
        options=[(name, index) for index, name in enumerate(choices)],
        description=label,
        style={"description_width": "initial"},
    )
    stack = widgets.Stack(frames, selected_index=0)
    widgets.jslink((selector, "index"), (stack, "selected_index"))

    def redraw(change):
        frames[change["new"]].value = _frame(*draw(values[change["new"]]))

    selector.observe(redraw, names="index")
    return widgets.VBox([selector, stack])


def _frame(figure, alternative):
    """Turn a figure into an image element that carries its own pixels and its text alternative."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png")
    plt.close(figure)
    data = base64.b64encode(buffer.getvalue()).decode()
    text = html.escape(alternative, quote=True)
    return f'<img alt="{text}" style="max-width: 100%; height: auto" src="data:image/png;base64,{data}">'
