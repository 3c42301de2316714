"""AlexNet, what is right and which mistakes are known: shapes, parameters and arithmetic."""

import numpy as np

from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("alexnet", "Common mistakes")
FIT = Section("alexnet", "Which images fit?")
NUMBERS = Section("alexnet", "Where do the numbers live?")
TOWERS = Section("alexnet", "What do the two towers compute?")
OVERLAP = Section("alexnet", "What do overlapping windows do?")
CONV_MISTAKES = Section("convolution", "Common mistakes")


# ("conv", channels, kernel, stride, padding, groups), ("pool", kernel, stride) or ("dense", units)
PUBLISHED = (
    ("conv", 96, 11, 4, 0, 1),
    ("pool", 3, 2),
    ("conv", 256, 5, 1, 2, 2),
    ("pool", 3, 2),
    ("conv", 384, 3, 1, 1, 1),
    ("conv", 384, 3, 1, 1, 2),
    ("conv", 256, 3, 1, 1, 2),
    ("pool", 3, 2),
    ("dense", 4096),
    ("dense", 4096),
    ("dense", 1000),
)


SMALL = (("conv", 6, 3, 2, 1, 1), ("conv", 9, 2, 1, 0, 3), ("pool", 2, 2), ("dense", 5))


WIDE = (
    ("conv", 4, 5, 3, 2, 1),
    ("pool", 3, 2),
    ("conv", 8, 3, 1, 0, 2),
    ("conv", 8, 1, 1, 0, 4),
    ("dense", 7),
    ("dense", 3),
)


