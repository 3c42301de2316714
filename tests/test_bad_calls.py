"""What a wrong call is told: the same words in every room, with the operator, the argument and what arrived."""

# ruff: noqa: E501 (one call a line, and its message whole)

import re
from functools import partial

import numpy as np
import pytest
import torch

from cnnlib import definition, gpu, vectorized

F64 = np.float64


def ones(*shape, dtype=F64):
    return np.ones(shape, dtype)


X, W, B = ones(2, 4, 6, 5), ones(6, 4, 3, 2), ones(6)
LABELS = np.array([0, 1, 2], np.int64)
SHAPES = "x (2, 4, 6, 5), weight (6, 4, 3, 2)"

# Operator, arrays, options, exception and the whole message.
CONVOLUTIONS = [
    ("conv2d", [X[0], W], {}, ValueError, "conv2d: x must have shape (N, C_in, H, W), received (4, 6, 5)"),
    ("conv1d", [X, W], {}, ValueError, "conv1d: x must have shape (N, C_in, L), received (2, 4, 6, 5)"),
    ("conv2d", [X, W[0]], {}, ValueError, "conv2d: weight must have shape (C_out, C_in // groups, K_h, K_w), received (4, 3, 2)"),
    ("conv2d", [X, W[:, :3]], {}, ValueError, "conv2d: weight must have C_in // groups = 4 channels on axis 1, received 3 (x (2, 4, 6, 5), weight (6, 3, 3, 2), groups=1)"),
    ("conv2d", [X, W], {"groups": 2}, ValueError, f"conv2d: weight must have C_in // groups = 2 channels on axis 1, received 4 ({SHAPES}, groups=2)"),
    ("conv2d", [X, W], {"groups": 3}, ValueError, f"conv2d: groups must divide C_in = 4 and C_out = 6, received 3 ({SHAPES})"),
    ("conv2d", [X, W[:, :1]], {"groups": 4}, ValueError, "conv2d: groups must divide C_in = 4 and C_out = 6, received 4 (x (2, 4, 6, 5), weight (6, 1, 3, 2))"),
    ("conv2d", [X, W], {"groups": 0}, ValueError, "conv2d: groups must be at least 1, received 0"),
    ("conv2d", [X, W, ones(5)], {}, ValueError, f"conv2d: bias must have shape (6,), received (5,) ({SHAPES}, bias (5,))"),
    ("conv2d", [X, W, ones(6, 1)], {}, ValueError, f"conv2d: bias must have shape (6,), received (6, 1) ({SHAPES}, bias (6, 1))"),
    ("conv2d", [X, W[:0]], {}, ValueError, "conv2d: weight must not be empty, received (0, 4, 3, 2)"),
    ("conv2d", [X[:, :, :0], W], {"padding": 2}, ValueError, "conv2d: x must have at least one cell on each spatial axis, received (2, 4, 0, 5)"),
    ("conv2d", [X, ones(6, 4, 9, 2)], {"padding": 1}, ValueError, "conv2d: weight must not exceed the padded input, received x (2, 4, 6, 5), weight (6, 4, 9, 2) with padding ((1, 1), (1, 1)) and dilation (1, 1)"),
    ("conv2d", [X, W], {"dilation": (1, 5)}, ValueError, f"conv2d: weight must not exceed the padded input, received {SHAPES} with padding ((0, 0), (0, 0)) and dilation (1, 5)"),
    ("conv2d", [X, W], {"stride": 0}, ValueError, "conv2d: stride must be at least 1, received 0"),
    ("conv2d", [X, W], {"stride": (1, -2)}, ValueError, "conv2d: stride must be at least 1, received -2"),
    ("conv2d", [X, W], {"stride": 1.0}, TypeError, "conv2d: stride must be an integer, received 1.0"),
    ("conv2d", [X, W], {"stride": (1, 2, 3)}, ValueError, "conv2d: stride must be one integer or 2, received (1, 2, 3)"),
    ("conv2d", [X, W], {"dilation": 0}, ValueError, "conv2d: dilation must be at least 1, received 0"),
    ("conv2d", [X, W], {"padding": -1}, ValueError, "conv2d: padding must be at least 0, received -1"),
    ("conv2d", [X, W], {"padding": "smae"}, ValueError, "conv2d: padding must be one of 'same', 'valid', received 'smae'"),
    ("conv2d", [X, W], {"padding": "same", "stride": 2}, ValueError, "conv2d: padding must not be 'same' when stride exceeds 1, received stride (2, 2)"),
    ("conv2d", [X, W], {"padding_mode": "reflect"}, ValueError, "conv2d: padding_mode must be one of 'zeros', 'circular', received 'reflect'"),
    ("conv2d", [X, W], {"padding_mode": "circular", "padding": (0, 6)}, ValueError, f"conv2d: padding must not exceed the input when padding_mode is 'circular', received ((0, 0), (6, 6)) ({SHAPES})"),
    ("conv2d", [X.astype(np.int64), W], {}, TypeError, "conv2d: x must be of dtype {floats}, received int64"),
    ("conv2d", [X, W.astype(np.float32)], {}, TypeError, "conv2d: x, weight must share one dtype, received x float64, weight float32"),
    ("conv2d", [X, W, B.astype(np.float32)], {}, TypeError, "conv2d: x, weight, bias must share one dtype, received x float64, weight float64, bias float32"),
    ("conv2d", [X.tolist(), W], {}, TypeError, "conv2d: x must be a {array}, received list"),
    ("conv1d", [X[:, :, 0], ones(6, 4, 3), 1.0], {}, TypeError, "conv1d: bias must be a {array}, received float"),
    ("convolve", [X, W[0]], {}, ValueError, "convolve: kernel must have as many axes as x, received x (2, 4, 6, 5), kernel (4, 3, 2)"),
    ("convolve", [X, W[:, :0]], {}, ValueError, "convolve: kernel must not be empty, received (6, 0, 3, 2)"),
    ("correlate", [X[:0], W], {}, ValueError, "correlate: x must not be empty, received (0, 4, 6, 5)"),
    ("correlate", [X[0, 0], ones(3, 2)], {"mode": "half"}, ValueError, "correlate: mode must be one of 'full', 'same', 'valid', received 'half'"),
    ("convolve", [ones(6, 5), ones(3, 7)], {"mode": "valid"}, ValueError, "convolve: kernel must fit into x on every axis, or x into kernel, when mode is 'valid', received x (6, 5), kernel (3, 7)"),
    ("correlate", [ones(4), ones(2, dtype=np.float32)], {}, TypeError, "correlate: x, kernel must share one dtype, received x float64, kernel float32"),
    ("locally_connected2d", [X, W], {}, ValueError, "locally_connected2d: weight must have shape (H_out, W_out, C_out, C_in, K_h, K_w), received (6, 4, 3, 2)"),
    ("locally_connected2d", [X, ones(4, 4, 6, 3, 3, 2)], {}, ValueError, "locally_connected2d: weight must have C_in = 4 channels on axis 3, received 3 (x (2, 4, 6, 5), weight (4, 4, 6, 3, 3, 2))"),
    ("locally_connected2d", [X, ones(4, 5, 6, 4, 3, 2)], {}, ValueError, "locally_connected2d: weight must hold filters for (4, 4) positions, received (4, 5) (x (2, 4, 6, 5), weight (4, 5, 6, 4, 3, 2))"),
    ("locally_connected2d", [X, ones(1, 1, 6, 4, 7, 2)], {}, ValueError, "locally_connected2d: weight must not exceed the input, received x (2, 4, 6, 5), weight (1, 1, 6, 4, 7, 2)"),
    ("locally_connected2d", [X, ones(4, 4, 6, 4, 3, 2), B], {}, ValueError, "locally_connected2d: bias must have shape (4, 4, 6), received (6,) (x (2, 4, 6, 5), weight (4, 4, 6, 4, 3, 2), bias (6,))"),
]  # fmt: skip

