"""Networks that subsample in different ways, on images closed into a circle, and how steady their answers are.

Every layer takes the image's left edge for the neighbour of its right edge, and top and bottom likewise. A shift that
wraps around then loses nothing, and whatever changes in the answer is the subsampling's doing.
"""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool, choice
from cnnlib.training import evaluate

LAYERS = (
    Conv(8, 3, padding=1),
    Activation("relu"),
    Pool("max", 2),
    Conv(16, 3, padding=1),
    Activation("relu"),
    Pool("max", 2),
    Conv(32, 3, padding=1),
    Activation("relu"),
    Pool("average", 7),
    Flatten(),
    Dense(10),
)
SUBSAMPLING = ("max", "blur", "none")


class CircularNetwork(Network):
    """Three convolutions, a 2×2 max pooling behind each of the first two, a global average, a dense layer.

    Parameters
    ----------
    subsampling : "max", "blur" or "none"
        What follows the maximum, which is taken at every position: keep every other value, as a strided pooling does;
        blur and then keep every other value [1]_; or keep all, and spread the next kernels to match [2]_.
    seed : int
        Of the initial weights, which have the same shapes for all three.

    Raises
    ------
    ValueError
        If ``subsampling`` is none of these.

    References
    ----------
    .. [1] Zhang, *Making convolutional networks shift-invariant again* (2019), Sec. 3.2.
    .. [2] Yu & Koltun, *Multi-scale context aggregation by dilated convolutions* (2016), Sec. 2.
    """

    def __init__(self, subsampling, *, seed=0):
        choice("CircularNetwork", "subsampling", subsampling, SUBSAMPLING)
        super().__init__(Architecture(f"Circular ({subsampling})", (1, 28, 28), LAYERS), seed=seed)
        self.subsampling = subsampling

    def forward(self, x):
        """Return the logits, shape (N, 10), of images of shape (N, 1, 28, 28)."""
        spacing = 1
        for layer in (self.conv1, self.conv2):
            x = dense_max(self._convolve(x, layer, spacing), spacing)
            match self.subsampling:
                case "max":
                    x = x[:, :, ::2, ::2]
                case "blur":
                    x = circular_blur(x)
                case "none":
                    spacing *= 2
        x = self._convolve(x, self.conv3, spacing)
        return gpu.linear(x.mean((2, 3)), self.dense1.weight, self.dense1.bias)

    def _convolve(self, x, layer, spacing):
        options = {"padding": spacing, "dilation": spacing, "padding_mode": "circular"}
        return gpu.relu(gpu.conv2d(x, layer.weight, layer.bias, **options))


def dense_max(x, spacing=1):
    """Take the maximum over 2×2 cells at every position of a circular image.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
    spacing : int
        Cells from one member of a window to the next.

    Returns
    -------
    tensor of float, shape (N, C, H, W)
    """
    for axis in (2, 3):
        x = torch.maximum(x, x.roll(-spacing, axis))
    return x


def circular_blur(x):
    """Blur with (1, 2, 1) / 4 along each axis of a circular image and keep every other value.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        H and W even.

    Returns
    -------
    tensor of float, shape (N, C, H // 2, W // 2)
    """
    # Two cells more on each side; what `blur_pool2d` reflects at the new edge is then cut off again.
    extended = torch.nn.functional.pad(x, (2, 2, 2, 2), mode="circular")
    return gpu.blur_pool2d(extended)[:, :, 1:-1, 1:-1]


def consistency(network, images, labels, shifts):
    """Move images sideways in a circle, and count the answers that stay what they were.

    Parameters
    ----------
    network : torch.nn.Module
    images : ndarray of float32, shape (N, C, H, W)
    labels : ndarray of int, shape (N,)
        Of no influence on the result.
    shifts : iterable of int
        In pixels to the right.

    Returns
    -------
    list of float
        For each shift, the share of images whose most probable class is the same before and after it.
    """
    still = evaluate(network, images, labels).predictions
    moved = (evaluate(network, np.roll(images, shift, axis=3), labels).predictions for shift in shifts)
    return [float(np.mean(predictions == still)) for predictions in moved]
