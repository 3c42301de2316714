"""A small map of numbers to pool by hand."""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.playground.base import Array, Playground, packed, synced_array

_TEXT = [[1, 0, 0, 2], [3, 0, 1, 5], [0, 3, 2, 2], [0, 4, 2, 2]]
# For windows of 3×3 in steps of 2, which overlap.
_LARGER = [[2, 0, 1, 0, 3], [0, 4, 0, 1, 0], [1, 0, 9, 0, 2], [0, 2, 0, 5, 0], [6, 0, 1, 0, 1]]


def _image(name, array):
    if array.ndim != 2 or not all(1 <= size <= 8 for size in array.shape):
        raise ValueError(f"{name} must have shape (H, W), no side above 8, received {array.shape}")


class SummaryPlayground(Playground):
    """A small map whose numbers can be edited, and three summary statistics of each of its windows.

    Parameters
    ----------
    image : array_like of float, shape (H, W), optional
        Of your own, no side above 8; by default a map of 4×4, with another to choose.

    Attributes
    ----------
    image : ndarray of float32, shape (H, W)
    window : int, 1 to 4
    stride : int, 1 to 4
    power : int, 1 to 10
        Of the Lᵖ norm.
    cell : tuple of int, or None
        Row and column of the window that is worked out; None until somebody moves it.
    maximum, average, norm : ndarray of float32, shape (H_out, W_out)
        `cnnlib.vectorized.max_pool2d`, `avg_pool2d` and `lp_pool2d` of these; of shape (0, 0) where the window does not
        fit. The norm takes absolute values. Read-only.

    Raises
    ------
    ValueError
        If the map has another shape, or holds NaN or infinity.

    Examples
    --------
    >>> table = SummaryPlayground([[0, 3], [0, 4]])
    >>> float(table.maximum[0, 0]), float(table.average[0, 0]), float(table.norm[0, 0])
    (4.0, 1.75, 5.0)
    """

    script = "playground/scripts/summary"
    title = "Pool a small map by hand: edit its numbers, and see the maximum, the average and a norm of each window."

    image = synced_array(_TEXT, check=_image)
    window = traitlets.Int(2, min=1, max=4).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=4).tag(sync=True)
    power = traitlets.Int(2, min=1, max=10).tag(sync=True)
    cell = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=None, allow_none=True).tag(
        sync=True
    )
    maximum = Array(np.zeros((0, 0)))
    average = Array(np.zeros((0, 0)))
    norm = Array(np.zeros((0, 0)))
    maps = traitlets.Dict().tag(sync=True)
    words = property(lambda self: list(self.maps))

    def __init__(self, image=None):
        shown = {"4×4, as in the text": _TEXT, "5×5": _LARGER}
        super().__init__(
            maps={} if image is not None else {name: packed(each) for name, each in shown.items()},
            image=_TEXT if image is None else image,
        )
        self._pool(None)

    @traitlets.observe("image", "window", "stride", "power")
    def _pool(self, _):
        if min(self.image.shape) < self.window:
            self.maximum = self.average = self.norm = np.zeros((0, 0))
            return
        x = self.image[None, None].astype(np.float64)
        self.maximum = vectorized.max_pool2d(x, self.window, stride=self.stride)[0, 0]
        self.average = vectorized.avg_pool2d(x, self.window, stride=self.stride)[0, 0]
        self.norm = vectorized.lp_pool2d(np.abs(x), self.window, stride=self.stride, norm_type=self.power)[0, 0]
