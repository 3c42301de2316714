"""What follows the feature maps: the linear layer, the nonlinearities, and the loss."""

import torch

from cnnlib.gpu._tensors import require_tensors, shape_of
from cnnlib.shapes import class_labels, dtype_name, instances, label_range, linear_shape, softmax_axis


def linear(x, weight, bias=None):
    """Weigh and add every feature: ``y[n, o] = bias[o] + sum over f of weight[o, f] · x[n, f]``.

    Parameters
    ----------
    x : tensor of float, shape (N, F_in)
    weight : tensor of float, shape (F_out, F_in)
    bias : tensor of float, shape (F_out,), optional

    Returns
    -------
    tensor of float, shape (N, F_out)

    Raises
    ------
    ValueError
        If ranks or features disagree.
    TypeError
        If an argument is no tensor, or dtypes differ.

    Examples
    --------
    >>> linear(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0], [5.0, 6.0]]), torch.tensor([0.0, 0.5]))
    tensor([[11.0000, 17.5000]])
    """
    require_tensors("linear", x=x, weight=weight, bias=bias)
    linear_shape("linear", x.shape, weight.shape, shape_of(bias))
    return x @ weight.mT if bias is None else torch.addmm(bias, x, weight.mT)


def relu(x):
    """Replace what is negative by zero: ``y = max(0, x)``; NaN stays NaN.

    Parameters
    ----------
    x : tensor of float, any shape

    Returns
    -------
    tensor of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no tensor of floats.

    Examples
    --------
    >>> relu(torch.tensor([-2.0, 3.0]))
    tensor([0., 3.])
    """
    require_tensors("relu", x=x)
    return torch.relu(x)


def sigmoid(x):
    """Squash to between 0 and 1: ``y = 1 / (1 + exp(-x))``.

    Parameters
    ----------
    x : tensor of float, any shape

    Returns
    -------
    tensor of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no tensor of floats.

    Examples
    --------
    >>> sigmoid(torch.tensor([0.0, -1000.0]))
    tensor([0.5000, 0.0000])
    """
    require_tensors("sigmoid", x=x)
    return torch.sigmoid(x)


def tanh(x):
    """Squash to between -1 and 1: ``y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))``.

    Parameters
    ----------
    x : tensor of float, any shape

    Returns
    -------
    tensor of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no tensor of floats.

    Examples
    --------
    >>> tanh(torch.tensor([0.0, 20.0]))
    tensor([0., 1.])
    """
    require_tensors("tanh", x=x)
    return torch.tanh(x)


def scaled_tanh(x):
    """Squash as LeNet-5 does: ``y = 1.7159 tanh(2 x / 3)``, which maps 1 almost to 1 and -1 to -1 [1]_.

    Parameters
    ----------
    x : tensor of float, any shape

    Returns
    -------
    tensor of float, shape of ``x``

    Raises
    ------
    TypeError
        If ``x`` is no tensor of floats.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998),
       Sec. II.B, Eq. 6, and Appendix A.

    Examples
    --------
    >>> scaled_tanh(torch.tensor([1.0, -1.0])).round(decimals=3)
    tensor([ 1., -1.])
    """
    require_tensors("scaled_tanh", x=x)
    return 1.7159 * torch.tanh(2 / 3 * x)


def softmax(x, axis=-1):
    """Turn scores into shares of one: ``y[k] = exp(x[k]) / sum over m of exp(x[m])``.

    Parameters
    ----------
    x : tensor of float, any shape of at least one axis
    axis : int
        Axis of the scores that compete.

    Returns
    -------
    tensor of float, shape of ``x``

    Raises
    ------
    ValueError
        If there is no such axis, or nothing along it.
    TypeError
        If ``x`` is no tensor of floats, or ``axis`` no integer.

    Examples
    --------
    >>> softmax(torch.log(torch.tensor([[1.0, 2.0, 1.0]])))
    tensor([[0.2500, 0.5000, 0.2500]])
    """
    require_tensors("softmax", x=x)
    return torch.softmax(x, softmax_axis("softmax", x.shape, axis))


def cross_entropy(logits, labels):
    """Average the surprise ``-log softmax(logits)[n, labels[n]]`` over the examples [1]_.

    Parameters
    ----------
    logits : tensor of float, shape (N, K)
        Scores, before any softmax.
    labels : tensor of int, shape (N,)
        Right classes, from 0 to K - 1. To check them the host waits for the device.

    Returns
    -------
    tensor of float, no axes
        The mean, in nats.

    Raises
    ------
    ValueError
        If shapes disagree, there are no examples, or a label is out of range.
    TypeError
        If ``logits`` is no tensor of floats or ``labels`` none of integers.

    References
    ----------
    .. [1] Goodfellow, Bengio & Courville, *Deep Learning* (2016), Sec. 6.2.2.3, Eq. 6.30.

    Examples
    --------
    >>> cross_entropy(torch.log(torch.tensor([[0.5, 0.25, 0.25]])), torch.tensor([1]))
    tensor(1.3863)
    """
    require_tensors("cross_entropy", logits=logits)
    instances("cross_entropy", torch.Tensor, labels=labels)
    class_labels("cross_entropy", logits.shape, labels.shape, dtype_name(labels))
    labels = labels.long()
    lowest, highest = torch.stack(labels.aminmax()).tolist()
    label_range("cross_entropy", lowest, highest, logits.shape[1])
    return -torch.log_softmax(logits, 1).gather(1, labels[:, None]).mean()
