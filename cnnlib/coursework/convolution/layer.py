"""Convolution, what is right and which mistakes are known: the convolution of libraries, and its gradient."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.convolution.signals import FLIPPED, SWAPPED, flip
from cnnlib.coursework.inputs import normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("convolution", "Common mistakes")
SIZES = Section("convolution", "How large is the output?")
LAYER = Section("convolution", "What else makes it a layer?")
WRAP = Section("arrays", "An index counts from the end", folder="appendices")
CHANNELS = Section("convolution", "What if a pixel is more than one number?")


def conv2d(x, weight, bias, stride, padding):
    return vectorized.conv2d(x, weight, bias, stride=stride, padding=padding)


def padded(x, *ends, **how):
    """Pad rows and columns alike, by ``ends`` = (before, after), as ``np.pad`` does."""
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [ends, ends], **how)


def _channel_wise(x, weight, bias, stride, padding):
    return conv2d(x[:, :1], weight[:, :1], bias, stride, padding)


def _cropped(wrong):
    """Cut what a mistake makes to the size that is asked for."""

    def cut(x, weight, bias, stride, padding):
        height, width = conv2d(x, weight, bias, stride, padding).shape[2:]
        return wrong(x, weight, bias, stride, padding)[:, :, :height, :width]

    return cut


def _spread(x, weight, bias, stride, padding):
    room = max(weight.shape[2:]) * stride
    return vectorized.conv2d(padded(x, padding, padding + room), weight, bias, stride=stride, dilation=stride)


def _for_all(y, x):
    return np.broadcast_to(y, (len(x), *y.shape[1:]))


def _last_product(x, weight, bias, stride, padding):
    last = np.zeros_like(weight)
    last[:, -1, -1, -1] = weight[:, -1, -1, -1]
    return conv2d(x, last, 0 * bias, stride, padding)


def _wrapped(x, padding):
    """Pad with the other side of the picture before it, and with zeros behind it."""
    if padding > min(x.shape[2:]):
        raise IndexError("NumPy does not wrap twice")
    around = padded(x, padding, 0, mode="wrap")
    return padded(around, 0, padding)


CONV = Task(
    "conv2d",
    conv2d,
    because=(
        "With P zeros around the picture the formula loses its P: what is left is one loop over places, and "
        "in each a sum over channels and cells. In case 2 a number of y is a sum of 3·3·2 = 18 products and a bias, "
        "and there are 2·4·3·6 = 144 of them: batch and filters only say how many such sums there are."
    ),
    axes=("n c h w", "o c u v", "o", "less", "less"),
    cases=(
        Case("one channel, no stride, no padding", normal(1, 1, 5, 6), normal(1, 1, 2, 3), normal(1), 1, 0, seed=1),
        Case("a batch, channels in and out", normal(2, 3, 5, 7), normal(4, 3, 3, 2), normal(4), 1, 0, seed=2),
        Case("padding", normal(1, 2, 4, 6), normal(3, 2, 3, 2), normal(3), 1, 1, seed=3),
        Case("a stride", normal(2, 1, 9, 8), normal(2, 1, 2, 3), normal(2), 2, 0, seed=4),
        Case("everything at once", normal(2, 3, 8, 11), normal(4, 3, 3, 2), normal(4), 3, 2, seed=5),
    ),
    mistakes=(
        Mistake(
            "flipped kernel",
            FLIPPED + "Libraries do not flip; they are free to, since weights are learned, but then all must agree.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, flip(w), b, s, p),
        ),
        Mistake(
            "height and width swapped",
            SWAPPED,
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w.swapaxes(2, 3), b, s, p),
        ),
        Mistake(
            "stride ignored",
            "With a stride your result is as large as without one.",
            SIZES,
            lambda x, w, b, s, p: conv2d(x, w, b, 1, p),
        ),
        Mistake(
            "stride applied twice",
            "Your maps are too small by the stride. Somewhere a map that was made in steps is walked through in steps"
            " again.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w, b, s, p)[:, :, ::s, ::s],
        ),
        Mistake(
            "stride along one axis only",
            "The stride makes steps down the picture or across it. It should make both.",
            SIZES,
            lambda x, w, b, s, p: conv2d(x, w, b, (s, 1), p),
        ),
        Mistake(
            "padding ignored",
            "With padding your result is as large as without it.",
            SIZES,
            lambda x, w, b, s, p: conv2d(x, w, b, s, 0),
        ),
        Mistake(
            "padded at one end, or twice",
            "The size is right, and the picture moved down and to the right by the padding: either all of it is at one "
            "end of the rows and columns, or it was added twice.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(padded(x, 2 * p, 0), w, b, s, 0),
        ),
        Mistake(
            "padding on one side",
            "Your maps are too small where there is padding: it was added at one end of the rows and columns, and "
            "there are two.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(padded(x, p, 0), w, b, s, 0),
        ),
        Mistake(
            "padding on one side",
            "Your maps are too small where there is padding: it was added at one end of the rows and columns, and "
            "there are two.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(padded(x, 0, p), w, b, s, 0),
        ),
        Mistake(
            "padding applied twice",
            "Your maps are too large where there is padding, by as much again as it adds.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w, b, s, 2 * p),
        ),
        Mistake(
            "bias forgotten",
            "Each map is off by one number, the same at all its places. Feed your function a black picture: what "
            "should it answer?",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w, 0 * b, s, p),
        ),
        Mistake(
            "bias added twice",
            "Each map is off by one number, the same at all its places, and that number is its bias.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w, 2 * b, s, p),
        ),
        Mistake(
            "bias added once a channel",
            "Each map is off by a multiple of its bias: as many times as there are channels to read, less one. The "
            "bias belongs to the sum over all of them.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w, x.shape[1] * b, s, p),
        ),
        Mistake(
            "mean over the channels",
            "With several channels your values are too small, as many times as there are channels. What they say is "
            "added up.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w / x.shape[1], b, s, p),
        ),
        Mistake(
            "first channel only",
            "Your result does not hang on any channel but the first. A filter has a kernel for each channel that it "
            "reads.",
            CHANNELS,
            _channel_wise,
        ),
        Mistake(
            "windows at i, not at S·i",
            "The size is right, and with a stride only the first value is. The window of output (i, j) begins at "
            "(S·i, S·j); yours begins at (i, j).",
            SIZES,
            _cropped(lambda x, w, b, s, p: conv2d(x, w, b, 1, p)),
        ),
        Mistake(
            "windows at j, not at S·j",
            "Down the picture your windows move in steps of S, and across it by one cell.",
            SIZES,
            _cropped(lambda x, w, b, s, p: conv2d(x, w, b, (s, 1), p)),
        ),
        Mistake(
            "windows at i, not at S·i",
            "Across the picture your windows move in steps of S, and down it by one cell.",
            SIZES,
            _cropped(lambda x, w, b, s, p: conv2d(x, w, b, (1, s), p)),
        ),
        Mistake(
            "the stride between a kernel's cells",
            "Your stride spreads the kernel's cells out as well: index S·(i + u) in place of S·i + u. That is a "
            "dilation.",
            SIZES,
            _cropped(_spread),
        ),
        Mistake(
            "added up over the batch",
            "Every picture of yours gets the sum of all pictures. Each picture is a matter of its own: which axes do "
            "you sum over?",
            CHANNELS,
            lambda x, w, b, s, p: b[:, None, None] + _for_all(conv2d(x, w, 0 * b, s, p).sum(axis=0, keepdims=True), x),
        ),
        Mistake(
            "added up over the batch",
            "Every picture of yours gets the sum of all pictures, and the biases as often. Which axes do you sum over?",
            CHANNELS,
            lambda x, w, b, s, p: _for_all(conv2d(x, w, b, s, p).sum(axis=0, keepdims=True), x),
        ),
        Mistake(
            "the first picture only",
            "All your pictures get the answer of the first.",
            CHANNELS,
            lambda x, w, b, s, p: _for_all(conv2d(x[:1], w, b, s, p), x),
        ),
        Mistake(
            "the last channel overwrites the others",
            "Your result hangs on the last channel alone. What the channels say is added up: `+=`, or a sum that "
            "begins before the loop over channels.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x[:, -1:], w[:, -1:], b, s, p),
        ),
        Mistake(
            "the last product only",
            "Each of your values holds a single product, that of the window's last cell. All of them are added up: "
            "`+=`.",
            CHANNELS,
            _last_product,
        ),
        Mistake(
            "indices that wrap",
            "Right inside, and wrong along the first rows and columns: a negative index counts from the end of an "
            "array, so that it reads the other side of the picture and not the padding.",
            WRAP,
            lambda x, w, b, s, p: conv2d(_wrapped(x, p), w, b, s, 0),
        ),
        Mistake(
            "padding that is not zero",
            "Right inside, wrong along the border: your padding continues the picture, and here it is zeros.",
            SIZES,
            lambda x, w, b, s, p: conv2d(padded(x, p, p, mode="edge"), w, b, s, 0),
        ),
        Mistake(
            "padding that is not zero",
            "Right inside, wrong along the border: your padding is a mirror, and here it is zeros.",
            SIZES,
            lambda x, w, b, s, p: conv2d(padded(x, p, p, mode="reflect"), w, b, s, 0),
        ),
        Mistake(
            "padding that is not zero",
            "Right inside, wrong along the border: your padding is ones, and here it is zeros.",
            SIZES,
            lambda x, w, b, s, p: conv2d(padded(x, p, p, constant_values=1), w, b, s, 0),
        ),
        Mistake(
            "the padding added, not taken off",
            "Your windows begin P cells too far inside, where they should begin P cells outside: `S·i + u - P`.",
            SIZES,
            lambda x, w, b, s, p: _cropped(lambda *call: conv2d(padded(x[:, :, p:, p:], 0, 3 * p), w, b, s, 0))(
                x, w, b, s, p
            ),
        ),
        Mistake(
            "a ReLU behind it",
            "Your values are right, and negative ones are cut off. The nonlinearity is the next layer's business.",
            LAYER,
            lambda *call: np.maximum(conv2d(*call), 0),
        ),
        Mistake(
            "bias taken off",
            "Each map is off by twice its bias: it is subtracted, not added.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w, -b, s, p),
        ),
        Mistake(
            "one bias for all filters",
            "The first map is right. Each filter has a bias of its own.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w, b[:1].repeat(len(b)), s, p),
        ),
        Mistake(
            "bias inside of the sum",
            "Each map is off by a multiple of its bias: it is added to every product, and belongs to their sum once.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w, w[0].size * b, s, p),
        ),
        Mistake(
            "mean instead of sum",
            "Your values are too small: the products of a window are added up, not averaged.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w / w[0].size, b, s, p),
        ),
        Mistake(
            "mean instead of sum",
            "Your values are too small: the products of a window are added up, not averaged, and the bias with them.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w, b, s, p) / w[0].size,
        ),
        Mistake(
            "one filter for all maps",
            "The first map is right, and the others are made with the first filter's kernels.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w[:1].repeat(len(w), axis=0), b, s, p),
        ),
        Mistake(
            "channels in reverse order",
            "Your filters read the channels from the last to the first: `[::-1]` without axes reverses them, too.",
            CHANNELS,
            lambda x, w, b, s, p: conv2d(x, w[:, ::-1], b, s, p),
        ),
        Mistake(
            "flipped kernel",
            "Your filters are turned by half and read their channels from the last to the first: `[::-1]` reversed an "
            "axis too many, and here none is reversed.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w[:, ::-1, ::-1, ::-1], b, s, p),
        ),
        Mistake(
            "the kernel's last row or column left out",
            "Your loops over the kernel end one cell too early.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w * (np.arange(w.shape[2]) < w.shape[2] - 1)[:, None], b, s, p),
        ),
        Mistake(
            "the kernel's last row or column left out",
            "Your loops over the kernel end one cell too early.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(x, w * (np.arange(w.shape[3]) < w.shape[3] - 1), b, s, p),
        ),
        Mistake(
            "padded at one end, or twice",
            "The size is right, and the picture moved up and to the left by the padding: all of it is at the lower "
            "and right end.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(padded(x, 0, 2 * p), w, b, s, 0),
        ),
    ),
)
