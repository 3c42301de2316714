"""Figures that a small script draws in the page: every setting, without a kernel and without frames."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnlib import live


@dataclass(frozen=True)
class ScriptedFigure:
    """A figure that carries its own script; what a notebook or a page shows of it is the figure.

    Attributes
    ----------
    name : str
        Of the script in ``cnnlib/figures/scripts``; it exports ``draw(root, data)``.
    title : str
        What the figure is, for a screen reader and for a page without JavaScript.
    data : dict
        What the script is to draw, if it is not always the same; it gets it as its second argument.
    words : sequence of str
        Those of the data that are shown, and have a translation on a page in another language.
    """

    name: str
    title: str
    data: dict = field(default_factory=dict)
    words: Sequence[str] = ()

    def _repr_html_(self):
        script, sheet = f"figures/scripts/{self.name}", "figures/scripts/common"
        data = json.dumps(self.data)
        return live.place(script, sheet, kind="figure", title=self.title, data=data, words=self.words)

    def __repr__(self):
        return f"<{self.title}>"


def slide_kernel():
    """Return a figure that slides a flipped kernel over a function and draws the area of their product.

    Returns
    -------
    ScriptedFigure
        Input and kernel are chosen from a box, a Gaussian, a ramp and a decaying exponential, each of area one.
    """
    return ScriptedFigure(
        "sliding-kernel", "Slide a flipped kernel over a function and watch the area of their product."
    )


def explore_shapes():
    """Return a figure of which input cells feed which output cell, for any size, kernel, stride, padding and dilation.

    Returns
    -------
    ScriptedFigure
    """
    return ScriptedFigure("shape-explorer", "Explore which input cells feed which output cell of a convolution.")
