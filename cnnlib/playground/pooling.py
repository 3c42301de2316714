"""A picture to shift and to pool: does the pooled picture move along?"""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.playground import pictures
from cnnlib.playground.base import Array, Playground, packed_bytes, synced_array

_UNIT = 12  # every stride from 1 to 4 divides it, so that the circle closes


def _image(name, array):
    if array.ndim != 2 or not all(0 < size <= 240 and size % _UNIT == 0 for size in array.shape):
        raise ValueError(f"{name} must have shape (H, W), both multiples of {_UNIT} up to 240, received {array.shape}")
    if array.min() < 0:
        raise ValueError(f"{name} must hold no negative number, received {array.min():.3g}")


class PoolingPlayground(Playground):
    """A picture, a shift and a pooling.

    The picture is a circle, its last column the neighbour of its first: what the shift changes is then the
    subsampling's doing, not the edge's.

    Attributes
    ----------
    image : ndarray of float32, shape (H, W)
        Both multiples of 12; no negative number.
    shift : tuple of int
        Pixels down and to the right, each from -12 to 12.
    kind : "max", "average", "lp", "blur" or "max, then blur"
        The last takes the maximum at every position, blurs with (1, 2, 1) / 4, and subsamples [1]_.
    window : int, 1 to 6
    stride : int, 1 to 4
    power : int, 1 to 10
        Of "lp".
    output : ndarray of float32, shape (H / stride, W / stride)
        The shifted picture, pooled. Read-only, as the next two.
    expected : ndarray of float32, shape (H / stride, W / stride)
        The unshifted picture, pooled, and moved by ``shift / stride`` cells, between two cells in proportion.
    consistency : float
        ``1 - Σ|output - expected| / Σ(|output| + |expected|)``: 1 where they agree.

    References
    ----------
    .. [1] Zhang, *Making convolutional networks shift-invariant again* (2019), Sec. 3.2.

    Examples
    --------
    >>> bench = PoolingPlayground()
    >>> bench.shift = (0, 1)
    >>> by_one = bench.consistency
    >>> bench.shift = (0, 2)  # a stride
    >>> by_one < bench.consistency == 1
    True
    """

    script = "playground/scripts/pooling"
    title = "Shift a picture and pool it, and see whether the pooled picture moves along."

    image = synced_array(np.zeros((24, 36)), check=_image)
    shift = traitlets.Tuple(
        traitlets.Int(min=-_UNIT, max=_UNIT), traitlets.Int(min=-_UNIT, max=_UNIT), default_value=(0, 0)
    ).tag(sync=True)
    kind = traitlets.Enum(("max", "average", "lp", "blur", "max, then blur"), "max").tag(sync=True)
    window = traitlets.Int(2, min=1, max=6).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=4).tag(sync=True)
    power = traitlets.Int(2, min=1, max=10).tag(sync=True)
    output = Array(np.zeros((0, 0)))
    expected = Array(np.zeros((0, 0)))
    consistency = traitlets.Float(1.0)
    pictures = traitlets.Dict().tag(sync=True)
    words = property(lambda self: list(self.pictures))

    def __init__(self):
        roofs = pictures.photograph("china", 60, 180, shrink=3)
        shown = {
            "temple roofs": roofs,
            "the slopes in it": pictures.slopes(roofs),
            "a dahlia": pictures.photograph("flower", 70, 90, shrink=4),
            "a digit": pictures.digit(),
            "stripes, two on and two off": pictures.stripes(),
        }
        super().__init__(
            pictures={name: packed_bytes(picture) for name, picture in shown.items()},
            image=shown["the slopes in it"] / 255,
        )

    @traitlets.observe("image", "shift", "kind", "window", "stride", "power")
    def _pool(self, _):
        still = self._pooled(self.image)
        output = self._pooled(np.roll(self.image, self.shift, axis=(0, 1)))
        expected = still
        for axis, pixels in enumerate(self.shift):
            cells = pixels / self.stride
            near, far = (np.roll(expected, int(np.floor(cells)) + step, axis=axis) for step in (0, 1))
            expected = near + (cells - np.floor(cells)) * (far - near)
        self.output, self.expected = output, expected
        total = np.abs(output).sum() + np.abs(expected).sum()
        self.consistency = float(1 - np.abs(output - expected).sum() / total) if total else 1.0

    def _pooled(self, image):
        image = np.asarray(image, np.float64)
        along = np.pad(image, (0, self.window - 1), mode="wrap")[None, None]
        match self.kind:
            case "max":
                return vectorized.max_pool2d(along, self.window, stride=self.stride)[0, 0]
            case "average":
                return vectorized.avg_pool2d(along, self.window, stride=self.stride)[0, 0]
            case "lp":
                return vectorized.lp_pool2d(along, self.window, stride=self.stride, norm_type=self.power)[0, 0]
            case "blur":
                return _blurred(image, self.window, self.stride)
            case "max, then blur":
                return _blurred(vectorized.max_pool2d(along, self.window, stride=1)[0, 0], 3, self.stride)


def _blurred(image, window, stride):
    # A margin that the blur can mirror at its far edge without anybody seeing it.
    margin = _UNIT // stride
    return vectorized.blur_pool2d(np.pad(image, _UNIT, mode="wrap")[None, None], window, stride=stride)[
        0, 0, margin:-margin, margin:-margin
    ]
