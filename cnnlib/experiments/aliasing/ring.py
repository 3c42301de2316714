"""Networks on digits closed into a ring, which go from a grid to one half as fine in different ways.

Every layer takes the picture's left edge for the neighbour of its right edge, and top and bottom likewise. A shift that
wraps around then loses nothing, and whatever changes in the answer does not come from a border.
"""

from itertools import pairwise

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.torch_network import draw_weights
from cnnlib.shapes import choice
from cnnlib.training import evaluate

SIZE = 28
KERNELS = {
    "drop": (1,),
    "two": (1 / 2, 1 / 2),
    "blur": (1 / 4, 1 / 2, 1 / 4),
    "five": (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16),
    # Reads as wide as the blur, but lets the fastest wave pass: it averages cells of one of the two coarse grids.
    "gap": (1 / 2, 0, 1 / 2),
}
# Fewer channels where there are two convolutions more, so that all have about as many parameters.
CHANNELS = {"none": (8, 16, 32), "max": (8, 16, 32), "conv": (7, 13, 27)}


def halving(size, kernel):
    """Return the matrix that weights each cell's neighbours on a ring, and keeps every second result.

    Parameters
    ----------
    size : int
        Cells on the ring, an even number.
    kernel : str
        A key of `KERNELS`, or ``"ideal"``: every wave that the coarse grid can hold passes whole, and no other.

    Returns
    -------
    ndarray of float, shape (size // 2, size)
        Rows 0, 2, 4, … of a circulant matrix.

    Raises
    ------
    ValueError
        If ``kernel`` is none of these.

    Examples
    --------
    >>> halving(4, "blur")
    array([[0.5 , 0.25, 0.  , 0.25],
           [0.  , 0.25, 0.5 , 0.25]])
    """
    choice("halving", "kernel", kernel, (*KERNELS, "ideal"))
    if kernel == "ideal":
        waves = np.fft.fftfreq(size, 1 / size)
        answer = np.fft.ifft((abs(waves) < size / 4).astype(float)).real
    else:
        weights = KERNELS[kernel]
        answer = np.zeros(size)
        for offset, weight in enumerate(weights, start=-((len(weights) - 1) // 2)):
            answer[offset % size] += weight
    # Row n weights the cell n + offset.
    return np.stack([np.roll(answer, n) for n in range(0, size, 2)])


def largest_of_four(x, spacing=1):
    """Take the maximum over 2×2 cells at every place of a ring.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
    spacing : int
        From one cell of a window to the next.

    Returns
    -------
    tensor of float, shape (N, C, H, W)
    """
    extended = torch.nn.functional.pad(x, (0, spacing, 0, spacing), mode="circular")
    return torch.nn.functional.max_pool2d(extended, 2, stride=1, dilation=spacing)


class RingNetwork(torch.nn.Module):
    """Three convolutions with two halvings between them, the mean over all places, a dense layer.

    Parameters
    ----------
    summary : str
        What follows each of the first two convolutions and their ReLU: ``"none"``; ``"max"``, over 2×2 cells at every
        place; ``"conv"``, another convolution with its ReLU [1]_.
    kernel : str
        How the grid is halved, as `halving` takes it; or ``"learned"``: 3×3 weights for each channel, which begin as
        the kernel that only drops; or ``"keep"``: it is not, and the next kernels are spread in its place [2]_.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        If ``summary`` or ``kernel`` is none of these.

    References
    ----------
    .. [1] Springenberg, Dosovitskiy, Brox & Riedmiller, *Striving for simplicity* (2015), Sec. 2.
    .. [2] Yu & Koltun, *Multi-scale context aggregation by dilated convolutions* (2016), Sec. 2.
    """

    def __init__(self, summary="max", kernel="drop", *, seed=0):
        super().__init__()
        choice("RingNetwork", "summary", summary, CHANNELS)
        choice("RingNetwork", "kernel", kernel, (*KERNELS, "ideal", "learned", "keep"))
        self.summary, self.kernel = summary, kernel
        # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
        random = np.random.RandomState(seed)
        channels = (1, *CHANNELS[summary])
        self.convs = torch.nn.ModuleList(RingConv(random, *pair) for pair in pairwise(channels))
        self.weight = draw_weights(random, (10, channels[-1]), channels[-1])
        self.bias = torch.nn.Parameter(torch.zeros(10))
        doubled = channels[1:3] if summary == "conv" else ()
        self.extra = torch.nn.ModuleList(RingConv(random, count, count) for count in doubled)
        self.halvings = torch.nn.ParameterList()
        if kernel == "learned":
            for count in channels[1:3]:
                begin = torch.zeros(count, 1, 3, 3)
                begin[:, :, 1, 1] = 1
                self.halvings.append(torch.nn.Parameter(begin))
        elif kernel != "keep":
            self.rows = [torch.from_numpy(halving(size, kernel).astype(np.float32)) for size in (SIZE, SIZE // 2)]

    def forward(self, x):
        """Return the logits, shape (N, 10), of pictures of shape (N, 1, 28, 28)."""
        *_, logits = self.stages(x).values()
        return logits

    def stages(self, x):
        """Return what each stage gives, by name and in order; the last are the logits."""
        seen, spacing = {"picture": x}, 1
        for number in range(2):
            place = number + 1
            x = seen[f"conv {place}"] = self.convs[number](x, spacing)
            x = seen[f"ReLU {place}"] = gpu.relu(x)
            if self.extra:
                x = seen[f"second conv {place}"] = gpu.relu(self.extra[number](x, spacing))
            if self.summary == "max":
                x = seen[f"maximum {place}"] = largest_of_four(x, spacing)
            if self.kernel == "keep":
                spacing *= 2
            else:
                x = seen[f"halved {place}"] = self._halve(x, number)
        x = seen["conv 3"] = self.convs[2](x, spacing)
        x = seen["ReLU 3"] = gpu.relu(x)
        seen["logits"] = gpu.linear(x.mean((2, 3)), self.weight, self.bias)
        return seen

    def _halve(self, x, number):
        if self.kernel != "learned":
            return self.rows[number] @ x @ self.rows[number].T
        extended = torch.nn.functional.pad(x, (1, 1, 1, 1), mode="circular")
        return gpu.conv2d(extended, self.halvings[number], stride=2, groups=x.shape[1])


class RingConv(torch.nn.Module):
    """A convolution on a ring, with kernels of 3×3.

    Parameters
    ----------
    random : numpy.random.RandomState
        Draws the weights; the biases are zero.
    come, go : int
        Channels.
    """

    def __init__(self, random, come, go):
        super().__init__()
        self.weight = draw_weights(random, (go, come, 3, 3), 9 * come)
        self.bias = torch.nn.Parameter(torch.zeros(go))

    def forward(self, x, spacing=1):
        """Convolve with kernels whose cells are ``spacing`` apart; (N, come, H, W) becomes (N, go, H, W)."""
        options = {"padding": spacing, "dilation": spacing, "padding_mode": "circular"}
        return gpu.conv2d(x, self.weight, self.bias, **options)


def folded_share(kernels):
    """Compare what kernels let through of the waves that fold back with what they let through of those that fit.

    On a ring of 16×16 cells a wave fits the coarse grid if it is below the limit, four waves, along both axes, and
    folds back if it is above the limit along one axis or both. Waves at the limit along an axis are left out.

    Parameters
    ----------
    kernels : ndarray of float, shape (…, K, K)
        Of the weights before every second cell is kept along both axes.

    Returns
    -------
    float
        Root mean square of the heights of all waves that fold back, over that of all that fit: 1 for the kernel that
        keeps one cell, and for ½, 0, ½ along both axes.
    """
    size = 16
    squares = abs(np.fft.fft2(kernels, (size, size))) ** 2
    waves = abs(np.fft.fftfreq(size, 1 / size))
    fits, folds = waves < size / 4, waves > size / 4
    fitting = np.outer(fits, fits)
    folding = np.outer(fits | folds, fits | folds) & ~fitting
    return float(np.sqrt(squares[..., folding].mean() / squares[..., fitting].mean()))


def steadiness(network, images, labels, shift=1):
    """Tell how well a network reads digits, and what moving them to the right on the ring changes.

    Parameters
    ----------
    network : torch.nn.Module
    images : ndarray of float32, shape (N, 1, 28, 28)
    labels : ndarray of int, shape (N,)
    shift : int
        In pixels.

    Returns
    -------
    dict
        ``accuracy`` of the digits as they are, ``moved_accuracy``, and ``consistency``, the share whose answer stays.
    """
    still, moved = (evaluate(network, x, labels) for x in (images, np.roll(images, shift, axis=3)))
    return {
        "accuracy": still.accuracy,
        "moved_accuracy": moved.accuracy,
        "consistency": float(np.mean(still.predictions == moved.predictions)),
        # The largest probability, on average: how sure the network is, whatever it answers.
        "sureness": float(still.probabilities.max(1).mean()),
    }
