"""Counts of a stack of layers, by hand, against PyTorch's modules and against looking."""

import numpy as np
import pytest
import torch

from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool, trace

LENET = (
    Conv(6, 5, padding=2),
    Activation("sigmoid"),
    Pool("average", 2),
    Conv(16, 5),
    Activation("sigmoid"),
    Pool("average", 2),
    Flatten(),
    Dense(120),
    Dense(84),
    Dense(10),
)
UNEVEN = (
    Conv(4, (3, 5), stride=(2, 1), padding=(1, 2)),
    Pool("max", (3, 2), stride=(1, 2), padding=(1, 0), ceil_mode=True),
    Conv(6, (2, 3), dilation=(2, 1), groups=2, bias=False),
    Flatten(),
    Dense(7, bias=False),
)


def test_lenet():
    reports = trace(LENET, (1, 28, 28))
    assert [report.output_shape for report in reports] == [
        (6, 28, 28),
        (6, 28, 28),
        (6, 14, 14),
        (16, 10, 10),
        (16, 10, 10),
        (16, 5, 5),
        (400,),
        (120,),
        (84,),
        (10,),
    ]
    assert [report.parameters for report in reports if report.parameters] == [156, 2416, 48120, 10164, 850]
    assert sum(report.parameters for report in reports) == 61_706
    # 6·28·28 outputs of 25 products; 16·10·10 of 6·25; then one per weight.
    assert [r.multiply_adds for r in reports if r.multiply_adds] == [117_600, 240_000, 48_000, 10_080, 840]
    assert reports[0].activations == 4704
    assert [report.name for report in reports][:4] == ["conv1", "sigmoid1", "pool1", "conv2"]


def test_shapes_and_parameters_equal_those_of_torch_modules():
    modules = [
        torch.nn.Conv2d(3, 4, (3, 5), stride=(2, 1), padding=(1, 2)),
        torch.nn.MaxPool2d((3, 2), stride=(1, 2), padding=(1, 0), ceil_mode=True),
        torch.nn.Conv2d(4, 6, (2, 3), dilation=(2, 1), groups=2, bias=False),
        torch.nn.Flatten(),
        torch.nn.LazyLinear(7, bias=False),
    ]
    x = torch.zeros(1, 3, 11, 17)
    for report, module in zip(trace(UNEVEN, (3, 11, 17)), modules, strict=True):
        x = module(x)
        assert report.output_shape == tuple(x.shape[1:])
        assert report.parameters == sum(value.numel() for value in module.parameters())


@pytest.mark.parametrize("stack", [UNEVEN[:3], LENET[:6]])
def test_receptive_field_and_stride_are_what_gradients_reach(stack):
    channels = 3 if stack is not LENET[:6] else 1
    reports = trace(stack, (channels, 40, 44))
    modules = []
    in_channels = channels
    for layer in stack:
        match layer:
            case Conv():
                conv = torch.nn.Conv2d(
                    in_channels,
                    layer.out_channels,
                    layer.kernel,
                    layer.stride,
                    layer.padding,
                    layer.dilation,
                    layer.groups,
                )
                torch.nn.init.ones_(conv.weight)
                modules.append(conv)
                in_channels = layer.out_channels
            case Pool():
                # The average reaches every cell of a window; the maximum only one of them.
                modules.append(torch.nn.AvgPool2d(layer.kernel, layer.stride, layer.padding, layer.ceil_mode))
    network = torch.nn.Sequential(*modules).double()

    def reach(row, column):
        """Return first and last input row and column that one unit depends on."""
        x = torch.zeros(1, channels, 40, 44, dtype=torch.float64, requires_grad=True)
        network(x)[0, 0, row, column].backward()
        seen = np.nonzero(x.grad[0].abs().sum(0).numpy())
        return seen[0].min(), seen[0].max(), seen[1].min(), seen[1].max()

    height, width = reports[-1].output_shape[1:]
    row, column = height // 2, width // 2
    top, bottom, left, right = reach(row, column)
    below = reach(row + 1, column + 1)
    assert (bottom - top + 1, right - left + 1) == reports[-1].receptive_field
    assert (below[0] - top, below[2] - left) == reports[-1].effective_stride


def test_a_layer_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"conv2: weight must not exceed the padded input"):
        trace((Conv(4, 3), Conv(4, 9)), (1, 8, 8))
    with pytest.raises(ValueError, match=r"dense1: input must have shape \(features\), received \(1, 8, 8\)"):
        trace((Dense(4),), (1, 8, 8))
    with pytest.raises(ValueError, match=r"conv1: input must have shape \(C, H, W\), received \(64,\)"):
        trace((Flatten(), Conv(4, 3)), (1, 8, 8))


def test_anything_but_a_layer_is_refused():
    with pytest.raises(TypeError, match=r"trace: layers must hold Conv, .*received 'conv'"):
        trace(("conv",), (1, 8, 8))
    with pytest.raises(ValueError, match=r"trace: input_shape must have shape \(C, H, W\), received \(8, 8\)"):
        trace((), (8, 8))


def test_a_record_says_what_it_leaves_out_as_torchs_modules_do():
    assert Conv(6, 5) == Conv(6, 5, stride=1, padding=0, dilation=1, groups=1, bias=True)
    assert Pool("max", 3) == Pool("max", 3, stride=None, padding=0, ceil_mode=False)
    assert LocalResponseNorm(5) == LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)
    assert (Dropout(), Dense(4)) == (Dropout(rate=0.5), Dense(4, bias=True))


def test_layers_that_keep_the_shape_count_nothing():
    layers = (Activation("relu"), LocalResponseNorm(5), Dropout(0), Flatten(), Dropout(0.9))
    reports = trace(layers, (3, 4, 5))
    assert [report.output_shape for report in reports] == [(3, 4, 5)] * 3 + [(60,)] * 2
    assert [report.name for report in reports] == ["relu1", "norm1", "dropout1", "flatten1", "dropout2"]
    assert {(report.parameters, report.multiply_adds, report.weight_shape) for report in reports} == {(0, 0, None)}
    assert [report.receptive_field for report in reports] == [(1, 1)] * 3 + [None] * 2


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5])
def test_a_rate_that_is_no_share_is_refused(rate):
    with pytest.raises(ValueError, match=rf"^dropout1: rate must be from 0 to below 1, received {rate}$"):
        trace((Dropout(rate),), (3, 4, 5))
