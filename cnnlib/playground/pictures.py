"""The pictures that the playgrounds come with: small, higher or wider than square."""

import numpy as np

from cnnlib import data, vectorized

_F = """
................
................
....########....
....########....
....##..........
....##..........
....######......
....######......
....##..........
....##..........
................
................
"""


def photograph(name, top, left, *, shrink, colour=False):
    """Cut 72×96 pixels out of a photograph, each the mean of a square.

    Parameters
    ----------
    name : str
        One of `cnnlib.data.pictures`.
    top, left : int
        Corner of the cut, in pixels of the photograph.
    shrink : int
        Side of the square.
    colour : bool, optional
        Whether the pixels keep their red, green and blue. False by default.

    Returns
    -------
    ndarray of uint8, shape (72, 96) or (3, 72, 96)
    """
    cut = data.pictures()[name][top : top + 72 * shrink, left : left + 96 * shrink].astype(float)
    channels = np.moveaxis(cut, 2, 0) if colour else cut.mean(axis=2)[None]
    small = np.rint(vectorized.avg_pool2d(channels[None], shrink)[0]).astype(np.uint8)
    return small if colour else small[0]


def rings():
    """Draw rings that lie ever closer together, until the pixels can no longer hold them apart.

    Returns
    -------
    ndarray of uint8, shape (72, 96)
    """
    rows, columns = np.indices((72, 96))
    squares = (rows - 36) ** 2 + (columns - 48) ** 2
    return np.rint(127.5 * (1 + np.cos(np.pi * squares / 96))).astype(np.uint8)


def grid():
    """Draw an F, which no flip leaves as it is.

    Returns
    -------
    ndarray of uint8, shape (12, 16)
    """
    return np.array([[255 * (cell == "#") for cell in row] for row in _F.split()], np.uint8)


def slopes(picture):
    """Find where a picture gets brighter from left to right: Sobel's kernel, then the ReLU, the picture a circle.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W)

    Returns
    -------
    ndarray of uint8, shape (H, W)
    """
    kernel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None] / 4
    answers = vectorized.conv2d(picture[None, None] / 255.0, kernel, padding=1, padding_mode="circular")
    return np.rint(255 * np.clip(answers[0, 0], 0, 1)).astype(np.uint8)


def stripes():
    """Draw upright stripes, two pixels on and two off.

    Returns
    -------
    ndarray of uint8, shape (24, 36)
    """
    return np.tile(np.array([0, 0, 255, 255], np.uint8), (24, 9))


def digit():
    """Frame a seven of MNIST with paper.

    Returns
    -------
    ndarray of uint8, shape (36, 36)
    """
    digits = data.mnist().test
    return np.pad(digits.images[np.argmax(digits.labels == 7), 0], 4)
