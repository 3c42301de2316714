"""Digits upside down: a plain network, one that was shown turned digits, and one that is equivariant to turns."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.gpu.rotations import group_conv2d, group_pool, lift_conv2d
from cnnlib.models.torch_network import draw_weights
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
    """Convolutions of 5×5, 5×5 and 4×4 that leave 32 numbers of a 28×28 digit, and ten dense units; 11,978 parameters.

    The third convolution covers its whole input, so that what reaches the dense units has no place any more.

    Parameters
    ----------
    seed : int
        Of the initial weights.
    """

    channels = (8, 16, 32)

    def __init__(self, *, seed=0):
        super().__init__()
        random = np.random.RandomState(seed)
        first, second, third = self.channels
        self.weights = torch.nn.ParameterList(self._filters(random, first, second, third))
        self.biases = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(c)) for c in self.channels)
        self.readout = draw_weights(random, (10, third), third)
        self.readout_bias = torch.nn.Parameter(torch.zeros(10))

    def _filters(self, random, first, second, third):
        yield draw_weights(random, (first, 1, 5, 5), 25)
        yield draw_weights(random, (second, first, 5, 5), 25 * first)
        yield draw_weights(random, (third, second, 4, 4), 16 * second)

    def forward(self, x):
        """Return the logits, shape (N, 10), of images of shape (N, 1, 28, 28)."""
        return gpu.linear(self.features(x), self.readout, self.readout_bias)

    def features(self, x):
        """Return what reaches the dense units, shape (N, channels[-1])."""
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = gpu.relu(gpu.conv2d(x, weight, bias))
            if x.shape[-1] > 1:
                x = gpu.max_pool2d(x, 2)
        return x.flatten(1)


class GroupReader(PlainReader):
    """The same with convolutions over the four rotations; 11,690 parameters, half the channels, each with four sheets.

    Pooled over the sheets, the last features are invariant to quarter turns of the image.
    """

    channels = (4, 8, 16)

    def _filters(self, random, first, second, third):
        yield draw_weights(random, (first, 1, 5, 5), 25)
        yield draw_weights(random, (second, first, 4, 5, 5), 100 * first)
        yield draw_weights(random, (third, second, 4, 4, 4), 64 * second)

    def features(self, x):
        """Return what reaches the dense units, shape (N, channels[-1]): the same for an image and its quarter turns."""
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = gpu.relu((group_conv2d if index else lift_conv2d)(x, weight, bias))
            if x.shape[-1] > 1:
                # Pooling knows no sheets: to it they are channels.
                x = gpu.max_pool2d(x.flatten(1, 2), 2).unflatten(1, (-1, 4))
        return group_pool(x).flatten(1)


def any_angle(images, random):
    """Rotate each image of a batch by an angle of its own, drawn from the whole circle."""
    degrees = random.uniform(0, 360, len(images)).astype(np.float32)
    return rotate(images, torch.from_numpy(degrees))


READERS = {"plain": (PlainReader, None), "augmented": (PlainReader, any_angle), "group": (GroupReader, None)}


def trained_turner(name, train_set, *, steps=400, seed=0):
    """Train one of `READERS`; only the augmented one ever sees a digit that is not upright.

    Parameters
    ----------
    name : "plain", "augmented" or "group"
    train_set : pair of ndarray
        Images (N, 1, 28, 28) and labels.
    steps : int
        Of 50 digits each.
    seed : int
        Of the initial weights, of the order and of the angles.

    Returns
    -------
    PlainReader or GroupReader
    """
    network, augment = READERS[name]
    return fit_steps(network(seed=seed), *train_set, steps=steps, learning_rate=0.005, seed=seed, augment=augment)


def accuracy_by_angle(network, test_set, angles):
    """Return the accuracy on the test digits rotated by each of the angles, in degrees, as an array."""
    images, labels = torch.from_numpy(test_set[0]), test_set[1]
    return np.array([evaluate(network, rotate(images, angle).numpy(), labels).accuracy for angle in angles])
