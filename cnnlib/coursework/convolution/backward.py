"""Convolution, what is right and which mistakes are known: the gradient of a convolution."""

import numpy as np

from cnnlib import vectorized
from cnnlib.coursework.convolution.layer import conv2d, padded
from cnnlib.coursework.convolution.signals import flip
from cnnlib.coursework.inputs import array, normal
from cnnlib.coursework.task import Case, Mistake, Section, Task

BACKWARDS = Section("convolution", "What flows backwards?")
WRAP = Section("arrays", "An index counts from the end", folder="appendices")


def conv2d_backward(grad_y, x, weight, stride, padding):
    bias = np.zeros(len(weight))
    return vectorized.conv2d_backward(grad_y, x, weight, bias, stride=stride, padding=padding)


def _overwriting(grad_y, x, weight, stride, padding):
    """What `=` in place of `+=` leaves: at each cell, the product that came last."""
    grad = np.zeros_like(padded(x, padding, padding))
    rows, columns = weight.shape[2:]
    for i, j in np.ndindex(grad_y.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + rows, j * stride : j * stride + columns]
        grad[window] = np.einsum("no,ocuv->ncuv", grad_y[:, :, i, j], weight)
    _, grad_weight, grad_bias = conv2d_backward(grad_y, x, weight, stride, padding)
    end_row, end_column = grad.shape[2] - padding, grad.shape[3] - padding
    return grad[:, :, padding:end_row, padding:end_column], grad_weight, grad_bias


def _with_padding(grad_y, x, weight, stride, padding):
    return conv2d_backward(grad_y, padded(x, padding, padding), weight, stride, 0)


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
    framed = padded(x, padding, padding)
    grad_near, grad_weight, grad_bias = conv2d_backward(grad_y, framed[:, :, :rows, :columns], weight, 1, 0)
    grad = np.zeros_like(framed)
    grad[:, :, :rows, :columns] = grad_near
    end_row, end_column = grad.shape[2] - padding, grad.shape[3] - padding
    return grad[:, :, padding:end_row, padding:end_column], grad_weight, grad_bias


def _with_its_gradient(arguments):
    """Give the output's gradient the size that the output has."""
    grad_y, x, weight, stride, padding = arguments
    size = conv2d(x, weight, np.zeros(len(weight)), stride, padding).shape if stride >= 1 else ()
    return [np.resize(grad_y, size), *arguments[1:]] if size else None


def _from_the_last_window(grad_y, x, weight, stride, padding):
    last = np.zeros_like(grad_y)
    last[:, :, -1, -1] = grad_y[:, :, -1, -1]
    grad_x, _, grad_bias = conv2d_backward(grad_y, x, weight, stride, padding)
    return grad_x, conv2d_backward(last, x, weight, stride, padding)[1], grad_bias


def _of_the_first(grad_y, x, weight, stride, padding):
    _, grad_weight, grad_bias = conv2d_backward(grad_y[:1], x[:1], weight, stride, padding)
    return conv2d_backward(grad_y, x, weight, stride, padding)[0], grad_weight, grad_bias


def _cut_with_a_minus(grad_y, x, weight, stride, padding):
    grad, grad_weight, grad_bias = _with_padding(grad_y, x, weight, stride, padding)
    return grad[:, :, padding:-padding, padding:-padding], grad_weight, grad_bias


def _wrapping(grad_y, x, weight, stride, padding):
    """Read and write x[…, S·i + u - P, …] also where the index is negative."""
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    for i, j, u, v in np.ndindex(*grad_y.shape[2:], *weight.shape[2:]):
        row, column = i * stride + u - padding, j * stride + v - padding
        if row < x.shape[2] and column < x.shape[3]:
            grad_x[:, :, row, column] += grad_y[:, :, i, j] @ weight[:, :, u, v]
            grad_weight[:, :, u, v] += grad_y[:, :, i, j].T @ x[:, :, row, column]
    return grad_x, grad_weight, grad_y.sum(axis=(0, 2, 3))


def _pixels_for_weights(grad_y, x, weight, stride, padding):
    used = conv2d_backward(
        grad_y.sum(axis=1, keepdims=True), x[:, :1], np.ones((1, 1, *weight.shape[2:])), stride, padding
    )
    return used[0] * x, *conv2d_backward(grad_y, x, weight, stride, padding)[1:]


