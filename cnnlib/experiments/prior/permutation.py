"""Pixels in another order, the same for all pictures."""

import numpy as np


def pixel_order(pixels, seed=0):
    """Draw an order of the pixels, shape (pixels,)."""
    return np.random.RandomState(seed).permutation(pixels)


def permute(images, order):
    """Put pixel ``order[k]`` of every image in place k.

    Parameters
    ----------
    images : ndarray, shape (N, 1, H, W)
    order : ndarray of int, shape (H · W,)

    Returns
    -------
    ndarray, same shape
    """
    return images.reshape(len(images), -1)[:, order].reshape(images.shape)
