"""Gradient descent and two of its refinements, with PyTorch's conventions."""

import numpy as np

from cnnlib.shapes import positive


class SGD:
    """Stochastic gradient descent with momentum: ``v = momentum · v + g``, ``p = p - lr · v`` [1]_.

    Parameters
    ----------
    parameters : dict of str to ndarray
        Changed in place by `step`.
    lr : float
        Learning rate, positive.
    momentum : float
        From 0, for plain gradient descent, to below 1.

    Raises
    ------
    ValueError, TypeError
        If ``lr`` or ``momentum`` is out of range or no number.

    References
    ----------
    .. [1] Sutskever, Martens, Dahl & Hinton, *On the importance of initialization and momentum in deep learning*
       (2013), Sec. 2, with the learning rate outside the velocity, as PyTorch has it.

    Examples
    --------
    >>> p = {"weight": np.array([1.0, 2.0])}
    >>> SGD(p, lr=0.1).step({"weight": np.array([10.0, 0.0])})
    >>> p["weight"]
    array([0., 2.])
    """

    def __init__(self, parameters, lr, *, momentum=0.0):
        self.parameters = parameters
        self.lr = positive("SGD", "lr", lr)
        self.momentum = _fraction("SGD", "momentum", momentum)
        self._velocity = {name: np.zeros_like(array) for name, array in parameters.items()}

    def step(self, gradients):
        """Move every parameter once; ``gradients`` has its name and shape for each.

        Raises
        ------
        ValueError
            If a gradient is missing or has another shape.
        """
        _match("SGD", self.parameters, gradients)
        for name, parameter in self.parameters.items():
            velocity = self._velocity[name]
            velocity *= self.momentum
            velocity += gradients[name]
            parameter -= self.lr * velocity


class Adam:
    """Steps of one size whatever the gradient's: its running mean over its running root mean square [1]_.

    Parameters
    ----------
    parameters : dict of str to ndarray
        Changed in place by `step`.
    lr : float
        Step size, positive.
    betas : pair of float
        How much of the two running means, of the gradient and of its square, a step keeps; from 0 to below 1.
    eps : float
        Added to the root, positive.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of range or no number.

    References
    ----------
    .. [1] Kingma & Ba, *Adam: a method for stochastic optimization* (2015), Algorithm 1.

    Examples
    --------
    >>> p = {"weight": np.array([1.0, 2.0])}
    >>> Adam(p, lr=0.5).step({"weight": np.array([1e-3, -1e3])})
    >>> p["weight"].round(4)
    array([0.5, 2.5])
    """

    def __init__(self, parameters, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = parameters
        self.lr = positive("Adam", "lr", lr)
        self.betas = tuple(_fraction("Adam", "betas", beta) for beta in betas)
        self.eps = positive("Adam", "eps", eps)
        self._steps = 0
        self._mean = {name: np.zeros_like(array) for name, array in parameters.items()}
        self._square = {name: np.zeros_like(array) for name, array in parameters.items()}

    def step(self, gradients):
        """Move every parameter once; ``gradients`` has its name and shape for each.

        Raises
        ------
        ValueError
            If a gradient is missing or has another shape.
        """
        _match("Adam", self.parameters, gradients)
        self._steps += 1
        beta1, beta2 = self.betas
        # Both means start at zero and are too small by these factors.
        bias1, bias2 = 1 - beta1**self._steps, 1 - beta2**self._steps
        for name, parameter in self.parameters.items():
            gradient, mean, square = gradients[name], self._mean[name], self._square[name]
            # Every line of the algorithm in the same memory, which then stays in cache.
            change = gradient - mean
            change *= 1 - beta1
            mean += change
            np.square(gradient, out=change)
            change *= 1 - beta2
            square *= beta2
            square += change
            np.divide(square, bias2, out=change)
            np.sqrt(change, out=change)
            change += self.eps
            np.divide(mean, change, out=change)
            change *= self.lr / bias1
            parameter -= change


def _fraction(op, argument, value):
    """Require a number from 0 to below 1."""
    if value == 0:
        return 0.0
    value = positive(op, argument, value)
    if value >= 1:
        raise ValueError(f"{op}: {argument} must be below 1, received {value!r}")
    return value


def _match(op, parameters, gradients):
    """Require a gradient of the right shape for each parameter."""
    for name, parameter in parameters.items():
        if name not in gradients:
            raise ValueError(f"{op}: gradients must hold {name!r}, received {sorted(gradients)}")
        if gradients[name].shape != parameter.shape:
            raise ValueError(
                f"{op}: gradients[{name!r}] must have shape {parameter.shape}, received {gradients[name].shape}"
            )
