"""LeNet, what is right and which mistakes are known: sizes and parameters."""

import numpy as np

from cnnlib.coursework.task import Case, Mistake, Section, Task

SIZES = Section("lenet", "How large is every layer?")
PARAMETERS = Section("lenet", "Where do the parameters live?")
CONV_MISTAKES = Section("convolution", "Common mistakes")


def layer_sizes(height, width, *, padding=2, stride=2, channels=(6, 6, 16, 16), up=0, loss=4):
    sides = []
    for size in (height, width):
        conv1 = size + 2 * padding - 4
        pool1 = (conv1 - 2 + up) // stride + 1
        conv2 = pool1 - loss
        sides.append((conv1, pool1, conv2, (conv2 - 2 + up) // stride + 1))
    return np.stack([channels, *sides], axis=1)


def _large_enough(call):
    return call if min(call) >= 12 else None


def parameters(height, width, *, maps=6, bias=1, features=None):
    _, rows, columns = layer_sizes(height, width)[-1]
    inputs = 16 * rows * columns if features is None else features(height, width)
    fans = ((6, 25), (16, maps * 25), (120, inputs), (84, 120), (10, 84))
    return np.array([units * (fan + bias) for units, fan in fans])


def _second_padded(height, width):
    sizes = layer_sizes(height, width)
    sizes[2, 1:] = sizes[1, 1:]
    sizes[3, 1:] = sizes[2, 1:] // 2
    return sizes


def _half_of_pool1(height, width):
    sizes = layer_sizes(height, width)
    sizes[3, 1:] = sizes[1, 1:] // 2
    return sizes


def _nearest(height, width):
    sizes = layer_sizes(height, width)
    sizes[1, 1:] = [round(side / 2) for side in sizes[0, 1:]]
    sizes[2, 1:] = sizes[1, 1:] - 4
    sizes[3, 1:] = [round(side / 2) for side in sizes[2, 1:]]
    return sizes


SIZE = Task(
    "layer_sizes",
    layer_sizes,
    because=(
        "Each side is halved by a pooling, and shortened by four by a 5×5 kernel without padding: 28, 28, 14, 10, 5."
    ),
    axes=("less", "less"),
    fit=_large_enough,
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
        Mistake(
            "both convolutions padded",
            "Your second convolution keeps the size. It has no padding, and loses four rows and columns.",
            SIZES,
            _second_padded,
        ),
        Mistake(
            "one window short",
            "Your second convolution comes out one too small: N - K is the number of steps, and there is a window "
            "before the first.",
            SIZES,
            lambda height, width: layer_sizes(height, width, loss=5),
        ),
        Mistake(
            "rows and columns exchanged",
            "Your list has a row for channels, one for heights and one for widths. Asked for is a row for each layer.",
            SIZES,
            lambda height, width: layer_sizes(height, width).T,
        ),
        Mistake(
            "the channels last",
            "A shape is (channels, height, width); yours ends with the channels.",
            CONV_MISTAKES,
            lambda height, width: layer_sizes(height, width)[:, [1, 2, 0]],
        ),
        Mistake(
            "the picture in the list",
            "The list begins with what `conv1` makes, not with the picture.",
            SIZES,
            lambda height, width: np.vstack([[1, height, width], layer_sizes(height, width)[:-1]]),
        ),
        Mistake(
            "rounded to the nearest",
            "Where a side is odd, you round to the nearest. What does not fill a window is dropped: round down.",
            SIZES,
            _nearest,
        ),
        Mistake(
            "the second pooling takes the first's maps",
            "Your last map is half of the first pooling's. It is half of what `conv2` makes.",
            SIZES,
            _half_of_pool1,
        ),
        Mistake(
            "square pictures",
            "Your widths are heights. Pictures need not be square.",
            CONV_MISTAKES,
            lambda height, width: layer_sizes(height, height),
        ),
    ),
)


PARAMETER = Task(
    "parameters",
    parameters,
    because=(
        "48,120 of the 61,706 stand between the last map and the first dense layer: sharing weights is what "
        "makes the convolutions small."
    ),
    axes=("less", "less"),
    fit=_large_enough,
    cases=(
        Case("the book's digits: 61,706 in all", 28, 28),
        Case("a line of print, wider than high", 32, 60),
        Case("the smallest picture that leaves a map", 12, 13),
        Case("sides that do not halve twice", 30, 27),
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
        Mistake(
            "no biases in the dense layers",
            "Your convolutions are right. A dense unit has a bias as well.",
            PARAMETERS,
            lambda height, width: np.subtract(parameters(height, width), [0, 0, 120, 84, 10]),
        ),
        Mistake(
            "a bias for each map that is read",
            "Your second convolution has too many biases: a kernel has one, for the sum over all six maps.",
            PARAMETERS,
            lambda height, width: np.add(parameters(height, width), [0, 80, 0, 0, 0]),
        ),
        Mistake(
            "one bias a layer",
            "Each kernel has a bias of its own; you count one for all kernels of a layer.",
            PARAMETERS,
            lambda height, width: np.subtract(parameters(height, width), [5, 15, 0, 0, 0]),
        ),
        Mistake(
            "a bias for each number that is read",
            "A bias belongs to a unit, not to what the unit reads.",
            PARAMETERS,
            lambda height, width: np.add(parameters(height, width), [0, 0, 0, 36, 0]),
        ),
        Mistake(
            "padding forgotten",
            "Your first dense layer is too small: the first convolution is padded, so that its maps are as large as "
            "the picture.",
            PARAMETERS,
            lambda height, width: parameters(
                height, width, features=lambda *side: np.prod(layer_sizes(*side, padding=0)[-1])
            ),
        ),
        Mistake(
            "rounded to the nearest",
            "Your first dense layer reads maps whose sides were rounded to the nearest. What does not fill a window "
            "is dropped.",
            PARAMETERS,
            lambda height, width: parameters(
                height, width, features=lambda *side: 16 * np.prod([round((size / 2 - 4) / 2) for size in side])
            ),
        ),
        Mistake(
            "square pictures",
            "You take the width for the height. Pictures need not be square.",
            PARAMETERS,
            lambda height, width: parameters(height, height),
        ),
        Mistake(
            "all in one number",
            "You return the sum. Asked for is the count of each layer.",
            PARAMETERS,
            lambda height, width: parameters(height, width).sum(),
        ),
    ),
)
