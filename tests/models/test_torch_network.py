"""The trainable form: same weights, same outputs, and gradients that PyTorch's own layers confirm."""

import numpy as np
import pytest
import torch
from models.plain import plain_lenet

from cnnlib.models.architecture import Architecture, initial_weights
from cnnlib.models.catalogue import lenet
from cnnlib.models.lenet import LeNet
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Conv, Dense, Flatten


def test_lenet_has_61706_parameters_and_says_so():
    network = LeNet()
    assert sum(parameter.numel() for parameter in network.parameters()) == 61_706
    assert "LeNet (sigmoid, average pooling), 61,706 parameters" in repr(network)
    assert "(conv2): Weights(weight (16, 6, 5, 5), bias (16,))" in repr(network)


def test_activations_have_the_traced_shapes():
    network = LeNet()
    outputs = network.activations(torch.zeros(3, 1, 28, 28))
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        row.name: (3, *row.output_shape) for row in network.architecture.trace()
    }


@pytest.mark.parametrize(("activation", "pooling"), [("sigmoid", "average"), ("relu", "max")])
def test_outputs_and_gradients_equal_a_plain_pytorch_lenet(activation, pooling):
    network = LeNet(activation, pooling, seed=2).double()
    plain = plain_lenet(network.weights(), activation, pooling)
    random = np.random.RandomState(1)
    x = torch.from_numpy(random.uniform(0, 1, (4, 1, 28, 28)))
    labels = torch.tensor([3, 0, 9, 3])
    inputs, gradients = [], []
    for model in (network, plain):
        inputs.append(x.clone().requires_grad_())
        torch.nn.functional.cross_entropy(model(inputs[-1]), labels).backward()
        gradients.append([parameter.grad for parameter in model.parameters()] + [inputs[-1].grad])
    torch.testing.assert_close(network(x), plain(x), rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-14)


def test_a_seed_gives_the_weights_that_numpy_draws():
    expected = initial_weights(lenet("tanh", "max"), 11)
    weights = LeNet("tanh", "max", seed=11).weights()
    assert list(weights) == list(expected)
    for name, value in weights.items():
        np.testing.assert_array_equal(value, expected[name])


def test_weights_are_copies():
    network = LeNet()
    network.weights()["conv1.bias"] += 1
    assert not network.conv1.bias.any()


def test_a_network_without_biases():
    architecture = Architecture("Bare", (2, 3, 5), (Conv(4, (2, 3), bias=False), Flatten(), Dense(5, bias=False)))
    network = Network(architecture, seed=0)
    assert [name for name, _ in network.named_parameters()] == ["conv1.weight", "dense1.weight"]
    assert network(torch.zeros(7, 2, 3, 5)).shape == (7, 5)


def test_images_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"x must have shape \(N, 1, 28, 28\), received \(2, 1, 28, 30\)"):
        LeNet()(torch.zeros(2, 1, 28, 30))


def test_wrong_names_are_refused():
    with pytest.raises(ValueError, match=r"lenet: activation must be one of .*, received 'swish'"):
        LeNet("swish")
