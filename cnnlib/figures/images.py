"""Draw images, feature maps and the answers a network gives to them."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.narrow import WIDTH, columns_for
from cnnlib.figures.style import ACCENT, FAINT, INPUT, KERNEL, clear_to, detached, shaded, style


def show_images(images, titles=None, *, columns=10, size=0.85, shades="ink"):
    """Draw images of one channel in a grid.

    Parameters
    ----------
    images : ndarray, shape (N, H, W) or (N, 1, H, W)
        The smallest value of all images is dark, the largest bright.
    titles : sequence of str, optional
        One above each image.
    columns : int
    size : float
        Side of one image in inches.
    shades : str or sequence of str
        Of all images, or of each: what they show, as `cnnlib.figures.style.shaded` knows it. Those of one kind are on
        one scale.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shape is another, there is no image, or titles or shades are not as many.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim != 3 or not images.size:
        raise ValueError(f"show_images: images must have shape (N, H, W) or (N, 1, H, W), received {images.shape}")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"show_images: titles must be as many as images, received {len(titles)} for {len(images)}")
    kinds = [shades] * len(images) if isinstance(shades, str) else list(shades)
    if len(kinds) != len(images):
        raise ValueError(f"show_images: shades must be as many as images, received {len(kinds)} for {len(images)}")
    looks = {kind: shaded(images[np.equal(kinds, kind)], kind) for kind in set(kinds)}
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0) if titles is not None else 0
    with style():
        figure, axes = plt.subplots(
            rows, columns, figsize=(columns * size, rows * (size + 0.19 * lines)), squeeze=False, layout="constrained"
        )
        for index, axis in enumerate(axes.flat):
            axis.axis("off")
            if index < len(images):
                axis.imshow(images[index], **looks[kinds[index]])
                if titles is not None:
                    axis.set_title(titles[index], fontsize=10, pad=3)
    return detached(figure, columns=columns_for(titles or [], columns, fontsize=10))


def show_feature_maps(image, stages, probabilities, *, label=None):
    """Draw an image, the feature maps it causes stage by stage, and the network's answer.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    stages : mapping of str to ndarray, shape (C, H, W)
        Drawn in order, one band each, every band on its own scale: zero dark, the largest value bright; orange and blue
        where there are negative ones.
    probabilities : ndarray, shape (classes,)
    label : int, optional
        The right class; its bar stands out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the image or a stage has another shape, or there is no stage.
    """
    if np.ndim(image) != 2:
        raise ValueError(f"show_feature_maps: image must have shape (H, W), received {np.shape(image)}")
    if not stages:
        raise ValueError("show_feature_maps: stages must hold at least one entry, received none")
    for name, maps in stages.items():
        if maps.ndim != 3:
            raise ValueError(f"show_feature_maps: stages[{name!r}] must have shape (C, H, W), received {maps.shape}")
    return detached(
        _maps_beside(image, stages, probabilities, label),
        narrow=lambda: detached(_maps_below(image, stages, probabilities, label)),
    )


def _maps_beside(image, stages, probabilities, label):
    rows = _rows(stages)
    with style():
        figure = plt.figure(figsize=(7.6, 0.88 * sum(rows) + 0.32 * len(stages) + 0.3), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.5, 6.1))
        _draw_answer(left.subplots(2, 1, height_ratios=(1, 1.35)), image, probabilities, label)
        _draw_maps(right, stages, rows)
    return figure


def _maps_below(image, stages, probabilities, label):
    rows = _rows(stages)
    maps = 0.5 * sum(rows) + 0.32 * len(stages)
    with style():
        figure = plt.figure(figsize=(WIDTH, maps + 1.75), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(1.75, maps))
        _draw_answer(above.subplots(1, 2, width_ratios=(1, 1.6)), image, probabilities, label)
        _draw_maps(below, stages, rows, fontsize=10)
    return figure


_ABREAST = 8  # maps


def _rows(stages):
    return [-(-len(maps) // _ABREAST) for maps in stages.values()]


def _draw_answer(axes, image, probabilities, label):
    picture, bars = axes
    picture.imshow(image, **shaded(image, "ink"))
    picture.axis("off")
    picture.set_title("input")
    classes = np.arange(len(probabilities))
    bars.barh(classes, probabilities, color=[ACCENT if k == label else INPUT for k in classes])
    bars.set(xlim=(0, 1), xticks=(0, 1), title="probability")
    bars.set_yticks(classes, classes, fontsize=8)
    bars.invert_yaxis()


def _draw_maps(part, stages, rows, fontsize=11):
    bands = part.subfigures(len(stages), 1, height_ratios=[each + 0.35 for each in rows], squeeze=False)
    for band, each, (name, maps) in zip(bands[:, 0], rows, stages.items(), strict=True):
        band.suptitle(f"{name}: {len(maps)} maps of {maps.shape[1]}×{maps.shape[2]}", fontsize=fontsize)
        for index, axis in enumerate(band.subplots(each, _ABREAST, squeeze=False).flat):
            axis.axis("off")
            if index < len(maps):
                axis.imshow(maps[index], **shaded(maps))


def show_confusion(counts):
    """Draw a confusion matrix with its counts; the diagonal is right, everything else is a mistake.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        Row the label, column the prediction.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shape is another, or there is no class.
    """
    if counts.shape != (len(counts), len(counts)) or not counts.size:
        raise ValueError(f"show_confusion: counts must have shape (classes, classes), received {counts.shape}")
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    with style():
        figure, axis = plt.subplots(figsize=(5.4, 5), layout="constrained")
        axis.imshow(mistakes, cmap=clear_to(KERNEL), vmin=0, vmax=max(1, mistakes.max()) * 1.6)
        for label, prediction in np.ndindex(counts.shape):
            value = counts[label, prediction]
            right = label == prediction
            if value or right:
                axis.text(
                    prediction, label, value, ha="center", va="center", fontsize=9, color=FAINT if right else None
                )
        axis.set(xlabel="predicted", ylabel="label", xticks=range(len(counts)), yticks=range(len(counts)))
        axis.spines[:].set_visible(False)
        axis.tick_params(length=0)
    return detached(figure)
