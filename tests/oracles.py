"""PyTorch's own operators, called the way the test cases are written."""

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
