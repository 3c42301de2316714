"""PyTorch's own operators, called the way the test cases are written."""

import pytest
import torch


def tensor(array, dtype=torch.float64, *, requires_grad=False):
    """Copy an array into a tensor; None stays None."""
    return None if array is None else torch.tensor(array, dtype=dtype, requires_grad=requires_grad)


def torch_conv(x, weight, bias, *, groups=1, **options):
    """Run ``torch.nn.Conv1d`` or ``Conv2d``, which know every option, on the tensors of a convolution's call."""
    layer_class = {3: torch.nn.Conv1d, 4: torch.nn.Conv2d}[x.ndim]
    layer = layer_class(
        x.shape[1], weight.shape[0], weight.shape[2:], groups=groups, bias=bias is not None, device="meta", **options
    )
    parameters = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    return torch.func.functional_call(layer, parameters, (x,))


def torch_blur(x, kernel, stride):
    """Blur and subsample with PyTorch's reflection and depthwise convolution; ``kernel`` holds the 2-D filter."""
    height, width = kernel.shape
    padding = ((width - 1) // 2, width // 2, (height - 1) // 2, height // 2)
    channels = x.shape[1]
    filters = kernel.expand(channels, 1, height, width)
    padded = torch.nn.functional.pad(x, padding, mode="reflect")
    return torch.nn.functional.conv2d(padded, filters, stride=stride, groups=channels)


on_each_device = pytest.mark.parametrize(
    "device",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"))],
)

# Half precisions: a value is rounded where it is stored, at 11 or 8 significant bits, and stored a few times.
HALF = {torch.float16: 4e-3, torch.bfloat16: 3e-2}
PRECISION = {torch.float64: 1e-10, torch.float32: 1e-4, **HALF}


def assert_agrees(ours, oracle, *arrays, dtype=torch.float64, device="cpu"):
    """Compare the values and gradients of two functions of the same tensors.

    The oracle always computes in float64, from the same rounded numbers, so that it is right where ours is
    inexact. None among the arrays stands for one that was not given.
    """
    given = [None if a is None else tensor(a, dtype).to(device).requires_grad_() for a in arrays]
    exact = [None if t is None else t.detach().double().requires_grad_() for t in given]
    y, expected = ours(*given), oracle(*exact)
    assert y.dtype == dtype
    assert y.shape == expected.shape
    close = {"rtol": PRECISION[dtype], "atol": PRECISION[dtype], "equal_nan": True}
    torch.testing.assert_close(y.double(), expected, **close)

    generator = torch.Generator().manual_seed(0)
    grad_y = torch.randn(y.shape, generator=generator).to(device, dtype)
    inputs, references = ([t for t in tensors if t is not None] for tensors in (given, exact))
    grads = torch.autograd.grad(y, inputs, grad_y)
    wanted = torch.autograd.grad(expected, references, grad_y.double())
    for grad, reference in zip(grads, wanted, strict=True):
        assert grad.dtype == dtype
        scale = max(1.0, reference.abs().max().item()) if reference.numel() else 1.0
        torch.testing.assert_close(grad.double(), reference, rtol=close["rtol"], atol=close["atol"] * scale)
