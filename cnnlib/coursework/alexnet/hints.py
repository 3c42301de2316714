"""Hints for the assignment, and the failures that each of them fits."""

from cnnlib.coursework.task import Hint

HINTS = {
    "layer_shapes": (
        Hint(
            "one formula for convolutions and poolings",
            "One formula for convolutions and poolings: $\\lfloor (N + 2P - K) / S \\rfloor + 1$. Which of the"
            " two changes the number of channels? Walk through the layers with `channels, height, width` in "
            "hand.",
        ),
        Hint(
            "a picture that is not square",
            "Height and width go through the same formula, each by itself.",
            fits=(2,),
        ),
    ),
    "parameters": (
        Hint(
            "what a layer reads",
            "What a layer reads is what the layer before it made: `layer_shapes`, with the picture's shape "
            "in front. Do groups change the number of kernels?",
        ),
        Hint(
            "groups",
            "With two groups each kernel reads half of the channels, and there are as many kernels as before.",
            fits=(2, 3),
        ),
    ),
    "multiply_adds": (
        Hint(
            "how often a weight is used",
            "Each weight of a convolution is used once for each cell of the map that it helps to make. And "
            "each weight of a dense layer?",
        ),
        Hint(
            "an example by hand",
            "A kernel of 3×3 that reads 2 channels adds up 18 products for one number; for 5 kernels and a "
            "map of 4×4 that is 18 · 5 · 16.",
            fits=(1,),
        ),
    ),
    "grouped_conv2d": (
        Hint(
            "blocks",
            "`np.split(array, groups, axis=…)` cuts into equal blocks. `vectorized.conv2d(x, weight, bias)` "
            "is one block's convolution. `np.concatenate` puts the maps side by side; along which axis?",
        ),
        Hint(
            "the weights are cut, too",
            "Block g of the filters has its own weights and its own biases: which axis of `weight` counts the filters?",
            fits=(2, 3, 4, "runs"),
        ),
    ),
    "local_response_norm": (
        Hint(
            "squares first",
            "Square everything once. For channel `c`, sum the squares from `max(0, c - size // 2)` to just "
            "before `c + size // 2 + 1` along axis 1; a slice does not mind an end beyond the array.",
        ),
        Hint(
            "at the first and the last channel",
            "A slice that begins at a negative number counts from the end: `max(0, …)`. Divide by `size`, "
            "not by how many channels were there.",
            fits=(2, 3),
        ),
    ),
}
