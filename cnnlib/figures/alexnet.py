"""Draw networks side by side: their layers, their towers, and how much of everything each layer has."""

from math import sqrt

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from cnnlib.figures.narrow import WIDTH
from cnnlib.figures.style import INK, KERNEL, LAYER_TINTS, OUTPUT, clear_to, detached, style
from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool

_ROW, _BOX = 0.74, 0.5  # height of a row and of its box, in inches
_COLUMN, _BOX_WIDTH = 3.5, 3.2
_NAMED = 0.44  # width of the thinnest slice that has room for a name
_LEAST = 1.25  # room for a title, however small what stands below it


def show_side_by_side(networks):
    """Draw networks as columns of boxes, one for each layer, from the image down to the classes.

    Parameters
    ----------
    networks : mapping of str to list of LayerReport
        By title; reports as ``cnnlib.shapes.trace`` returns them. What changes no size (activations, normalisation,
        dropout, flattening) is written on the arrow behind the layer that it follows.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no network.
    """
    if not networks:
        raise ValueError("show_side_by_side: networks must hold at least one entry, received none")
    columns = {title: _boxes(reports) for title, reports in networks.items()}
    return detached(_columns(columns, abreast=True), narrow=lambda: detached(_columns(columns, abreast=False)))


def _columns(columns, *, abreast):
    heights = [_ROW * len(boxes) + 0.4 for boxes in columns.values()]
    width = _COLUMN * (len(columns) if abreast else 1)
    height = max(heights) if abreast else sum(heights)
    with style():
        figure, axis = plt.subplots(figsize=(width, height), layout="constrained")
        axis.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
        axis.axis("off")
        for number, (title, boxes) in enumerate(columns.items()):
            middle = _COLUMN * (number * abreast + 0.5)
            top = 0 if abreast else sum(heights[:number])
            axis.text(middle, top + 0.15, title, ha="center", va="center", fontweight="bold", fontsize=13)
            for row, box in enumerate(boxes):
                _draw_box(axis, middle, top + 0.4 + _ROW * row, box, last=row == len(boxes) - 1)
    return figure


def _boxes(reports):
    """Return a box for the image, for each layer that has a size of its own, and for the classes."""
    channels, height, width = reports[0].input_shape
    boxes = [{"kind": "input", "title": "image", "size": f"{height}×{width}×{channels}", "behind": []}]
    for report in reports:
        match report.layer:
            case Conv(out_channels=maps, kernel=kernel, stride=stride, padding=padding, groups=groups):
                extras = _extras(stride=(stride, 1), padding=(padding, 0), groups=(groups, 1))
                boxes.append(_box("convolution", f"convolution, {maps} kernels", f"{kernel}×{kernel}{extras}", report))
            case Pool(kind=kind, kernel=kernel, stride=stride, padding=padding):
                extras = _extras(stride=(kernel if stride is None else stride, 1), padding=(padding, 0))
                boxes.append(_box("pooling", f"{kind} pooling", f"{kernel}×{kernel}{extras}", report))
            case Dense(out_features=units):
                boxes.append(_box("dense", f"dense, {units:,} units", f"{report.input_shape[0]:,} features", report))
            case Activation(function=function):
                boxes[-1]["behind"].append({"relu": "ReLU"}.get(function, function))
            case LocalResponseNorm():
                boxes[-1]["behind"].append("normalise")
            case Dropout(rate=rate):
                boxes[-1]["behind"].append(f"drop {rate:.0%}")
            case Flatten():
                boxes[-1]["behind"].append("flatten")
    classes = reports[-1].output_shape[0]
    return [*boxes, {"kind": "input", "title": "output", "size": f"1 of {classes:,} classes", "behind": []}]


def _box(kind, title, detail, report):
    *maps, last = (*report.output_shape[1:], report.output_shape[0])
    return {"kind": kind, "title": title, "detail": detail, "size": "×".join(map(str, [*maps, last])), "behind": []}


def _extras(**options):
    return "".join(f", {name} {value}" for name, (value, usual) in options.items() if value != usual)


def _draw_box(axis, middle, top, box, *, last):
    left = middle - _BOX_WIDTH / 2
    look = {"boxstyle": "round,pad=0,rounding_size=0.06", "facecolor": LAYER_TINTS[box["kind"]], "edgecolor": "none"}
    axis.add_patch(FancyBboxPatch((left, top), _BOX_WIDTH, _BOX, **look))
    if "detail" in box:
        axis.text(left + 0.1, top + 0.15, box["title"], va="center", fontsize=10)
        axis.text(left + 0.1, top + 0.36, box["detail"], va="center", fontsize=9)
    else:
        axis.text(left + 0.1, top + _BOX / 2, box["title"], va="center", fontsize=10)
    axis.text(left + _BOX_WIDTH - 0.1, top + _BOX / 2, box["size"], va="center", ha="right", fontweight="bold")
    if not last:
        ends = ((middle, top + _BOX + 0.02), (middle, top + _ROW - 0.02))
        axis.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=9, color=INK, shrinkA=0, shrinkB=0))
        axis.text(middle + 0.12, top + _BOX + 0.14, ", ".join(box["behind"]), va="center", fontsize=9, color=KERNEL)


