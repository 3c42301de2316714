"""A network as data, and one function that runs it on any room's operators.

`definition`, `vectorized` and `gpu` hold the same names with the same signatures, so a network
need not know which of them computes it: `run` takes the module as an argument.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool, describe, trace


@dataclass(frozen=True)
class Architecture:
    """A stack of layers and the shape of the images it takes.

    Attributes
    ----------
    name : str
    input_shape : tuple of int, (C, H, W)
    layers : tuple of Conv, Pool, Activation, LocalResponseNorm, Dropout, Flatten and Dense
    """

    name: str
    input_shape: tuple
    layers: tuple

    def trace(self):
        """Return the `LayerReport` of each layer, a list."""
        return list(self._reports)

    def weight_shapes(self):
        """Return ``{"conv1.weight": shape, "conv1.bias": shape, …}`` in the order of the layers."""
        return dict(self._weight_shapes)

    @property
    def classes(self):
        """How many logits leave the network."""
        return self._reports[-1].output_shape[0]

    # Counted once: a forward pass asks for both, and they never change.
    @cached_property
    def _reports(self):
        return tuple(trace(self.layers, self.input_shape))

    @cached_property
    def _weight_shapes(self):
        shapes = {}
        for report in self._reports:
            if report.weight_shape is not None:
                shapes[f"{report.name}.weight"] = report.weight_shape
                if report.layer.bias:
                    shapes[f"{report.name}.bias"] = report.weight_shape[:1]
        return shapes


def run(architecture, weights, x, *, ops, dropout=None):
    """Compute every layer's output.

    Parameters
    ----------
    architecture : Architecture
    weights : mapping of str to array
        As `Architecture.weight_shapes` names them: NumPy arrays, or tensors for ``cnnlib.gpu``.
    x : array of float, shape (N, C, H, W)
    ops : module
        ``cnnlib.definition``, ``cnnlib.vectorized`` or ``cnnlib.gpu``.
    dropout : callable, optional
        Takes what reaches a `Dropout` layer and its rate, returns what leaves it; without it all units stay.

    Returns
    -------
    dict of str to array
        ``{"conv1": …, "sigmoid1": …}`` in order; the last entry is the network's output.

    Raises
    ------
    ValueError
        If the images or a weight do not have the architecture's shape.
    """
    _check(architecture, weights, x)
    outputs = {}
    for report in architecture.trace():
        arrays = weights.get(f"{report.name}.weight"), weights.get(f"{report.name}.bias")
        x = outputs[report.name] = apply_layer(report, x, *arrays, ops=ops, dropout=dropout)
    return outputs


def apply_layer(report, x, weight=None, bias=None, *, ops, dropout=None):
    """Compute one layer's output.

    Parameters
    ----------
    report : LayerReport
    x : array of float, shape (N, *input_shape)
    weight, bias : array, optional
        Of a convolution or a dense layer.
    ops, dropout
        As `run` takes them.

    Returns
    -------
    array of float, shape (N, *output_shape)
    """
    layer = report.layer
    match layer:
        case Conv():
            moves = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
            return ops.conv2d(x, weight, bias, **moves, groups=layer.groups)
        case Pool():
            pool = ops.max_pool2d if layer.kind == "max" else ops.avg_pool2d
            return pool(x, layer.kernel, stride=layer.stride, padding=layer.padding, ceil_mode=layer.ceil_mode)
        case Activation():
            return getattr(ops, layer.function)(x)
        case LocalResponseNorm():
            return ops.local_response_norm(x, layer.size, alpha=layer.alpha, beta=layer.beta, k=layer.k)
        case Dropout() if dropout is not None:
            return dropout(x, layer.rate)
        case Flatten():
            return x.reshape(len(x), *report.output_shape)
        case Dense():
            return ops.linear(x, weight, bias)
    return x


def logits(architecture, weights, x, *, ops, dropout=None):
    """Compute what leaves the network: for each class a number, the larger the more likely.

    Parameters
    ----------
    architecture, weights, x, ops, dropout
        As `run` takes them.

    Returns
    -------
    array of float, shape (N, classes)

    Raises
    ------
    ValueError
        As `run`.
    """
    *_, last = run(architecture, weights, x, ops=ops, dropout=dropout).values()
    return last


def _check(architecture, weights, x):
    if tuple(x.shape[1:]) != architecture.input_shape:
        raise ValueError(
            f"{architecture.name}: x must have shape (N, {', '.join(map(str, architecture.input_shape))}), "
            f"received {tuple(x.shape)}"
        )
    for name, shape in architecture.weight_shapes().items():
        if name not in weights:
            raise ValueError(f"{architecture.name}: weights must hold {name!r}, received {sorted(weights)}")
        if tuple(weights[name].shape) != shape:
            received = describe(**{name: weights[name].shape})
            raise ValueError(f"{architecture.name}: {name} must have shape {shape}, received {received}")


def initial_weights(architecture, seed, *, dtype=np.float32):
    """Draw starting weights that keep the signal's variance from layer to layer.

    Uniform in ``±sqrt(6 / (fan_in + fan_out))`` [1]_; in a network of ReLUs, which pass half of what
    they get, in ``±sqrt(6 / fan_in)`` [2]_. Biases are zero. NumPy draws them whichever library will
    train them, so that one seed means one set of weights.

    Parameters
    ----------
    architecture : Architecture
    seed : int
    dtype : float dtype

    Returns
    -------
    dict of str to ndarray
        As `Architecture.weight_shapes` names them.

    References
    ----------
    .. [1] Glorot & Bengio, *Understanding the difficulty of training deep feedforward neural
       networks* (2010), Eq. 16.
    .. [2] He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015), Eq. 10.
    """
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    rng = np.random.RandomState(seed)
    rectified = any(layer == Activation("relu") for layer in architecture.layers)
    weights = {}
    for name, shape in architecture.weight_shapes().items():
        if name.endswith(".bias"):
            weights[name] = np.zeros(shape, dtype)
            continue
        window = int(np.prod(shape[2:]))
        fan_in, fan_out = shape[1] * window, shape[0] * window
        bound = np.sqrt(6 / (fan_in if rectified else fan_in + fan_out))
        weights[name] = rng.uniform(-bound, bound, shape).astype(dtype)
    return weights
