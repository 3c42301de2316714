"""What follows the feature maps: the linear layer, the nonlinearities, and the loss."""

import math

import numpy as np

from cnnlib.definition._arrays import require_arrays, shape_of
from cnnlib.shapes import class_labels, dtype_name, instances, label_range, linear_shape, softmax_axis


def linear(x, weight, bias=None):
    """Weigh and add every feature: ``y[n, o] = bias[o] + sum over f of weight[o, f] · x[n, f]``.

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
    y = np.empty(linear_shape("linear", x.shape, weight.shape, shape_of(bias)), x.dtype)
    for n, o in np.ndindex(y.shape):
        total = 0.0 if bias is None else float(bias[o])
        for f in range(x.shape[1]):
            total += float(weight[o, f]) * float(x[n, f])
        y[n, o] = total
    return y


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
    return _each("relu", x, lambda value: 0.0 if value <= 0 else value)


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
    # exp of a number that is never positive cannot overflow.
    return _each("sigmoid", x, lambda value: (1 if value >= 0 else math.exp(value)) / (1 + math.exp(-abs(value))))


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
    return _each("tanh", x, math.tanh)


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
    return _each("scaled_tanh", x, lambda value: 1.7159 * math.tanh(2 / 3 * value))


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
    axis = softmax_axis("softmax", x.shape, axis)
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        scores = [float(x[(*index[:axis], m, *index[axis + 1 :])]) for m in range(x.shape[axis])]
        exponentials = [math.exp(score) for score in _below_zero(scores)]
        y[index] = exponentials[index[axis]] / sum(exponentials)
    return y


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
    require_arrays("cross_entropy", logits=logits)
    instances("cross_entropy", np.ndarray, labels=labels)
    class_labels("cross_entropy", logits.shape, labels.shape, dtype_name(labels))
    label_range("cross_entropy", int(labels.min()), int(labels.max()), logits.shape[1])
    total = 0.0
    for n, label in enumerate(labels):
        scores = _below_zero([float(score) for score in logits[n]])
        total += math.log(sum(math.exp(score) for score in scores)) - scores[label]
    return logits.dtype.type(total / len(labels))


def _each(op, x, function):
    require_arrays(op, x=x)
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index] = function(float(x[index]))
    return y


def _below_zero(scores):
    """Take the largest score from all of them: their shares stay the same, and exp cannot overflow."""
    largest = max(scores)
    return [score - largest for score in scores]
