"""How much of a representation changes when the picture moves."""

import numpy as np

from cnnlib.shapes import integer


def moved_right(images, pixels):
    """Move images to the right; paper comes in at the left, and what leaves at the right is lost.

    Parameters
    ----------
    images : ndarray of float, shape (N, C, H, W)
    pixels : int
        From 0 to W.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)

    Examples
    --------
    >>> moved_right(np.array([[[[1.0, 2.0, 3.0]]]]), 1)[0, 0, 0].tolist()
    [0.0, 1.0, 2.0]
    """
    width = images.shape[-1]
    integer("moved_right", "pixels", pixels, minimum=0)
    if pixels > width:
        raise ValueError(f"moved_right: pixels must be at most the width {width}, received {pixels}")
    result = np.zeros_like(images)
    result[..., pixels:] = images[..., : width - pixels]
    return result


def distance_to_another(before, after, *, power=1):
    """Return how far a change goes, in units of the distance from one picture to another.

    Parameters
    ----------
    before, after : ndarray of float, shape (N, …)
        What a representation makes of N pictures, and of the same pictures changed.
    power : int
        Of the absolute differences that are added up: 1, or 2 for their squares.

    Returns
    -------
    float
        0 where nothing changes, 1 where the change is as large as that from each picture to the next of the list.

    Raises
    ------
    ValueError
        If the shapes differ, or all pictures are alike.

    Examples
    --------
    >>> distance_to_another(np.array([[0.0, 2.0], [4.0, 2.0]]), np.array([[1.0, 2.0], [3.0, 2.0]]))
    0.25
    """
    if np.shape(before) != np.shape(after):
        raise ValueError(
            f"distance_to_another: before and after must have equal shapes, "
            f"received {np.shape(before)} and {np.shape(after)}"
        )
    apart = (np.abs(before - np.roll(before, 1, axis=0)) ** power).sum()
    if not apart:
        raise ValueError(f"distance_to_another: before must hold pictures that differ, received {np.shape(before)}")
    return float((np.abs(after - before) ** power).sum() / apart)
