"""Figures that a small script draws in the page: every setting, without a kernel and without frames."""

import traitlets

from cnnlib.live import LiveFigure


class ScriptedFigure(LiveFigure):
    """A live figure that one script draws from what it is given.

    Parameters
    ----------
    name : str
        Of the script in ``cnnlib/figures/scripts``; it exports ``draw(root, model)``.
    title : str
        What the figure is, for a screen reader and for a page without JavaScript.
    data : dict, optional
        What the script is to draw, if it is not always the same: ``model.get("data")``.
    words : sequence of str, optional
        Those of the data that are shown, and have a translation on a page in another language.
    """

    sheet = "figures/scripts/figure"
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, name, title, data=None, words=()):
        self.script, self.title, self.words = f"figures/scripts/{name}", title, words
        super().__init__(data=data or {})


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