BACKWARD = Task(
    "conv2d_backward",
    conv2d_backward,
    because=(
        "Each product w·x was added into one y, so that g·w goes back to x and g·x to w. In case 1 the pixel 1 met the "
        "weight 5 and g is 2: the pixel gets 10, the weight 2. Whoever was used several times gets a share each time: "
        "`+=`. What stood in the padding is cut off at the end."
    ),
    axes=("n o . .", "n c h w", "o c u v", "less", "less"),
    fit=_with_its_gradient,
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
        Mistake(
            "the last window's gradient only",
            "The gradient of the weights is that of the last window. Every window used the weights, and all have a "
            "say: `+=`.",
            BACKWARDS,
            _from_the_last_window,
        ),
        Mistake(
            "the first picture of the batch only",
            "The gradients are those of the first picture. All pictures used the same weights.",
            BACKWARDS,
            _of_the_first,
        ),
        Mistake(
            "the last value's gradient only",
            "The gradient of the bias is that of the last value alone. A bias is added at every place of every "
            "picture: `+=`.",
            BACKWARDS,
            lambda grad_y, *call: (*conv2d_backward(grad_y, *call)[:2], grad_y[-1, :, -1, -1]),
        ),
        Mistake(
            "one number for all biases",
            "Each filter has a bias, and its gradient is a sum over that filter's maps.",
            BACKWARDS,
            lambda grad_y, *call: (*conv2d_backward(grad_y, *call)[:2], np.sum(grad_y)),
        ),
        Mistake(
            "a bias gradient for each place",
            "A bias is added at every place, and gets one gradient for all of them: sum over rows and columns, too.",
            BACKWARDS,
            lambda grad_y, *call: (*conv2d_backward(grad_y, *call)[:2], grad_y.sum(axis=0)),
        ),
        Mistake(
            "gradients in another order",
            "The gradients are right and in another order. Asked for: `x`, `weight`, `bias`.",
            BACKWARDS,
            lambda *call: tuple(conv2d_backward(*call)[place] for place in (0, 2, 1)),
        ),
        Mistake(
            "gradients in another order",
            "The gradients are right and in another order. Asked for: `x`, `weight`, `bias`.",
            BACKWARDS,
            lambda *call: tuple(conv2d_backward(*call)[place] for place in (1, 2, 0)),
        ),
        Mistake(
            "the padding cut off with P:-P",
            "Without padding nothing is left: `P:-P` is `0:0` then, which is empty. Count from the start: `P:P + H`.",
            WRAP,
            _cut_with_a_minus,
        ),
        Mistake(
            "indices that wrap",
            "Right inside, and wrong in the last rows and columns: the padding before the picture has negative "
            "indices, and these count from its end.",
            WRAP,
            _wrapping,
        ),
        Mistake(
            "every filter gets the sum over all filters",
            "The gradient of a filter comes from its own map of `grad_y`; yours is added up over the filters.",
            BACKWARDS,
            _instead(weight=lambda grad: np.broadcast_to(grad.sum(axis=0), grad.shape)),
        ),
        Mistake(
            "counted twice",
            "The gradient of the bias is twice what it should be.",
            BACKWARDS,
            _instead(bias=lambda grad: 2 * grad),
        ),
        Mistake(
            "the bias counted once for each product",
            "The gradient of the bias is too large, as many times as a filter has weights: it is added once to each "
            "value, not to each product.",
            BACKWARDS,
            lambda grad_y, x, w, s, p: _instead(bias=lambda grad: w[0].size * grad)(grad_y, x, w, s, p),
        ),
        Mistake(
            "weight and pixel exchanged",
            "A pixel gets the output's gradient times the *weight* it was multiplied with; yours gets it times itself.",
            BACKWARDS,
            _pixels_for_weights,
        ),
        Mistake(
            "without the output's gradient",
            "The gradient of the weights is made of pixels alone: each is multiplied with the gradient of the value "
            "that it went into.",
            BACKWARDS,
            lambda grad_y, *call: (
                conv2d_backward(grad_y, *call)[0],
                *conv2d_backward(np.ones_like(grad_y), *call)[1:2],
                conv2d_backward(grad_y, *call)[2],
            ),
        ),
    ),
)
