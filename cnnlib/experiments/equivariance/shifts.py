"""Pictures that move: on a ring, or over paper."""

import numpy as np
import torch


def shift(x, rows=0, columns=0):
    """Shift images down and to the right; what leaves at one edge comes back in at the other.

    Parameters
    ----------
    x : ndarray, shape (..., H, W)
    rows, columns : int

    Returns
    -------
    ndarray, same shape

    Examples
    --------
    >>> shift(np.array([[1, 2, 3]]), columns=1)
    array([[3, 1, 2]])
    """
    return np.roll(x, (rows, columns), axis=(-2, -1))


def moved(x, rows=0, columns=0):
    """Move images down and to the right; what leaves is lost, and zeros come in.

    Parameters
    ----------
    x : ndarray, shape (..., H, W)
    rows, columns : int

    Returns
    -------
    ndarray, same shape

    Examples
    --------
    >>> moved(np.array([[1, 2, 3]]), columns=1)
    array([[0, 1, 2]])
    """
    y = shift(x, rows, columns)
    for steps, lines in ((rows, np.moveaxis(y, -2, 0)), (columns, np.moveaxis(y, -1, 0))):
        lines[: max(steps, 0)] = 0
        lines[len(lines) + min(steps, 0) :] = 0
    return y


def wanderer(reach):
    """Return what moves each image of a batch by rows and columns of its own, drawn from ``-reach`` to ``reach``.

    Parameters
    ----------
    reach : int

    Returns
    -------
    callable
        Takes images, a tensor (N, C, H, W), and a `numpy.random.RandomState`; as `fit_steps` wants its ``augment``.
    """

    def wander(images, random):
        steps = random.randint(-reach, reach + 1, (len(images), 2))
        return torch.from_numpy(np.stack([moved(x, *step) for x, step in zip(images.numpy(), steps, strict=True)]))

    return wander
