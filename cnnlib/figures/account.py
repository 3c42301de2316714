"""What a figure shows, as data: its lines, patches, pictures and words, and nothing of how they are laid out.

Two executions of a chapter are compared by it, so it holds what a reader would see change, rounded, and nothing that
another size, another font or another release of Matplotlib changes.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter, StrCategoryLocator
from matplotlib.collections import Collection, LineCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import ConnectionPatch, FancyArrowPatch, Patch
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

_POINTS = 48  # of a line, evenly spread
_GRID = 6  # cells of a picture along each side


def account(figure):
    """Return what a figure shows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    dict
        ``words`` of the whole figure, and ``axes``, each with its words, scales, limits, and everything drawn in it. It
        can be written as JSON.
    """
    return {
        "words": [_text(text) for text in _own_words(figure)],
        "legends": [_legend(legend) for legend in figure.legends],
        "axes": [_axes(axis) for axis in figure.axes],
    }


def _own_words(figure):
    parts = [figure, *figure.subfigs]
    for sub in figure.subfigs:
        parts += sub.subfigs
    found = []
    for part in parts:
        named = [getattr(part, name, None) for name in ("_suptitle", "_supxlabel", "_supylabel")]
        found += [text for text in (*named, *part.texts) if text is not None and text.get_text()]
    return list(dict.fromkeys(found))


def _axes(axis: Axes):
    drawn = [artist for artist in axis.get_children() if artist.get_visible()]
    furniture = {axis.patch, *axis.spines.values(), axis.title, axis._left_title, axis._right_title}
    drawn = [artist for artist in drawn if artist not in furniture]
    shown = {
        "title": axis.get_title(),
        "x": _side(axis.xaxis, axis.get_xlim()) if axis.axison else None,
        "y": _side(axis.yaxis, axis.get_ylim()) if axis.axison else None,
        "upright": [bool(np.diff(limits)[0] > 0) for limits in (axis.get_xlim(), axis.get_ylim())],
        "frame": to_hex(axis.spines["left"].get_edgecolor()) if axis.axison else None,
        "lines": [_line(artist) for artist in drawn if isinstance(artist, Line2D)],
        "patches": [_patch(artist, axis) for artist in drawn if isinstance(artist, Patch)],
        "collections": [_collection(artist) for artist in drawn if isinstance(artist, Collection)],
        "images": [_image(artist) for artist in drawn if isinstance(artist, AxesImage)],
        "texts": [_text(artist) for artist in drawn if isinstance(artist, Text) and artist.get_text()],
        "legend": _legend(axis.get_legend()) if axis.get_legend() else None,
    }
    return {name: value for name, value in shown.items() if value not in (None, [], "")}


def _side(side, limits):
    shown = {"label": side.get_label_text(), "scale": side.get_scale(), "limits": _rounded(limits)}
    locator, formatter = side.get_major_locator(), side.get_major_formatter()
    named = isinstance(formatter, FixedFormatter | FuncFormatter | StrCategoryFormatter)
    # Ticks that were asked for; others are Matplotlib's choice.
    if isinstance(locator, FixedLocator | StrCategoryLocator):
        places = [float(place) for place in locator()]
        shown["ticks"] = [
            str(formatter(place, number)) if named else f"{place:g}" for number, place in enumerate(places)
        ]
    elif named:
        shown["ticks"] = [formatter(value, 0) for value in (0.25, 0.5)]  # how it writes
    return shown


def _line(line):
    places = np.asarray(line.get_xydata(), float)
    kept = places[np.unique(np.linspace(0, len(places) - 1, _POINTS).round().astype(int))] if len(places) else places
    return {
        "label": _label(line),
        "look": [_colour(line.get_color(), line.get_alpha()), line.get_linestyle(), str(line.get_marker())],
        "x": _rounded(kept[:, 0]),
        "y": _rounded(kept[:, 1]),
        "points": len(places),
    }


def _patch(patch, axis):
    shown = {"kind": type(patch).__name__, "look": [_colour(patch.get_facecolor()), _colour(patch.get_edgecolor())]}
    if isinstance(patch, ConnectionPatch):
        return shown | {"ends": _rounded([*patch.xy1, *patch.xy2])}
    if isinstance(patch, FancyArrowPatch):
        return shown | {"ends": _rounded(np.ravel(patch._posA_posB)) if patch._posA_posB is not None else []}
    path = patch.get_transform() + axis.transData.inverted()
    corners = path.transform(patch.get_path().vertices) if len(patch.get_path().vertices) else np.zeros((1, 2))
    return shown | {
        "x": _rounded([corners[:, 0].min(), corners[:, 0].max()]),
        "y": _rounded([corners[:, 1].min(), corners[:, 1].max()]),
    }


def _collection(collection):
    colours = [*collection.get_facecolor(), *collection.get_edgecolor()]
    shown = {"kind": type(collection).__name__, "look": list(dict.fromkeys(_colour(colour) for colour in colours))}
    if isinstance(collection, LineCollection):
        places = np.concatenate(
            [np.asarray(segment, float) for segment in collection.get_segments()] or [np.zeros((0, 2))]
        )
    else:
        places = np.ma.filled(np.ma.asarray(collection.get_offsets(), float), np.nan)
    return shown | {"x": _rounded(places[:, 0]), "y": _rounded(places[:, 1])}


def _image(image):
    """Return what is seen of an image: its mean colours over a grid: hexadecimal digits, a word for each row."""
    array = image.get_array()
    seen = np.asarray(image.to_rgba(array), float)
    # Over gray, what is clear differs from black and from white.
    alpha = seen[..., 3:] * (1 if image.get_alpha() is None else image.get_alpha())
    seen = seen[..., :3] * alpha + 0.5 * (1 - alpha)
    rows, columns = (np.array_split(np.arange(side), min(_GRID, side)) for side in seen.shape[:2])
    means = [[seen[np.ix_(row, column)].mean(axis=(0, 1)) for column in columns] for row in rows]
    return {
        "shape": list(array.shape),
        "extent": _rounded(image.get_extent()),
        "origin": image.origin,
        "colours": " ".join("".join(to_hex(mean)[1:] for mean in row) for row in means),
    }


def _text(text):
    x, y = text.get_position()
    at = [str(each) if isinstance(each, str) else _number(each) for each in (x, y)]
    return {"text": text.get_text(), "look": [_colour(text.get_color())], "at": at}


def _legend(legend):
    handles = legend.legend_handles
    names = [text.get_text() for text in legend.get_texts()]
    return [[name, _handle(handle)] for name, handle in zip(names, handles, strict=True)]


def _handle(handle):
    if isinstance(handle, Line2D):
        return [_colour(handle.get_color()), handle.get_linestyle(), str(handle.get_marker())]
    if isinstance(handle, Patch):
        return [_colour(handle.get_facecolor())]
    return [_colour(colour) for colour in getattr(handle, "get_edgecolor", lambda: [])()][:1]


def _label(artist):
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _colour(colour, alpha=None):
    if isinstance(colour, str) and colour.lower() == "none":
        return "none"
    rgba = to_rgba(colour, alpha)
    return to_hex(rgba, keep_alpha=True) if rgba[3] else "none"


def _number(value):
    value = float(value)
    return float(f"{value:.4g}") + 0.0 if np.isfinite(value) else str(value)


def _rounded(values):
    return [_number(value) for value in np.ravel(np.asarray(values, float))]
