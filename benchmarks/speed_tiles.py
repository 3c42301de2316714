"""Compile tiles of implicit GEMM for an H100, and note what they take: ``python -m benchmarks.speed_tiles``.

Writes ``results/speed-tiles.json``: for each tile the registers of a lane and the shared memory of a program, as the
compiler gives them to step three of `cnnlib.gpu.kernels.steps` with 16-bit numbers, channels last. It needs Triton and
its tools, and no GPU.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from benchmarks.record import write_record

# Places, filters, terms in a step and warps: those of which the appendix speaks.
TILES = (
    (64, 64, 32, 4),
    (128, 64, 64, 4),
    (128, 128, 32, 8),
    (128, 128, 64, 8),
    (256, 128, 64, 8),
    (256, 256, 64, 16),
)
STAGES = (2, 3)


def compile_for_h100(rows, columns, depth, *, warps, stages, channels=64):
    """Compile step three for 16-bit numbers and channels last, as a launch would.

    Parameters
    ----------
    rows, columns, depth : int
        Of the tile: places, filters, and terms in a step.
    warps, stages : int
    channels : int

    Returns
    -------
    triton.compiler.CompiledKernel
    """
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from cnnlib.gpu.kernels.steps import implicit_gemm

    names = implicit_gemm.arg_names
    constants = {"BLOCK_M": rows, "BLOCK_O": columns, "BLOCK_K": depth, "GROUP": 8}
    constants |= {"CHANNELS": channels, "K_H": 3, "K_W": 3, "x_c": 1, "w_c": 1, "y_o": 1}
    signature = {name: "constexpr" if name in constants else "i32" for name in names}
    signature |= dict.fromkeys(("x_ptr", "w_ptr", "y_ptr"), "*fp16")
    sixteens = [n for n in names if (n.endswith("_ptr") or n[:2] in ("x_", "w_", "y_")) and n not in constants]
    aligned = {(names.index(name),): [["tt.divisibility", 16]] for name in sixteens}
    source = ASTSource(implicit_gemm, signature=signature, constexprs=constants, attrs=aligned)
    return triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": warps, "num_stages": stages})


def registers(program, folder):
    """Return the registers of a lane of a compiled program; None where Triton comes without the tool that tells.

    Parameters
    ----------
    program : triton.compiler.CompiledKernel
    folder : Path
        For the binary.

    Returns
    -------
    (int, int) or None
        Registers, and bytes of a lane that found no place in them.
    """
    import triton

    binary = folder / "kernel.cubin"
    binary.write_bytes(program.asm["cubin"])
    tool = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
    if not tool.exists():
        return None
    report = subprocess.run([tool, "-res-usage", binary], capture_output=True, text=True, check=True).stdout
    return tuple(int(report.split(f"{what}:")[1].split()[0]) for what in ("REG", "STACK"))


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    import triton

    results = []
    with tempfile.TemporaryDirectory() as folder:
        for rows, columns, depth, warps in TILES:
            for stages in STAGES:
                tile = {"rows": rows, "columns": columns, "depth": depth, "warps": warps, "stages": stages}
                try:
                    program = compile_for_h100(rows, columns, depth, warps=warps, stages=stages)
                except Exception as error:
                    if "Insufficient registers" not in str(error):
                        raise
                    results.append(tile | {"registers": None, "failure": "insufficient registers"})
                    continue
                found = registers(program, Path(folder))
                if found is None:
                    raise SystemExit("speed_tiles: this Triton comes without cuobjdump, which tells the registers")
                count, spilled = found
                taken = {"registers": count, "spilled": spilled, "shared_bytes": program.metadata.shared}
                results.append(tile | taken)
                print(results[-1])
    about = {"triton": triton.__version__, "target": "sm_90", "channels": 64, "numbers": "float16", "n": "1"}
    print(f"written to {write_record('speed-tiles', 'python -m benchmarks.speed_tiles', results, **about)}")


if __name__ == "__main__":
    main()
