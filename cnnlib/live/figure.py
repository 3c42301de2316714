"""What every live figure is: a script that draws in the page, with Python behind it or without."""

import base64
import json

import anywidget
import traitlets

from cnnlib.live.page import module, place


class LiveFigure(anywidget.AnyWidget):
    """A figure whose script needs no kernel: with one it talks to Python, on a page it runs by itself.

    A subclass says what it is made of, and adds a trait with ``sync=True`` for each value that its script is to get.

    Attributes
    ----------
    script : str
        Path below ``cnnlib``, without its suffix; the script exports ``draw(root, model)``.
    sheet : str
        Path of its styles, likewise.
    family : str
        The page's style sheets may lay out figures of one family by their class, ``cnnlib-…``.
    title : str
        What the figure is, for a screen reader and for a page without JavaScript.
    words : sequence of str
        Those of its values that are shown, and have a translation on a page in another language.
    stills : list of str
        Pieces of HTML that the script may show, one at a time. Where scripts do not run, the first stands for the
        figure; without any, its title does.
    """

    script = sheet = title = ""
    family = "figure"
    words = ()
    stills = traitlets.List(traitlets.Unicode()).tag(sync=True)

    # Read once for each figure: anywidget makes a trait of it.
    _esm = property(lambda self: module(self.script, self.sheet))

    def __repr__(self):
        return f"<{self.title}>"

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        # A notebook with a kernel prefers the widget, a page has only this.
        return data | {"text/plain": repr(self), "text/html": self._repr_html_()}, metadata

    def _repr_html_(self):
        every, inherited = self.traits(sync=True), anywidget.AnyWidget.class_traits(sync=True)
        own = [name for name in every if name not in inherited and name != "stills" and not name.startswith("_")]
        values = json.dumps(self.get_state(own), default=_base64)
        shown = {"family": self.family, "title": self.title, "words": self.words, "stills": self.stills}
        return place(self.script, self.sheet, data=values, **shown)


def _base64(data):
    return base64.b64encode(data).decode()
