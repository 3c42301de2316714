"""Where kernels run: on a CUDA device, or in Triton's interpreter, which must be chosen before Triton is imported."""

import os

import pytest
import torch


@pytest.fixture(scope="session")
def device():
    if os.environ.get("TRITON_INTERPRET") == "1":
        pytest.importorskip("triton", reason="Triton is not installed; it exists for Linux alone")
        return "cpu"
    if not torch.cuda.is_available():
        pytest.skip("kernels need CUDA, or the interpreter: make test has a step with TRITON_INTERPRET=1")
    return "cuda"
