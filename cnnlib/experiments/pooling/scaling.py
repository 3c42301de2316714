"""Ways to make 7×7 pixels of a digit of 28×28, and a reader that has no setting for any of them."""

from functools import partial

import numpy as np

from cnnlib.vectorized import avg_pool2d, max_pool2d


def pillow(pictures, side, filter):
    """Scale pictures with one of Pillow's filters.

    Parameters
    ----------
    pictures : ndarray of float, shape (N, 1, H, W)
    side : int
        Of the results, in pixels.
    filter : str
        Pillow's name for it, in capitals: ``"BOX"``, ``"BILINEAR"``, ``"BICUBIC"``, …

    Returns
    -------
    ndarray of float32, shape (N, 1, side, side)
    """
    from PIL import Image

    # Pillow takes one channel of floats as a picture of mode "F", and does not round it to bytes.
    singles = (Image.fromarray(picture) for picture in pictures[:, 0].astype(np.float32))
    return np.stack([[np.asarray(one.resize((side, side), Image.Resampling[filter]))] for one in singles])


# Each takes pictures (N, 1, 28, 28) and returns pictures (N, 1, 7, 7).
WAYS = {
    "average 4×4": partial(avg_pool2d, kernel_size=4),
    "average 6×6, steps of 4": partial(avg_pool2d, kernel_size=6, stride=4, padding=1),
    "average 8×8, steps of 4": partial(avg_pool2d, kernel_size=8, stride=4, padding=2),
    "bilinear": partial(pillow, side=7, filter="BILINEAR"),
    "bicubic": partial(pillow, side=7, filter="BICUBIC"),
    "maximum 4×4": partial(max_pool2d, kernel_size=4),
    "every fourth pixel": lambda pictures: pictures[:, :, 2::4, 2::4],
}


def nearest_neighbour(known, new):
    """Answer with the label of the known picture whose pixels have the smallest sum of squared differences.

    Parameters
    ----------
    known, new : pair of ndarray: pictures (N, …) of one shape, labels (N,)

    Returns
    -------
    float
        Share of the new pictures that are answered rightly.
    """
    (pictures, labels), (others, truth) = known, new
    pictures, others = (array.reshape(len(array), -1) for array in (pictures, others))
    # The squared distance, less what is the same for all known ones.
    distances = (pictures**2).sum(axis=1) - 2 * others @ pictures.T
    return float(np.mean(labels[distances.argmin(axis=1)] == truth))
