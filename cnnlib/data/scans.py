"""A picture of a digit, from anywhere, made as MNIST's were made."""

import numpy as np

from cnnlib.data.picture_file import as_rgb, opened


def open_picture(path):
    """Read a picture file as gray values.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ndarray of uint8, shape (H, W)
        Transparent parts are white; a photograph is turned upright as its camera noted. A picture whose longer side
        exceeds 1,000 pixels is scaled down to that, which a digit of 28×28 pixels does not miss.

    Raises
    ------
    DataError
        Naming the file and what is wrong with it: missing, empty, cut off, no picture, too large, or damaged.
    """
    from PIL import ImageOps

    with opened(path) as picture:
        upright = as_rgb(ImageOps.exif_transpose(picture))
        upright.thumbnail((1000, 1000))
        return np.asarray(upright.convert("L"))


def as_mnist(picture):
    """Bring a picture of one digit into MNIST's form [1]_: ink is 1, size and place are always the same.

    Slanting light is levelled, dark ink on a light ground turned into light on dark, the digit scaled into a box of
    20×20 pixels, and the box set so that the ink's centre of mass lies in the middle of 28×28.

    Parameters
    ----------
    picture : ndarray, shape (H, W) or (H, W, 3)
        Any scale of brightness.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        0 for the ground, 1 for ink.

    Raises
    ------
    ValueError
        If the shape is another, the picture is smaller than 8×8 or holds NaN, or nothing stands out from its ground.

    References
    ----------
    .. [1] LeCun, Cortes & Burges, *The MNIST database of handwritten digits*.

    Examples
    --------
    >>> page = np.full((90, 60), 200)  # bright paper
    >>> page[20:70, 40:46] = 30  # a dark stroke, off the middle
    >>> digit = as_mnist(page)
    >>> digit.shape, int((digit.sum(axis=1) > 0).sum())  # twenty rows of ink
    ((28, 28), 20)
    """
    ink = ink_of(picture)
    box = _scaled(_cropped(ink), 20)
    rows, columns = (np.arange(size) for size in box.shape)
    mass = box.sum()
    centre = (box.sum(axis=1) @ rows / mass, box.sum(axis=0) @ columns / mass)
    digit = np.zeros((28, 28), np.float32)
    # MNIST counts its middle as pixel 14; a lopsided digit stays inside all the same.
    top, left = (int(np.clip(round(14 - middle), 0, 28 - size)) for middle, size in zip(centre, box.shape, strict=True))
    digit[top : top + box.shape[0], left : left + box.shape[1]] = box
    return digit


def ink_of(picture):
    """Tell ink from ground: the first half of `as_mnist`.

    The ground is the plane that fits the picture's rim best; ink is what differs from it, to whichever side
    differs more.

    Parameters
    ----------
    picture : ndarray, shape (H, W) or (H, W, 3)

    Returns
    -------
    ndarray of float, shape (H, W)
        From 0 to 1; what differs less than a quarter as much as the strongest ink is ground.

    Raises
    ------
    ValueError
        As `as_mnist`.
    """
    gray = np.asarray(picture, dtype=np.float64)
    if gray.ndim == 3 and gray.shape[2] == 3:
        gray = gray.mean(axis=2)
    if gray.ndim != 2 or min(gray.shape) < 8:
        raise ValueError(
            f"as_mnist: picture must have shape (H, W) or (H, W, 3) and at least 8×8 pixels, "
            f"received {np.shape(picture)}"
        )
    if not np.isfinite(gray).all():
        raise ValueError("as_mnist: picture must hold finite numbers, received NaN or infinity")
    rows, columns = np.indices(gray.shape)
    rim = np.ones(gray.shape, bool)
    width = max(1, min(gray.shape) // 16)
    rim[width:-width, width:-width] = False
    plane = np.stack([np.ones_like(gray), rows, columns], axis=-1)
    level = plane @ np.linalg.lstsq(plane[rim], gray[rim], rcond=None)[0]
    difference = gray - level
    # A single extreme pixel is noise, dust or glare; a stroke is extreme on average over a spot.
    difference = _spots(difference, max(1, min(gray.shape) // 28))
    strength = np.abs(difference).max()
    # What rounding leaves of an even picture is not ink either.
    if strength <= max(0.1 * np.ptp(gray), 1e-9 * np.abs(gray).max()):
        raise ValueError("as_mnist: picture must show a digit, received one in which nothing stands out")
    contrast = (difference if difference.max() == strength else -difference) / strength
    return np.clip((contrast - 1 / 4) * 4 / 3, 0, 1)


def _spots(values, side):
    """Average over the square of about ``side`` pixels around each."""
    for axis in (0, 1):
        padded = np.pad(
            values, [(side // 2, side - side // 2 - 1) if each == axis else (0, 0) for each in (0, 1)], mode="edge"
        )
        values = np.lib.stride_tricks.sliding_window_view(padded, side, axis=axis).mean(axis=-1)
    return values


def _cropped(ink):
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.25) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _scaled(box, side):
    """Scale so that the longer side measures ``side`` pixels; averages where it shrinks."""
    from PIL import Image

    height, width = (max(1, round(size * side / max(box.shape))) for size in box.shape)
    picture = Image.fromarray(box.astype(np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))
