"""A layer and a shift in both orders, and how far apart they are."""

import numpy as np
import traitlets

from cnnlib.playground.base import Playground, packed_bytes
from cnnlib.vectorized import avg_pool2d, conv2d, max_pool2d

_SOBEL = np.outer([1.0, 2.0, 1.0], [1.0, 0.0, -1.0])
_BLUR = np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]) / 16


def _edges(x, weights=_SOBEL, stride=1, padding_mode="circular"):
    return conv2d(x, weights[None, None], stride=stride, padding=1, padding_mode=padding_mode)


LAYERS = {
    "edges, zeros around": lambda x: _edges(x, padding_mode="zeros"),
    "edges, on a ring": _edges,
    "edges, ReLU": lambda x: np.maximum(_edges(x), 0),
    "edges, stride 2": lambda x: _edges(x, stride=2),
    "blur, stride 2": lambda x: _edges(x, _BLUR, stride=2),
    "max pooling": lambda x: max_pool2d(x, 2),
    "average pooling": lambda x: avg_pool2d(x, 2),
    "edges, max pooling": lambda x: max_pool2d(_edges(x), 2),
}


class OrdersPlayground(Playground):
    """A photograph that is shifted before a layer or after it, for eight layers; a table of errors chooses among them.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W)
        H and W even, no side above 128.

    Attributes
    ----------
    layer : str
        A key of `LAYERS`.
    right : int, -64 to 64
        Columns by which the picture is shifted on a ring. The page goes to half its width, and to 12 at least.
    error : float
        Distance of the two orders, where 1 is how far the output is from itself at a random place. The output is
        shifted by the better of the two whole numbers of cells. Read-only, as the next.
    cells : int
        That number.

    Raises
    ------
    ValueError
        If the picture has another shape or other numbers.

    Examples
    --------
    >>> bench = OrdersPlayground(np.eye(6, 8, dtype=np.uint8))
    >>> bench.layer, bench.right = "max pooling", 2
    >>> bench.error
    0.0
    """

    script = "playground/scripts/orders"
    title = "Choose a layer and a shift, and compare shifting before the layer with shifting after it."

    layer = traitlets.Enum((*LAYERS,), "edges, zeros around").tag(sync=True)
    right = traitlets.Int(12, min=-64, max=64).tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    words = tuple(LAYERS)

    def __init__(self, picture):
        picture = np.asarray(picture)
        sides = picture.shape if picture.ndim == 2 else (0, 0)
        if picture.dtype != np.uint8 or not all(2 <= side <= 128 and side % 2 == 0 for side in sides):
            raise ValueError(
                f"OrdersPlayground: picture must have shape (H, W), both even and at most 128, and dtype uint8, "
                f"received {picture.shape} of {picture.dtype}"
            )
        self._x = picture[None, None] / 255
        super().__init__(picture=packed_bytes(picture))

    error = property(lambda self: self._nearest()[0])
    cells = property(lambda self: self._nearest()[1])

    def _nearest(self):
        f, x = LAYERS[self.layer], self._x
        y, of_shifted = f(x), f(np.roll(x, self.right, axis=3))
        stride = x.shape[3] // y.shape[3]
        unit = 2**0.5 * np.linalg.norm(y - y.mean())
        ways = {self.right // stride, -(-self.right // stride)}
        return min((float(np.linalg.norm(of_shifted - np.roll(y, cells, axis=3)) / unit), cells) for cells in ways)