POOLINGS = [
    ("max_pool2d", [X[0], 2], {}, ValueError, "max_pool2d: x must have shape (N, C, H, W), received (4, 6, 5)"),
    ("max_pool2d", [X.astype(np.int32), 2], {}, TypeError, "max_pool2d: x must be of dtype {floats}, received int32"),
    ("avg_pool2d", [None, 2], {}, TypeError, "avg_pool2d: x must be a {array}, received NoneType"),
    ("avg_pool2d", [X, float("nan")], {}, TypeError, "avg_pool2d: kernel_size must be an integer, received nan"),
    ("max_pool2d", [X, True], {}, TypeError, "max_pool2d: kernel_size must be an integer, received True"),
    ("lp_pool2d", [X, "2"], {}, TypeError, "lp_pool2d: kernel_size must be an integer, received '2'"),
    ("avg_pool2d", [X, 0], {}, ValueError, "avg_pool2d: kernel_size must be at least 1, received 0"),
    ("max_pool2d", [X, 2], {"stride": 0}, ValueError, "max_pool2d: stride must be at least 1, received 0"),
    ("max_pool2d", [X, 2], {"padding": -1}, ValueError, "max_pool2d: padding must be at least 0, received -1"),
    ("avg_pool2d", [X, (3, 2)], {"padding": (2, 0)}, ValueError, "avg_pool2d: padding must be at most half of kernel_size = (3, 2), received (2, 0)"),
    ("max_pool2d", [X, (7, 2)], {}, ValueError, "max_pool2d: kernel_size must not exceed the padded input, received (7, 2) for x (2, 4, 6, 5) with padding (0, 0) and dilation (1, 1)"),
    ("max_pool2d", [X[..., :0], 2], {"padding": 1}, ValueError, "max_pool2d: x must have at least one cell on each spatial axis, received (2, 4, 6, 0)"),
    ("lp_pool2d", [X, 2], {"norm_type": 0}, ValueError, "lp_pool2d: norm_type must be positive and finite, received 0"),
    ("lp_pool2d", [X, 2], {"norm_type": float("nan")}, ValueError, "lp_pool2d: norm_type must be positive and finite, received nan"),
    ("lp_pool2d", [X, 2], {"norm_type": "2"}, TypeError, "lp_pool2d: norm_type must be a number, received '2'"),
    ("adaptive_avg_pool2d", [X, (0, 2)], {}, ValueError, "adaptive_avg_pool2d: output_size must be at least 1, received 0"),
    ("adaptive_max_pool2d", [X, (3, None)], {}, TypeError, "adaptive_max_pool2d: output_size must be an integer, received None"),
    ("adaptive_max_pool2d", [X[:, :, :0], 2], {}, ValueError, "adaptive_max_pool2d: x must have at least one cell on each spatial axis, received (2, 4, 0, 5)"),
    ("blur_pool2d", [X, 10], {}, ValueError, "blur_pool2d: kernel_size must be less than twice the input for reflection, received (10, 10) for x (2, 4, 6, 5)"),
    ("blur_pool2d", [X], {"stride": -1}, ValueError, "blur_pool2d: stride must be at least 1, received -1"),
    ("local_response_norm", [X, 0], {}, ValueError, "local_response_norm: size must be at least 1, received 0"),
    ("local_response_norm", [X[0], 5], {}, ValueError, "local_response_norm: x must have shape (N, C, H, W), received (4, 6, 5)"),
]  # fmt: skip

