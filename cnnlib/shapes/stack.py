"""Count a stack of layers before a single number is computed.

A network is written down as a tuple of `Conv`, `Pool`, `Activation`, `LocalResponseNorm`, `Dropout`, `Flatten` and
`Dense` records; `trace` walks an input shape through it.
"""

from dataclasses import dataclass
from math import prod

from cnnlib.shapes.arguments import rank
from cnnlib.shapes.neighbourhoods import channel_window
from cnnlib.shapes.windows import conv_geometry, pool_geometry


@dataclass(frozen=True)
class Conv:
    """A 2-D convolution layer; arguments as in ``conv2d``."""

    out_channels: int
    kernel: int | tuple
    stride: int | tuple = 1
    padding: int | tuple | str = 0
    dilation: int | tuple = 1
    groups: int = 1
    bias: bool = True


@dataclass(frozen=True)
class Pool:
    """A 2-D pooling layer; ``kind`` is ``"average"`` or ``"max"``, the rest as in ``max_pool2d``."""

    kind: str
    kernel: int | tuple
    stride: int | tuple | None = None
    padding: int | tuple = 0
    ceil_mode: bool = False


@dataclass(frozen=True)
class Activation:
    """An elementwise nonlinearity, by the name of its operator: ``"sigmoid"``, ``"relu"``, …"""

    function: str


@dataclass(frozen=True)
class LocalResponseNorm:
    """Normalisation across neighbouring channels; arguments as in ``local_response_norm``, named ``"norm1"``, …"""

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0


@dataclass(frozen=True)
class Dropout:
    """In training, sets a share ``rate`` of the units to zero and multiplies the others by ``1 / (1 - rate)``."""

    rate: float = 0.5


@dataclass(frozen=True)
class Flatten:
    """Maps (C, H, W) to one row of C · H · W features."""


@dataclass(frozen=True)
class Dense:
    """A fully connected layer."""

    out_features: int
    bias: bool = True


@dataclass(frozen=True)
class LayerReport:
    """What one layer does to sizes.

    Attributes
    ----------
    name : str
        Kind and running number, ``"conv1"``, ``"sigmoid2"``; parameters carry it (``"conv1.weight"``).
    layer : Conv, Pool, Activation, LocalResponseNorm, Dropout, Flatten or Dense
    input_shape, output_shape : tuple of int
        For one image, without the batch axis: (C, H, W), or (features,).
    weight_shape : tuple of int or None
        None for a layer without parameters.
    parameters : int
        Weights and biases.
    multiply_adds : int
        Multiplications by a weight for one image (the bias' additions are not counted). Zero for
        pooling, activations and normalisation, whose few operations per unit the literature leaves out.
    activations : int
        Numbers in the output.
    receptive_field, effective_stride : tuple of int or None
        Input pixels (rows, columns) that one output unit sees, and by how many input pixels the
        window moves from one unit to the next; None behind the flattening, where a unit sees all.
    """

    name: str
    layer: object
    input_shape: tuple
    output_shape: tuple
    weight_shape: tuple | None
    parameters: int
    multiply_adds: int
    receptive_field: tuple | None
    effective_stride: tuple | None

    @property
    def activations(self):
        return prod(self.output_shape)


def trace(layers, input_shape):
    """Walk ``input_shape`` through ``layers``.

    The receptive field grows by ``r ← r + D (K - 1) j`` and the effective stride by ``j ← j S``,
    from ``r = j = 1`` at the input [1]_.

    Parameters
    ----------
    layers : iterable of Conv, Pool, Activation, LocalResponseNorm, Dropout, Flatten and Dense
    input_shape : tuple of int, (C, H, W)
        One image, no batch axis.

    Returns
    -------
    list of LayerReport
        One for each layer, in order.

    Raises
    ------
    ValueError
        If a layer does not fit the shape that reaches it, or an option is out of range; the message names the layer.
    TypeError
        If an entry of ``layers`` is not one of the layer records.

    References
    ----------
    .. [1] Araujo, Norris & Sim, *Computing Receptive Fields of Convolutional Neural Networks*,
       Distill (2019), Eqs. 2 and 3.

    Examples
    --------
    >>> for row in trace([Conv(6, 5, padding=2), Pool("average", 2)], (1, 28, 28)):
    ...     print(row.name, row.output_shape, row.parameters)
    conv1 (6, 28, 28) 156
    pool1 (6, 14, 14) 0
    """
    rank("trace", "input_shape", input_shape, ("C", "H", "W"))
    counters, reports = {}, []
    shape, field, jump = tuple(input_shape), (1, 1), (1, 1)
    for layer in layers:
        kind = _kind(layer)
        counters[kind] = counters.get(kind, 0) + 1
        name = f"{kind}{counters[kind]}"
        output, weight, multiply_adds, window = _step(name, layer, shape)
        if window is not None and field is not None:
            field = tuple(
                r + d * (k - 1) * j for r, k, d, j in zip(field, window.kernel, window.dilation, jump, strict=True)
            )
            jump = tuple(j * s for j, s in zip(jump, window.stride, strict=True))
        elif len(output) == 1:
            field = jump = None
        parameters = 0 if weight is None else prod(weight) + (weight[0] if layer.bias else 0)
        reports.append(LayerReport(name, layer, shape, output, weight, parameters, multiply_adds, field, jump))
        shape = output
    return reports


def _kind(layer):
    match layer:
        case Activation(function=function):
            return function
        case LocalResponseNorm():
            return "norm"
    return type(layer).__name__.lower()


def _step(name, layer, shape):
    """Return output shape, weight shape, multiply-adds and window geometry of one layer."""
    match layer:
        case Conv():
            rank(name, "input", shape, ("C", "H", "W"))
            kernel = layer.kernel if isinstance(layer.kernel, tuple) else (layer.kernel, layer.kernel)
            weight = (layer.out_channels, shape[0] // layer.groups, *kernel)
            window = conv_geometry(
                name,
                (1, *shape),
                weight,
                spatial=2,
                stride=layer.stride,
                padding=layer.padding,
                dilation=layer.dilation,
                groups=layer.groups,
            )
            output = window.output_shape[1:]
            return output, weight, prod(output) * prod(weight[1:]), window
        case Pool():
            rank(name, "input", shape, ("C", "H", "W"))
            window = pool_geometry(
                name,
                (1, *shape),
                layer.kernel,
                stride=layer.stride,
                padding=layer.padding,
                ceil_mode=layer.ceil_mode,
            )
            return window.output_shape[1:], None, 0, window
        case LocalResponseNorm():
            rank(name, "input", shape, ("C", "H", "W"))
            channel_window(name, (1, *shape), layer.size)
            return shape, None, 0, None
        case Dropout():
            if not 0 <= layer.rate < 1:
                raise ValueError(f"{name}: rate must be from 0 to below 1, received {layer.rate!r}")
            return shape, None, 0, None
        case Activation():
            return shape, None, 0, None
        case Flatten():
            return (prod(shape),), None, 0, None
        case Dense():
            rank(name, "input", shape, ("features",))
            weight = (layer.out_features, *shape)
            return (layer.out_features,), weight, prod(weight), None
    records = ", ".join(kind.__name__ for kind in (Conv, Pool, Activation, LocalResponseNorm, Dropout, Flatten))
    raise TypeError(f"trace: layers must hold {records} or Dense, received {layer!r}")
