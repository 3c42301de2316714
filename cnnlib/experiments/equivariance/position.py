"""Can a convolutional network say where it is, on an image that shows nothing?"""

from itertools import pairwise

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice


class PositionReader(torch.nn.Module):
    """Layers of 3×3 convolutions with ReLU, and two outputs per pixel: its row and its column.

    Parameters
    ----------
    depth : int
        Convolutions with 3×3 kernels; an output sees ``depth`` pixels far in every direction.
    padding_mode : "zeros", "circular" or "replicate"
        What stands around the maps: zeros, the opposite border, or each map's own border once more.
    outside : float
        What stands around the *image* in place of zeros; the maps behind it are padded with zeros all the same.
    channels : int
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If ``padding_mode`` is none of them.
    """

    def __init__(self, depth, padding_mode, *, outside=0.0, channels=16, seed=0):
        super().__init__()
        self.padding_mode = choice("PositionReader", "padding_mode", padding_mode, ("zeros", "circular", "replicate"))
        self.outside = outside
        random = np.random.RandomState(seed)
        widths = [1] + depth * [channels]
        self.weights = torch.nn.ParameterList(
            draw_weights(random, (c_out, c_in, 3, 3), 9 * c_in) for c_in, c_out in pairwise(widths)
        )
        self.biases = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(channels)) for _ in range(depth))
        self.readout = draw_weights(random, (2, channels, 1, 1), channels)
        self.readout_bias = torch.nn.Parameter(torch.zeros(2))

    def forward(self, x):
        """Return where each pixel of images (N, 1, H, W) is said to be, shape (N, 2, H, W)."""
        outside = self.outside
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = gpu.relu(gpu.conv2d(self._padded(x, outside), weight, bias))
            outside = 0.0
        return gpu.conv2d(x, self.readout, self.readout_bias)

    def _padded(self, x, outside):
        if self.padding_mode == "zeros":
            return torch.nn.functional.pad(x, (1, 1, 1, 1), value=outside)
        return torch.nn.functional.pad(x, (1, 1, 1, 1), mode=self.padding_mode)


def coordinates(height, width):
    """Return each pixel's row and column, counted from the middle of the image, shape (2, H, W), float32."""
    rows, columns = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    return np.stack(np.meshgrid(rows, columns, indexing="ij")).astype(np.float32)


def read_position(depth, padding_mode, *, outside=0.0, size=(16, 16), iterations=300, seed=0):
    """Train a network to name every pixel's place on a white image, and return what it says.

    The image is all there is to see, so that there is nothing to generalise to: the question is what the network
    *can* tell apart. Squared error, minimised by L-BFGS.

    Parameters
    ----------
    depth, padding_mode, outside, seed
        As in `PositionReader`.
    size : pair of int
        Rows and columns of the image.
    iterations : int

    Returns
    -------
    ndarray of float32, shape (2, H, W)
        Row and column that the network gives for each pixel, from the middle of the image.
    """
    network = PositionReader(depth, padding_mode, outside=outside, seed=seed)
    white = torch.ones(1, 1, *size)
    target = torch.from_numpy(coordinates(*size))[None]
    optimizer = torch.optim.LBFGS(network.parameters(), max_iter=iterations, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = ((network(white) - target) ** 2).mean()
        value.backward()
        return value

    optimizer.step(loss)
    with torch.no_grad():
        return network(white)[0].numpy()


def position_error(said):
    """Return the root of the mean squared error of a row or a column, in pixels.

    Parameters
    ----------
    said : ndarray, shape (2, H, W)
        As `read_position` returns it.
    """
    return float(np.sqrt(np.mean((said - coordinates(*said.shape[1:])) ** 2)))


def least_error(depth, size=(16, 16)):
    """Return the error below which no network of this depth can get, in pixels.

    A pixel whose windows nowhere reach the border looks like every other such pixel; it can do no better than to
    name the middle. Row and column are told apart here: a pixel near the upper edge may know its row exactly.

    Parameters
    ----------
    depth : int
    size : pair of int

    Returns
    -------
    float

    Examples
    --------
    >>> round(least_error(0, (3, 5)) ** 2, 6)  # rows 2/3, columns 2, on average
    1.333333
    >>> least_error(2, (3, 5))
    0.0
    """
    unseen = [
        np.where(np.abs(place) <= (n - 1) / 2 - depth, place, 0)
        for n, place in zip(size, coordinates(*size), strict=True)
    ]
    return float(np.sqrt(np.mean(np.square(unseen))))