DENSE = [
    ("linear", [X, ones(3, 5)], {}, ValueError, "linear: x must have shape (N, F_in), received (2, 4, 6, 5)"),
    ("linear", [ones(2, 4), ones(3, 5)], {}, ValueError, "linear: weight must have F_in = 4 columns, received 5 (x (2, 4), weight (3, 5))"),
    ("linear", [ones(2, 4), ones(3, 4), ones(4)], {}, ValueError, "linear: bias must have shape (3,), received (4,) (x (2, 4), weight (3, 4), bias (4,))"),
    ("linear", [ones(2, 4), ones(0, 4)], {}, ValueError, "linear: weight must not be empty, received (0, 4)"),
    ("relu", [LABELS], {}, TypeError, "relu: x must be of dtype {floats}, received int64"),
    ("sigmoid", [0.5], {}, TypeError, "sigmoid: x must be a {array}, received float"),
    ("tanh", [[0.5]], {}, TypeError, "tanh: x must be a {array}, received list"),
    ("scaled_tanh", [X > 0], {}, TypeError, "scaled_tanh: x must be of dtype {floats}, received bool"),
    ("softmax", [X], {"axis": 4}, ValueError, "softmax: axis must be that of at least one value, received 4 (x (2, 4, 6, 5))"),
    ("softmax", [X], {"axis": -5}, ValueError, "softmax: axis must be at least -4, received -5"),
    ("softmax", [X[..., :0]], {}, ValueError, "softmax: axis must be that of at least one value, received -1 (x (2, 4, 6, 0))"),
    ("cross_entropy", [ones(3), LABELS], {}, ValueError, "cross_entropy: logits must have shape (N, K), received (3,)"),
    ("cross_entropy", [ones(0, 3), LABELS[:0]], {}, ValueError, "cross_entropy: logits must not be empty, received (0, 3)"),
    ("cross_entropy", [ones(2, 3), LABELS], {}, ValueError, "cross_entropy: labels must have shape (2,), received (3,) (logits (2, 3), labels (3,))"),
    ("cross_entropy", [ones(3, 4), ones(3)], {}, TypeError, "cross_entropy: labels must be integers, received float64"),
    ("cross_entropy", [ones(3, 4), [0, 1, 2]], {}, TypeError, "cross_entropy: labels must be a {array}, received list"),
    ("cross_entropy", [ones(3, 2), LABELS], {}, ValueError, "cross_entropy: labels must lie between 0 and 1, received labels from 0 to 2"),
    ("cross_entropy", [ones(3, 3), LABELS - 1], {}, ValueError, "cross_entropy: labels must lie between 0 and 2, received labels from -1 to 1"),
]  # fmt: skip

