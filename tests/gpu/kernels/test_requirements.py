"""Without Triton, or without a device for it, one error says which argument asked for it and what is missing."""

import os
import subprocess
import sys

import pytest
import torch

CALL = "import torch; from cnnlib.gpu import {op}; x = torch.ones({shape}); {op}(x, x, algorithm='triton')"


def last_line(program):
    environment = os.environ | {"TRITON_INTERPRET": "0", "OMP_NUM_THREADS": "1"}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert result.returncode == 1
    return result.stderr.splitlines()[-1]


def test_the_package_may_be_missing():
    program = "import sys; sys.modules['triton'] = None; " + CALL.format(op="conv1d", shape="1, 1, 2")
    expected = "RuntimeError: conv1d: algorithm 'triton' needs the package triton, which is not installed"
    assert last_line(program) == expected


def test_the_device_may_be_missing():
    pytest.importorskip("triton", reason="Triton is not installed; it exists for Linux alone")
    assert last_line(CALL.format(op="conv2d", shape="1, 1, 2, 2")) == (
        "RuntimeError: conv2d: algorithm 'triton' needs tensors on a CUDA device, or TRITON_INTERPRET=1 set before "
        "Python starts, received x on cpu"
    )


def test_full_precision_and_tensor_float_follow_pytorchs_switch(device, monkeypatch):
    from cnnlib.gpu.kernels.launch import product_formats

    for allowed, precision in ((False, "ieee"), (True, "tf32")):
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", allowed)
        assert product_formats(torch.float32)["PRECISION"] == precision
