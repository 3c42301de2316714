"""The machine does what Triton does, and counts as one would by hand."""

import numpy as np
import pytest
from messages import exactly

from cnnlib.experiments.speed import interpreter
from cnnlib.experiments.speed.interpreter import run_kernel, tl


def copy(x_ptr, y_ptr, size, step, BLOCK):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(y_ptr + i, tl.load(x_ptr + i * step, mask=i < size), mask=i < size)


def test_every_program_runs_and_every_lane_is_counted():
    x, y = np.arange(100, dtype=np.float32), np.zeros(70, np.float32)
    counts = run_kernel(copy, (2,), x, y, 70, 1, BLOCK=64)
    assert y.tolist() == list(range(70))
    assert (counts.programs, counts.read, counts.written) == (2, {"x": 280}, {"y": 280})
    assert counts.bytes == 560
    assert counts.traffic == 32 * (4 + 4 + 1) + 280


@pytest.mark.parametrize(
    ("dtype", "step", "sectors"),
    [
        (np.float32, 1, 4 + 4 + 1),  # two full warps, and one of which six lanes read
        (np.float16, 1, 2 + 2 + 1),
        (np.float32, 3, 12 + 12 + 2),  # every sector that is touched comes whole
        (np.float32, 8, 32 + 32 + 6),
        (np.float32, 0, 1 + 1 + 1),
    ],
)
def test_sectors_are_counted_for_each_warp(dtype, step, sectors):
    x, y = np.zeros(1000, dtype), np.zeros(70, dtype)
    assert run_kernel(copy, (1,), x, y, 70, step, BLOCK=128).sectors == {"x": sectors}


def test_what_a_program_asks_for_again_is_fetched_once():
    def twice(x_ptr, y_ptr, BLOCK):
        i = tl.program_id(0) % 2 * BLOCK + tl.arange(0, BLOCK)
        tl.store(y_ptr + i, tl.load(x_ptr + i) + tl.load(x_ptr + i, mask=i % 8 == 0, other=0.0))

    x, y = np.zeros(128, np.float32), np.zeros(128, np.float32)
    counts = run_kernel(twice, (4,), x, y, BLOCK=64)
    assert counts.sectors == {"x": 4 * (8 + 8)}
    assert counts.fetched == {"x": 4 * 8}  # two programs that ask for the same each fetch it
    assert counts.least_traffic == 32 * 32 + 4 * 64 * 4


def test_a_warp_lies_along_the_axis_that_costs_less():
    def transpose(x_ptr, y_ptr):
        i, j = tl.arange(0, 32)[:, None], tl.arange(0, 64)[None, :]
        tl.store(y_ptr + (i * 64 + j), tl.load(x_ptr + (j * 32 + i)))

    x, y = np.random.RandomState(0).rand(64, 32), np.zeros((32, 64))
    counts = run_kernel(transpose, (1,), x, y)
    assert np.array_equal(y, x.T)
    assert counts.sectors == {"x": 64 * 32 * 8 // 32}


def test_products_are_those_of_whole_blocks():
    def multiply(a_ptr, b_ptr, y_ptr):
        i, j, k = tl.arange(0, 4), tl.arange(0, 6), tl.arange(0, 5)
        a = tl.load(a_ptr + (i[:, None] * 5 + k[None, :]))
        b = tl.load(b_ptr + (k[:, None] * 6 + j[None, :]))
        total = tl.dot(a, b, tl.zeros((4, 6), dtype=tl.float32))
        total = tl.fma(total, 2.0, total)
        tl.store(y_ptr + (i[:, None] * 6 + j[None, :]), total)

    random = np.random.RandomState(0)
    a, b, y = random.rand(4, 5).astype(np.float16), random.rand(5, 6).astype(np.float16), np.zeros((4, 6), np.float32)
    counts = run_kernel(multiply, (1,), a, b, y)
    np.testing.assert_allclose(y, 3 * (a.astype(float) @ b), rtol=1e-6)
    assert counts.products == 4 * 5 * 6 + 4 * 6


def test_arrays_are_read_in_the_order_of_their_memory():
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(2, 0, 1)
    y = np.zeros(24, np.float32)
    run_kernel(copy, (1,), x, y, 24, 1, BLOCK=32)
    assert y.tolist() == list(range(24))
    with pytest.raises(ValueError, match=exactly("run: x_ptr must lie in memory without gaps, received strides (8,)")):
        run_kernel(copy, (1,), np.zeros(8, np.float32)[::2], y, 4, 1, BLOCK=4)


def test_what_a_gpu_would_read_in_silence_is_refused():
    x, y = np.zeros(10), np.zeros(12)
    message = "tl.load: program (1,) asks for place 10 of x, which has 10; a GPU would not have complained"
    with pytest.raises(IndexError, match=exactly(message)):
        run_kernel(copy, (2,), x, y, 12, 1, BLOCK=8)
    with pytest.raises(IndexError, match=r"tl\.store: .* place 10 of y"):
        run_kernel(copy, (2,), y, x, 12, 1, BLOCK=8)
    with pytest.raises(IndexError, match=r"tl\.load: .* place -1 of x"):
        run_kernel(copy, (1,), x, y, 2, -1, BLOCK=4)


def test_kernels_are_the_lines_of_the_file():
    text = interpreter.source("tiled", start="for c in")
    assert text.splitlines()[:3] == ["def tiled(...):", "    ...", "    for c in range(CHANNELS):"]
    assert "fmt" not in interpreter.source("fused")
    whole = interpreter.source("naive").splitlines()
    assert whole[:2] == ["def naive(", "    x_ptr, w_ptr, y_ptr,"]
    assert whole[-1] == "    tl.store(y_ptr + y, total, mask=live)"
    assert interpreter.source("naive", "tl.program_id").splitlines()[1].startswith("    number = tl.program_id(0)")
    assert max(map(len, interpreter.source("fused", "tl.program_id").splitlines())) <= 70
    assert max(map(len, whole)) <= 72
    with pytest.raises(ValueError, match="kernel: name must be one of naive, tiled, tile_of, implicit_gemm, fused"):
        interpreter.kernel("quick")