def layer_shapes(layers, shape, *, round_up=False, ends=2, pool_stride=None, pool_channels=None):
    channels, height, width = shape
    shapes = []
    for kind, *numbers in layers:
        if kind == "dense":
            channels, height, width = numbers[0], 1, 1
        else:
            kernel, stride, padding = numbers[1:4] if kind == "conv" else (*numbers, 0)
            if kind == "conv":
                channels = numbers[0]
            else:
                stride = stride if pool_stride is None else pool_stride(kernel)
                channels = channels if pool_channels is None else pool_channels
            up = stride - 1 if round_up else 0
            height, width = ((side + ends * padding - kernel + up) // stride + 1 for side in (height, width))
        shapes.append((channels, height, width))
    return np.array(shapes)


def parameters(layers, shape, *, grouped=True, bias=lambda units, groups: units, features=lambda shape: shape.prod()):
    counts = []
    for layer, before in zip(layers, np.array([shape, *layer_shapes(layers, shape)[:-1]]), strict=True):
        match layer:
            case ("conv", channels, kernel, _, _, groups):
                reads = before[0] // groups if grouped else before[0]
                counts.append(channels * reads * kernel**2 + bias(channels, groups))
            case ("dense", units):
                counts.append(units * features(before) + bias(units, 1))
            case _:
                counts.append(0)
    return np.array(counts)


def multiply_adds(layers, shape, *, grouped=True, at_input=False, bias=lambda units, groups: 0, places=np.prod):
    after = layer_shapes(layers, shape)
    before = np.array([shape, *after[:-1]])
    weights = parameters(layers, shape, grouped=grouped, bias=bias)
    return np.array(
        [
            count * (1 if layer[0] == "dense" else places((old if at_input else new)[1:]))
            for layer, count, old, new in zip(layers, weights, before, after, strict=True)
        ]
    )


SHAPES = Task(
    "layer_shapes",
    layer_shapes,
    cases=(
        Case("a small network, by hand", SMALL, (2, 9, 9)),
        Case("a picture that is not square", WIDE, (3, 41, 50)),
        Case("AlexNet as published", PUBLISHED, (3, 227, 227)),
    ),
    mistakes=(
        Mistake(
            "rounded up",
            "You take a last step that does not fit. What does not fill a window is dropped.",
            FIT,
            lambda layers, shape: layer_shapes(layers, shape, round_up=True),
        ),
        Mistake(
            "padding on one side",
            "Padded layers come out too small: padding is added at both ends.",
            CONV_MISTAKES,
            lambda layers, shape: layer_shapes(layers, shape, ends=1),
        ),
        Mistake(
            "padding ignored",
            "Padded layers shrink as if they were not padded.",
            CONV_MISTAKES,
            lambda layers, shape: layer_shapes(layers, shape, ends=0),
        ),
        Mistake(
            "pooling windows side by side",
            "Your poolings move on by their window, whatever their stride. AlexNet's overlap.",
            OVERLAP,
            lambda layers, shape: layer_shapes(layers, shape, pool_stride=lambda kernel: kernel),
        ),
        Mistake(
            "pooling without a stride",
            "Your poolings move on by one cell, whatever their stride.",
            OVERLAP,
            lambda layers, shape: layer_shapes(layers, shape, pool_stride=lambda kernel: 1),
        ),
        Mistake(
            "height and width swapped",
            "Your maps are high where they should be wide. A shape is (channels, height, width).",
            CONV_MISTAKES,
            lambda layers, shape: layer_shapes(layers, shape)[:, [0, 2, 1]],
        ),
        Mistake(
            "pooling mixes the channels",
            "Your poolings end in one map. Each map is pooled by itself.",
            OVERLAP,
            lambda layers, shape: layer_shapes(layers, shape, pool_channels=1),
        ),
    ),
)


PARAMETERS = Task(
    "parameters",
    parameters,
    cases=SHAPES.cases,
    mistakes=(
        Mistake(
            "groups ignored",
            "Layers with groups have too many weights: each of their kernels reads its own group's channels only.",
            TOWERS,
            lambda layers, shape: parameters(layers, shape, grouped=False),
        ),
        Mistake(
            "biases forgotten",
            "You have counted the weights. Each kernel, and each dense unit, has one number more.",
            NUMBERS,
            lambda layers, shape: parameters(layers, shape, bias=lambda units, groups: 0),
        ),
        Mistake(
            "biases divided among the groups",
            "Layers with groups have too few biases. Every kernel has its own, in whichever group it is.",
            TOWERS,
            lambda layers, shape: parameters(layers, shape, bias=lambda units, groups: units // groups),
        ),
        Mistake(
            "a bias for each channel that is read",
            "There are too many biases: a kernel has one, for the sum over all that it reads.",
            NUMBERS,
            lambda layers, shape: _bias_for_each(layers, shape),
        ),
        Mistake(
            "one map flattened",
            "Your first dense layer reads one map. It reads all of them, cell by cell.",
            FIT,
            lambda layers, shape: parameters(layers, shape, features=lambda before: before[1:].prod()),
        ),
        Mistake(
            "one cell of each map flattened",
            "Your first dense layer reads one number from each map. It reads every cell.",
            FIT,
            lambda layers, shape: parameters(layers, shape, features=lambda before: before[0]),
        ),
    ),
)


def _bias_for_each(layers, shape):
    counts = parameters(layers, shape)
    before = np.array([shape, *layer_shapes(layers, shape)[:-1]])
    for place, layer in enumerate(layers):
        if layer[0] == "conv":
            counts[place] += layer[1] * (before[place][0] // layer[5] - 1)
    return counts


ARITHMETIC = Task(
    "multiply_adds",
    multiply_adds,
    cases=SHAPES.cases,
    mistakes=(
        Mistake(
            "groups ignored",
            "Layers with groups do too much: each of their kernels reads its own group's channels only.",
            TOWERS,
            lambda layers, shape: multiply_adds(layers, shape, grouped=False),
        ),
        Mistake(
            "counted at the input's places",
            "You let a kernel work once for each cell that it reads. It works once for each cell that it makes.",
            NUMBERS,
            lambda layers, shape: multiply_adds(layers, shape, at_input=True),
        ),
        Mistake(
            "multiplications and additions counted apart",
            "All your numbers are twice what is asked for. A product that is added to a sum counts as one here.",
            MISTAKES,
            lambda layers, shape: 2 * multiply_adds(layers, shape),
        ),
        Mistake(
            "biases counted",
            "Your numbers are a little too large: adding a bias is no product. It is left out by convention.",
            NUMBERS,
            lambda layers, shape: multiply_adds(layers, shape, bias=lambda units, groups: units),
        ),
        Mistake(
            "parameters, not uses",
            "You count each weight once. A convolution uses it at every place.",
            NUMBERS,
            lambda layers, shape: multiply_adds(layers, shape, places=lambda sides: 1),
        ),
    ),
)
