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


def output_size(kind, side, kernel, stride, padding):
    return (side + 2 * padding - kernel) // stride + 1


def layer_shapes(layers, shape, *, size=output_size, pool_channels=None, pool_padding=0):
    channels, height, width = shape
    shapes, before = [], 0
    for kind, *numbers in layers:
        if kind == "dense":
            channels, height, width = numbers[0], 1, 1
        else:
            inherited = pool_padding and before
            kernel, stride, padding = numbers[1:4] if kind == "conv" else (*numbers, inherited)
            before = padding
            channels = numbers[0] if kind == "conv" else pool_channels or channels
            height, width = (size(kind, side, kernel, stride, padding) for side in (height, width))
        shapes.append((channels, height, width))
    return np.array(shapes)


def shapes_before(layers, shape):
    return np.array([shape, *layer_shapes(layers, shape)[:-1]])


def _with_size(size):
    """Make a mistake of a rule for one side: (kind, side, kernel, stride, padding) in, a size out."""
    return lambda layers, shape: layer_shapes(layers, shape, size=size)


def _step_by_step(change):
    """Make a mistake of what happens to each shape before the next layer: (layer, shape before, shape behind) in."""

    def wrong(layers, shape):
        shapes = [np.array(shape)]
        for layer in layers:
            [behind] = layer_shapes((layer,), shapes[-1])
            shapes.append(np.array(change(layer, shapes[-1], behind)))
        return np.array(shapes[1:])

    return wrong


def _height_for_width(*kinds):
    def change(layer, before, behind):
        if layer[0] not in kinds:
            return behind
        [of_the_new] = layer_shapes((layer,), (before[0], behind[1], behind[1]))
        return (*behind[:2], of_the_new[1])

    return _step_by_step(change)


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
        Case("a picture that is not square", WIDE, (3, 41, 51)),
        Case("AlexNet as published", PUBLISHED, (3, 227, 227)),
    ),
    mistakes=(
        Mistake(
            "rounded up",
            "You take a last step that does not fit. What does not fill a window is dropped.",
            FIT,
            _with_size(lambda kind, side, kernel, stride, padding: -((kernel - side - 2 * padding) // stride) + 1),
        ),
        Mistake(
            "padding on one side",
            "Padded layers come out too small: padding is added at both ends.",
            CONV_MISTAKES,
            _with_size(lambda kind, side, kernel, stride, padding: (side + padding - kernel) // stride + 1),
        ),
        Mistake(
            "padding ignored",
            "Padded layers shrink as if they were not padded.",
            CONV_MISTAKES,
            _with_size(lambda kind, side, kernel, stride, padding: (side - kernel) // stride + 1),
        ),
        Mistake(
            "pooling windows side by side",
            "Your poolings move on by their window, whatever their stride. AlexNet's overlap.",
            OVERLAP,
            _with_size(
                lambda kind, side, kernel, stride, padding: output_size(
                    kind, side, kernel, kernel if kind == "pool" else stride, padding
                )
            ),
        ),
        Mistake(
            "pooling without a stride",
            "Your poolings move on by one cell, whatever their stride.",
            OVERLAP,
            _with_size(
                lambda kind, side, kernel, stride, padding: output_size(
                    kind, side, kernel, 1 if kind == "pool" else stride, padding
                )
            ),
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
            _with_size(lambda kind, side, kernel, stride, padding: (side + 2 * padding - kernel) // stride),
        ),
        Mistake(
            "the one inside the division",
            "You add one and then divide. There is a window before the first step, whatever the stride: divide, and "
            "then add.",
            FIT,
            _with_size(
                lambda kind, side, kernel, stride, padding: (
                    output_size(kind, side, kernel, stride, padding)
                    if kind == "pool"
                    else (side + 2 * padding - kernel + 1) // stride
                )
            ),
        ),
        Mistake(
            "the one inside the division",
            "You add one and then divide. There is a window before the first step, whatever the stride: divide, and "
            "then add.",
            FIT,
            _with_size(lambda kind, side, kernel, stride, padding: (side + 2 * padding - kernel + 1) // stride),
        ),
        Mistake(
            "poolings rounded up",
            "Your poolings take a last step that does not fit. What does not fill a window is dropped, as in a "
            "convolution.",
            FIT,
            _with_size(
                lambda kind, side, kernel, stride, padding: (
                    -((kernel - side) // stride) + 1
                    if kind == "pool"
                    else output_size(kind, side, kernel, stride, padding)
                )
            ),
        ),
        Mistake(
            "rounded to the nearest",
            "You take a last step when more than half of it fits. What does not fill a window is dropped.",
            FIT,
            _with_size(
                lambda kind, side, kernel, stride, padding: (side + 2 * padding - kernel + stride // 2) // stride + 1
            ),
        ),
        Mistake(
            "divided with a fraction",
            "Your sizes have fractions, and there is no half of a window. `/` keeps what is left over.",
            FIT,
            _with_size(lambda kind, side, kernel, stride, padding: (side + 2 * padding - kernel) / stride + 1),
        ),
        Mistake(
            "stride and padding exchanged",
            "Your convolutions move on by their padding and are padded by their stride. In which order does a layer's "
            "tuple hold them?",
            PLAN,
            _with_size(
                lambda kind, side, kernel, stride, padding: (
                    output_size(kind, side, kernel, stride, padding)
                    if kind == "pool"
                    else output_size(kind, side, kernel, padding or 1, stride)
                )
            ),
        ),
        Mistake(
            "the new height for the width",
            "Your widths are computed from the height that the line before has changed.",
            CONV_MISTAKES,
            _height_for_width("conv"),
        ),
        Mistake(
            "the new height for the width",
            "Your widths are computed from the height that the line before has changed.",
            CONV_MISTAKES,
            _height_for_width("conv", "pool"),
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
            "channels divided by the groups",
            "Groups say what a kernel reads, not how many kernels there are. The poolings behind such a layer have too "
            "few channels, too.",
            TOWERS,
            _step_by_step(
                lambda layer, before, behind: (behind[0] // layer[5], *behind[1:]) if layer[0] == "conv" else behind
            ),
        ),
        Mistake(
            "each layer from the picture",
            "Each of your layers begins with the picture. It reads what the layer before it made.",
            PLAN,
            lambda layers, shape: np.array([layer_shapes((layer,), shape)[0] for layer in layers]),
        ),
        Mistake(
            "the last layer only",
            "You return the last layer alone: is your list begun anew inside of the loop?",
            FIT,
            lambda layers, shape: layer_shapes(layers, shape)[-1:],
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
