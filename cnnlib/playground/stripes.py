"""Stripes, and every second cell of them."""

import numpy as np
import traitlets

from cnnlib import vectorized
from cnnlib.playground.base import Array, Playground

_CELLS = 32
# Weights, and the offset of the first of them from the cell that is kept.
_KERNELS = {
    "nothing": ([1], 0),
    "two equal weights": ([1 / 2, 1 / 2], 0),
    "blur": ([1 / 4, 1 / 2, 1 / 4], -1),
    "five weights": ([1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16], -2),
}


class StripesPlayground(Playground):
    """Stripes on 32 cells whose period can be dragged, of which every second cell is kept.

    The cells are a part of a row without ends: waves need not close on them.

    Attributes
    ----------
    waves : float, 0 to 16
        Waves on 32 cells.
    moved : float, 0 to 32
        Cells by which the stripes have moved to the right.
    kernel : "nothing", "two equal weights", "blur", "five weights" or "ideal"
        What weights neighbours before cells are dropped. The ideal leaves waves below the limit of 8 whole, and nothing
        of any others.
    stripes : ndarray of float32, shape (32,)
        ``cos(2π · waves · (n − moved) / 32)``. Read-only, as the next.
    kept : ndarray of float32, shape (16,)

    Examples
    --------
    >>> bench = StripesPlayground()
    >>> bench.waves = 16
    >>> bench.kept.tolist() == [1] * 16
    True
    """

    script = "playground/scripts/stripes"
    title = "Drag stripes through the limit of a grid half as fine, and see them come back as others."

    waves = traitlets.Float(6.0, min=0, max=16).tag(sync=True)
    moved = traitlets.Float(0.0, min=0, max=_CELLS).tag(sync=True)
    kernel = traitlets.Enum((*_KERNELS, "ideal"), "nothing").tag(sync=True)
    stripes = Array(np.zeros(_CELLS))
    kept = Array(np.zeros(_CELLS // 2))

    def __init__(self):
        super().__init__()
        self._keep(None)

    @traitlets.observe("waves", "moved", "kernel")
    def _keep(self, _):
        self.stripes = self._wave(0, _CELLS)
        if self.kernel == "ideal":
            self.kept = self.stripes[::2] * (self.waves < _CELLS / 4)
            return
        weights, start = _KERNELS[self.kernel]
        around = self._wave(start, _CELLS - 2 + start + len(weights))
        self.kept = vectorized.conv1d(around[None, None], np.array(weights, float)[None, None], stride=2)[0, 0]

    def _wave(self, first, end):
        places = np.arange(first, end) - self.moved
        return np.cos(2 * np.pi * self.waves * places / _CELLS)
