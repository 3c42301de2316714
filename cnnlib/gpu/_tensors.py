"""What a tensor is to this package, and how windows slide over one."""

from functools import partial

import torch
from torch.nn.functional import pad

from cnnlib.shapes import documentation, dtype_name, instances, same_float_dtype

# What the definition says of arrays holds for tensors here.
documented = partial(
    documentation.documented,
    words={"ndarray": "tensor", "array": "tensor", "float32 or float64": "tensor of float, no axes"},
)
DTYPES = ("float16", "bfloat16", "float32", "float64")


def require_tensors(op, **tensors):
    """Require tensors that share one floating-point dtype; only a bias may be None."""
    instances(op, torch.Tensor, **tensors)
    dtypes = {name: dtype_name(tensor) for name, tensor in tensors.items()}
    if autocast_dtype(next(iter(tensors.values()))) is None:
        same_float_dtype(op, DTYPES, **dtypes)
    else:
        # Autocast keeps parameters in float32 and casts where they meet activations.
        for name, dtype in dtypes.items():
            same_float_dtype(op, DTYPES, **{name: dtype})


def autocast_dtype(tensor):
    """Return the dtype that an active ``torch.autocast`` asks for on the tensor's device, otherwise None."""
    device = tensor.device.type
    if torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device):
        return torch.get_autocast_dtype(device)
    return None


def wide(dtype):
    """Return the dtype to add up many values in: single precision for the half ones, as PyTorch's kernels do."""
    return torch.promote_types(dtype, torch.float32)


def tensor_float_32():
    """Tell whether PyTorch's switch for convolutions allows float32 factors to be cut to TensorFloat-32's ten bits."""
    cudnn = torch.backends.cudnn
    if hasattr(cudnn, "conv"):  # since PyTorch 2.9
        return cudnn.conv.fp32_precision == "tf32"
    return cudnn.allow_tf32


def shape_of(tensor):
    """Return an optional tensor's shape, None where there is no tensor."""
    return None if tensor is None else tensor.shape


def extend(x, padding, *, mode="constant", value=None):
    """Put ``padding``, a pair per spatial axis, around ``x``; without padding, return ``x`` itself."""
    amounts = [amount for pair in reversed(padding) for amount in pair]  # pad takes the last axis first
    return pad(x, amounts, mode=mode, value=value) if any(amounts) else x


def sliding_windows(x, kernel, stride, dilation):
    """View images (N, C, H, W) as their windows, (N, C, H_out, W_out, K_h, K_w), copying nothing."""
    (kernel_h, kernel_w), (dilation_h, dilation_w) = kernel, dilation
    rows = x.unfold(2, dilation_h * (kernel_h - 1) + 1, stride[0])
    windows = rows.unfold(3, dilation_w * (kernel_w - 1) + 1, stride[1])
    return windows[..., ::dilation_h, ::dilation_w]
