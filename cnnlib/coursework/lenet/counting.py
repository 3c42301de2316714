"""LeNet, what is right and which mistakes are known: sizes and parameters."""

import numpy as np

from cnnlib.coursework.task import Case, Mistake, Section, Task

SIZES = Section("lenet", "How large is every layer?")
PARAMETERS = Section("lenet", "Where do the parameters live?")
CONV_MISTAKES = Section("convolution", "Common mistakes")


def layer_sizes(height, width, *, padding=2, stride=2, channels=(6, 6, 16, 16), up=0):
    sides = []
    for size in (height, width):
        conv1 = size + 2 * padding - 4
        pool1 = (conv1 - 2 + up) // stride + 1
        conv2 = pool1 - 4
        sides.append((conv1, pool1, conv2, (conv2 - 2 + up) // stride + 1))
    return np.stack([channels, *sides], axis=1)


def parameters(height, width, *, maps=6, bias=1, features=None):
    _, rows, columns = layer_sizes(height, width)[-1]
    inputs = 16 * rows * columns if features is None else features(height, width)
    fans = ((6, 25), (16, maps * 25), (120, inputs), (84, 120), (10, 84))
    return np.array([units * (fan + bias) for units, fan in fans])


SIZE = Task(
    "layer_sizes",
    layer_sizes,
    cases=(
        Case("the book's digits", 28, 28),
        Case("a line of print, wider than high", 32, 60),
        Case("sides that do not halve", 29, 31),
    ),
    mistakes=(
        Mistake(
            "padding forgotten",
            "Your first map is smaller than the picture. It has a padding of two.",
            SIZES,
            lambda height, width: layer_sizes(height, width, padding=0),
        ),
        Mistake(
            "padding on one side",
            "Your first map is too small by two: padding is added at both ends.",
            SIZES,
            lambda height, width: layer_sizes(height, width, padding=1),
        ),
        Mistake(
            "pooling without a stride",
            "Your poolings take off one row and one column. Their windows stand side by side.",
            SIZES,
            lambda height, width: layer_sizes(height, width, stride=1),
        ),
        Mistake(
            "rounded up",
            "Where a side is odd, you have a window too many: what does not fill a window is dropped.",
            Section("pooling", "Common mistakes"),
            lambda height, width: layer_sizes(height, width, up=1),
        ),
        Mistake(
            "height and width swapped",
            "Your maps are high where they should be wide. The order is channels, height, width.",
            CONV_MISTAKES,
            lambda height, width: layer_sizes(width, height),
        ),
        Mistake(
            "pooling changes the channels",
            "The number of your maps changes at a pooling. Only a convolution makes new maps.",
            SIZES,
            lambda height, width: layer_sizes(height, width, channels=(6, 16, 16, 16)),
        ),
    ),
)


PARAMETER = Task(
    "parameters",
    parameters,
    cases=(
        Case("the book's digits: 61,706 in all", 28, 28),
        Case("a line of print, wider than high", 32, 60),
        Case("the smallest picture that leaves a map", 12, 13),
    ),
    mistakes=(
        Mistake(
            "biases forgotten",
            "You have counted the weights. Each kernel, and each dense unit, has one number more.",
            PARAMETERS,
            lambda height, width: parameters(height, width, bias=0),
        ),
        Mistake(
            "kernels that read one map",
            "Your second convolution is too small: each of its kernels reads all six maps, and has weights for each.",
            PARAMETERS,
            lambda height, width: parameters(height, width, maps=1),
        ),
        Mistake(
            "one map flattened",
            "Your first dense layer reads one map. Sixteen are laid out before it.",
            PARAMETERS,
            lambda height, width: parameters(height, width, features=lambda *side: np.prod(layer_sizes(*side)[-1, 1:])),
        ),
        Mistake(
            "flattened before the pooling",
            "Your first dense layer reads the maps of the second convolution. There is a pooling between them.",
            PARAMETERS,
            lambda height, width: parameters(height, width, features=lambda *side: np.prod(layer_sizes(*side)[2])),
        ),
        Mistake(
            "a dense layer that does not grow with the picture",
            "Your first dense layer has 48,120 parameters, whatever the picture's size. What is left of a larger "
            "picture?",
            PARAMETERS,
            lambda height, width: parameters(height, width, features=lambda *side: 400),
        ),
    ),
)
