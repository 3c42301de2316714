"""LeNet-5 as it was published in 1998 [1]_.

References
----------
.. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998),
   Sec. II.B and II.C, Fig. 2, Table I; sections, equations and tables below are this paper's.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.bitmaps import digit_bitmaps
from cnnlib.models.c3_table import C3_TABLE
from cnnlib.models.torch_network import add_weights
from cnnlib.shapes import choice, positive


class LayerCount(NamedTuple):
    """What a layer of LeNet-5 learns and how often it uses it.

    Attributes
    ----------
    name : str
        The paper's: a letter for convolution, subsampling or full connection, and the layer's number.
    output_shape : tuple of int
    parameters : int
    connections : int
        As the paper counts them: for each unit its inputs, and one more for its bias.
    """

    name: str
    output_shape: tuple
    parameters: int
    connections: int


class LeNet5(torch.nn.Module):
    """1×32×32 in, ten negative squared distances out, 60,000 parameters.

    Parameters
    ----------
    seed : int
        Of the initial weights and biases.
    initial : "printed" or "aimed"
        Their range: ``±2.4 / fan_in``, as Appendix A has it, or ``±2.4 / sqrt(fan_in)``, as its aim asks for: that the
        weighted sum of a unit has the same standard deviation, whatever its number of inputs.

    Attributes
    ----------
    targets : tensor, shape (10, 84)
        The bitmaps that the ten output units compare with; they are not learned.

    Examples
    --------
    >>> network = LeNet5(seed=0)
    >>> sum(value.numel() for value in network.parameters())
    60000
    >>> network(torch.zeros(2, 1, 32, 32)).shape
    torch.Size([2, 10])
    """

    def __init__(self, *, seed=0, initial="printed"):
        super().__init__()
        power = {"printed": 1, "aimed": 0.5}[choice("LeNet5", "initial", initial, ("printed", "aimed"))]
        add_weights(self, _initial_weights(seed, power))
        self.register_buffer("targets", torch.from_numpy(digit_bitmaps().reshape(10, 84)))

    def forward(self, x):
        """Return minus the distances of Eq. 7, shape (N, 10), of images (N, 1, 32, 32): the largest wins."""
        return self.activations(x)["output"]

    def activations(self, x):
        """Return every layer's output as a dict, in order, each behind its nonlinearity.

        Parameters
        ----------
        x : tensor of float, shape (N, 1, 32, 32)

        Returns
        -------
        dict of str to tensor

        Raises
        ------
        ValueError
            If the images have another shape.
        """
        if x.ndim != 4 or x.shape[1:] != (1, 32, 32):
            raise ValueError(f"LeNet5: x must have shape (N, 1, 32, 32), received {tuple(x.shape)}")
        out = {}
        out["c1"] = gpu.scaled_tanh(gpu.conv2d(x, self.c1.weight, self.c1.bias))
        out["s2"] = _subsample(out["c1"], self.s2)
        out["c3"] = gpu.scaled_tanh(gpu.conv2d(out["s2"], self.c3_weight(), self.c3.bias))
        out["s4"] = _subsample(out["c3"], self.s4)
        out["c5"] = gpu.scaled_tanh(gpu.conv2d(out["s4"], self.c5.weight, self.c5.bias)).flatten(1)
        out["f6"] = gpu.scaled_tanh(gpu.linear(out["c5"], self.f6.weight, self.f6.bias))
        out["output"] = -((out["f6"][:, None] - self.targets) ** 2).sum(dim=2)
        return out

    def c3_weight(self):
        """Return C3's kernels as one bank, shape (16, 6, 5, 5), with zeros where the table joins no maps."""
        weight = self.c3.weight.new_zeros(16, 6, 5, 5)
        # The stored kernels lie one behind the other, as the table lists their inputs.
        out, into = zip(*((out, into) for out, maps in enumerate(C3_TABLE) for into in maps), strict=True)
        weight[out, into] = self.c3.weight
        return weight

    def report(self):
        """Count each layer.

        Returns
        -------
        list of LayerCount
            Parameters counted from the tensors, connections from the shapes of one image's activations.
        """
        with torch.no_grad():
            outputs = self.activations(torch.zeros(1, 1, 32, 32, device=self.targets.device))
        rows = []
        for name, output in outputs.items():
            shape = tuple(output.shape[1:])
            if name == "output":  # no bias: a distance has none
                rows.append(LayerCount(name, shape, 0, self.targets.numel()))
                continue
            layer = getattr(self, name)
            places = prod(shape[1:])
            # A subsampling unit multiplies the sum of its four inputs by one weight.
            inputs = 4 * len(layer.weight) if name.startswith("s") else layer.weight.numel()
            parameters = layer.weight.numel() + layer.bias.numel()
            rows.append(LayerCount(name, shape, parameters, places * (inputs + layer.bias.numel())))
        return rows

    def weights(self):
        """Return the parameters as NumPy arrays, copied to the CPU."""
        return {name: value.detach().cpu().numpy().copy() for name, value in self.named_parameters()}


