"""Every kernel compiles for a real chip, on machines without one: the interpreter accepts what no compiler does."""

import importlib
import os

import pytest
import torch

triton = pytest.importorskip("triton", reason="Triton is not installed; it exists for Linux alone")
pytestmark = pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="interpreted, not compiled")

POINTERS = {torch.float16: "*fp16", torch.bfloat16: "*bf16", torch.float32: "*fp32", torch.float64: "*fp64"}
A100, H100 = 80, 90


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(triton.knobs.cache, "dir", str(tmp_path))


def compiled(kernel, tiling, constants, pointers, *, chip=H100, ones=(), sixteens=()):
    """Compile a kernel as a launch would that finds 1, or a multiple of 16, in the integers of those names."""
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    constants = constants | tiling.kwargs | {name: 1 for name in ones if name in kernel.arg_names}
    signature = {name: "constexpr" if name in constants else pointers.get(name, "i32") for name in kernel.arg_names}
    aligned = {
        (i,): [["tt.divisibility", 16]]
        for i, name in enumerate(kernel.arg_names)
        if (name in pointers or name in sixteens) and name not in ones
    }
    source = ASTSource(kernel, signature=signature, constexprs=constants, attrs=aligned)
    options = {"num_warps": tiling.num_warps, "num_stages": tiling.num_stages}
    return triton.compile(source, target=GPUTarget("cuda", chip, 32), options=options)


def convolution(kernel, dtype, channels, *, constants=None, **circumstances):
    from cnnlib.gpu.kernels import convolution as module
    from cnnlib.gpu.kernels.launch import product_formats, product_tilings

    sizes = {"BLOCK_M": 10_000, "BLOCK_O": 96, "BLOCK_K": 15}
    order = sizes if kernel == "correlate_tiles" else ("BLOCK_O", "BLOCK_K", "BLOCK_M")
    tiling = product_tilings(dtype, channels, **{name: sizes[name] for name in order})[0]
    constants = (constants or {}) | {"CHANNELS": channels, "K_H": 5, "K_W": 3, **product_formats(dtype)}
    total = torch.float64 if dtype == torch.float64 else torch.float32
    pointers = dict.fromkeys(("x_ptr", "w_ptr", "bias_ptr", "y_ptr", "grad_ptr"), POINTERS[dtype])
    pointers["sums_ptr"] = POINTERS[total]
    return compiled(getattr(module, kernel), tiling, constants, pointers, **circumstances)


@pytest.mark.parametrize(
    ("dtype", "chip", "instruction"),
    [(torch.bfloat16, H100, "wgmma.mma_async"), (torch.float16, A100, "mma.sync"), (torch.float64, H100, "mma.sync")],
)
def test_products_of_many_channels_run_on_tensor_cores(dtype, chip, instruction):
    last = {"ones": ("x_c", "w_c", "y_c"), "sixteens": [f"{t}_{axis}" for t in "xwy" for axis in "gonhwuv"]}
    forward = convolution("correlate_tiles", dtype, 64, chip=chip, **last, constants={"BIAS": True, "RELU": True})
    backward = convolution("weight_gradient", dtype, 64, chip=chip, **last)
    for program in (forward, backward):
        assert instruction in program.asm["ptx"]
        # The next tiles are on their way while these are multiplied.
        assert "cp.async" in program.asm["ptx"]


def test_few_channels_compile():
    convolution("correlate_tiles", torch.bfloat16, 3, constants={"BIAS": False, "RELU": False})
    convolution("weight_gradient", torch.bfloat16, 3)


def test_sizes_of_one_compile():
    from cnnlib.gpu.kernels.convolution import correlate_tiles, weight_gradient

    # The compiler takes an integer of 1 for a constant, which is another type than a number.
    names = (*correlate_tiles.arg_names, *weight_gradient.arg_names)
    ones = [name for name in names if name.islower() and "_ptr" not in name]
    convolution("correlate_tiles", torch.float32, 1, ones=ones, constants={"BIAS": True, "RELU": False})
    convolution("weight_gradient", torch.float32, 1, ones=ones)


@pytest.mark.parametrize(
    ("module", "kernel"),
    [
        ("pooling", "max_pool"),
        ("pooling", "max_pool_gradient"),
        ("pooling", "avg_pool"),
        ("pooling", "avg_pool_gradient"),
        ("normalization", "normalize"),
        ("normalization", "normalize_gradient"),
    ],
)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_kernels_over_cells_compile(module, kernel, dtype):
    total = torch.float64 if dtype == torch.float64 else torch.float32
    kernel = getattr(importlib.import_module(f"cnnlib.gpu.kernels.{module}"), kernel)
    numbers = {"BEFORE": 2, "AFTER": 2, "SIZE": 5, "SHARE": 1e-4, "BETA": 0.75, "K": 2.0}
    constants = numbers | {
        "K_H": 3,
        "K_W": 2,
        "INCLUDE_PAD": True,
        "TOTAL": getattr(triton.language, str(total).removeprefix("torch.")),
        "LAST": True,
    }
    pointers = dict.fromkeys(("x_ptr", "y_ptr", "grad_ptr", "out_ptr"), POINTERS[dtype])
    pointers |= {"taken_ptr": "*u8", "scale_ptr": POINTERS[total]}
    own = {name: value for name, value in constants.items() if name in kernel.arg_names}
    assert compiled(kernel, triton.Config({"BLOCK": 512}), own, pointers).asm["cubin"]