CALLS = CONVOLUTIONS + POOLINGS + DENSE
ROOMS = {
    "definition": (definition, {"array": "numpy.ndarray", "floats": "float32 or float64"}),
    "vectorized": (vectorized, {"array": "numpy.ndarray", "floats": "float32 or float64"}),
    "gpu": (gpu, {"array": "torch.Tensor", "floats": "float16 or bfloat16 or float32 or float64"}),
}


def called(room, name, arguments, options):
    if room == "gpu":
        arguments = [torch.tensor(value) if isinstance(value, np.ndarray) else value for value in arguments]
    return getattr(ROOMS[room][0], name)(*arguments, **options)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    ("name", "arguments", "options", "exception", "message"),
    [pytest.param(*entry, id=f"{entry[0]}-{i}") for i, entry in enumerate(CALLS)],
)
def test_a_bad_call_says_what_is_wrong(room, name, arguments, options, exception, message):
    words = ROOMS[room][1]
    for placeholder, word in words.items():
        message = message.replace(f"{{{placeholder}}}", word)
    with pytest.raises(exception, match=f"^{re.escape(message)}$"):
        called(room, name, arguments, options)


def test_every_operator_is_called_badly():
    assert {name for name, *_ in CALLS} == set(definition.__all__)


@pytest.mark.parametrize(
    ("operator", "options"),
    [
        (partial(vectorized.conv2d, X, W), "'auto', 'im2col', 'toeplitz', 'fft', 'winograd'"),
        (partial(gpu.conv2d, torch.tensor(X), torch.tensor(W)), "'unfold', 'triton', 'cudnn', 'auto'"),
    ],
)
def test_an_unknown_algorithm_is_told_the_known_ones(operator, options):
    message = f"conv2d: algorithm must be one of {options}, received 'fftw'"
    with pytest.raises(ValueError, match=re.escape(message)):
        operator(algorithm="fftw")


def test_arrays_of_another_room_are_named():
    with pytest.raises(TypeError, match=re.escape("relu: x must be a numpy.ndarray, received Tensor")):
        definition.relu(torch.ones(2))
    with pytest.raises(TypeError, match=re.escape("relu: x must be a torch.Tensor, received ndarray")):
        gpu.relu(np.ones(2))
    with pytest.raises(TypeError, match=re.escape("relu: x must be of dtype float32 or float64, received float16")):
        definition.relu(np.ones(2, np.float16))
