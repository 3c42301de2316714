"""The kernels compute a convolution, and the formula counts what the machine counts."""

import numpy as np
import pytest
import torch
from messages import exactly

from cnnlib.experiments.speed import tiles

CASES = [
    ((2, 3, 7, 10), (5, 3, 3, 2), 1),
    ((3, 5, 9, 6), (7, 5, 2, 4), 0),
    ((1, 1, 12, 9), (6, 1, 5, 5), 2),
]
SMALL = {
    "naive": {"BLOCK": 32},
    "tiled": {"BLOCK_M": 16, "BLOCK_O": 4},
    "implicit_gemm": {"BLOCK_M": 16, "BLOCK_O": 4, "BLOCK_K": 8, "GROUP": 3},
    "fused": {"BLOCK_M": 8, "BLOCK_O": 4, "BLOCK_K": 8, "GROUP": 3},
}


def arrays(x, weight, step, dtype=np.float32):
    random = np.random.RandomState(0)
    bias = (random.randn(weight[0]),) if step == "fused" else ()
    return [array.astype(dtype) for array in (random.randn(*x), random.randn(*weight), *bias)]


def expected(step, pad, x, weight, bias=None):
    x, weight = (torch.from_numpy(array.astype(float)) for array in (x, weight))
    y = torch.nn.functional.conv2d(x, weight, padding=pad)
    if step == "fused":
        y = torch.nn.functional.max_pool2d(torch.relu(y + torch.from_numpy(bias)[:, None, None]), 2)
    return y.numpy()


@pytest.mark.parametrize("tile", [{}, SMALL], ids=["large", "small"])
@pytest.mark.parametrize("step", tiles.TILES)
@pytest.mark.parametrize(("x", "weight", "pad"), CASES)
def test_every_step_convolves_and_is_predicted(x, weight, pad, step, tile):
    given, tile = arrays(x, weight, step), tile.get(step, {})
    y, counts = tiles.convolve_counted(step, *given, pad=pad, **tile)
    np.testing.assert_allclose(y, expected(step, pad, *given), atol=2e-5)
    formula = tiles.predict(step, x, weight, pad=pad, **tile)
    assert (formula.programs, formula.read, formula.written, formula.products) == (
        counts.programs,
        counts.read,
        counts.written,
        counts.products,
    )


@pytest.mark.parametrize("step", tiles.TILES)
def test_channels_last_stays_so_and_moves_the_same_bytes(step):
    x, *rest = arrays((2, 3, 7, 10), (5, 3, 3, 2), step)
    y, counts = tiles.convolve_counted(step, x, *rest, pad=1)
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    y_last, counts_last = tiles.convolve_counted(step, last, *rest, pad=1)
    assert np.array_equal(y, y_last)
    assert y.flags.c_contiguous
    assert y_last.transpose(0, 2, 3, 1).flags.c_contiguous
    assert counts.read == counts_last.read


def test_short_numbers_are_half_the_bytes_and_sums_are_long():
    given = arrays((1, 256, 3, 3), (4, 256, 3, 3), "implicit_gemm", np.float16)
    y, counts = tiles.convolve_counted("implicit_gemm", *given)
    assert counts.written == {"y": 2 * 4}
    assert y.dtype == np.float16
    exact = expected("implicit_gemm", 0, *given)
    assert np.abs(y - exact).max() <= 2**-10 * np.abs(exact).max()
    assert tiles.predict("implicit_gemm", (1, 256, 3, 3), (4, 256, 3, 3), itemsize=2).read == counts.read


def test_no_argument_is_written_to():
    given = arrays((2, 3, 7, 10), (5, 3, 3, 2), "fused")
    before = [array.copy() for array in given]
    tiles.convolve_counted("fused", *given, pad=1)
    assert all(map(np.array_equal, given, before))


def test_unknown_steps_and_stray_biases_are_refused():
    x, weight, bias = arrays((1, 2, 4, 5), (3, 2, 2, 2), "fused")
    with pytest.raises(ValueError, match="convolve: step must be one of naive, tiled, implicit_gemm, fused, received"):
        tiles.convolve_counted("quick", x, weight)
    with pytest.raises(ValueError, match=exactly("convolve: step 'fused', and no other, takes a bias;")[:-2]):
        tiles.convolve_counted("naive", x, weight, bias)
    with pytest.raises(ValueError, match="step 'fused', and no other, takes a bias"):
        tiles.convolve_counted("fused", x, weight)


@pytest.mark.parametrize("group", [1, 2, 3, 5, 7, 9])
def test_every_tile_is_computed_once_in_groups_of_rows(group):
    tile_of = tiles.interpreter.kernel("tile_of")
    order = [tile_of(number, 7, 3, group) for number in range(21)]
    assert sorted(order) == [(row, column) for row in range(7) for column in range(3)]
    assert [row // group for row, _ in order] == sorted(row // group for row, _ in order)
    assert order[: min(group, 7)] == [(row, 0) for row in range(min(group, 7))]


def test_strips_are_shared_by_programs_that_run_together():
    # By hand, 4 x 2 tiles, two programs at a time: (0,0) (0,1), then (1,0) (1,1); or (0,0) (1,0), then (0,1) (1,1).
    assert tiles.strips_read(4, 2, 2, group=1) == (4, 8)
    assert tiles.strips_read(4, 2, 2, group=2) == (8, 4)
    assert tiles.strips_read(4, 2, 8, group=4) == (4, 2)
    assert tiles.strips_read(3, 2, 4, group=2) == (3, 4)  # the last group is lower


def test_without_triton_there_is_nothing_to_compare(monkeypatch):
    monkeypatch.setattr(tiles.importlib.util, "find_spec", lambda name: None)
    assert tiles.device() is None
    assert tiles.by_triton("naive", *arrays((1, 2, 4, 5), (3, 2, 2, 2), "naive")) is None
