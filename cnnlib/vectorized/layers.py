"""Layers that remember: what `forward` saw, `backward` needs.

A layer is an operator with the arrays and options of its call. Stack layers in a `Sequential`, go forward to the
loss, backward from its gradient, and hand ``parameters`` and ``gradients`` to an optimiser.
"""

import numpy as np

from cnnlib.vectorized import convolution, dense, normalization, pooling
from cnnlib.vectorized._memory import like


class Layer:
    """An operator, its parameters and its options.

    Parameters
    ----------
    forward, backward : function
        An operator ``forward(x, *parameters, *settings, **options)`` and its gradient.
    *settings
        What the operator takes by position behind its arrays.
    parameters : dict of str to ndarray or None
        The operator's arrays after ``x``, in order; they are copied, since training changes them.
    **options

    Attributes
    ----------
    parameters : dict of str to ndarray
        Optimisers change these arrays in place.
    gradients : dict of str to ndarray
        Gradient with respect to each parameter, as the last `backward` found it.
    """

    def __init__(self, forward, backward, *settings, parameters=None, **options):
        self._forward, self._backward = forward, backward
        self._settings, self._options = settings, options
        given = (parameters or {}).items()
        self._arrays = {name: None if array is None else array.copy() for name, array in given}
        self.parameters = {name: array for name, array in self._arrays.items() if array is not None}
        self.gradients = {}
        self._x = None

    def forward(self, x):
        """Compute the operator's result and remember ``x``."""
        self._x = x
        return self._forward(x, *self._arrays.values(), *self._settings, **self._options)

    def backward(self, grad_y, **options):
        """Return the gradient with respect to the last ``x``; leave those of the parameters in ``gradients``.

        ``options`` are the operator's that only its gradient takes.

        Raises
        ------
        RuntimeError
            If there was no `forward` before.
        """
        if self._x is None:
            raise RuntimeError(f"{type(self).__name__}.backward: call forward first, since it needs the input")
        grads = self._backward(grad_y, self._x, *self._arrays.values(), *self._settings, **self._options, **options)
        if not self._arrays:
            return grads
        grad_x, *grads = grads
        self.gradients = {name: grad for name, grad in zip(self._arrays, grads, strict=True) if name in self.parameters}
        return grad_x


class Conv2d(Layer):
    """`conv2d` with ``weight`` (C_out, C_in // groups, K_h, K_w), ``bias`` (C_out,) or None, and its options."""

    def __init__(self, weight, bias=None, **options):
        parameters = {"weight": weight, "bias": bias}
        super().__init__(convolution.conv2d, convolution.conv2d_backward, parameters=parameters, **options)


class Linear(Layer):
    """`linear` with ``weight`` (F_out, F_in) and ``bias`` (F_out,) or None."""

    def __init__(self, weight, bias=None):
        super().__init__(dense.linear, dense.linear_backward, parameters={"weight": weight, "bias": bias})


class MaxPool2d(Layer):
    """`max_pool2d` with its options."""

    def __init__(self, kernel_size, **options):
        super().__init__(pooling.max_pool2d, pooling.max_pool2d_backward, kernel_size, **options)


class AvgPool2d(Layer):
    """`avg_pool2d` with its options."""

    def __init__(self, kernel_size, **options):
        super().__init__(pooling.avg_pool2d, pooling.avg_pool2d_backward, kernel_size, **options)


class LocalResponseNorm(Layer):
    """`local_response_norm` with its options."""

    def __init__(self, size, **options):
        super().__init__(normalization.local_response_norm, normalization.local_response_norm_backward, size, **options)


class Nonlinearity(Layer):
    """A layer that remembers its result in place of its input: the result says how steep it was there."""

    def forward(self, x):
        """Compute the operator's result and remember it."""
        self._x = self._forward(x)
        return self._x


class ReLU(Nonlinearity):
    """`relu`."""

    def __init__(self):
        super().__init__(dense.relu, dense.relu_backward)


class Sigmoid(Nonlinearity):
    """`sigmoid`."""

    def __init__(self):
        super().__init__(dense.sigmoid, dense.through_sigmoid)


class Tanh(Nonlinearity):
    """`tanh`."""

    def __init__(self):
        super().__init__(dense.tanh, dense.through_tanh)


class ScaledTanh(Nonlinearity):
    """`scaled_tanh`."""

    def __init__(self):
        super().__init__(dense.scaled_tanh, dense.through_scaled_tanh)


class Flatten(Layer):
    """Images (N, C, H, W) to rows (N, C · H · W), and gradients back again, in memory as the images were."""

    def __init__(self):
        super().__init__(lambda x: x.reshape(len(x), int(np.prod(x.shape[1:]))), _unflatten)


def _unflatten(grad_y, x):
    grad = like(x)
    grad[...] = grad_y.reshape(x.shape)
    return grad


class Sequential:
    """Layers by name, each fed by the one before.

    Parameters
    ----------
    layers : dict of str to Layer
        In order; a parameter is known as ``"<layer>.<parameter>"``.

    Examples
    --------
    >>> network = Sequential({"fc1": Linear(np.eye(2)), "relu1": ReLU()})
    >>> network.forward(np.array([[1.0, -1.0]]))
    array([[1., 0.]])
    >>> network.backward(np.array([[5.0, 5.0]]))
    array([[5., 0.]])
    >>> network.gradients
    {'fc1.weight': array([[ 5., -5.],
           [ 0.,  0.]])}
    """

    def __init__(self, layers):
        self.layers = dict(layers)

    def forward(self, x):
        """Pass ``x`` through every layer and return the last result."""
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def backward(self, grad_y, *, input_gradient=True):
        """Pass the gradient back through every layer and return that with respect to the input.

        Training has no use for the latter: without ``input_gradient``, a convolution that comes first is spared it,
        and None is returned.
        """
        first, *others = self.layers.values()
        for layer in reversed(others):
            grad_y = layer.backward(grad_y)
        spared = {"input_gradient": False} if isinstance(first, Conv2d) and not input_gradient else {}
        grad_x = first.backward(grad_y, **spared)
        return grad_x if input_gradient else None

    @property
    def parameters(self):
        """Every layer's parameters by their full names; the arrays themselves, not copies."""
        return self._collect("parameters")

    @property
    def gradients(self):
        """Gradients by the names of the parameters, as the last `backward` found them."""
        return self._collect("gradients")

    def _collect(self, kind):
        return {
            f"{layer}.{name}": array
            for layer, content in self.layers.items()
            for name, array in getattr(content, kind).items()
        }
