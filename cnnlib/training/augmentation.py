"""Show each training image a little differently every time it is seen.

Every function takes a batch on any device and a `numpy.random.RandomState`, and returns a new batch. The crop, the flip
and the jitter ask the generator once, for an array with the images' axis first: a process that holds only some rows of
a joint batch can hand over a generator that draws for the whole batch and keeps these rows.
"""

import numpy as np
import torch

from cnnlib.shapes import integer, ntuple


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


def random_crop(images, rng, size, *, padding=0):
    """Cut a window out of each image, at a place of its own.

    Parameters
    ----------
    images : tensor of any dtype, shape (N, C, H, W)
    rng : numpy.random.RandomState
    size : int or pair of int
        Height and width of the window, in pixels.
    padding : int
        Zeros to put around each image first.

    Returns
    -------
    tensor, shape (N, C, *size)

    Raises
    ------
    ValueError
        If the window exceeds the padded image.

    Examples
    --------
    >>> images = torch.arange(20).reshape(1, 1, 4, 5)
    >>> random_crop(images, np.random.RandomState(0), (2, 3))
    tensor([[[[ 7,  8,  9],
              [12, 13, 14]]]])
    """
    height, width = ntuple("random_crop", "size", size, 2, minimum=1)
    border = integer("random_crop", "padding", padding, minimum=0)
    padded = torch.nn.functional.pad(images, (border,) * 4) if border else images
    room = np.array([padded.shape[2] - height + 1, padded.shape[3] - width + 1])
    if room.min() < 1:
        raise ValueError(
            f"random_crop: size must not exceed the image with its padding, "
            f"received {(height, width)} for {tuple(padded.shape[2:])}"
        )
    corners = torch.from_numpy((rng.random_sample((len(images), 2)) * room).astype(np.int64)).to(images.device)
    rows = corners[:, :1] + torch.arange(height, device=images.device)
    columns = corners[:, 1:] + torch.arange(width, device=images.device)
    which = torch.arange(len(images), device=images.device)
    # The channels' slice between index arrays puts that axis last: (N, height, width, C).
    windows = padded[which[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return windows.permute(0, 3, 1, 2)


def random_flip(images, rng):
    """Mirror each image left to right, or not, with equal chances.

    Parameters
    ----------
    images : tensor of any dtype, shape (N, C, H, W)
    rng : numpy.random.RandomState

    Returns
    -------
    tensor, shape (N, C, H, W)
    """
    mirrored = torch.from_numpy(rng.random_sample(len(images)) < 0.5).to(images.device)
    return torch.where(mirrored[:, None, None, None], images.flip(3), images)


def color_components(images):
    """Return the directions in which the colours of a set of pictures vary, as long as the variance along them [1]_.

    The variance carries the square of the pixels' unit: take pixels from 0 to 1 here and in `color_jitter`.

    Parameters
    ----------
    images : tensor of float, shape (N, 3, H, W)

    Returns
    -------
    ndarray of float64, shape (3, 3)
        In row i, λᵢ pᵢ: an eigenvalue of the pixels' covariance times its eigenvector; the largest first, each with
        its largest entry positive.

    Raises
    ------
    ValueError
        If the images do not have three channels.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks* (2012),
       Sec. 4.1.
    """
    _need_colour("color_components", images)
    pixels, total, products = 0, 0.0, 0.0
    # In double precision, for the sums have millions of terms; in chunks, so as not to copy all pictures to it at once.
    for chunk in images.split(1000):
        colours = chunk.cpu().double().transpose(0, 1).reshape(3, -1)
        pixels += colours.shape[1]
        total = total + colours.sum(1)
        products = products + colours @ colours.T
    mean = total / pixels
    covariance = (products / pixels - torch.outer(mean, mean)).cpu().numpy()
    variances, directions = np.linalg.eigh(covariance)
    components = (variances * directions).T[::-1]
    largest = np.take_along_axis(components, np.abs(components).argmax(1)[:, None], axis=1)
    return components * np.sign(largest)


def color_jitter(images, rng, components, *, strength=0.1):
    """Shift all pixels of each image by one amount of its own along the data's principal colours [1]_.

    Parameters
    ----------
    images : tensor of float, shape (N, 3, H, W)
    rng : numpy.random.RandomState
    components : ndarray of float, shape (3, 3)
        As `color_components` returns them.
    strength : float
        Standard deviation of the factor of each component.

    Returns
    -------
    tensor of float, shape (N, 3, H, W)
        Not clipped.

    Raises
    ------
    ValueError
        If the images do not have three channels.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks* (2012),
       Sec. 4.1.
    """
    _need_colour("color_jitter", images)
    shifts = strength * rng.standard_normal((len(images), 3)) @ components
    return images + torch.from_numpy(shifts).to(images)[:, :, None, None]


def _need_colour(op, images):
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(f"{op}: images must have shape (N, 3, H, W), received {tuple(images.shape)}")
