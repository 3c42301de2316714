"""What a unit of a network sees of the image: by its geometry, and by the gradient that reaches the pixels."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlib.models.torch_network import Network
from cnnlib.shapes import Conv, Pool, ntuple


@dataclass(frozen=True)
class Field:
    """Where the units of one layer look, along the rows and along the columns of the image.

    Attributes
    ----------
    name : str
        Of the layer.
    units : tuple of int, (H, W)
        Of one of its maps.
    size, stride : tuple of int, (rows, columns)
        Pixels that a unit sees, and from one unit's first pixel to the next one's.
    start : tuple of int, (row, column)
        First pixel that unit (0, 0) sees; negative where it lies in the padding.
    """

    name: str
    units: tuple
    size: tuple
    stride: tuple
    start: tuple

    def of(self, row, column):
        """Return what unit (row, column) sees as ``(top, bottom, left, right)``, the ends exclusive."""
        places = zip(self.start, (row, column), self.stride, strict=True)
        top, left = (first + unit * step for first, unit, step in places)
        return (top, top + self.size[0], left, left + self.size[1])


def fields(architecture):
    """List the receptive fields of every convolution and pooling.

    Sizes and strides are those of `cnnlib.shapes.trace`; the first pixel moves out by a layer's padding times the
    stride that reaches it [1]_.

    A field includes what padding stands for. Where a stride does not divide and the last pixels are read by no window,
    a unit at the far edge sees zeros in their place.

    Parameters
    ----------
    architecture : Architecture

    Returns
    -------
    list of Field

    References
    ----------
    .. [1] Araujo, Norris & Sim, *Computing Receptive Fields of Convolutional Neural Networks*, Distill (2019), Eq. 4.

    Examples
    --------
    >>> from cnnlib.models.catalogue import lenet
    >>> first = fields(lenet())[0]
    >>> first.units, first.of(0, 0)
    ((28, 28), (-2, 3, -2, 3))
    """
    found, start, stride = [], (0, 0), (1, 1)
    for report in architecture.trace():
        if not isinstance(report.layer, Conv | Pool):
            continue
        padding = ntuple("fields", "padding", report.layer.padding, 2, minimum=0)
        start = tuple(first - pad * step for first, pad, step in zip(start, padding, stride, strict=True))
        stride = report.effective_stride
        found.append(Field(report.name, report.output_shape[1:], report.receptive_field, stride, start))
    return found


def reach(architecture, layer, *, images, seeds=range(4)):
    """Measure how strongly each pixel moves the middle unit of a layer, in networks that have not been trained.

    The gradient of a random mixture of the layer's channels, at the middle unit, with respect to the image; its
    square is averaged over images, colours, mixtures and networks [1]_.

    Parameters
    ----------
    architecture : Architecture
    layer : str
        Name of a layer before the flattening.
    images : ndarray of float32, shape (N, C, H, W)
    seeds : iterable of int
        One network, and one mixture for each image, from each.

    Returns
    -------
    ndarray of float64, shape (H, W)
        Adds up to one.

    Raises
    ------
    ValueError
        If there is no such layer, or it has no middle.

    References
    ----------
    .. [1] Luo, Li, Urtasun & Zemel, *Understanding the effective receptive field in deep convolutional neural
       networks* (2016), Sec. 2.
    """
    channels, height, width = _maps(architecture, layer)
    total = np.zeros(images.shape[2:])
    for seed in seeds:
        pixels = torch.from_numpy(images).requires_grad_()
        units = Network(_up_to(architecture, layer), seed=seed).activations(pixels)[layer]
        mixture = np.random.RandomState(seed).normal(size=(len(images), channels)).astype(np.float32)
        (units[:, :, height // 2, width // 2] * torch.from_numpy(mixture)).sum().backward()
        total += pixels.grad.double().square().sum((0, 1)).numpy()
    return total / total.sum()


def _maps(architecture, layer):
    shapes = {report.name: report.output_shape for report in architecture.trace() if len(report.output_shape) == 3}
    if layer not in shapes:
        raise ValueError(f"{architecture.name}: layer must be one with maps, of {list(shapes)}, received {layer!r}")
    return shapes[layer]


def _up_to(architecture, layer):
    """Cut off what comes behind a layer: nothing of it is needed, and most of the weights are there."""
    names = [report.name for report in architecture.trace()]
    kept = architecture.layers[: names.index(layer) + 1]
    return type(architecture)(f"{architecture.name}, up to {layer}", architecture.input_shape, kept)


def paths(architecture, layer):
    """Count the ways from each pixel to the middle unit of a layer: one choice in every window on the way.

    With independent random weights, a pixel's squared gradient is on average proportional to this number [1]_.

    Parameters
    ----------
    architecture : Architecture
    layer : str
        Name of a layer before the flattening.

    Returns
    -------
    ndarray of float64, shape (H, W)
        Adds up to one.

    Raises
    ------
    ValueError
        If there is no such layer, or it has no middle.

    References
    ----------
    .. [1] As in `reach`, Sec. 2.2.
    """
    _maps(architecture, layer)
    windows = [report for report in _up_to(architecture, layer).trace() if isinstance(report.layer, Conv | Pool)]
    axes = []
    for axis in (0, 1):
        ways = np.zeros(windows[-1].output_shape[1 + axis])
        ways[len(ways) // 2] = 1
        for report in reversed(windows):
            ways = _before(ways, report, axis)
        axes.append(ways / ways.sum())
    return np.outer(*axes)


def _before(ways, report, axis):
    """Hand the number of ways from each output cell of a layer, along one axis, to the cells that it reads."""
    kernel, stride, padding = (
        ntuple("paths", name, value, 2, minimum=0)[axis]
        for name, value in (
            ("kernel", report.layer.kernel),
            ("stride", report.layer.kernel if report.layer.stride is None else report.layer.stride),
            ("padding", report.layer.padding),
        )
    )
    size = report.input_shape[1 + axis]
    read = np.zeros(size + 2 * padding + stride)
    for cell, number in enumerate(ways):
        read[cell * stride : cell * stride + kernel] += number
    return read[padding : padding + size]


def core(shares, part=0.95):
    """Count the pixels that together hold a part of what reaches a unit, the strongest first.

    Parameters
    ----------
    shares : ndarray of float, shape (H, W)
        As `reach` returns them.
    part : float

    Returns
    -------
    int

    Examples
    --------
    >>> core(np.array([[0.6, 0.1], [0.3, 0.0]]), 0.9)
    2
    """
    # A hair less than the part, so that rounding of the sum does not cost a pixel.
    gathered = np.sort(shares, axis=None)[::-1].cumsum()
    return int(np.searchsorted(gathered, part * (1 - 1e-12)) + 1)