def _initial_weights(seed, power):
    """Draw every weight and bias between ±2.4 over a power of the number of inputs of its unit (Appendix A: 1)."""
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    rng = np.random.RandomState(seed)
    reads = np.array([len(maps) for maps in C3_TABLE])
    # Weight shape, inputs of the unit that each weight belongs to, inputs of each unit.
    layers = {
        "c1": ((6, 1, 5, 5), 25, np.full(6, 25)),
        "s2": ((6,), 4, np.full(6, 4)),
        "c3": ((reads.sum(), 5, 5), 25 * np.repeat(reads, reads)[:, None, None], 25 * reads),
        "s4": ((16,), 4, np.full(16, 4)),
        "c5": ((120, 16, 5, 5), 400, np.full(120, 400)),
        "f6": ((84, 120), 120, np.full(84, 120)),
    }
    weights = {}
    for name, (shape, inputs, unit_inputs) in layers.items():
        weights[f"{name}.weight"] = (rng.uniform(-2.4, 2.4, shape) / inputs**power).astype(np.float32)
        weights[f"{name}.bias"] = (rng.uniform(-2.4, 2.4, len(unit_inputs)) / unit_inputs**power).astype(np.float32)
    return weights


def _subsample(x, layer):
    """Add up windows of 2×2, weigh the sum, add a bias, squash: layers S2 and S4."""
    total = 4 * gpu.avg_pool2d(x, 2)
    return gpu.scaled_tanh(total * layer.weight[:, None, None] + layer.bias[:, None, None])


def lenet5_images(images):
    """Set MNIST's digits into LeNet-5's frame: 32×32 pixels, paper -0.1 and ink 1.175 (Sec. II.B).

    Parameters
    ----------
    images : ndarray of float, shape (N, 1, 28, 28)
        From 0 for paper to 1 for ink.

    Returns
    -------
    ndarray of float, shape (N, 1, 32, 32)
        Over all pixels, about zero on average.

    Raises
    ------
    ValueError
        If the shape is another.

    Examples
    --------
    >>> framed = lenet5_images(np.ones((1, 1, 28, 28)))
    >>> framed.shape, framed[0, 0, 1, 1].round(3).item(), framed[0, 0, 2, 2].round(3).item()
    ((1, 1, 32, 32), -0.1, 1.175)
    """
    if images.ndim != 4 or images.shape[1:] != (1, 28, 28):
        raise ValueError(f"lenet5_images: images must have shape (N, 1, 28, 28), received {images.shape}")
    framed = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)))
    return (1.275 * framed - 0.1).astype(images.dtype)


def distance_loss(logits, labels):
    """Average the distance to the right bitmap (Eq. 8).

    Parameters
    ----------
    logits : tensor of float, shape (N, 10)
        Minus the distances, as `LeNet5` returns them.
    labels : tensor of int, shape (N,)

    Returns
    -------
    tensor of float, no axes
    """
    return -logits.gather(1, labels[:, None]).mean()


def discriminative_loss(logits, labels, *, j=10.0):
    """Average the distance to the right bitmap, and the log of how close all bitmaps are (Eq. 9).

    ``y_right + log(exp(-j) + sum over k of exp(-y_k))``, which is the cross-entropy of the negative distances
    with an eleventh class, rubbish, whose distance is always ``j``.

    Parameters
    ----------
    logits : tensor of float, shape (N, 10)
        Minus the distances, as `LeNet5` returns them.
    labels : tensor of int, shape (N,)
    j : float
        Positive. A bitmap much farther away than ``j`` is pushed no farther. The paper does not give its value.

    Returns
    -------
    tensor of float, no axes
    """
    rubbish = logits.new_full((len(logits), 1), -positive("discriminative_loss", "j", j))
    return gpu.cross_entropy(torch.cat([logits, rubbish], dim=1), labels)