def show_parameters(networks):
    """Draw each network as a square whose area is its number of parameters, cut into its layers.

    Parameters
    ----------
    networks : mapping of str to list of LayerReport
        By title.

    Returns
    -------
    matplotlib.figure.Figure
        All squares on one scale. A layer is as thick a slice as its share; one thinner than a line of text has no
        name, and what the convolutions have together stands beside a square.

    Raises
    ------
    ValueError
        If there is no network, or one without parameters.
    """
    if not networks:
        raise ValueError("show_parameters: networks must hold at least one entry, received none")
    totals = {title: sum(report.parameters for report in reports) for title, reports in networks.items()}
    for title, total in totals.items():
        if not total:
            raise ValueError(f"show_parameters: networks[{title!r}] must have parameters, received none")
    return detached(
        _squares(networks, totals, largest=4.6), narrow=lambda: detached(_squares(networks, totals, largest=2.05))
    )


def _squares(networks, totals, *, largest):
    unit = largest / sqrt(max(totals.values()))  # inches
    sides = {title: unit * sqrt(total) for title, total in totals.items()}
    height = max(sides.values()) + 0.5
    width = sum(max(side, _LEAST) for side in sides.values()) + 0.35 * (len(sides) - 1)
    with style():
        figure, axis = plt.subplots(figsize=(width, height), layout="constrained")
        axis.set(xlim=(0, width), ylim=(0, height), aspect="equal")
        axis.axis("off")
        left = 0
        for title, reports in networks.items():
            _draw_slices(axis, left, sides[title], reports)
            middle = left + max(sides[title], _LEAST) / 2
            words = f"{title}\n{totals[title]:,}"
            axis.text(middle, sides[title] + 0.06, words, ha="center", va="bottom", fontsize=10)
            left += max(sides[title], _LEAST) + 0.35
    return figure


def _draw_slices(axis, left, side, reports):
    learned = [report for report in reports if report.parameters]
    total = sum(report.parameters for report in learned)
    convolved = sum(report.parameters for report in learned if isinstance(report.layer, Conv))
    if side > _LEAST:
        words = f"all convolutions:\n{convolved:,}"
        axis.text(left + side + 0.08, side, words, va="top", fontsize=9)
    left, bottom = left + max(0, (_LEAST - side) / 2), side
    for report in learned:
        thickness = side * report.parameters / total
        bottom -= thickness
        tint = LAYER_TINTS["convolution" if isinstance(report.layer, Conv) else "dense"]
        axis.add_patch(Rectangle((left, bottom), side, thickness, facecolor=tint, edgecolor=INK, linewidth=0.4))
        if thickness > 0.16:
            words = f"{report.name}: {report.parameters:,}"
            axis.text(left + side / 2, bottom + thickness / 2, words, ha="center", va="center", fontsize=10)


def show_shares(reports, quantities):
    """Draw, for each of some quantities, a bar of length one, cut into what each layer has of it.

    Parameters
    ----------
    reports : list of LayerReport
    quantities : mapping of str to str
        Title, and the attribute of a report that holds the quantity.

    Returns
    -------
    matplotlib.figure.Figure
        Convolutions in green, dense layers in yellow. Slices too thin for it are not named.

    Raises
    ------
    ValueError
        If a quantity is zero in all layers.
    """
    shown = [report for report in reports if report.parameters]
    for attribute in quantities.values():
        if not sum(getattr(report, attribute) for report in shown):
            raise ValueError(f"show_shares: quantities must not be zero everywhere, received {attribute!r}")
    return detached(_bars(shown, quantities, 7.4), narrow=lambda: detached(_bars(shown, quantities, WIDTH)))


def _bars(shown, quantities, width):
    with style():
        figure, axis = plt.subplots(figsize=(width, 0.95 * len(quantities) + 0.6), layout="constrained")
        for row, (title, attribute) in enumerate(quantities.items()):
            values = [getattr(report, attribute) for report in shown]
            start = 0
            for report, value in zip(shown, values, strict=True):
                share = value / sum(values)
                tint = LAYER_TINTS["convolution" if isinstance(report.layer, Conv) else "dense"]
                axis.barh(row, share, left=start, height=0.5, color=tint, edgecolor=INK, linewidth=0.5)
                if share * width >= _NAMED:
                    words = f"{report.name}\n{share:.0%}"
                    axis.text(start + share / 2, row, words, ha="center", va="center", fontsize=8)
                start += share
            axis.text(0, row - 0.29, f"{title}: {sum(values):,}", va="bottom", fontsize=10, fontweight="bold")
        axis.set(
            xlim=(0, 1), ylim=(len(quantities) - 0.65, -0.62), yticks=[], xlabel="share of the layers with weights"
        )
        axis.spines["left"].set_visible(False)
        axis.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    return figure


