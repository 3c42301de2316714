"""AlexNet, what is right and which mistakes are known: the shapes of its layers."""

import numpy as np

from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("alexnet", "Common mistakes")
FIT = Section("alexnet", "Which images fit?")
PLAN = Section("alexnet", "What is new in the plan?")
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


def layer_shapes(
    layers,
    shape,
    *,
    round_up=False,
    nearest=False,
    ends=2,
    first=1,
    pool_stride=None,
    pool_channels=None,
    pool_padding=0,
):
    channels, height, width = shape
    shapes, before = [], 0
    for kind, *numbers in layers:
        if kind == "dense":
            channels, height, width = numbers[0], 1, 1
        else:
            inherited = pool_padding and before
            kernel, stride, padding = numbers[1:4] if kind == "conv" else (*numbers, inherited)
            before = padding
            if kind == "conv":
                channels = numbers[0]
            else:
                stride = stride if pool_stride is None else pool_stride(kernel)
                channels = channels if pool_channels is None else pool_channels
            up = stride - 1 if round_up else stride // 2 if nearest else 0
            height, width = ((side + ends * padding - kernel + up) // stride + first for side in (height, width))
        shapes.append((channels, height, width))
    return np.array(shapes)


def shapes_before(layers, shape):
    return np.array([shape, *layer_shapes(layers, shape)[:-1]])


def _poolings_passed_over(layers, shape):
    return layer_shapes(tuple(("pool", 1, 1) if layer[0] == "pool" else layer for layer in layers), shape)


def _dense_keeps(layers, shape):
    shapes = layer_shapes(layers, shape)
    dense = [layer[0] == "dense" for layer in layers]
    shapes[dense, 1:] = shapes[dense.index(True) - 1, 1:]
    return shapes


SHAPES = Task(
    "layer_shapes",
    layer_shapes,
    because=(
        "Eleven layers, one formula: floor((N + 2 P - K) / S) + 1. Only convolutions and dense layers change "
        "the number of channels."
    ),
    axes=("shorter", ""),
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
            PLAN,
            lambda layers, shape: layer_shapes(layers, shape, pool_channels=1),
        ),
        Mistake(
            "one window short",
            "Every convolution and pooling comes out one too small: there is a window before the first step.",
            FIT,
            lambda layers, shape: layer_shapes(layers, shape, first=0),
        ),
        Mistake(
            "rounded to the nearest",
            "You take a last step when more than half of it fits. What does not fill a window is dropped.",
            FIT,
            lambda layers, shape: layer_shapes(layers, shape, nearest=True),
        ),
        Mistake(
            "square pictures",
            "Your widths are heights. Pictures need not be square.",
            CONV_MISTAKES,
            lambda layers, shape: layer_shapes(layers, (shape[0], shape[1], shape[1])),
        ),
        Mistake(
            "the pooling padded like the convolution before it",
            "A pooling has no padding; yours has that of the layer before.",
            OVERLAP,
            lambda layers, shape: layer_shapes(layers, shape, pool_padding="the same"),
        ),
        Mistake("poolings passed over", "Your poolings change nothing.", OVERLAP, _poolings_passed_over),
        Mistake(
            "the channels last",
            "A shape is (channels, height, width); yours ends with the channels.",
            CONV_MISTAKES,
            lambda layers, shape: layer_shapes(layers, shape)[:, [1, 2, 0]],
        ),
        Mistake(
            "a dense layer that keeps its map",
            "Behind a dense layer there is no map any more: (units, 1, 1).",
            FIT,
            lambda layers, shape: _dense_keeps(layers, shape),
        ),
        Mistake(
            "the picture in the list",
            "The list begins with what the first layer makes, not with the picture.",
            FIT,
            lambda layers, shape: np.vstack([shape, layer_shapes(layers, shape)]),
        ),
        Mistake(
            "channels divided by the groups",
            "Groups say what a kernel reads, not how many kernels there are.",
            TOWERS,
            lambda layers, shape: np.array(
                [
                    (c // layer[5] if layer[0] == "conv" else c, h, w)
                    for layer, (c, h, w) in zip(layers, layer_shapes(layers, shape), strict=True)
                ]
            ),
        ),
        Mistake(
            "the first layer only",
            "You return the first layer alone: does a `return` stand inside of the loop?",
            FIT,
            lambda layers, shape: layer_shapes(layers, shape)[:1],
        ),
        Mistake(
            "the picture's channels everywhere",
            "A convolution makes as many channels as it has kernels; yours keeps the picture's.",
            PLAN,
            lambda layers, shape: np.array(
                [
                    (c if layer[0] == "dense" else shape[0], h, w)
                    for layer, (c, h, w) in zip(layers, layer_shapes(layers, shape), strict=True)
                ]
            ),
        ),
    ),
)
