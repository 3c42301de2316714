"""Draw each training digit a little differently every time it is seen."""

import numpy as np
import torch


def distort(images, rng, *, shift=2.0, degrees=10.0, scale=0.1, squeeze=0.1, shear=0.1, background=0.0):
    """Move, turn, scale, squeeze and slant each image by amounts of its own, drawn uniformly.

    These are the planar distortions that LeNet-5 was trained with [1]_, and the turn.

    Parameters
    ----------
    images : tensor of float, shape (N, C, H, W)
    rng : numpy.random.RandomState
    shift : float
        Largest move along each axis, in pixels.
    degrees : float
        Largest turn to either side.
    scale : float
        Largest relative change of the size.
    squeeze : float
        Largest relative change of width against height.
    shear : float
        Largest slant, in columns for each row.
    background : float
        What comes in from outside the image.

    Returns
    -------
    tensor of float, shape (N, C, H, W)
        Sampled bilinearly.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998),
       Sec. III.B.
    """
    count, (height, width) = len(images), images.shape[2:]
    draw = rng.uniform(-1, 1, (6, count))
    angle = np.deg2rad(degrees) * draw[0]
    zoom, ratio, slant = 1 + scale * draw[1], 1 + squeeze * draw[2], shear * draw[3]
    cos, sin = np.cos(angle), np.sin(angle)
    # The grid says where each pixel of the result is read: turn, then slant, then scale.
    matrix = np.empty((count, 2, 3), np.float32)
    matrix[:, 0, 0] = (cos - slant * sin) * zoom * ratio
    matrix[:, 0, 1] = (-sin - slant * cos) * zoom * ratio
    matrix[:, 1, 0] = sin * zoom / ratio
    matrix[:, 1, 1] = cos * zoom / ratio
    # The grid runs from −1 to 1 along either side, however long: a turn has to be undistorted for that.
    matrix[:, 0, 1] *= height / width
    matrix[:, 1, 0] *= width / height
    matrix[:, :, 2] = (2 * shift * draw[4:] / np.array([[width], [height]])).T
    theta = torch.from_numpy(matrix).to(images)
    grid = torch.nn.functional.affine_grid(theta, images.shape, align_corners=False)
    moved = torch.nn.functional.grid_sample(images - background, grid, align_corners=False)
    return moved + background
