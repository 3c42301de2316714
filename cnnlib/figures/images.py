"""Draw images, feature maps and the answers a network gives to them."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.style import ACCENT, FAINT, INPUT, detached, style


def show_images(images, titles=None, *, columns=10, size=0.85):
    """Draw grayscale images in a grid.

    Parameters
    ----------
    images : ndarray, shape (N, H, W) or (N, 1, H, W)
        Black is the smallest value of all images, white the largest.
    titles : sequence of str, optional
        One above each image.
    columns : int
    size : float
        Side of one image in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the shape is another, there is no image, or the titles are not as many.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim != 3 or not images.size:
        raise ValueError(f"show_images: images must have shape (N, H, W) or (N, 1, H, W), received {images.shape}")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"show_images: titles must be as many as images, received {len(titles)} for {len(images)}")
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
                axis.imshow(images[index], vmin=images.min(), vmax=images.max())
                if titles is not None:
                    axis.set_title(titles[index], fontsize=10, pad=3)
    return detached(figure)


def show_feature_maps(image, stages, probabilities, *, label=None):
    """Draw an image, the feature maps it causes stage by stage, and the network's answer.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    stages : mapping of str to ndarray, shape (C, H, W)
        Drawn in order, one band each, every band on its own scale from its smallest value (dark)
        to its largest (bright).
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
    widest = 8
    band_rows = [-(-len(maps) // widest) for maps in stages.values()]
    with style():
        figure = plt.figure(figsize=(7.6, 0.88 * sum(band_rows) + 0.32 * len(stages) + 0.3), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.5, 6.1))
        picture, bars = left.subplots(2, 1, height_ratios=(1, 1.35))
        picture.imshow(image)
        picture.axis("off")
        picture.set_title("input")
        classes = np.arange(len(probabilities))
        bars.barh(classes, probabilities, color=[ACCENT if k == label else INPUT for k in classes])
        bars.set(yticks=classes, xlim=(0, 1), xticks=(0, 1), title="probability")
        bars.invert_yaxis()
        bands = right.subfigures(len(stages), 1, height_ratios=[rows + 0.35 for rows in band_rows], squeeze=False)
        for band, rows, (name, maps) in zip(bands[:, 0], band_rows, stages.items(), strict=True):
            low, high = maps.min(), maps.max()
            band.suptitle(f"{name}: {len(maps)} maps of {maps.shape[1]}×{maps.shape[2]}", fontsize=11)
            for index, axis in enumerate(band.subplots(rows, widest, squeeze=False).flat):
                axis.axis("off")
                if index < len(maps):
                    axis.imshow(maps[index], vmin=low, vmax=high, cmap="viridis")
    return detached(figure)


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
        axis.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, mistakes.max()) * 1.6)
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
