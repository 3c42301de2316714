"""Triton kernels: what a GPU does for one tile of the output, written in Python.

The modules of this package, and they alone, import Triton, so nothing imports them before a kernel is used.
"""

from cnnlib.shapes import choice


def wants_triton(op, x, algorithm):
    """Tell whether a call with ``algorithm`` "triton" or "auto" is for our kernel; if so, require that it can run."""
    if choice(op, "algorithm", algorithm, ("triton", "auto")) == "auto":
        return False
    require_triton(op, x)
    return True


def require_triton(op, x):
    """Require that a kernel can run on the tensor ``x``.

    Raises
    ------
    RuntimeError
        Naming the argument ``algorithm`` and what is missing: the package, or a CUDA device.
    """
    try:
        from cnnlib.gpu.kernels.launch import INTERPRETED
    except ModuleNotFoundError as error:
        if error.name != "triton":
            raise
        raise RuntimeError(f"{op}: algorithm 'triton' needs the package triton, which is not installed") from None
    if x.device.type != "cuda" and not INTERPRETED:
        raise RuntimeError(
            f"{op}: algorithm 'triton' needs tensors on a CUDA device, or TRITON_INTERPRET=1 set before Python "
            f"starts, received x on {x.device}"
        )
