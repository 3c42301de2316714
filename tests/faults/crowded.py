"""A stand-in for a GPU without room: it raises where CUDA would, in PyTorch's words."""

import torch

# Where the memory does not suffice for a tensor, and for a library of NVIDIA's.
FULL_GPU = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nGPU 0 has a total capacity of 3.8 GiB"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`\nCompile with …"),
]


def full_after(calls, error, monkeypatch):
    """Let PyTorch's convolutions find no memory any more after so many calls."""
    left, convolve = [calls], torch.nn.functional.conv2d

    def crowded(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise error
        return convolve(*arguments)

    monkeypatch.setattr(torch.nn.functional, "conv2d", crowded)
