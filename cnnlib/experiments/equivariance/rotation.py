"""Turned digits, read by plain networks and by networks that are equivariant to quarter turns."""

from functools import partial
from math import prod

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.gpu.rotations import group_conv2d, group_pool, lift_conv2d
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice
from cnnlib.training import evaluate
from cnnlib.training.steps import fit_steps


def rotate(images, degrees, *, scale=1.0):
    """Rotate images counterclockwise about their middle, and scale them; between pixels, interpolate linearly.

    Parameters
    ----------
    images : tensor of float, shape (N, C, H, W)
    degrees : float or tensor of float, shape (N,)
        One angle for all images, or one for each.
    scale : float
        Above 1 the picture grows.

    Returns
    -------
    tensor, same shape
        What comes from outside is zero.
    """
    angle = torch.deg2rad(torch.as_tensor(degrees, dtype=images.dtype)).expand(len(images))
    cosine, sine = torch.cos(angle) / scale, torch.sin(angle) / scale
    height, width = images.shape[-2:]
    # Where each output pixel comes from, in coordinates from −1 to 1 whatever the side's length.
    rows = [[cosine, -sine * height / width], [sine * width / height, cosine]]
    matrix = torch.stack([torch.stack([*row, torch.zeros_like(angle)], dim=-1) for row in rows], dim=-2)
    grid = torch.nn.functional.affine_grid(matrix, images.shape, align_corners=False)
    return torch.nn.functional.grid_sample(images, grid, align_corners=False)


class PlainReader(torch.nn.Module):
    """Convolutions of 5×5, 5×5 and 4×4 with poolings of 2×2 behind the first two, and ten dense units.

    The third convolution covers its whole input: what reaches the dense units has no place any more.

    Parameters
    ----------
    channels : triple of int
        Maps of the three convolutions.
    seed : int
        Of the initial weights.
    """

    def __init__(self, channels, *, seed=0):
        super().__init__()
        random = np.random.RandomState(seed)
        shapes = self._filters(*channels)
        self.weights = torch.nn.ParameterList(draw_weights(random, shape, prod(shape[1:])) for shape in shapes)
        self.biases = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(c)) for c in channels)
        read = self._features(channels)
        self.readout = draw_weights(random, (10, read), read)
        self.readout_bias = torch.nn.Parameter(torch.zeros(10))

    def _filters(self, first, second, third):
        return (first, 1, 5, 5), (second, first, 5, 5), (third, second, 4, 4)

    def _features(self, channels):
        return channels[-1]

    def forward(self, x):
        """Return the logits, shape (N, 10), of images of shape (N, 1, 28, 28)."""
        return gpu.linear(self.features(x), self.readout, self.readout_bias)

    def features(self, x):
        """Return what reaches the dense units, shape (N, features)."""
        first, second, third = zip(self.weights, self.biases, strict=True)
        x = gpu.max_pool2d(gpu.relu(gpu.conv2d(x, *first)), 2)
        x = gpu.max_pool2d(gpu.relu(gpu.conv2d(x, *second)), 2)
        return gpu.relu(gpu.conv2d(x, *third)).flatten(1)


class GroupReader(PlainReader):
    """The same with convolutions over the four quarter turns: each map has four sheets.

    Parameters
    ----------
    channels : triple of int
    sheets : "strongest", "all" or "first"
        What the dense units read of each map: the strongest of its four sheets, which is the same for an image and its
        quarter turns, or all four in their order, or the first alone, which are not.
    seed : int
    """

    def __init__(self, channels, *, sheets="strongest", seed=0):
        self.sheets = choice("GroupReader", "sheets", sheets, ("strongest", "all", "first"))
        super().__init__(channels, seed=seed)

    def _filters(self, first, second, third):
        return (first, 1, 5, 5), (second, first, 4, 5, 5), (third, second, 4, 4, 4)

    def _features(self, channels):
        return 4 * channels[-1] if self.sheets == "all" else channels[-1]

    def features(self, x):
        """Return what reaches the dense units, shape (N, features)."""
        first, second, third = zip(self.weights, self.biases, strict=True)
        x = max_pool_sheets(gpu.relu(lift_conv2d(x, *first)))
        x = max_pool_sheets(gpu.relu(group_conv2d(x, *second)))
        x = gpu.relu(group_conv2d(x, *third))
        if self.sheets == "strongest":
            x = group_pool(x)
        elif self.sheets == "first":
            x = x[:, :, 0]
        return x.flatten(1)


def max_pool_sheets(x):
    """Pool each sheet of maps (N, C, 4, H, W) by 2×2, to (N, C, 4, H // 2, W // 2)."""
    return gpu.max_pool2d(x.flatten(1, 2), 2).unflatten(1, (-1, 4))


READERS = {
    # 11,978 and 11,690 parameters.
    "plain": partial(PlainReader, (8, 16, 32)),
    "group": partial(GroupReader, (4, 8, 16)),
    # As many maps as the group network has sheets, so that its convolutions take as many multiply-adds.
    "plain, wide": partial(PlainReader, (16, 32, 64)),
    # The group network, read without its symmetry, by more numbers or by as many; and with as many channels as the
    # plain network has.
    "group, sheets in order": partial(GroupReader, (4, 8, 16), sheets="all"),
    "group, first sheet": partial(GroupReader, (4, 8, 16), sheets="first"),
    "group, wide": partial(GroupReader, (8, 16, 32)),
}


def any_angle(images, random):
    """Rotate each image of a batch by an angle of its own, drawn from the whole circle."""
    degrees = random.uniform(0, 360, len(images)).astype(np.float32)
    return rotate(images, torch.from_numpy(degrees))


def trained_turner(name, train_set, *, steps, rate, turned=False, seed=0):
    """Train one of `READERS` with Adam, the rate rising to its peak and falling again.

    Parameters
    ----------
    name : str
        A key of `READERS`.
    train_set : pair of ndarray
        Images (N, 1, 28, 28) and labels.
    steps : int
        Of 50 digits each.
    rate : float
        Peak of the learning rate.
    turned : bool
        Whether each digit is shown at a random angle, another one each time; or upright.
    seed : int
        Of the initial weights, of the order and of the angles.

    Returns
    -------
    PlainReader or GroupReader
    """
    augment = any_angle if turned else None
    return fit_steps(READERS[name](seed=seed), *train_set, steps=steps, learning_rate=rate, seed=seed, augment=augment)


def accuracy_by_angle(network, test_set, angles):
    """Return the accuracy on the test digits rotated by each of the angles, in degrees, as an array."""
    images, labels = torch.from_numpy(test_set[0]), test_set[1]
    return np.array([evaluate(network, rotate(images, angle).numpy(), labels).accuracy for angle in angles])


def six_nine_swaps(network, test_set):
    """Return how many of the 6s and 9s a network takes for the other, as a share of all 6s and 9s."""
    images, labels = (part[np.isin(test_set[1], (6, 9))] for part in test_set)
    return float(np.mean(evaluate(network, images, labels).predictions == 15 - labels))  # 9 for 6, 6 for 9
