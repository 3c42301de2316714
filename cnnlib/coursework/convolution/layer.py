"""Convolution, what is right and which mistakes are known: the convolution of libraries, and its gradient."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.convolution.signals import FLIPPED, SWAPPED, flip
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

MISTAKES = Section("convolution", "Common mistakes")
SIZES = Section("convolution", "How large is the output?")
CHANNELS = Section("convolution", "What if a pixel is more than one number?")
BACKWARDS = Section("convolution", "What flows backwards?")


def conv2d(x, weight, bias, stride, padding):
    return vectorized.conv2d(x, weight, bias, stride=stride, padding=padding)


def conv2d_backward(grad_y, x, weight, stride, padding):
    bias = np.zeros(len(weight))
    return vectorized.conv2d_backward(grad_y, x, weight, bias, stride=stride, padding=padding)


def _padded(x, *ends):
    """Pad rows and columns alike, by ``ends`` = (before, after)."""
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [ends, ends])


def _channel_wise(x, weight, bias, stride, padding):
    return conv2d(x[:, :1], weight[:, :1], bias, stride, padding)


CONV = Task(
    "conv2d",
    conv2d,
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
            "padding on one side",
            "The size is right, and the picture moved: all the padding is at one end of the rows and columns.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(_padded(x, 2 * p, 0), w, b, s, 0),
        ),
        Mistake(
            "padding on one side",
            "Your maps are too small where there is padding: it was added at one end of the rows and columns, and "
            "there are two.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(_padded(x, p, 0), w, b, s, 0),
        ),
        Mistake(
            "padding on one side",
            "Your maps are too small where there is padding: it was added at one end of the rows and columns, and "
            "there are two.",
            MISTAKES,
            lambda x, w, b, s, p: conv2d(_padded(x, 0, p), w, b, s, 0),
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
    ),
)


def _overwriting(grad_y, x, weight, stride, padding):
    """What `=` in place of `+=` leaves: at each cell, the product that came last."""
    grad = np.zeros_like(_padded(x, padding, padding))
    rows, columns = weight.shape[2:]
    for i, j in np.ndindex(grad_y.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + rows, j * stride : j * stride + columns]
        grad[window] = np.einsum("no,ocuv->ncuv", grad_y[:, :, i, j], weight)
    _, grad_weight, grad_bias = conv2d_backward(grad_y, x, weight, stride, padding)
    end_row, end_column = grad.shape[2] - padding, grad.shape[3] - padding
    return grad[:, :, padding:end_row, padding:end_column], grad_weight, grad_bias


def _with_padding(grad_y, x, weight, stride, padding):
    return conv2d_backward(grad_y, _padded(x, padding, padding), weight, stride, 0)


def _unflipped(grad_y, x, weight, stride, padding):
    grad_x = conv2d_backward(grad_y, x, flip(weight), stride, padding)[0]
    return grad_x, *conv2d_backward(grad_y, x, weight, stride, padding)[1:]


def _instead(*, weight=lambda grad: grad, bias=lambda grad: grad):
    """Make a mistake of a change to two of the three gradients."""

    def wrong(grad_y, x, w, stride, padding):
        grad_x, grad_weight, grad_bias = conv2d_backward(grad_y, x, w, stride, padding)
        return grad_x, weight(grad_weight), bias(grad_bias)

    return wrong


def _of_the_last(grad_y, x, weight, stride, padding):
    grad_x = conv2d_backward(grad_y, x, weight, stride, padding)[0]
    return grad_x, *conv2d_backward(grad_y[-1:], x[-1:], weight, stride, padding)[1:]


def _mean_of_images(grad_y, x, weight, stride, padding):
    grad_x, grad_weight, grad_bias = conv2d_backward(grad_y, x, weight, stride, padding)
    return grad_x, grad_weight / len(x), grad_bias / len(x)


def _mean_bias(grad_y, x, weight, stride, padding):
    return *conv2d_backward(grad_y, x, weight, stride, padding)[:2], grad_y.mean(axis=(0, 2, 3))


def _bias_of_each(grad_y, x, weight, stride, padding):
    return *conv2d_backward(grad_y, x, weight, stride, padding)[:2], grad_y.sum(axis=(2, 3))


def _stride_ignored(grad_y, x, weight, stride, padding):
    rows, columns = (grad_y.shape[axis] + weight.shape[axis] - 1 for axis in (2, 3))
    padded = _padded(x, padding, padding)
    grad_near, grad_weight, grad_bias = conv2d_backward(grad_y, padded[:, :, :rows, :columns], weight, 1, 0)
    grad = np.zeros_like(padded)
    grad[:, :, :rows, :columns] = grad_near
    end_row, end_column = grad.shape[2] - padding, grad.shape[3] - padding
    return grad[:, :, padding:end_row, padding:end_column], grad_weight, grad_bias


BACKWARD = Task(
    "conv2d_backward",
    conv2d_backward,
    returns=("grad_x", "grad_weight", "grad_bias"),
    cases=(
        Case(
            "one window, one gradient",
            array([[[[2]]]]),
            array([[[[1, 2], [3, 4]]]]),
            array([[[[5, 6], [7, 8]]]]),
            1,
            0,
        ),
        Case("windows that overlap", normal(1, 1, 4, 3), normal(1, 1, 5, 5), normal(1, 1, 2, 3), 1, 0, seed=1),
        Case("a batch, channels in and out", normal(3, 4, 3, 5), normal(3, 2, 5, 6), normal(4, 2, 3, 2), 1, 0, seed=2),
        Case("padding", normal(2, 2, 4, 7), normal(2, 3, 4, 6), normal(2, 3, 3, 2), 1, 1, seed=3),
        Case(
            "a stride, with rows that no window reads",
            normal(2, 3, 3, 2),
            normal(2, 2, 8, 7),
            normal(3, 2, 3, 4),
            2,
            0,
            seed=4,
        ),
    ),
    mistakes=(
        Mistake(
            "overwritten where windows overlap",
            "The gradient of `x` is right where a pixel is in one window, and too small where it is in several. A "
            "pixel hears from *every* window that read it; yours remembers the last.",
            BACKWARDS,
            _overwriting,
        ),
        Mistake(
            "padding not cut off",
            "The gradient of `x` is as large as the padded picture. The zeros of the padding get a gradient too, and "
            "nobody wants it.",
            BACKWARDS,
            _with_padding,
        ),
        Mistake(
            "flipped kernel",
            "The gradient of `x` belongs to a kernel that is turned by half. Follow one weight back: to which pixel "
            "does it return what it got?",
            BACKWARDS,
            _unflipped,
        ),
        Mistake(
            "flipped kernel",
            "The gradient of the weights is turned by half. Each weight multiplied the pixels on *its* side of the "
            "window.",
            BACKWARDS,
            _instead(weight=flip),
        ),
        Mistake(
            "stride ignored",
            "Without a stride all is right. With one, windows do not stand side by side: the window of output (i, j) "
            "does not begin at (i, j).",
            BACKWARDS,
            _stride_ignored,
        ),
        Mistake(
            "last picture of the batch only",
            "The gradients of weights and biases are those of the last picture alone. All pictures used the same "
            "weights, and all have a say.",
            BACKWARDS,
            _of_the_last,
        ),
        Mistake(
            "mean instead of sum",
            "The gradients of weights and biases are too small, as many times as the batch has pictures. If the loss "
            "is a mean, `grad_y` knows it already.",
            BACKWARDS,
            _mean_of_images,
        ),
        Mistake(
            "mean instead of sum",
            "The gradient of the bias is too small. A bias is added at every place of every picture: each of them is "
            "a reason to move it.",
            BACKWARDS,
            _mean_bias,
        ),
        Mistake(
            "a bias gradient for each picture",
            "The gradient of the bias has a row for each picture. There is one set of biases, for all of them.",
            BACKWARDS,
            _bias_of_each,
        ),
        Mistake(
            "gradients in another order",
            "The gradients are right and in another order. Asked for: `x`, `weight`, `bias`.",
            BACKWARDS,
            lambda *call: tuple(conv2d_backward(*call)[place] for place in (1, 0, 2)),
        ),
    ),
)
