"""Convolution by 3×3 filters with fewer products: Winograd's minimal filtering F(m×m, 3×3) [1]_.

A tile of (m + 2)² inputs makes m² outputs as ``A' ((G g G') * (B' d B)) A``, with one product for each of the
(m + 2)² inputs where the sum needs 9 m². Every transform is linear, so the gradients are the same products in
reverse. The price is accuracy, and the more so the larger m: see `python -m benchmarks.operators`.

.. [1] Lavin & Gray, *Fast algorithms for convolutional neural networks* (2016), Sec. 4.
"""

from math import prod

import numpy as np

from cnnlib.vectorized._arrays import pad

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


def forward(x, weight, *, stride, dilation, groups, tile=None):
    """Cross-correlate the padded images ``x`` with 3×3 filters; arguments and result as in `_im2col.forward`.

    ``stride`` and ``dilation`` must be (1, 1). ``tile`` is m, 2 or 4; None takes the one with fewer products.
    """
    filters, channels = len(weight), weight.shape[1]
    output = [n - 2 for n in x.shape[2:]]
    plan = _Plan(output, tile, x.dtype)
    bank = plan.of_weight @ weight.reshape(-1, 9).T
    bank = bank.reshape(-1, groups, filters // groups, channels)
    out = np.empty((len(x), filters, *output), x.dtype)
    for part in plan.chunks(x, filters):
        products = bank @ plan.tiles(x[part], groups)
        tiles = plan.to_output @ products.reshape(len(products), -1)
        tiles = tiles.reshape(plan.m, plan.m, filters, -1, *plan.count).transpose(3, 2, 4, 0, 5, 1)
        images = tiles.reshape(*tiles.shape[:2], plan.count[0] * plan.m, plan.count[1] * plan.m)
        out[part] = images[:, :, : output[0], : output[1]]
    return out


def grad_weight(grad_y, x, kernel, *, stride, dilation, groups, tile=None):
    """Carry ``grad_y`` back to the weight of `forward`, through each of its steps in reverse."""
    filters, channels = grad_y.shape[1], x.shape[1]
    plan = _Plan(grad_y.shape[2:], tile, x.dtype)
    grad = np.zeros((len(plan.of_weight), groups, filters // groups, channels // groups), x.dtype)
    for part in plan.chunks(x, filters):
        tiles = _cut(grad_y[part], plan.m, plan.m, plan.count)
        products = (plan.to_output.T @ tiles).reshape(len(grad), groups, filters // groups, -1)
        grad += products @ plan.tiles(x[part], groups).swapaxes(-1, -2)
    grad = plan.of_weight.T @ grad.reshape(len(grad), -1)
    return np.ascontiguousarray(grad.T).reshape(filters, channels // groups, 3, 3)


class _Plan:
    """How to cut images into tiles, and the transforms as matrices over a tile's cells in a row."""

    def __init__(self, output, tile, dtype):
        self.m = tile or min(_TRANSFORMS, key=lambda m: (m + 2) ** 2 * prod(_tile_counts(output, m)))
        self.count = _tile_counts(output, self.m)
        # A' X A, read row by row, is the Kronecker product of A' with itself times X read row by row.
        matrices = (np.array(matrix, dtype) for matrix in _TRANSFORMS[self.m])
        self.to_output, self.of_weight, self.of_tile = (np.kron(matrix, matrix) for matrix in matrices)

    def tiles(self, x, groups):
        """Cut images into overlapping tiles and transform them: shape ((m + 2)², groups, C // groups, tiles)."""
        tiles = self.of_tile @ _cut(x, self.m + 2, self.m, self.count)
        return tiles.reshape(len(tiles), groups, x.shape[1] // groups, -1)

    def chunks(self, x, filters):
        """Cut the batch so that the tiles and products of one chunk take `CHUNK_BYTES`, or those of one image."""
        per_image = (2 * x.shape[1] + filters) * (self.m + 2) ** 2 * prod(self.count) * x.itemsize
        step = max(1, CHUNK_BYTES // per_image)
        return [slice(start, start + step) for start in range(0, len(x), step)]


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