def show_towers(reports):
    """Draw which half of a layer's channels reads which half of the layer before it.

    Parameters
    ----------
    reports : list of LayerReport
        Convolutions with one group or two, and dense layers; the rest is left out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a convolution has more than two groups.
    """
    layers = [report for report in reports if isinstance(report.layer, Conv | Dense)]
    for report in layers:
        if (groups := getattr(report.layer, "groups", 1)) > 2:
            raise ValueError(f"show_towers: {report.name} must have 1 or 2 groups, received {groups}")
    return detached(_towers(layers, down=False), narrow=lambda: detached(_towers(layers, down=True)))


def _towers(layers, *, down):
    """Draw the layers from left to right, the towers below each other, or, on a narrow screen, the other way."""
    step, along, across = (0.8, 0.4, 1.1) if down else (0.95, 0.6, 0.62)
    towers = (0.6, 1.9) if down else (1.25, 0.25)
    middle = (towers[0] + towers[1]) / 2

    def place(layer, tower):
        corner = (tower, step * layer - along / 2) if down else (step * layer - along / 2, tower)
        return corner, (across, along) if down else (along, across)

    length = step * (len(layers) + 1)
    with style():
        figure, axis = plt.subplots(figsize=(3.2, length) if down else (length, 2.3), layout="constrained")
        if down:
            axis.set(xlim=(-0.2, 3.05), ylim=(length - 0.5, -0.3), aspect="equal")
        else:
            axis.set(xlim=(-0.45, length - 0.4), ylim=(0, 2.3), aspect="equal")
        axis.axis("off")
        corner, size = place(0, middle)
        axis.add_patch(Rectangle(corner, *size, facecolor=LAYER_TINTS["input"]))
        axis.text(*_centre(corner, size), "image", ha="center", va="center", fontsize=9)
        for number, report in enumerate(layers, start=1):
            sources = (middle,) if number == 1 else towers
            whole = number == len(layers) and isinstance(report.layer, Dense)  # the output lies on one card
            _draw_towers(axis, number, (middle,) if whole else towers, sources, report, place, down)
            name = (0.5, step * number) if down else (step * number, 2.12)
            axis.text(*name, report.name, ha="right" if down else "center", va="center", fontsize=10)
    return figure


def _centre(corner, size):
    return corner[0] + size[0] / 2, corner[1] + size[1] / 2


def _draw_towers(axis, number, towers, sources, report, place, down):
    tint = LAYER_TINTS["convolution" if isinstance(report.layer, Conv) else "dense"]
    groups = getattr(report.layer, "groups", 1)
    for tower in towers:
        corner, size = place(number, tower)
        axis.add_patch(Rectangle(corner, *size, facecolor=tint, edgecolor=INK, linewidth=0.5))
        axis.text(
            *_centre(corner, size), f"{report.output_shape[0] // len(towers):,}", ha="center", va="center", fontsize=10
        )
        for source in sources:
            if groups == 2 and len(sources) == 2 and source != tower:
                continue
            before, extent = place(number - 1, source)
            x, y = _centre(before, extent)
            ends = [(x, before[1] + extent[1]), (_centre(corner, size)[0], corner[1])]
            if not down:
                ends = [(before[0] + extent[0], y), (corner[0], _centre(corner, size)[1])]
            colour = INK if 1 in (len(sources), len(towers)) or source == tower else KERNEL
            arrow = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 1, "shrinkB": 1}
            axis.add_patch(FancyArrowPatch(*ends, color=colour, **arrow))


def show_field(measured, expected, frame, *, title=""):
    """Draw how strongly each pixel moves a unit, and frame what the unit can see at all.

    Parameters
    ----------
    measured, expected : ndarray of float, shape (H, W)
        Shares that add up to one. The map shows the square roots of those measured, so that weak pixels are seen too.
    frame : (top, bottom, left, right)
        In pixels, the ends exclusive.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    top, bottom, left, right = frame
    height, width = measured.shape
    with style():
        figure, (axis, profile) = plt.subplots(1, 2, figsize=(7.0, 3.1), layout="constrained", width_ratios=(1, 1.15))
        axis.imshow(measured**0.5, cmap=clear_to(OUTPUT), extent=(0, width, height, 0))
        look = {"fill": False, "edgecolor": KERNEL, "linewidth": 2}
        axis.add_patch(Rectangle((left, top), right - left, bottom - top, **look))
        axis.set(xlim=(-1, width + 1), ylim=(height + 1, -1), xlabel="column (pixels)", ylabel="row (pixels)")
        axis.set_title(title)
        axis.spines[:].set_visible(True)
        flat = 100 / (right - left)
        profile.plot([left, left, right, right], [0, flat, flat, 0], color=KERNEL, label="all alike")
        profile.plot(range(width), 100 * measured.sum(0), color=OUTPUT, label="measured")
        profile.plot(range(width), 100 * expected.sum(0), color=INK, linestyle=":", label="number of paths")
        highest = 100 * max(measured.sum(0).max(), expected.sum(0).max())
        profile.set(xlim=(0, width), ylim=(0, 1.45 * highest), xlabel="column (pixels)", ylabel="share (%)")
        profile.legend(loc="upper left", fontsize=9)
    return detached(figure)
