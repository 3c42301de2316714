"""Layers and optimisers together: a small network, step by step beside PyTorch's."""

import numpy as np
import pytest
import torch

from cnnlib.vectorized import cross_entropy, cross_entropy_backward
from cnnlib.vectorized.layers import (
    AvgPool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    ScaledTanh,
    Sequential,
    Sigmoid,
    Tanh,
)
from cnnlib.vectorized.optimizers import SGD, Adam

RNG = np.random.default_rng(8)
X, LABELS = RNG.standard_normal((6, 2, 9, 8)), np.array([0, 2, 1, 1, 2, 0])
WEIGHTS = {
    "conv1.weight": RNG.standard_normal((4, 1, 3, 2)),
    "conv1.bias": RNG.standard_normal(4),
    "conv2.weight": 0.3 * RNG.standard_normal((5, 4, 2, 2)),
    "fc1.weight": 0.3 * RNG.standard_normal((3, 10)),
    "fc1.bias": RNG.standard_normal(3),
}


def ours():
    return Sequential(
        {
            "conv1": Conv2d(WEIGHTS["conv1.weight"], WEIGHTS["conv1.bias"], padding=(1, 0), groups=2),
            "relu1": ReLU(),
            "pool1": MaxPool2d((3, 2), stride=2),
            "conv2": Conv2d(WEIGHTS["conv2.weight"]),
            "tanh2": Tanh(),
            "pool2": AvgPool2d((2, 1), stride=1, padding=(1, 0), ceil_mode=True),
            "pool3": MaxPool2d((2, 2)),
            "flatten": Flatten(),
            "fc1": Linear(WEIGHTS["fc1.weight"], WEIGHTS["fc1.bias"]),
        }
    )


def torchs():
    conv1 = torch.nn.Conv2d(2, 4, (3, 2), padding=(1, 0), groups=2)
    conv2, fc1 = torch.nn.Conv2d(4, 5, 2, bias=False), torch.nn.Linear(10, 3)
    network = torch.nn.Sequential(
        conv1,
        torch.nn.ReLU(),
        torch.nn.MaxPool2d((3, 2), stride=2),
        conv2,
        torch.nn.Tanh(),
        torch.nn.AvgPool2d((2, 1), stride=1, padding=(1, 0), ceil_mode=True),
        torch.nn.MaxPool2d((2, 2)),
        torch.nn.Flatten(),
        fc1,
    ).double()
    with torch.no_grad():
        for parameter, weight in zip(network.parameters(), WEIGHTS.values(), strict=True):
            parameter.copy_(torch.tensor(weight))
    return network


@pytest.mark.parametrize("first", [[], ["relu0"]])
def test_the_input_can_be_spared_its_gradient(first):
    whole, spared = (Sequential({name: ReLU() for name in first} | ours().layers) for _ in range(2))
    grad_y = cross_entropy_backward(1.0, whole.forward(X), LABELS)
    spared.forward(X)
    assert whole.backward(grad_y).shape == X.shape
    assert spared.backward(grad_y, input_gradient=False) is None
    assert whole.gradients.keys() == spared.gradients.keys() == WEIGHTS.keys()
    for name, value in whole.gradients.items():
        np.testing.assert_array_equal(spared.gradients[name], value)


@pytest.mark.parametrize(
    ("optimizer", "torchs_optimizer", "options"),
    [
        (SGD, torch.optim.SGD, {"lr": 0.05}),
        (SGD, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
        (Adam, torch.optim.Adam, {"lr": 0.01}),
        (Adam, torch.optim.Adam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3}),
    ],
)
def test_training_equals_torch_step_by_step(optimizer, torchs_optimizer, options):
    network, reference = ours(), torchs()
    step, reference_step = optimizer(network.parameters, **options), torchs_optimizer(reference.parameters(), **options)
    losses = []
    for _ in range(10):
        logits = network.forward(X)
        losses.append(cross_entropy(logits, LABELS))
        network.backward(cross_entropy_backward(1.0, logits, LABELS))
        step.step(network.gradients)

        reference_step.zero_grad()
        loss = torch.nn.functional.cross_entropy(reference(torch.tensor(X)), torch.tensor(LABELS))
        loss.backward()
        reference_step.step()

        np.testing.assert_allclose(losses[-1], loss.item(), rtol=1e-12)
        for (name, parameter), expected in zip(network.parameters.items(), reference.parameters(), strict=True):
            np.testing.assert_allclose(parameter, expected.detach(), rtol=1e-12, atol=1e-12, err_msg=name)
    assert losses[-1] < 0.8 * losses[0]


def test_parameters_are_named_and_are_copies_of_what_was_given():
    network = ours()
    assert list(network.parameters) == list(WEIGHTS)
    network.parameters["fc1.bias"] += 1
    assert not np.array_equal(network.parameters["fc1.bias"], WEIGHTS["fc1.bias"])


@pytest.mark.parametrize("layer", [Sigmoid(), ScaledTanh(), Tanh(), ReLU(), AvgPool2d(2), Flatten()])
def test_layers_without_parameters_have_none_and_differentiate(layer):
    x = RNG.standard_normal((2, 3, 4, 6))
    grad_y = RNG.standard_normal(layer.forward(x).shape)
    grad_x = layer.backward(grad_y)
    assert layer.parameters == layer.gradients == {}
    direction = RNG.standard_normal(x.shape)
    slope = ((layer.forward(x + 1e-6 * direction) - layer.forward(x - 1e-6 * direction)) / 2e-6 * grad_y).sum()
    np.testing.assert_allclose((grad_x * direction).sum(), slope, rtol=1e-6)


def test_float32_networks_stay_float32():
    layer = Conv2d(WEIGHTS["conv2.weight"].astype(np.float32))
    y = layer.forward(RNG.standard_normal((2, 4, 5, 4)).astype(np.float32))
    layer.backward(y)
    Adam(layer.parameters).step(layer.gradients)
    assert layer.parameters["weight"].dtype == np.float32


def test_backward_before_forward_is_refused():
    with pytest.raises(RuntimeError, match=r"Linear\.backward: call forward first"):
        Linear(np.eye(2)).backward(np.ones((1, 2)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda p: SGD(p, lr=0), ValueError, "SGD: lr must be positive and finite, received 0"),
        (lambda p: SGD(p, lr="fast"), TypeError, "SGD: lr must be a number, received 'fast'"),
        (lambda p: SGD(p, lr=1, momentum=1.0), ValueError, "SGD: momentum must be below 1, received 1.0"),
        (lambda p: Adam(p, betas=(0.9, -1)), ValueError, "Adam: betas must be positive and finite, received -1"),
        (lambda p: SGD(p, lr=1).step({}), ValueError, r"SGD: gradients must hold 'weight', received \[\]"),
        (
            lambda p: Adam(p).step({"weight": np.ones(3)}),
            ValueError,
            r"Adam: gradients\['weight'\] must have shape \(2,\), received \(3,\)",
        ),
    ],
)
def test_bad_calls_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call({"weight": np.ones(2)})
