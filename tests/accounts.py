"""Compare what figures show, as `cnnlib.figures.account` writes it down: words and colours exactly, numbers closely."""

import re
from urllib.parse import unquote

import numpy as np

from cnnlib.figures.svg import versions

# Tags of cells whose figures show what a training run gave, and what a clock gave: a clock may show any number.
MEASURED, TIMED = "measured-figure", "timed-figure"
CLOSE, LOOSE = 0.005, 0.3  # shares of what an axis spans
SAME_COLOUR, LIKE_COLOUR = 6, 40  # of 255: of a cell of a picture, and of a picture's mean
_EXPLORER = '<div class="cnnlib-explorer" '
_FRAME = re.compile(r"<img [^>]* src='data:image/svg\+xml,([^']*)'>")


def accounts(cell):
    """List what each figure of a cell shows, those that its controls can show too."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            found.append(versions(data["image/svg+xml"])[2])
        elif data.get("text/html", "").startswith(_EXPLORER):
            found += [versions(unquote(svg))[2] for svg in _FRAME.findall(data["text/html"])]
    return found


def differences(before, after, *, measured=False, timed=False):
    """Say where two figures, or lists of figures, show something else.

    Parameters
    ----------
    before, after : dict or list of dict
    measured : bool
        Whether the figures show what differs a little from run to run: then numbers in words do not count, and curves
        and pictures need only be alike.
    timed : bool
        Whether they show what a clock gave: then curves need only have as many points.

    Returns
    -------
    list of str
    """
    return list(_differ(before, after, "figure", _Scale(measured or timed, timed)))


class _Scale:
    """What an axis spans, which numbers are compared by."""

    def __init__(self, measured, timed, axes=None):
        self.measured, self.timed = measured, timed
        self.spans = {}
        for name in "xy":
            side = (axes or {}).get(name) or {}
            self.spans[name] = side.get("limits"), side.get("scale") == "log"

    def far(self, name, one, other):
        """Tell whether two lists of numbers differ by more than they may."""
        limits, logarithmic = self.spans.get(name, (None, False))
        one, other = (np.array([float(value) for value in values]) for values in (one, other))
        if one.shape != other.shape:
            return True
        if self.timed:
            return not np.array_equal(np.isfinite(one), np.isfinite(other))
        if logarithmic:
            one, other, limits = (np.log10(np.maximum(values, 1e-30)) for values in (one, other, np.array(limits)))
        both = np.concatenate([one, other])
        span = abs(limits[1] - limits[0]) if limits is not None else np.ptp(both[np.isfinite(both)]) if both.size else 1
        allowed = (LOOSE if self.measured else CLOSE) * (span or 1)
        return not np.allclose(one, other, rtol=0, atol=allowed, equal_nan=True)


def _differ(before, after, where, scale):
    if type(before) is not type(after):
        yield f"{where}: {before!r} became {after!r}"
    elif isinstance(before, dict) and "colours" in before:
        yield from _picture(before, after, where, scale)
    elif isinstance(before, dict):
        if before.keys() != after.keys():
            yield f"{where}: holds {list(after)}, not {list(before)}"
            return
        inner = _Scale(scale.measured, scale.timed, before) if "upright" in before else scale
        for name in before:
            yield from _entry(name, before[name], after[name], f"{where}.{name}", inner)
    elif isinstance(before, list) and not _plain(before):
        if len(before) != len(after):
            yield f"{where}: {len(after)} of them, not {len(before)}"
            return
        for place, pair in enumerate(zip(before, after, strict=True)):
            yield from _differ(*pair, f"{where}[{place}]", scale)
    elif _said(before, scale) != _said(after, scale):
        yield f"{where}: {before!r} became {after!r}"


def _entry(name, before, after, where, scale):
    if name in ("x", "y") and isinstance(before, list):
        if scale.far(name, before, after):
            yield f"{where}: {before} became {after}"
    elif name in ("limits", "ends", "extent", "at"):
        side = where.split(".")[-2] if name == "limits" else ""
        if name == "at" and (scale.measured or not _numbers(before + after)):
            return
        if scale.far(side, before, after):
            yield f"{where}: {before} became {after}"
    elif name == "texts" and scale.measured:
        if {_said(text, scale) for text in map(_word, before)} != {_said(text, scale) for text in map(_word, after)}:
            yield f"{where}: {before} became {after}"
    else:
        yield from _differ(before, after, where, scale)


def _word(text):
    return f"{text['text']} {text['look']}"


def _picture(before, after, where, scale):
    for name in ("shape", "origin"):
        if before[name] != after[name]:
            yield f"{where}.{name}: {before[name]} became {after[name]}"
            return
    one, other = (
        np.array([list(bytes.fromhex(row)) for row in each["colours"].split()], float) for each in (before, after)
    )
    if scale.far("", before["extent"], after["extent"]):
        yield f"{where}.extent: {before['extent']} became {after['extent']}"
    if scale.measured:
        one, other = (each.reshape(-1, 3).mean(axis=0) for each in (one, other))
    if np.abs(one - other).max() > (LIKE_COLOUR if scale.measured else SAME_COLOUR):
        yield f"{where}: other colours, by up to {np.abs(one - other).max():.0f} of 255"


def _plain(values):
    return all(isinstance(value, str | int | float | bool) for value in values)


def _numbers(values):
    return all(isinstance(value, int | float) for value in values)


def _said(value, scale):
    """Return words as they are compared."""
    if isinstance(value, list):
        return [_said(each, scale) for each in value]
    return re.sub(r"[\d.,]*\d", "0", value) if scale.measured and isinstance(value, str) and value[:1] != "#" else value
