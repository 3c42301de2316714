"""One network for images of every size: what changes is the distance between its pooling regions."""

import numpy as np

from cnnlib import gpu
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool, integer


def resized(images, size):
    """Rescale images with Pillow's bilinear filter, which averages where it shrinks.

    Parameters
    ----------
    images : ndarray of float32, shape (N, 1, H, W)
    size : int
        Side of the results, in pixels.

    Returns
    -------
    ndarray of float32, shape (N, 1, size, size)
    """
    from PIL import Image

    integer("resized", "size", size, minimum=1)
    # Pillow takes one channel of floats as a picture of mode "F", and does not round it to bytes.
    pictures = (Image.fromarray(image[0]) for image in images)
    return np.stack([np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR)) for picture in pictures])[
        :, None
    ]


class AnySize(Network):
    """Two convolutions and a pooling to a fixed grid, so that the dense layer fits images of any size.

    Parameters
    ----------
    grid : int
        The last pooling has ``grid × grid`` windows, whatever the size of the maps; 1 pools globally.
    seed : int
        Of the initial weights.

    Examples
    --------
    >>> import torch
    >>> network = AnySize(4)
    >>> [tuple(network(torch.zeros(2, 1, size, size)).shape) for size in (20, 64)]
    [(2, 10), (2, 10)]
    """

    def __init__(self, grid, *, seed=0):
        integer("AnySize", "grid", grid, minimum=1)
        layers = (
            Conv(12, 5),
            Activation("relu"),
            Pool("max", 2),
            Conv(24, 5),
            Activation("relu"),
            Pool("average", 8 // grid),
            Flatten(),
            Dense(10),
        )
        super().__init__(Architecture(f"AnySize (grid {grid})", (1, 28, 28), layers), seed=seed)
        self.grid = grid

    def maps(self, x, *, scale=1):
        """Return the rectified maps of the second convolution, shape (N, 24, H, W).

        Parameters
        ----------
        x : tensor of float, shape (N, 1, H_in, W_in)
        scale : int
            By how much the kernels are spread and the first pooling's windows enlarged: with ``scale`` 2, the
            network sees an image of twice the size as it sees the original with 1.
        """
        x = gpu.relu(gpu.conv2d(x, self.conv1.weight, self.conv1.bias, dilation=scale))
        x = gpu.max_pool2d(x, 2 * scale)
        return gpu.relu(gpu.conv2d(x, self.conv2.weight, self.conv2.bias))

    def forward(self, x, *, scale=1):
        """Return the logits, shape (N, 10); arguments as in `maps`."""
        pooled = gpu.adaptive_avg_pool2d(self.maps(x, scale=scale), self.grid)
        return gpu.linear(pooled.flatten(1), self.dense1.weight, self.dense1.bias)
