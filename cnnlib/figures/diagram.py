"""Draw a network from what `cnnlib.shapes.trace` says of it."""

from collections import namedtuple
from math import prod

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import ConnectionPatch, PathPatch, Rectangle
from matplotlib.path import Path

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.style import INK, KERNEL, LAYER_TINTS, detached, style
from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool

# In inches, as all lengths below: height of a row; where text, drawing and numbers stand, the numbers to the left or to
# the right of their place; how far above the drawing's middle the text does; the whole width.
_Layout = namedtuple("_Layout", "row left middle right side above width")
_BESIDE = _Layout(1.0, 0.0, 2.35, 5.9, "left", 0, 7.6)
_BELOW = _Layout(1.8, 0.0, 0.0, WIDTH - 0.05, "right", 0.9, WIDTH)
_PIXEL = 0.62 / 28  # side of a pixel where an image is drawn to scale
_UNIT = 0.027  # width of a unit of a dense layer
_BAR = 0.16  # its height


def draw_network(reports):
    """Draw a network top down, its layers to scale: every map, every pixel's width, every dense unit.

    Parameters
    ----------
    reports : list of LayerReport
        As ``cnnlib.shapes.trace`` returns them. Activations and flattenings are written on the
        layer they follow or precede.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no layer.
    """
    if not reports:
        raise ValueError("draw_network: reports must hold at least one layer, received none")
    stages = _stages(reports)
    return detached(_network(stages, _BESIDE), narrow=lambda: detached(_network(stages, _BELOW)))


def _network(stages, layout):
    height = layout.row * len(stages)
    with style():
        figure, axis = plt.subplots(figsize=(layout.width, height), layout="constrained")
        axis.set(xlim=(0, layout.width), ylim=(height, 0), aspect="equal")
        axis.axis("off")
        previous = None
        for row, stage in enumerate(stages):
            middle = layout.row * (row + 0.5) + layout.above / 2
            line = middle - layout.above
            axis.text(layout.left, line - 0.04, stage["title"], va="bottom", fontweight="bold")
            axis.text(layout.left, line + 0.04, stage["detail"], va="top", fontsize=9.5)
            numbers = {"x": layout.right, "ha": layout.side}
            axis.text(y=line - 0.04, s=" × ".join(map(str, stage["shape"])), va="bottom", fontweight="bold", **numbers)
            axis.text(y=line + 0.04, s=stage["numbers"], va="top", fontsize=9.5, **numbers)
            front = _draw_output(axis, stage["shape"], middle, LAYER_TINTS[stage["kind"]], layout)
            if stage["window"] is not None and previous is not None:
                _draw_window(axis, previous, front, stage["window"])
            previous = front
    return figure


def _stages(reports):
    """Merge activations and flattenings into the layers they belong to; put the input first."""
    shape = reports[0].input_shape
    stages = [_stage("input", "image", f"{shape[1]}×{shape[2]} pixels", shape, 0)]
    flattened = False
    for report in reports:
        match report.layer:
            case Conv(kernel=kernel, stride=stride, padding=padding):
                extras = [f"stride {stride}"] * (stride != 1) + [f"padding {padding}"] * (padding != 0)
                detail = ", ".join([f"kernels {_by(kernel)}", *extras])
                stages.append(
                    _stage("convolution", "convolution", detail, report.output_shape, report.parameters, kernel)
                )
            case Pool(kind=kind, kernel=kernel, stride=stride):
                detail = f"windows {_by(kernel)}, stride {kernel if stride is None else stride}"
                stages.append(_stage("pooling", f"{kind} pooling", detail, report.output_shape, 0, kernel))
            case Activation(function=function):
                stages[-1]["detail"] += f"\nthen {function}"
            case LocalResponseNorm():
                stages[-1]["detail"] += ", normalised"
            case Dropout(rate=rate):
                stages[-1]["detail"] += f", {rate:.0%} dropped"
            case Flatten():
                flattened = True
            case Dense():
                detail = f"from {report.input_shape[0]} features"
                detail += " (flattened)" * flattened
                flattened = False
                stages.append(_stage("dense", "dense", detail, report.output_shape, report.parameters))
    return stages


def _stage(kind, title, detail, shape, parameters, window=None):
    numbers = f"{prod(shape):,} numbers" + (f"\n{parameters:,} parameters" if parameters else "")
    window = (window, window) if isinstance(window, int) else window
    return {"kind": kind, "title": title, "detail": detail, "shape": shape, "numbers": numbers, "window": window}


def _by(kernel):
    return f"{kernel}×{kernel}" if isinstance(kernel, int) else "×".join(map(str, kernel))


def _draw_output(axis, shape, middle, tint, layout):
    """Draw all maps (or units) of one layer; return left, top, width, height of the front one."""
    left = layout.middle
    end = layout.right if layout.right > left and layout.side == "left" else layout.width + 0.2
    if len(shape) == 1:
        bar = Rectangle((left, middle - _BAR / 2), shape[0] * _UNIT, _BAR, facecolor=tint, edgecolor=INK, linewidth=0.3)
        axis.add_patch(bar)
        # One path for all the lines between units: a path for each would be half of the file.
        between = [[(x, middle - _BAR / 2), (x, middle + _BAR / 2)] for x in left + _UNIT * np.arange(1, shape[0])]
        lines = Path.make_compound_path(*map(Path, between)) if between else Path(np.empty((0, 2)))
        axis.add_patch(PathPatch(lines, fill=False, edgecolor=INK, linewidth=0.3))
        return (left, middle - _BAR / 2, shape[0] * _UNIT, _BAR)
    channels, height, width = shape[0], shape[1] * _PIXEL, shape[2] * _PIXEL
    room = end - left - 0.25 - width
    step = min(1.12 * width, room / max(1, channels - 1))
    # Back to front, so that the first map lies on top.
    for channel in reversed(range(channels)):
        corner = (left + channel * step, middle - height / 2)
        axis.add_patch(Rectangle(corner, width, height, facecolor=tint, edgecolor=INK, linewidth=0.6))
    return (left, middle - height / 2, width, height)


def _draw_window(axis, source, target, window):
    """Join the window on the first map above to the one unit of the first map below that it feeds."""
    width, height = window[1] * _PIXEL, window[0] * _PIXEL
    left = source[0] + 0.45 * (source[2] - width)
    top = source[1] + 0.5 * (source[3] - height)
    axis.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=KERNEL, linewidth=1.2, zorder=3))
    unit = (target[0] + 0.45 * target[2], target[1] + 0.5 * target[3])
    for corner in ((left, top + height), (left + width, top + height)):
        axis.add_patch(ConnectionPatch(corner, unit, "data", "data", color=KERNEL, linewidth=0.7, zorder=3))
    axis.add_patch(Rectangle((unit[0] - _PIXEL / 2, unit[1] - _PIXEL / 2), _PIXEL, _PIXEL, color=KERNEL, zorder=4))
