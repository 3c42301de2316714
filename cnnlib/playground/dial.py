"""A digit to turn and to slide, and three networks that read it."""

from functools import cache
from pathlib import Path

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.models.rounding import restored
from cnnlib.models.storage import load_tensors
from cnnlib.playground.base import Array, Playground
from cnnlib.playground.rounded import packed_layers

# Written by ``python -m benchmarks.dial``; how each network was trained stands in `benchmarks.dial.NETWORKS`.
DIAL_FILE = Path(__file__).with_name("dial.safetensors")
DIAL_BITS = 5  # of a weight
GRAYS = 15  # of gray: two pixels of a digit travel in a byte
ANGLES, REACH = tuple(range(0, 360, 5)), 8  # degrees at which, and pixels to either side by which, all were measured
READER_LAYERS = ("conv1", "conv2", "conv3", "dense")
TURNERS = ("plain", "turned", "group")


class DialPlayground(Playground):
    """A digit that is turned and slid, what three networks read, and what they read of a thousand like it.

    *plain* was shown upright digits and *turned* the same at every angle; *group* was shown upright digits, and its
    layers are equivariant to quarter turns. They are networks of the Equivariance chapter, their weights rounded.

    Attributes
    ----------
    digit : int, 0 to 9
        Which of ten test digits.
    angle : int, 0 to 359
        Degrees by which it is turned counterclockwise.
    right : int, -8 to 8
        Pixels by which it is then moved to the right.
    image : ndarray of float32, shape (28, 28)
        What the networks read. Read-only, as the next.
    logits : ndarray of float32, shape (3, 10)
        Of plain, turned and group, by `cnnlib.vectorized` with the page's weights.

    Examples
    --------
    >>> dial = DialPlayground()
    >>> dial.angle = 90
    >>> dial.logits.shape
    (3, 10)
    """

    script = "playground/scripts/dial"
    title = "Turn a digit or slide it, and see what a plain, an augmented and a group network read."

    digit = traitlets.Int(6, min=0, max=9).tag(sync=True)
    angle = traitlets.Int(0, min=0, max=359).tag(sync=True)
    right = traitlets.Int(0, min=-REACH, max=REACH).tag(sync=True)
    digits = traitlets.Dict().tag(sync=True)
    networks = traitlets.Dict().tag(sync=True)
    curves = traitlets.Dict().tag(sync=True)
    image = Array(np.zeros((28, 28)))
    logits = Array(np.zeros((3, 10)))

    def __init__(self):
        tensors = _tensors()
        pixels = tensors["digits"].reshape(-1, 2)
        super().__init__(
            digits={"pixels": memoryview((16 * pixels[:, 0] + pixels[:, 1]).tobytes())},
            networks={
                name: packed_layers({layer: (*_layer(name, layer), DIAL_BITS) for layer in READER_LAYERS})
                for name in TURNERS
            },
            curves={name: tensors[name].tolist() for name in ("by_angle", "by_move")},
        )
        self._read(None)

    @traitlets.observe("digit", "angle", "right")
    def _read(self, _):
        picture = _tensors()["digits"][self.digit] / GRAYS
        self.image = turned_and_moved(picture, self.angle, self.right)
        image = self.image.astype(float)
        self.logits = [dial_logits(name, image[None, None])[0] for name in TURNERS]


@cache
def _tensors():
    return load_tensors(DIAL_FILE, kind="dial")[0]


def _layer(network, layer):
    """Return whole numbers, scales and biases."""
    return [_tensors()[f"{network}.{layer}.{part}"] for part in ("whole", "scale", "bias")]


def turned_and_moved(image, degrees, right=0):
    """Turn an image counterclockwise about its middle, linearly interpolated, and move it to the right.

    Parameters
    ----------
    image : ndarray of float, shape (H, W)
    degrees : float
    right : int

    Returns
    -------
    ndarray, same shape
        Zeros come in from outside.

    Examples
    --------
    >>> turned_and_moved(np.array([[1.0, 2.0], [3.0, 4.0]]), 90).round(6)
    array([[2., 4.],
           [1., 3.]])
    """
    height, width = image.shape
    rows, columns = np.indices(image.shape, float)
    down, across = rows - (height - 1) / 2, columns - right - (width - 1) / 2
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    i, j = (height - 1) / 2 + sine * across + cosine * down, (width - 1) / 2 + cosine * across - sine * down
    top, left = np.floor(i).astype(int), np.floor(j).astype(int)
    # The paper goes on for so far that every pixel finds its four neighbours.
    margin = height + width + abs(right)
    around = np.pad(image, margin)
    result = np.zeros(image.shape)
    for a, weight in ((0, 1 - (i - top)), (1, i - top)):
        for b, share in ((0, 1 - (j - left)), (1, j - left)):
            result += weight * share * around[top + a + margin, left + b + margin]
    # What has been moved in from beyond the turned image is paper.
    result[(columns < right) | (columns >= width + right)] = 0
    return result


def in_four_ways(weight):
    """Return the kernels of a group layer, each turned by 0 to 3 quarters, as those of an ordinary convolution.

    Parameters
    ----------
    weight : ndarray, shape (C_out, C_in, K, K) or (C_out, C_in, 4, K, K)

    Returns
    -------
    ndarray, shape (4 * C_out, C_in, K, K) or (4 * C_out, 4 * C_in, K, K)
        As `cnnlib.gpu.rotations` has them.
    """
    turned = [np.rot90(weight if weight.ndim == 4 else np.roll(weight, r, axis=2), r, axes=(-2, -1)) for r in range(4)]
    return np.stack(turned, axis=1).reshape(4 * len(weight), -1, *weight.shape[-2:])


def dial_logits(name, images):
    """Return the logits, shape (N, 10), that one of the three networks gives images of shape (N, 1, 28, 28)."""
    x, group = images, _layer(name, "conv2")[0].ndim == 5
    for layer in READER_LAYERS[:-1]:
        whole, scale, bias = _layer(name, layer)
        weight = restored(whole, scale).astype(x.dtype)
        if group:
            weight, bias = in_four_ways(weight), np.repeat(bias, 4)
        x = vectorized.relu(vectorized.conv2d(x, weight, bias.astype(x.dtype)))
        if layer != "conv3":
            x = vectorized.max_pool2d(x, 2)
    x = x.reshape(len(x), -1)
    if group:
        x = x.reshape(len(x), -1, 4).max(axis=2)
    whole, scale, bias = _layer(name, "dense")
    return vectorized.linear(x, restored(whole, scale).astype(x.dtype), bias.astype(x.dtype))
