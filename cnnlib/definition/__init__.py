"""Each operation as the sum in the text writes it: loops over outputs, loops over the sum, nothing else.

These functions are slow and meant to be read; ``vectorized`` and ``gpu`` hold the same names with the
same arguments, and the tests hold them to the values found here. Arrays are float32 or float64. Sums
are taken in float64 and the result is rounded once, to the dtype of the input.
"""

from cnnlib.definition.convolution import conv1d, conv2d, locally_connected2d
from cnnlib.definition.dense import (
    cross_entropy,
    linear,
    relu,
    scaled_tanh,
    sigmoid,
    softmax,
    tanh,
)
from cnnlib.definition.normalization import local_response_norm
from cnnlib.definition.pooling import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    blur_pool2d,
    lp_pool2d,
    max_pool2d,
)
from cnnlib.definition.signals import convolve, correlate

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
