"""Operations and bytes by hand; every layer that computes is called as the network calls it, and timed."""

import pytest
import torch

from cnnlib import gpu
from cnnlib.experiments.alexnet import roofline
from cnnlib.models.architecture import Architecture, logits
from cnnlib.models.catalogue import alexnet2012, lenet
from cnnlib.shapes import Conv, Dense, Flatten, Pool, trace

(CONV,) = trace([Conv(4, (3, 2), padding=1, groups=2)], (6, 5, 7))
_, DENSE = trace([Flatten(), Dense(5)], (3, 1, 1))


def test_operations_and_bytes_by_hand():
    # 4 maps of 5 × 8 places, 3 channels × 6 cells each; a multiplication and an addition.
    assert roofline.operations(CONV, 10) == 2 * 10 * (4 * 5 * 8) * (3 * 6)
    weights, x, y = 4 * (3 * 6 + 1), 6 * 5 * 7, 4 * 5 * 8
    assert roofline.bytes_moved(CONV, 10) == 4 * (weights + 10 * (x + y))
    assert roofline.operations(DENSE, 2) == 2 * 2 * 15
    assert roofline.bytes_moved(DENSE, 2) == 4 * (20 + 2 * 8)
    assert roofline.intensity(DENSE, 2) == pytest.approx(60 / 144)


ODD = Architecture(
    "Odd",
    (3, 15, 14),
    (Conv(4, 3, dilation=2), Pool("average", 3, stride=2, ceil_mode=True), Pool("max", 2, ceil_mode=True)),
)


@pytest.mark.parametrize("architecture", [alexnet2012(size=67, width=0.03, classes=5), ODD], ids=lambda each: each.name)
def test_layers_are_called_as_the_network_calls_them(architecture):
    reports = architecture.trace()
    for report in reports:
        call = roofline._call(report, 2, "cpu", torch.float32)
        _, x, *arrays = call.args
        assert x.shape == (2, *report.input_shape)
        # A network of this one layer; a layer of features is fed by a flattening.
        flat = len(report.input_shape) == 1
        shape = (*report.input_shape, 1, 1) if flat else report.input_shape
        alone = Architecture("One layer", shape, (Flatten(), report.layer) if flat else (report.layer,))
        weights = dict(zip(alone.weight_shapes(), arrays, strict=True))
        expected = logits(alone, weights, x.reshape(2, *shape), ops=gpu)
        torch.testing.assert_close(call(), expected)


def test_every_layer_has_seconds_and_the_least_counts(monkeypatch):
    clock = iter([0.5, 0.5, 3.0, 1.0, 2.0, 5.0])
    monkeypatch.setattr(roofline, "timed_once", lambda work, device: next(clock))
    layers = Architecture("Two", (1, 4, 5), (Conv(2, 3), Conv(3, 1)))
    assert roofline.layer_seconds(layers, 1, runs=2) == {"conv1": 2.0, "conv2": 1.0}


def test_lenets_layers_and_the_rates_are_measured(monkeypatch):
    relu = lenet("relu", "max")
    seconds = roofline.layer_seconds(relu, 2, runs=1)
    assert list(seconds) == [report.name for report in relu.trace() if report.name != "flatten1"]
    assert min(seconds.values()) > 0
    assert roofline.layer_seconds(relu, 1, dtype=torch.float64, runs=1).keys() == seconds.keys()
    monkeypatch.setattr(roofline, "timed", lambda work, device="cpu", *, runs: (work(), [4.0, 2.0])[1])
    assert roofline.copy_rate(numbers=100) == 2 * 4 * 100 / 2
