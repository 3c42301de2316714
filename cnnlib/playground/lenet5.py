"""LeNet-5 to walk through: a drawn digit on its way to the painted picture."""

from functools import cache
from pathlib import Path

import numpy as np
import traitlets

from cnnlib.models.bitmaps import digit_bitmaps
from cnnlib.models.c3_table import C3_TABLE
from cnnlib.models.rounding import restored
from cnnlib.models.storage import load_tensors
from cnnlib.playground.base import Array, Playground, packed_bytes, synced_array
from cnnlib.playground.rounded import packed_layers
from cnnlib.vectorized import avg_pool2d, conv2d, linear, scaled_tanh

# Written by ``python -m benchmarks.lenet5_walk``, which says how the network was trained.
WALK_FILE = Path(__file__).with_name("lenet5.safetensors")
# Of a weight: C5 and F6 hold 97 % of them.
BITS = {"c1": 6, "s2": 6, "c3": 6, "s4": 6, "c5": 4, "f6": 4}
TO_BEGIN_WITH = (4, 0, 2, 6, 7)
# A distance from which on no bitmap is near: 99 % of validation digits lie nearer (``results/lenet5-walk.json``).
FAR = 20
CONNECTIONS = [[into, out] for out, maps in enumerate(C3_TABLE) for into in maps]


def _image(name, array):
    if array.shape != (28, 28):
        raise ValueError(f"{name} must have shape (28, 28), received {array.shape}")


class Lenet5Playground(Playground):
    """LeNet-5 with all its connections: a drawn digit, its maps, the picture that F6 paints, and ten distances.

    Attributes
    ----------
    image : ndarray of float32, shape (28, 28)
        The digit, 0 for paper and 1 for ink; drawing sets it, and setting it shows it.
    off : list of [int, int]
        Connections of C3's table that are switched off: pairs of a map of S2 and one of C3 that reads it.
    painted : ndarray of float32, shape (12, 7)
        What F6 paints, by `cnnlib.vectorized` with the page's weights. Read-only, as the next.
    distances : ndarray of float32, shape (10,)
        Of the painted picture from the ten bitmaps, squared.

    Examples
    --------
    >>> walk = Lenet5Playground()
    >>> walk.distances.argmin()
    np.int64(4)
    """

    script = "playground/scripts/lenet5"
    title = "Draw a digit and walk through LeNet-5, from its first kernels to the bitmaps."

    image = synced_array(np.zeros((28, 28)), check=_image)
    off = traitlets.List().tag(sync=True)
    painted = Array(np.zeros((12, 7)))
    distances = Array(np.zeros(10))
    weights = traitlets.Dict().tag(sync=True)
    table = traitlets.List().tag(sync=True)
    far = traitlets.Int(FAR).tag(sync=True)
    examples = traitlets.Dict().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    words = property(lambda self: self.labels)

    def __init__(self):
        tensors = _tensors()
        layers = {
            name: (*(tensors[f"{name}.{part}"] for part in ("whole", "scale", "bias")), bits)
            for name, bits in BITS.items()
        }
        targets = digit_bitmaps().reshape(10, 84).astype(np.int8)
        layers["output"] = targets, np.ones(10), np.zeros(10), 2
        super().__init__(
            weights=packed_layers(layers),
            table=[list(maps) for maps in C3_TABLE],
            examples=packed_bytes(tensors["digits"]),
            labels=[f"a {digit}" for digit in TO_BEGIN_WITH],
            image=tensors["digits"][0] / 255,
        )

    @traitlets.validate("off")
    def _of_the_table(self, proposal):
        pairs = [list(pair) for pair in proposal.value]
        if unknown := [pair for pair in pairs if pair not in CONNECTIONS]:
            raise ValueError(
                f"Lenet5Playground: off must hold pairs of a map of S2 and a map of C3 that reads it, "
                f"received {unknown[0]}"
            )
        return pairs

    @traitlets.observe("image", "off")
    def _walk(self, _):
        outputs = activations(self.image[None, None].astype(float), self.off)
        self.painted = outputs["f6"].reshape(12, 7)
        self.distances = outputs["output"][0]


@cache
def _tensors():
    return load_tensors(WALK_FILE, kind="lenet5_walk")[0]


def activations(images, off=()):
    """Return what every layer of the walk's LeNet-5 gives, each behind its nonlinearity.

    Parameters
    ----------
    images : ndarray of float, shape (N, 1, 28, 28)
        From 0 for paper to 1 for ink.
    off : iterable of (int, int), optional
        Connections of C3 whose 25 weights count as 0: a map of S2, and one of C3.

    Returns
    -------
    dict of str to ndarray
        As `cnnlib.models.lenet5.LeNet5.activations` names them, with distances for minus distances.
    """
    tensors = _tensors()

    def layer(name):
        weight, bias = restored(tensors[f"{name}.whole"], tensors[f"{name}.scale"]), tensors[f"{name}.bias"]
        return weight.astype(images.dtype), bias.astype(images.dtype)

    def subsample(x, name):
        weight, bias = layer(name)
        return scaled_tanh(4 * avg_pool2d(x, 2) * weight[:, :, None] + bias[:, None, None])

    def c3(x):
        kernels, bias = layer("c3")
        weight = np.zeros((16, 6, 5, 5), x.dtype)
        weight[[out for out, maps in enumerate(C3_TABLE) for _ in maps], [*np.concatenate(C3_TABLE)]] = kernels
        for into, out in off:
            weight[out, into] = 0
        return scaled_tanh(conv2d(x, weight, bias))

    x = 1.275 * np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2))) - 0.1
    out = {"c1": scaled_tanh(conv2d(x, *layer("c1")))}
    out["s2"] = subsample(out["c1"], "s2")
    out["c3"] = c3(out["s2"])
    out["s4"] = subsample(out["c3"], "s4")
    out["c5"] = scaled_tanh(conv2d(out["s4"], *layer("c5"))).reshape(len(images), 120)
    out["f6"] = scaled_tanh(linear(out["c5"], *layer("f6")))
    targets = digit_bitmaps().reshape(10, 84)
    out["output"] = ((out["f6"][:, None] - targets) ** 2).sum(axis=2)
    return out
