"""One call of every operator: the shapes of its arrays, by the names of its arguments, and its other arguments."""

import numpy as np
import pytest

IMAGES = (2, 4, 7, 6)
CALLS = {
    "conv1d": ({"x": (2, 4, 7), "weight": (6, 2, 3), "bias": (6,)}, {"groups": 2}),
    "conv2d": ({"x": IMAGES, "weight": (6, 2, 3, 2), "bias": (6,)}, {"groups": 2}),
    "convolve": ({"x": (4, 5), "kernel": (2, 3)}, {}),
    "correlate": ({"x": (4, 5), "kernel": (2, 3)}, {}),
    "locally_connected2d": ({"x": IMAGES, "weight": (5, 5, 3, 4, 3, 2), "bias": (5, 5, 3)}, {}),
    "max_pool2d": ({"x": IMAGES}, {"kernel_size": (3, 2)}),
    "avg_pool2d": ({"x": IMAGES}, {"kernel_size": (3, 2)}),
    "lp_pool2d": ({"x": IMAGES}, {"kernel_size": (3, 2)}),
    "adaptive_avg_pool2d": ({"x": IMAGES}, {"output_size": (3, 2)}),
    "adaptive_max_pool2d": ({"x": IMAGES}, {"output_size": (3, 2)}),
    "blur_pool2d": ({"x": IMAGES}, {}),
    "local_response_norm": ({"x": IMAGES}, {"size": 3}),
    "linear": ({"x": (2, 4), "weight": (3, 4), "bias": (3,)}, {}),
    "relu": ({"x": IMAGES}, {}),
    "sigmoid": ({"x": IMAGES}, {}),
    "tanh": ({"x": IMAGES}, {}),
    "scaled_tanh": ({"x": IMAGES}, {}),
    "softmax": ({"x": IMAGES}, {}),
    "cross_entropy": ({"logits": (3, 4)}, {"labels": np.array([3, 0, 2])}),
}
ARGUMENTS = [(name, argument) for name, (shapes, _) in CALLS.items() for argument in shapes]


def call(name):
    """Return the arrays of a call, float64 and positive, and its other arguments, both by name."""
    shapes, options = CALLS[name]
    rng = np.random.default_rng(17)
    return {argument: rng.uniform(0.5, 1.5, shape) for argument, shape in shapes.items()}, options


def assert_checked(room, name, argument, arrays, options):
    """Hand over the argument as a list, as integers and in another precision."""
    operator, array = getattr(room, name), arrays[argument]
    with pytest.raises(TypeError, match=rf"^{name}: {argument} must be a numpy\.ndarray, received list"):
        operator(**arrays | {argument: array.tolist()}, **options)
    with pytest.raises(TypeError, match=rf"^{name}: {argument} must be of dtype float32 or float64, received int64"):
        operator(**arrays | {argument: array.astype(np.int64)}, **options)
    if len(arrays) > 1:
        with pytest.raises(TypeError, match=rf"^{name}: .* must share one dtype, received .*{argument} float32"):
            operator(**arrays | {argument: array.astype(np.float32)}, **options)
