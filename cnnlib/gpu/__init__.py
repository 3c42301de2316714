"""The operators on PyTorch tensors of any device, differentiable by autograd.

Names and arguments are those of ``definition`` and ``vectorized``; operators that have more than one kernel also
take ``algorithm``. Tensors are float16, bfloat16, float32 or float64, all of one call alike; within
``torch.autocast`` they may differ, and the result has the dtype that autocast gives it.
"""

from cnnlib.gpu.convolution import conv1d, conv2d, locally_connected2d
from cnnlib.gpu.dense import (
    cross_entropy,
    linear,
    relu,
    scaled_tanh,
    sigmoid,
    softmax,
    tanh,
)
from cnnlib.gpu.normalization import local_response_norm
from cnnlib.gpu.pooling import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    blur_pool2d,
    lp_pool2d,
    max_pool2d,
)
from cnnlib.gpu.signals import convolve, correlate

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "blur_pool2d",
    "conv1d",
    "conv2d",
    "convolve",
    "correlate",
    "cross_entropy",
    "linear",
    "local_response_norm",
    "locally_connected2d",
    "lp_pool2d",
    "max_pool2d",
    "relu",
    "scaled_tanh",
    "sigmoid",
    "softmax",
    "tanh",
]
