"""A kernel is run with one of its candidate tilings, or compiled with them and not run."""

import os

import pytest
import torch

triton = pytest.importorskip("triton", reason="Triton is not installed; it exists for Linux alone")

SMALL, LARGE = (triton.Config({"BLOCK": size}, num_warps=warps, num_stages=2) for size, warps in ((16, 1), (64, 4)))


class Kernel:
    """Stand in for a compiled function: note what it is asked for."""

    def __init__(self):
        self.ran, self.compiled = [], []

    def __getitem__(self, grid):
        return lambda *arguments, **constants: self.ran.append((grid({"BLOCK": constants["BLOCK"]}), constants))

    def warmup(self, *arguments, grid, **constants):
        self.compiled.append(constants)


def started(mode):
    from cnnlib.gpu.kernels.launch import candidates, launch

    kernel = Kernel()
    with candidates(mode):
        launch(kernel, lambda meta: (128 // meta["BLOCK"],), torch.ones(128), tilings=[SMALL, LARGE], key=(), FLAT=True)
    return kernel


def constants_of(tiling):
    return tiling.kwargs | {"FLAT": True, "num_warps": tiling.num_warps, "num_stages": 2}


def test_the_first_candidate_is_run():
    kernel = started("first")
    assert kernel.ran == [((8,), constants_of(SMALL))]
    assert kernel.compiled == []


@pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="interpreted, not compiled")
@pytest.mark.parametrize(("mode", "tilings"), [("compile", [SMALL]), ("compile all", [SMALL, LARGE])])
def test_compiling_runs_nothing(mode, tilings):
    kernel = started(mode)
    assert kernel.ran == []
    assert kernel.compiled == [constants_of(tiling) for tiling in tilings]


@pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="interpreted, not compiled")
def test_the_fastest_of_all_is_run_and_timed_once(monkeypatch):
    from cnnlib.gpu.kernels import launch as module

    asked = []

    def autotune(configs, key, do_bench):
        asked.append((configs, key))
        return lambda kernel: kernel

    monkeypatch.setattr(module.triton, "autotune", autotune)
    kernel = Kernel()
    for _ in range(2):
        with module.candidates("fastest"):
            # Equal tilings, made anew by every call as `product_tilings` makes them, must not be timed anew.
            tilings = [triton.Config({"BLOCK": size}, num_warps=1) for size in (16, 64)]
            module.launch(kernel, lambda meta: (1,), torch.ones(3), tilings=tilings, key=("a",), BLOCK=16)
    [(configs, key)] = asked
    assert [config.kwargs for config in configs] == [{"BLOCK": 16}, {"BLOCK": 64}]
    assert key == ["a"]
    assert len(kernel.ran) == 2


def test_the_mode_is_put_back_whatever_happens():
    from cnnlib.gpu.kernels import launch as module

    before = module._mode
    with pytest.raises(KeyError), module.candidates("compile"):
        raise KeyError
    assert module._mode == before


def test_the_interpreter_runs_whatever_is_asked_for():
    if os.environ.get("TRITON_INTERPRET") != "1":
        pytest.skip("compiled, not interpreted")
    assert started("compile all").ran == [((8,), constants_of(SMALL))]
