"""What follows the feature maps: the linear layer, the nonlinearities and the loss, forward and backward.

``<name>_backward`` takes the gradient of the loss with respect to the result, then the arguments of the
forward call, and returns the gradient with respect to each array among them, in order.
"""

import numpy as np

from cnnlib.shapes import class_labels, dtype_name, instances, label_range, linear_shape, softmax_axis
from cnnlib.vectorized._arrays import require_arrays, require_shape, shape_of


def linear(x, weight, bias=None):
    """Weigh and add every feature: ``y = x @ weight.T + bias``.

    Parameters
    ----------
    x : ndarray of float, shape (N, F_in)
    weight : ndarray of float, shape (F_out, F_in)
    bias : ndarray of float, shape (F_out,), optional

    Returns
    -------
    ndarray of float, shape (N, F_out)

    Raises
    ------
    ValueError
        If ranks or features disagree.
    TypeError
        If an argument is no array, or dtypes differ.

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]), np.array([0.0, 0.5, 1.0]))
    array([[11. , 17.5, 24. ]])
    """
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


def relu(x):
    """Replace what is negative by zero: ``y = max(0, x)``; NaN stays NaN.

    Parameters
    ----------
    x : ndarray of float, any shape

    Returns
    -------
    ndarray of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no array of floats.

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    require_arrays("relu", x=x)
    return np.maximum(x, 0)


def relu_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `relu`; the derivative at zero is taken as zero.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0, 5.0]), np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 5.])
    """
    _require_like("relu_backward", grad_y, x)
    return np.where(x <= 0, 0, grad_y)


def sigmoid(x):
    """Squash to between 0 and 1: ``y = 1 / (1 + exp(-x))``.

    Parameters
    ----------
    x : ndarray of float, any shape

    Returns
    -------
    ndarray of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no array of floats.

    Examples
    --------
    >>> sigmoid(np.array([0.0, -1000.0]))
    array([0.5, 0. ])
    """
    require_arrays("sigmoid", x=x)
    # One array, changed in place: this is as slow as its memory is. Where exp overflows, 1 / inf is the right 0.
    y = np.negative(x)
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.reciprocal(y, out=y)


def sigmoid_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `sigmoid`, whose derivative is ``y (1 - y)``.

    Examples
    --------
    >>> sigmoid_backward(np.array([8.0]), np.array([0.0]))
    array([2.])
    """
    _require_like("sigmoid_backward", grad_y, x)
    y = sigmoid(x)
    slope = 1 - y
    slope *= y
    slope *= grad_y
    return slope


def tanh(x):
    """Squash to between -1 and 1: ``y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))``.

    Parameters
    ----------
    x : ndarray of float, any shape

    Returns
    -------
    ndarray of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no array of floats.

    Examples
    --------
    >>> tanh(np.array([0.0, 20.0]))
    array([0., 1.])
    """
    require_arrays("tanh", x=x)
    return np.tanh(x)


def tanh_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `tanh`, whose derivative is ``1 - y ** 2``.

    Examples
    --------
    >>> tanh_backward(np.array([3.0]), np.array([0.0]))
    array([3.])
    """
    _require_like("tanh_backward", grad_y, x)
    return grad_y * (1 - np.tanh(x) ** 2)


def scaled_tanh(x):
    """Squash as LeNet-5 does: ``y = 1.7159 tanh(2 x / 3)``, which maps 1 almost to 1 and -1 to -1 [1]_.

    Parameters
    ----------
    x : ndarray of float, any shape

    Returns
    -------
    ndarray of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no array of floats.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998),
       Sec. II.B, Eq. 6, and Appendix A.

    Examples
    --------
    >>> scaled_tanh(np.array([1.0, -1.0])).round(3)
    array([ 1., -1.])
    """
    require_arrays("scaled_tanh", x=x)
    return 1.7159 * np.tanh(2 / 3 * x)


def scaled_tanh_backward(grad_y, x):
    """Carry ``grad_y``, of the shape of ``x``, back through `scaled_tanh`."""
    _require_like("scaled_tanh_backward", grad_y, x)
    return grad_y * (1.7159 * 2 / 3 * (1 - np.tanh(2 / 3 * x) ** 2))


def softmax(x, axis=-1):
    """Turn scores into shares of one: ``y[k] = exp(x[k]) / sum over m of exp(x[m])``.

    Parameters
    ----------
    x : ndarray of float, any shape of at least one axis
    axis : int
        Axis of the scores that compete.

    Returns
    -------
    ndarray of float, shape of ``x``

    Raises
    ------
    ValueError
        If there is no such axis, or nothing along it.
    TypeError
        If ``x`` is no array of floats, or ``axis`` no integer.

    Examples
    --------
    >>> softmax(np.log(np.array([[1.0, 2.0, 1.0]])))
    array([[0.25, 0.5 , 0.25]])
    """
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


def cross_entropy(logits, labels):
    """Average the surprise ``-log softmax(logits)[n, labels[n]]`` over the examples [1]_.

    Parameters
    ----------
    logits : ndarray of float, shape (N, K)
        Scores, before any softmax.
    labels : ndarray of int, shape (N,)
        Right classes, from 0 to K - 1.

    Returns
    -------
    float32 or float64
        The mean, in nats.

    Raises
    ------
    ValueError
        If shapes disagree, there are no examples, or a label is out of range.
    TypeError
        If ``logits`` is no array of floats or ``labels`` none of integers.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 6.2.2.3, Eq. 6.30.

    Examples
    --------
    >>> bool(np.isclose(cross_entropy(np.log(np.array([[0.5, 0.25, 0.25]])), np.array([1])), np.log(4)))
    True
    """
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
