"""What follows the feature maps: the linear layer, the nonlinearities, and the loss."""

import torch

from cnnlib.gpu._tensors import documented, require_tensors, shape_of
from cnnlib.shapes import class_labels, dtype_name, instances, label_range, linear_shape, softmax_axis


@documented
def linear(x, weight, bias=None):
    """`cnnlib.definition.linear` on tensors, with autograd: one matrix product.

    Examples
    --------
    >>> linear(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0], [5.0, 6.0]]), torch.tensor([0.0, 0.5]))
    tensor([[11.0000, 17.5000]])
    """
    require_tensors("linear", x=x, weight=weight, bias=bias)
    linear_shape("linear", x.shape, weight.shape, shape_of(bias))
    return x @ weight.mT if bias is None else torch.addmm(bias, x, weight.mT)


@documented
def relu(x):
    """`cnnlib.definition.relu` on tensors, with autograd.

    Examples
    --------
    >>> relu(torch.tensor([-2.0, 3.0]))
    tensor([0., 3.])
    """
    require_tensors("relu", x=x)
    return torch.relu(x)


@documented
def sigmoid(x):
    """`cnnlib.definition.sigmoid` on tensors, with autograd.

    Examples
    --------
    >>> sigmoid(torch.tensor([0.0, -1000.0]))
    tensor([0.5000, 0.0000])
    """
    require_tensors("sigmoid", x=x)
    return torch.sigmoid(x)


@documented
def tanh(x):
    """`cnnlib.definition.tanh` on tensors, with autograd.

    Examples
    --------
    >>> tanh(torch.tensor([0.0, 20.0]))
    tensor([0., 1.])
    """
    require_tensors("tanh", x=x)
    return torch.tanh(x)


@documented
def scaled_tanh(x):
    """`cnnlib.definition.scaled_tanh` on tensors, with autograd.

    Examples
    --------
    >>> scaled_tanh(torch.tensor([1.0, -1.0])).round(decimals=3)
    tensor([ 1., -1.])
    """
    require_tensors("scaled_tanh", x=x)
    return 1.7159 * torch.tanh(2 / 3 * x)


@documented
def softmax(x, axis=-1):
    """`cnnlib.definition.softmax` on tensors, with autograd.

    Examples
    --------
    >>> softmax(torch.log(torch.tensor([[1.0, 2.0, 1.0]])))
    tensor([[0.2500, 0.5000, 0.2500]])
    """
    require_tensors("softmax", x=x)
    return torch.softmax(x, softmax_axis("softmax", x.shape, axis))


@documented
def cross_entropy(logits, labels):
    """`cnnlib.definition.cross_entropy` on tensors, with autograd.

    Parameters
    ----------
    labels : tensor of int, shape (N,)
        To check them the host waits for the device.

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
