"""AlexNet, what is right and which mistakes are known: parameters and arithmetic."""

import numpy as np

from cnnlib.coursework.alexnet.shapes import SHAPES, layer_shapes, shapes_before
from cnnlib.coursework.task import Mistake, Section, Task

MISTAKES = Section("alexnet", "Common mistakes")
FIT = Section("alexnet", "Which images fit?")
PLAN = Section("alexnet", "What is new in the plan?")
NUMBERS = Section("alexnet", "Where do the numbers live?")
TOWERS = Section("alexnet", "What do the two towers compute?")
OVERLAP = Section("alexnet", "What do overlapping windows do?")
CONV_MISTAKES = Section("convolution", "Common mistakes")
WRAP = Section("arrays", "An index counts from the end", folder="appendices")


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


def _reading(layers, shape, read):
    """Count parameters as if each layer read a shape that is given."""
    counts = parameters(layers, shape)
    for place, (layer, (c, h, w)) in enumerate(zip(layers, read, strict=True)):
        if layer[0] == "conv":
            counts[place] = layer[1] * (c // layer[5] * layer[2] ** 2 + 1)
        elif layer[0] == "dense":
            counts[place] = layer[1] * (c * h * w + 1)
    return counts


def _convs_read_the_picture(layers, shape):
    before = shapes_before(layers, shape)
    before[[layer[0] == "conv" for layer in layers], 0] = shape[0]
    return _reading(layers, shape, before)


def _with_area(layers, shape, area):
    counts = parameters(layers, shape)
    for place, layer in enumerate(layers):
        if layer[0] == "conv":
            counts[place] = (counts[place] - layer[1]) // layer[2] ** 2 * area(layer[2]) + layer[1]
    return counts


def _in_groups(layers, shape, rule):
    counts = parameters(layers, shape)
    for place, layer in enumerate(layers):
        if layer[0] == "conv":
            counts[place] = rule(counts[place] - layer[1], layer[5]) + layer[1]
    return counts


PARAMETERS = Task(
    "parameters",
    parameters,
    because="Three dense layers hold 58.6 of the 61 million; the first of them alone holds 37.8.",
    axes=("shorter", ""),
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
            PLAN,
            lambda layers, shape: parameters(layers, shape, bias=lambda units, groups: 0),
        ),
        Mistake(
            "biases divided among the groups",
            "Layers with groups have too few biases. Every kernel has its own, in whichever group it is.",
            PLAN,
            lambda layers, shape: parameters(layers, shape, bias=lambda units, groups: units // groups),
        ),
        Mistake(
            "a bias for each channel that is read",
            "There are too many biases: a kernel has one, for the sum over all that it reads.",
            PLAN,
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
        Mistake(
            "no biases in the convolutions",
            "Your dense layers are right. Each kernel of a convolution has a bias, too.",
            PLAN,
            lambda layers, shape: (
                parameters(layers, shape) - [layer[1] if layer[0] == "conv" else 0 for layer in layers]
            ),
        ),
        Mistake(
            "one bias a layer",
            "Each kernel has a bias of its own; you count one for all kernels of a convolution.",
            PLAN,
            lambda layers, shape: (
                parameters(layers, shape) - [layer[1] - 1 if layer[0] == "conv" else 0 for layer in layers]
            ),
        ),
        Mistake(
            "one bias a layer",
            "You count one bias for a whole layer. Each kernel, and each dense unit, has its own.",
            PLAN,
            lambda layers, shape: parameters(layers, shape, bias=lambda units, groups: 1),
        ),
        Mistake(
            "the kernel's side, not its area",
            "A kernel has as many cells as its side *squared*.",
            NUMBERS,
            lambda layers, shape: _with_area(layers, shape, lambda side: side),
        ),
        Mistake(
            "the kernel's side, not its area",
            "`*` and `**` differ: 3 * 2 is 6, and 3 ** 2 is 9.",
            NUMBERS,
            lambda layers, shape: _with_area(layers, shape, lambda side: 2 * side),
        ),
        Mistake(
            "what the layer makes, not what it reads",
            "You count a layer's weights with its own output. It reads what the layer *before* it made.",
            NUMBERS,
            lambda layers, shape: _reading(layers, shape, layer_shapes(layers, shape)),
        ),
        Mistake(
            "poolings that learn",
            "A pooling has no weights.",
            OVERLAP,
            lambda layers, shape: (
                parameters(layers, shape)
                + [
                    c * layer[1] ** 2 if layer[0] == "pool" else 0
                    for layer, (c, _, _) in zip(layers, shapes_before(layers, shape), strict=True)
                ]
            ),
        ),
        Mistake(
            "poolings left out",
            "Your list has no places for the poolings. They have 0 parameters, and their place.",
            NUMBERS,
            lambda layers, shape: parameters(layers, shape)[[layer[0] != "pool" for layer in layers]],
        ),
        Mistake(
            "groups divide the kernels as well",
            "Layers with groups have too few weights: each kernel reads a part of the channels, and all kernels are "
            "there.",
            TOWERS,
            lambda layers, shape: _in_groups(layers, shape, lambda count, groups: count // groups),
        ),
        Mistake(
            "groups divide the kernels as well",
            "Layers with groups have too few kernels, and too few biases: each kernel reads a part of the channels, "
            "and all kernels are there.",
            TOWERS,
            lambda layers, shape: (
                parameters(layers, shape) // [layer[5] if layer[0] == "conv" else 1 for layer in layers]
            ),
        ),
        Mistake(
            "multiplied by the groups",
            "Layers with groups have too many weights: groups make kernels read less, not more.",
            TOWERS,
            lambda layers, shape: _in_groups(layers, shape, lambda count, groups: count * groups**2),
        ),
        Mistake(
            "multiplied by the groups",
            "Layers with groups have too many kernels: the number in the layer's tuple is that of all groups together.",
            TOWERS,
            lambda layers, shape: (
                parameters(layers, shape) * [layer[5] if layer[0] == "conv" else 1 for layer in layers]
            ),
        ),
        Mistake(
            "the picture's channels everywhere",
            "A layer reads what the layer before it made, not the picture.",
            PLAN,
            lambda layers, shape: _reading(layers, shape, [shape] * len(layers)),
        ),
        Mistake(
            "every convolution reads the picture's channels",
            "Your dense layers are right. A convolution reads the channels that the layer before it made, too; only "
            "the first one reads the picture's.",
            PLAN,
            _convs_read_the_picture,
        ),
        Mistake(
            "the first layer reads the last",
            "The first layer reads the picture. Index -1, the place before 0, is that of the last layer.",
            WRAP,
            lambda layers, shape: _reading(layers, shape, np.roll(layer_shapes(layers, shape), 1, axis=0)),
        ),
        Mistake(
            "added up from layer to layer",
            "Each of your numbers holds those before it. Asked for is the count of each layer alone.",
            NUMBERS,
            lambda layers, shape: np.cumsum(parameters(layers, shape)),
        ),
        Mistake(
            "all in one number",
            "You return the sum. Asked for is the count of each layer.",
            NUMBERS,
            lambda layers, shape: parameters(layers, shape).sum(),
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


def _scaled_convs(layers, shape, factor):
    """Multiply the work of each convolution by a factor of (layer, shape before, shape behind)."""
    rows = zip(
        layers, multiply_adds(layers, shape), shapes_before(layers, shape), layer_shapes(layers, shape), strict=True
    )
    return np.array(
        [round(count * factor(layer, old, new)) if layer[0] == "conv" else count for layer, count, old, new in rows]
    )


def _poolings_repeat(layers, shape):
    counts = multiply_adds(layers, shape)
    for place, layer in enumerate(layers):
        if layer[0] == "pool":
            counts[place] = counts[place - 1]
    return counts


ARITHMETIC = Task(
    "multiply_adds",
    multiply_adds,
    because=(
        "The convolutions use each weight at every place: a few percent of the parameters do nine tenths of the work."
    ),
    axes=("shorter", ""),
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
            PLAN,
            lambda layers, shape: multiply_adds(layers, shape, bias=lambda units, groups: units),
        ),
        Mistake(
            "parameters, not uses",
            "You count each weight once. A convolution uses it at every place.",
            NUMBERS,
            lambda layers, shape: multiply_adds(layers, shape, places=lambda sides: 1),
        ),
        Mistake(
            "biases counted",
            "Your convolutions are a little too large: adding a bias is no product. It is left out by convention.",
            PLAN,
            lambda layers, shape: (
                multiply_adds(layers, shape, bias=lambda units, groups: units)
                - [layer[1] if layer[0] == "dense" else 0 for layer in layers]
            ),
        ),
        Mistake(
            "biases counted",
            "Your dense layers are a little too large: adding a bias is no product.",
            PLAN,
            lambda layers, shape: (
                multiply_adds(layers, shape) + [layer[1] if layer[0] == "dense" else 0 for layer in layers]
            ),
        ),
        Mistake(
            "the channels that are read forgotten",
            "A kernel has weights in each channel that it reads, and uses them all.",
            PLAN,
            lambda layers, shape: _scaled_convs(
                layers, shape, lambda layer, before, after: 1 / (before[0] // layer[5])
            ),
        ),
        Mistake(
            "the kernels forgotten",
            "You count one kernel of each convolution. All of them work, at every place.",
            PLAN,
            lambda layers, shape: _scaled_convs(layers, shape, lambda layer, before, after: 1 / layer[1]),
        ),
        Mistake(
            "the kernel's side, not its area",
            "A kernel has as many cells as its side *squared*.",
            NUMBERS,
            lambda layers, shape: _scaled_convs(layers, shape, lambda layer, before, after: 1 / layer[2]),
        ),
        Mistake(
            "square maps",
            "You multiply the height with itself. Maps need not be square.",
            CONV_MISTAKES,
            lambda layers, shape: _scaled_convs(layers, shape, lambda layer, before, after: after[1] / after[2]),
        ),
        Mistake(
            "one cell of each map",
            "Your dense layers read one number from each map. They read every cell.",
            FIT,
            lambda layers, shape: np.array(
                [
                    count // (h * w) if layer[0] == "dense" else count
                    for layer, count, (_, h, w) in zip(
                        layers, multiply_adds(layers, shape), shapes_before(layers, shape), strict=True
                    )
                ]
            ),
        ),
        Mistake(
            "dense weights used at every place",
            "A dense layer uses each weight once for a picture: it has no places.",
            NUMBERS,
            lambda layers, shape: np.array(
                [
                    count * h * w if layer[0] == "dense" else count
                    for layer, count, (_, h, w) in zip(
                        layers, multiply_adds(layers, shape), shapes_before(layers, shape), strict=True
                    )
                ]
            ),
        ),
        Mistake(
            "poolings counted",
            "A pooling multiplies nothing with a weight. It is left out.",
            OVERLAP,
            lambda layers, shape: (
                multiply_adds(layers, shape)
                + [
                    np.prod(after) * layer[1] ** 2 if layer[0] == "pool" else 0
                    for layer, after in zip(layers, layer_shapes(layers, shape), strict=True)
                ]
            ),
        ),
        Mistake(
            "divided by the groups twice",
            "Layers with groups do too little: each kernel reads a part of the channels, and all kernels work.",
            TOWERS,
            lambda layers, shape: _scaled_convs(layers, shape, lambda layer, before, after: 1 / layer[5]),
        ),
        Mistake(
            "multiplied by the groups",
            "Layers with groups do too much: groups make kernels read less, not more.",
            TOWERS,
            lambda layers, shape: _scaled_convs(layers, shape, lambda layer, before, after: layer[5] ** 2),
        ),
        Mistake(
            "height and width added",
            "You add the height and the width of the map. It has height times width places.",
            NUMBERS,
            lambda layers, shape: _scaled_convs(
                layers, shape, lambda layer, before, after: (after[1] + after[2]) / (after[1] * after[2])
            ),
        ),
        Mistake(
            "dense layers left out",
            "Your dense layers have no work to do. Each of their weights is used once.",
            NUMBERS,
            lambda layers, shape: multiply_adds(layers, shape) * [int(layer[0] != "dense") for layer in layers],
        ),
        Mistake(
            "poolings with the number before them",
            "A pooling has the count of the layer before it: is the number set anew for every layer?",
            OVERLAP,
            _poolings_repeat,
        ),
        Mistake(
            "the stride taken off once more",
            "The stride has its share already: it makes the map small.",
            PLAN,
            lambda layers, shape: _scaled_convs(
                layers, shape, lambda layer, before, after: layer[2] ** 2 // layer[3] ** 2 / layer[2] ** 2
            ),
        ),
        Mistake(
            "the stride taken off once more",
            "The stride has its share already: it makes the map small.",
            PLAN,
            lambda layers, shape: _scaled_convs(layers, shape, lambda layer, before, after: 1 / layer[3] ** 2),
        ),
        Mistake(
            "all in one number",
            "You return the sum. Asked for is the count of each layer.",
            NUMBERS,
            lambda layers, shape: multiply_adds(layers, shape).sum(),
        ),
    ),
)
