"""How a figure comes to life in a notebook and on a page, in a room of its own that no style of theirs reaches."""

from cnnlib.live.figure import LiveFigure
from cnnlib.live.page import bundle, module, place

__all__ = ["LiveFigure", "bundle", "module", "place"]
