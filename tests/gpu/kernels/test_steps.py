"""The appendix's kernels: right where Triton runs them, counted as Triton's interpreter counts, and compiled."""

import os

import numpy as np
import pytest
import torch

from cnnlib.experiments.speed import tiles

X, WEIGHT = (2, 2, 5, 7), (3, 2, 3, 2)
SMALL = {
    "naive": {"BLOCK": 64},
    "tiled": {"BLOCK_M": 16, "BLOCK_O": 4},
    "implicit_gemm": {"BLOCK_M": 16, "BLOCK_O": 16, "BLOCK_K": 16, "GROUP": 3},
    "fused": {"BLOCK_M": 16, "BLOCK_O": 16, "BLOCK_K": 16, "GROUP": 3},
}
interpreted = pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") != "1", reason="counts what the interpreter loads")
compiled = pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="interpreted, not compiled")


def given(step, dtype=np.float32, x=X, weight=WEIGHT):
    random = np.random.RandomState(0)
    bias = (random.randn(weight[0]),) if step == "fused" else ()
    return [array.astype(dtype) for array in (random.randn(*x), random.randn(*weight), *bias)]


def expected(x, weight, bias=None):
    x, weight = torch.from_numpy(x).double(), torch.from_numpy(weight).double()
    y = torch.nn.functional.conv2d(x, weight, padding=1)
    if bias is not None:
        y = torch.nn.functional.max_pool2d(torch.relu(y + torch.from_numpy(bias).double()[:, None, None]), 2)
    return y.numpy()


@pytest.mark.parametrize("step", tiles.TILES)
def test_every_step_is_a_convolution(device, step):
    arrays = given(step)
    for x in (arrays[0], np.ascontiguousarray(arrays[0].transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)):
        y = tiles.by_triton(step, x, *arrays[1:], pad=1, **SMALL[step])
        np.testing.assert_allclose(y, expected(*arrays), atol=2e-5)


@pytest.mark.parametrize("step", ["implicit_gemm", "fused"])
def test_short_factors(device, step):
    arrays = given(step, np.float16)
    y = tiles.by_triton(step, *arrays, pad=1, **SMALL[step])
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, expected(*arrays), rtol=2e-3, atol=2e-3)


@interpreted
@pytest.mark.parametrize("step", tiles.TILES)
def test_the_machine_counts_what_the_interpreter_loads_and_stores(device, step, monkeypatch):
    from triton.runtime.interpreter import interpreter_builder

    moved = {"read": 0, "written": 0}
    load, store = interpreter_builder.create_masked_load, interpreter_builder.create_masked_store

    def noted_load(pointers, mask, *rest):
        values = load(pointers, mask, *rest)
        moved["read"] += int(mask.data.sum()) * values.data.itemsize
        return values

    def noted_store(pointers, value, mask, *rest):
        moved["written"] += int(mask.data.sum()) * value.data.itemsize
        return store(pointers, value, mask, *rest)

    monkeypatch.setattr(interpreter_builder, "create_masked_load", noted_load)
    monkeypatch.setattr(interpreter_builder, "create_masked_store", noted_store)
    arrays = given(step)
    y = tiles.by_triton(step, *arrays, pad=1, **SMALL[step])
    ours, counts = tiles.convolve_counted(step, *arrays, pad=1, **SMALL[step])
    np.testing.assert_allclose(ours, y, atol=1e-5)
    assert moved == {"read": sum(counts.read.values()), "written": counts.written["y"]}


TILES = [(64, 64, 32, 4, 3), (128, 128, 32, 8, 3), (128, 128, 64, 8, 3), (128, 128, 64, 8, 2), (128, 256, 64, 8, 3)]


@compiled
@pytest.mark.parametrize(("rows", "columns", "depth", "warps", "stages"), TILES)
def test_a_compiled_tile_takes_the_room_that_the_formula_says(
    rows, columns, depth, warps, stages, tmp_path, monkeypatch
):
    triton = pytest.importorskip("triton", reason="Triton is not installed; it exists for Linux alone")
    from benchmarks.speed_tiles import compile_for_h100, registers
    from cnnlib.experiments.speed.chips import H100, residence

    monkeypatch.setattr(triton.knobs.cache, "dir", str(tmp_path))
    program = compile_for_h100(rows, columns, depth, warps=warps, stages=stages)
    home = residence(H100, rows, columns, depth, stages=stages, warps=warps)
    assert program.metadata.shared == home.shared_bytes
    assert "wgmma.mma_async" in program.asm["ptx"]  # the tensor cores
    assert "cp.async" in program.asm["ptx"]  # the next tiles are on their way
    found = registers(program, tmp_path)
    if found is None:
        pytest.skip("this Triton comes without cuobjdump")
    # The estimate of what a lane needs besides its sums is no more than that.
    assert abs(found[0] - home.registers) <= 32
