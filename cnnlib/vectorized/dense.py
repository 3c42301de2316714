"""What follows the feature maps: the linear layer, the nonlinearities and the loss, forward and backward.

``<name>_backward`` takes the gradient of the loss with respect to the result, then the arguments of the
forward call, and returns the gradient with respect to each array among them, in order.
"""

import numpy as np

from cnnlib.shapes import class_labels, dtype_name, instances, label_range, linear_shape, softmax_axis
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized._arrays import masked, require_arrays, require_shape, shape_of
from cnnlib.vectorized._memory import like


@documented
def linear(x, weight, bias=None):
    """What `cnnlib.definition.linear` adds up, as one matrix product: ``y = x @ weight.T + bias``."""
    require_arrays("linear", x=x, weight=weight, bias=bias)
    linear_shape("linear", x.shape, weight.shape, shape_of(bias))
    y = x @ weight.T
    if bias is not None:
        y += bias
    return y


def linear_backward(grad_y, x, weight, bias=None):
    """Carry the gradient back through `linear`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, F_out)
        Gradient with respect to the result of ``linear(x, weight, bias)``.
    x, weight, bias
        As in `linear`.

    Returns
    -------
    grad_x : ndarray of float, shape (N, F_in)
    grad_weight : ndarray of float, shape (F_out, F_in)
    grad_bias : ndarray of float, shape (F_out,), or None without a bias

    Raises
    ------
    ValueError, TypeError
        As `linear` does, and if ``grad_y`` has another shape than the result.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 6.5.6, on the matrix product.
    """
    require_arrays("linear_backward", grad_y=grad_y, x=x, weight=weight, bias=bias)
    shape = linear_shape("linear_backward", x.shape, weight.shape, shape_of(bias))
    require_shape("linear_backward", "grad_y", grad_y, shape)
    return grad_y @ weight, grad_y.T @ x, None if bias is None else grad_y.sum(axis=0)


@documented
def relu(x):
    """What `cnnlib.definition.relu` finds, in one call of NumPy."""
    require_arrays("relu", x=x)
    return np.maximum(x, 0, out=like(x))


def relu_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `relu`; the derivative at zero is taken as zero.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0, 5.0]), np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 5.])
    """
    _require_like("relu_backward", grad_y, x)
    kept = np.less_equal(x, 0, out=like(x, dtype=bool))
    return masked(grad_y, np.logical_not(kept, out=kept))


@documented
def sigmoid(x):
    """What `cnnlib.definition.sigmoid` finds, in one array that is changed in place."""
    require_arrays("sigmoid", x=x)
    # One array, changed in place: this is as slow as its memory is. Where exp overflows, 1 / inf is the right 0.
    y = np.negative(x, out=like(x))
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.divide(1, y, out=y)  # half the time of np.reciprocal


def sigmoid_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `sigmoid`, whose derivative is ``y (1 - y)``.

    Examples
    --------
    >>> sigmoid_backward(np.array([8.0]), np.array([0.0]))
    array([2.])
    """
    _require_like("sigmoid_backward", grad_y, x)
    return through_sigmoid(grad_y, sigmoid(x))


def through_sigmoid(grad_y, y):
    """Carry ``grad_y`` back through a sigmoid whose result ``y`` is still at hand."""
    slope = np.subtract(1, y, out=like(y))
    slope *= y
    slope *= grad_y
    return slope


@documented
def tanh(x):
    """What `cnnlib.definition.tanh` finds, in one call of NumPy."""
    require_arrays("tanh", x=x)
    return np.tanh(x, out=like(x))


def tanh_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `tanh`, whose derivative is ``1 - y ** 2``.

    Examples
    --------
    >>> tanh_backward(np.array([3.0]), np.array([0.0]))
    array([3.])
    """
    _require_like("tanh_backward", grad_y, x)
    return through_tanh(grad_y, np.tanh(x))


def through_tanh(grad_y, y):
    """Carry ``grad_y`` back through a hyperbolic tangent whose result ``y`` is still at hand."""
    slope = np.multiply(y, y, out=like(y))
    np.subtract(1, slope, out=slope)
    slope *= grad_y
    return slope


@documented
def scaled_tanh(x):
    """What `cnnlib.definition.scaled_tanh` finds, for all values at once."""
    require_arrays("scaled_tanh", x=x)
    return 1.7159 * np.tanh(2 / 3 * x)


def scaled_tanh_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `scaled_tanh`."""
    _require_like("scaled_tanh_backward", grad_y, x)
    return through_scaled_tanh(grad_y, scaled_tanh(x))


def through_scaled_tanh(grad_y, y):
    """Carry ``grad_y`` back through `scaled_tanh`, of which the result ``y`` is still at hand."""
    return 1.7159 * 2 / 3 * through_tanh(grad_y, y / 1.7159)


@documented
def softmax(x, axis=-1):
    """What `cnnlib.definition.softmax` finds, by way of logarithms, for all values at once."""
    require_arrays("softmax", x=x)
    return np.exp(_log_softmax(x, softmax_axis("softmax", x.shape, axis)))


def softmax_backward(grad_y, x, axis=-1):
    """Carry ``grad_y``, of the shape of ``x``, back through `softmax`: ``y (grad_y - sum of grad_y · y)``.

    Examples
    --------
    >>> softmax_backward(np.array([[4.0, 0.0]]), np.array([[0.0, 0.0]]))
    array([[ 1., -1.]])
    """
    _require_like("softmax_backward", grad_y, x)
    axis = softmax_axis("softmax_backward", x.shape, axis)
    y = np.exp(_log_softmax(x, axis))
    return y * (grad_y - (grad_y * y).sum(axis=axis, keepdims=True))


@documented
def cross_entropy(logits, labels):
    """What `cnnlib.definition.cross_entropy` finds, for all examples at once."""
    _require_labels("cross_entropy", logits, labels)
    return -_log_softmax(logits, 1)[np.arange(len(labels)), labels].mean()


def cross_entropy_backward(grad_y, logits, labels):
    """Carry the gradient back through `cross_entropy`: each example's shares, less one at its label, over N.

    Parameters
    ----------
    grad_y : float
        Gradient with respect to the mean; 1 where the mean is the loss itself.
    logits, labels
        As in `cross_entropy`.

    Returns
    -------
    ndarray of float, shape (N, K)
        Gradient with respect to ``logits``.

    Raises
    ------
    ValueError, TypeError
        As `cross_entropy` does.

    Examples
    --------
    >>> cross_entropy_backward(1.0, np.log(np.array([[0.5, 0.25, 0.25]])), np.array([1]))
    array([[ 0.5 , -0.75,  0.25]])
    """
    _require_labels("cross_entropy_backward", logits, labels)
    grad = np.exp(_log_softmax(logits, 1))
    grad[np.arange(len(labels)), labels] -= 1
    grad *= float(grad_y) / len(labels)
    return grad


def _log_softmax(x, axis):
    # Taking the largest score out first keeps exp from overflowing.
    shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _require_like(op, grad_y, x):
    require_arrays(op, grad_y=grad_y, x=x)
    require_shape(op, "grad_y", grad_y, x.shape)


def _require_labels(op, logits, labels):
    require_arrays(op, logits=logits)
    instances(op, np.ndarray, labels=labels)
    class_labels(op, logits.shape, labels.shape, dtype_name(labels))
    label_range(op, int(labels.min()), int(labels.max()), logits.shape[1])
