"""The operators that an assignment allows, and nothing besides.

Names, arguments and results are those of ``cnnlib.vectorized``, without options that would do a task: no groups, no
choice of an algorithm. They are written anew, not imported, because what a room's process can import it can also take
apart: whatever stands there counts as given. Tests hold them to the package's.
"""

import ast
from pathlib import Path

import numpy as np

PREFIX = "cnnlib.vectorized."


def source(names):
    """Return the text of a module that has some operators.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    str
        With the helpers that they call.

    Raises
    ------
    ValueError
        If there is no such operator.
    """
    text = Path(__file__).read_text(encoding="utf-8")
    defined = {each.name: each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)}
    wanted, listed = list(names), []
    while wanted:
        name = wanted.pop()
        if name not in defined or name == "source":
            raise ValueError(f"source: names must be of operators in {__name__}, received {name!r}")
        if name not in listed:
            listed.append(name)
            wanted += [each.id for each in ast.walk(defined[name]) if isinstance(each, ast.Name) and each.id in defined]
    parts = [ast.get_source_segment(text, node) for name, node in defined.items() if name in listed]
    return "\n\n\n".join(["import numpy as np", *parts]) + "\n"


def _pair(value):
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _edges(padding, kernel):
    """Zeros before and after the rows and the columns."""
    if padding == "valid":
        padding = 0
    if padding == "same":
        return [((size - 1) // 2, size // 2) for size in kernel]
    return [(size, size) for size in _pair(padding)]


def _windows(x, kernel, stride, edges):
    """Every window of a padded batch: axes (n, c, i, j, u, v)."""
    padded = np.pad(x, [(0, 0), (0, 0), *edges])
    down, right = _pair(stride)
    return np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=(2, 3))[:, :, ::down, ::right]


def _into_windows(values, shape, kernel, stride, edges):
    """Add what belongs to each cell of each window, axes (n, c, i, j, u, v), to the cell; the reverse of `_windows`."""
    (above, below), (before, behind) = edges
    x = np.zeros((*shape[:2], shape[2] + above + below, shape[3] + before + behind), values.dtype)
    down, right = _pair(stride)
    rows, columns = values.shape[2:4]
    for u, v in np.ndindex(kernel):
        x[:, :, u : u + down * rows : down, v : v + right * columns : right] += values[..., u, v]
    return x[:, :, above : above + shape[2], before : before + shape[3]]


def conv2d(x, weight, bias=None, *, stride=1, padding=0):
    windows = _windows(x, weight.shape[2:], stride, _edges(padding, weight.shape[2:]))
    y = np.tensordot(windows, weight, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(y if bias is None else y + bias[:, None, None])


def conv2d_backward(grad_y, x, weight, bias=None, *, stride=1, padding=0, input_gradient=True):
    kernel, grad_x = weight.shape[2:], None
    edges = _edges(padding, kernel)
    grad_weight = np.tensordot(grad_y, _windows(x, kernel, stride, edges), axes=((0, 2, 3), (0, 2, 3)))
    if input_gradient:
        values = np.tensordot(grad_y, weight, axes=(1, 0)).transpose(0, 3, 1, 2, 4, 5)
        grad_x = _into_windows(values, x.shape, kernel, stride, edges)
    return grad_x, grad_weight, None if bias is None else grad_y.sum(axis=(0, 2, 3))


def avg_pool2d(x, kernel_size, *, stride=None, padding=0):
    kernel = _pair(kernel_size)
    windows = _windows(x, kernel, kernel if stride is None else stride, _edges(padding, kernel))
    return sum(windows[..., u, v] for u, v in np.ndindex(kernel)) / x.dtype.type(kernel[0] * kernel[1])


def avg_pool2d_backward(grad_y, x, kernel_size, *, stride=None, padding=0):
    kernel = _pair(kernel_size)
    shares = np.broadcast_to((grad_y / (kernel[0] * kernel[1]))[..., None, None], (*grad_y.shape, *kernel))
    return _into_windows(shares, x.shape, kernel, kernel if stride is None else stride, _edges(padding, kernel))


def linear(x, weight, bias=None):
    y = x @ weight.T
    return y if bias is None else y + bias


def linear_backward(grad_y, x, weight, bias=None):
    return grad_y @ weight, grad_y.T @ x, None if bias is None else grad_y.sum(axis=0)


def relu(x):
    return np.maximum(x, 0)


def relu_backward(grad_y, x):
    return np.where(x <= 0, 0, grad_y)


def sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def sigmoid_backward(grad_y, x):
    y = sigmoid(x)
    return grad_y * y * (1 - y)


def softmax(x, axis=-1):
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def softmax_backward(grad_y, x, axis=-1):
    y = softmax(x, axis)
    return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))


def cross_entropy_backward(grad_y, logits, labels):
    grad = softmax(logits)
    grad[np.arange(len(labels)), labels] -= 1
    return grad * (grad_y / len(labels))
