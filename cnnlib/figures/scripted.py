"""Figures that a small script draws in the page: every setting, without a kernel and without frames."""

import html
import json
from dataclasses import dataclass, field
from importlib.resources import files


@dataclass(frozen=True)
class ScriptedFigure:
    """A figure that carries its own script; what a notebook or a page shows of it is the figure.

    Attributes
    ----------
    name : str
        Of the script in ``cnnlib/figures/scripts``; it defines ``draw(root)``.
    title : str
        What the figure is, for a screen reader and for a page without JavaScript.
    data : dict
        What the script is to draw, if it is not always the same; it finds it as JSON in ``root.dataset.given``.
    """

    name: str
    title: str
    data: dict = field(default_factory=dict)

    def _repr_html_(self):
        scripts = files("cnnlib.figures") / "scripts"
        common, own, css = (
            (scripts / name).read_text(encoding="utf-8") for name in ("common.js", f"{self.name}.js", "common.css")
        )
        title = html.escape(self.title, quote=True)
        given = f' data-given="{html.escape(json.dumps(self.data), quote=True)}"' if self.data else ""
        # The script draws into every figure of its name that is still empty: a cell run twice, or a page that
        # shows it twice, need no ids.
        return (
            f"<style>{css}</style>\n"
            f'<div class="cnnlib-figure" data-figure="{self.name}" role="group" aria-label="{title}"{given}>'
            f"<p>{title} (It needs JavaScript.)</p></div>\n"
            f"<script>(() => {{\n{common}\n{own}\n"
            f"for (const root of document.querySelectorAll('[data-figure=\"{self.name}\"]:not([data-drawn])')) {{\n"
            f'  root.dataset.drawn = "";\n  draw(root);\n}}\n}})();</script>'
        )

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
