"""Convolution by 3×3 filters with fewer products: Winograd's minimal filtering F(m×m, 3×3) [1]_.

A tile of (m + 2)² inputs makes m² outputs as ``A' ((G g G') * (B' d B)) A``, with one product for each of the
(m + 2)² inputs where the sum needs 9 m². Every transform is linear, so the gradients are the same products in
reverse. The price is accuracy, and the more so the larger m: see `python -m benchmarks.operators`.

.. [1] Lavin & Gray, *Fast algorithms for convolutional neural networks* (2016), Sec. 4.
"""

from math import prod

import numpy as np

from cnnlib.vectorized import _transposed
from cnnlib.vectorized._arrays import pad, parts

# (A', G, B') of Lavin & Gray's Sec. 4.1 and 4.3.
_TRANSFORMS = {
    2: (
        [[1, 1, 1, 0], [0, 1, -1, -1]],
        [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
    ),
    4: (
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
        [
            [1 / 4, 0, 0],
            [-1 / 6, -1 / 6, -1 / 6],
            [-1 / 6, 1 / 6, -1 / 6],
            [1 / 24, 1 / 12, 1 / 6],
            [1 / 24, -1 / 12, 1 / 6],
            [0, 0, 1],
        ],
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
    ),
}

# Tiles of one chunk of images and their products; larger chunks than this are no faster.
CHUNK_BYTES = 2**23


def forward(x, weight, geometry, *, tile=None):
    """Cross-correlate ``x`` with 3×3 filters; arguments and result as in `_im2col.forward`.

    Stride and dilation must be (1, 1). ``tile`` is m, 2 or 4; None takes the one with fewer products.
    """
    plan = _Plan(geometry, tile, x.dtype)
    m, (rows, columns), (height, width) = plan.m, plan.count, geometry.output
    bank = (plan.of_weight @ weight.reshape(-1, 9).T).reshape(-1, *plan.bank_shape)
    out = np.empty(geometry.output_shape, x.dtype)
    for part in plan.parts(x):
        products = bank @ plan.tiles(x[part])
        tiles = (plan.to_output @ products.reshape(len(products), -1)).reshape(m, m, len(weight), -1, rows, columns)
        images = tiles.transpose(3, 2, 4, 0, 5, 1).reshape(-1, len(weight), rows * m, columns * m)
        out[part] = images[:, :, :height, :width]
    return out


def grad_weight(grad_y, x, geometry, *, tile=None):
    """Carry ``grad_y`` back to the weight of `forward`, through each of its steps in reverse."""
    plan = _Plan(geometry, tile, x.dtype)
    grad = np.zeros((len(plan.of_weight), *plan.bank_shape), x.dtype)
    for part in plan.parts(x):
        tiles = _cut(grad_y[part], plan.m, plan.m, plan.count)
        products = (plan.to_output.T @ tiles).reshape(*grad.shape[:3], -1)
        grad += products @ plan.tiles(x[part]).swapaxes(-1, -2)
    grad = plan.of_weight.T @ grad.reshape(len(grad), -1)
    return np.ascontiguousarray(grad.T).reshape(geometry.out_channels, -1, 3, 3)


def grad_input(grad_y, weight, geometry):
    """Carry ``grad_y`` back to the input of `forward`, by `forward` itself."""
    return _transposed.grad_input(grad_y, weight, geometry, forward)


class _Plan:
    """How to cut images into tiles, and the transforms as matrices over a tile's cells in a row."""

    def __init__(self, geometry, tile, dtype):
        self._geometry = geometry
        self.m = tile or min(_TRANSFORMS, key=lambda m: (m + 2) ** 2 * prod(_tile_counts(geometry.output, m)))
        self.count = _tile_counts(geometry.output, self.m)
        channels = geometry.in_channels // geometry.groups
        self.bank_shape = (geometry.groups, geometry.out_channels // geometry.groups, channels)
        # A' X A, read row by row, is the Kronecker product of A' with itself times X read row by row.
        matrices = (np.array(matrix, dtype) for matrix in _TRANSFORMS[self.m])
        self.to_output, self.of_weight, self.of_tile = (np.kron(matrix, matrix) for matrix in matrices)

    def tiles(self, x):
        """Cut images into overlapping tiles and transform them: shape ((m + 2)², groups, C // groups, tiles)."""
        images = pad(x, self._geometry.padding, mode=self._geometry.padding_mode)
        tiles = self.of_tile @ _cut(images, self.m + 2, self.m, self.count)
        groups, _, channels = self.bank_shape
        return tiles.reshape(len(tiles), groups, channels, -1)

    def parts(self, x):
        """Cut the batch so that the tiles and products of one chunk take `CHUNK_BYTES`, or those of one image."""
        channels = 2 * self._geometry.in_channels + self._geometry.out_channels
        return parts(len(x), channels * (self.m + 2) ** 2 * prod(self.count) * x.itemsize, CHUNK_BYTES)


def _tile_counts(output, m):
    return [-(-n // m) for n in output]


def _cut(x, size, step, count):
    """Collect tiles of ``size`` by ``size`` cells every ``step`` cells: shape (size², C · N · tiles)."""
    needed = [(n - 1) * step + size for n in count]
    x = pad(x, [(0, max(0, n - have)) for n, have in zip(needed, x.shape[2:], strict=True)])
    n, c, h, w = x.strides
    shape = (size, size, x.shape[1], len(x), *count)
    view = np.lib.stride_tricks.as_strided(x, shape, (h, w, c, n, h * step, w * step), writeable=False)
    return view.reshape(size * size, -1)
