"""The operators of ``definition`` in fast NumPy, forward and backward.

Names, arguments and results are those of ``cnnlib.definition``. ``<name>_backward(grad_y, …)`` takes the
gradient with respect to the result and the arguments of the call, and returns the gradient with respect to
each array among them, in order. Arrays are float32 or float64 and results have their dtype. The modules
``layers`` and ``optimizers`` make networks of them and train these.
"""

from cnnlib.vectorized.adaptive import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    blur_pool2d,
    blur_pool2d_backward,
)
from cnnlib.vectorized.convolution import conv1d, conv1d_backward, conv2d, conv2d_backward
from cnnlib.vectorized.dense import (
    cross_entropy,
    cross_entropy_backward,
    linear,
    linear_backward,
    relu,
    relu_backward,
    scaled_tanh,
    scaled_tanh_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from cnnlib.vectorized.local import locally_connected2d, locally_connected2d_backward
from cnnlib.vectorized.matrices import circulant, doubly_block_circulant, doubly_block_toeplitz, toeplitz
from cnnlib.vectorized.normalization import local_response_norm, local_response_norm_backward
from cnnlib.vectorized.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    lp_pool2d,
    lp_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from cnnlib.vectorized.signals import convolve, convolve_backward, correlate, correlate_backward

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "blur_pool2d",
    "blur_pool2d_backward",
    "circulant",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "convolve",
    "convolve_backward",
    "correlate",
    "correlate_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "doubly_block_circulant",
    "doubly_block_toeplitz",
    "linear",
    "linear_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "locally_connected2d",
    "locally_connected2d_backward",
    "lp_pool2d",
    "lp_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "relu",
    "relu_backward",
    "scaled_tanh",
    "scaled_tanh_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
    "toeplitz",
]
