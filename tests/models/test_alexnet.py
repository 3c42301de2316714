"""AlexNet as drawn, as published and as shipped: counts from the sources, values from PyTorch's own layers."""

import numpy as np
import pytest
import torch
from messages import exactly
from torch import nn

from cnnlib.models.alexnet import AlexNet, AlexNet2012, OneTowerAlexNet
from cnnlib.models.architecture import Architecture
from cnnlib.models.catalogue import alexnet, alexnet2012, alexnet_one_tower
from cnnlib.models.numpy_network import NumpyNetwork
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool, trace


def shapes(architecture, *kinds):
    return [row.output_shape for row in architecture.trace() if isinstance(row.layer, kinds)]


def total(architecture, count):
    return sum(getattr(row, count) for row in architecture.trace())


def test_the_drawn_network_has_the_drawn_sizes():
    sizes = [(96, 54), (96, 26), (256, 26), (256, 12), (384, 12), (384, 12), (256, 12), (256, 5)]
    assert shapes(alexnet(), Conv, Pool) == [(channels, side, side) for channels, side in sizes]
    assert shapes(alexnet(), Flatten, Dense) == [(6400,), (4096,), (4096,), (1000,)]
    functions = [layer.function for layer in alexnet().layers if isinstance(layer, Activation)]
    assert functions == ["relu"] * 5 + ["sigmoid"] * 2


def test_the_published_network_has_the_published_counts():
    sizes = [(96, 55), (96, 27), (256, 27), (256, 13), (384, 13), (384, 13), (256, 13), (256, 6)]
    assert shapes(alexnet2012(), Conv, Pool) == [(channels, side, side) for channels, side in sizes]
    assert total(alexnet2012(), "parameters") == 60_965_224
    assert total(alexnet2012(), "multiply_adds") == 724_406_816
    # Units behind the first layer, as the paper's Sec. 3.5 lists them.
    units = [row.activations for row in alexnet2012().trace() if isinstance(row.layer, Conv | Dense)]
    assert units[1:] == [186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]


def test_the_single_tower_has_the_parameters_that_libraries_print():
    assert total(alexnet_one_tower(), "parameters") == 61_100_840
    assert shapes(alexnet_one_tower(), Flatten) == [(9216,)]


def test_a_share_of_the_width_keeps_channels_even():
    channels = [layer.out_channels for layer in alexnet2012(width=0.03).layers if isinstance(layer, Conv)]
    assert channels == [2, 8, 12, 12, 8]
    assert alexnet2012(width=0.03).name == "AlexNet of 2012, 0.03 of the width"


def plain(network, size):
    """The published network from PyTorch's layers, in float64, around the weights of a slim `AlexNet2012`."""
    weights = {name: torch.from_numpy(value).double() for name, value in network.weights().items()}
    channels = [len(weights[f"conv{n}.bias"]) for n in range(1, 6)]
    norm = {"alpha": 5 * 1e-4, "beta": 0.75, "k": 2.0}
    layers = nn.Sequential(
        *(nn.Conv2d(3, channels[0], 11, 4), nn.ReLU(), nn.LocalResponseNorm(5, **norm), nn.MaxPool2d(3, 2)),
        nn.Conv2d(channels[0], channels[1], 5, padding=2, groups=2),
        *(nn.ReLU(), nn.LocalResponseNorm(5, **norm), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(channels[1], channels[2], 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(channels[2], channels[3], 3, padding=1, groups=2), nn.ReLU()),
        *(nn.Conv2d(channels[3], channels[4], 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        nn.Flatten(),
        *(nn.Linear(*reversed(weights["dense1.weight"].shape)), nn.ReLU()),
        *(nn.Linear(*reversed(weights["dense2.weight"].shape)), nn.ReLU()),
        nn.Linear(*reversed(weights["dense3.weight"].shape)),
    ).double()
    with torch.no_grad():
        for parameter, value in zip(layers.parameters(), weights.values(), strict=True):
            parameter.copy_(value)
    return layers


def test_outputs_and_gradients_equal_plain_pytorch():
    network = AlexNet2012(classes=7, size=67, width=0.1, seed=3).double().eval()
    other = plain(network, 67)
    random = np.random.RandomState(1)
    x = torch.from_numpy(random.uniform(-200, 200, (2, 3, 67, 67)))
    grad = torch.from_numpy(random.uniform(-1, 1, (2, 7)))
    results = []
    for model in (network, other):
        logits = model(x)
        logits.backward(grad)
        results.append([logits, *(parameter.grad for parameter in model.parameters())])
    torch.testing.assert_close(*results, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("network", "size"), [(AlexNet(width=0.02, size=95), 95), (OneTowerAlexNet(width=0.02, size=63), 63)]
)
def test_the_others_run_on_their_images(network, size):
    assert network.eval()(torch.zeros(1, 3, size, size)).shape == (1, 1000)


def test_dropout_drops_and_scales_in_training_alone():
    network = Network(Architecture("Dropping", (1, 50, 40), (Flatten(), Dropout(0.25))), seed=0)
    x = torch.ones(3, 1, 50, 40)
    torch.testing.assert_close(network.eval()(x), torch.ones(3, 2000))
    torch.manual_seed(0)
    dropped = network.train()(x)
    assert set(dropped.unique().tolist()) == {0.0, float(torch.tensor(4 / 3))}
    assert 0.22 < float((dropped == 0).float().mean()) < 0.28


def test_layers_are_named_and_checked():
    names = [row.name for row in trace((Conv(4, 3), LocalResponseNorm(3), Dropout(0.1), Dropout(0.2)), (1, 5, 6))]
    assert names == ["conv1", "norm1", "dropout1", "dropout2"]
    with pytest.raises(ValueError, match=exactly("dropout1: rate must be from 0 to below 1, received 1.0")):
        trace((Dropout(1.0),), (4, 2, 2))
    with pytest.raises(ValueError, match=r"norm1: size must be at least 1, received 0"):
        trace((LocalResponseNorm(0),), (4, 2, 2))
    with pytest.raises(ValueError, match=r"norm1: input must have shape \(C, H, W\), received \(24,\)"):
        trace((Flatten(), LocalResponseNorm(3)), (4, 2, 3))


def test_numpy_trains_normalisation_but_not_dropout():
    layers = (
        Conv(6, (2, 3)),
        LocalResponseNorm(3, alpha=0.5, beta=0.6, k=1.5),
        Activation("relu"),
        Flatten(),
        Dense(4),
    )
    architecture = Architecture("Normalised", (2, 5, 7), layers)
    ours, autograd = NumpyNetwork(architecture, seed=1, dtype=np.float64), Network(architecture, seed=1).double()
    images = np.random.RandomState(0).uniform(-1, 1, (3, 2, 5, 7))
    labels = np.array([3, 0, 2])
    loss = nn.functional.cross_entropy(autograd(torch.from_numpy(images)), torch.from_numpy(labels))
    loss.backward()
    # Both start from weights that were drawn in single precision by one of them.
    assert ours.loss(images, labels) == pytest.approx(loss.item(), rel=1e-6)
    for name, parameter in autograd.named_parameters():
        np.testing.assert_allclose(ours.gradients[name], parameter.grad, rtol=1e-4, atol=1e-7)
    with pytest.raises(ValueError, match=r"NumpyNetwork: architecture must hold no Dropout, received dropout1"):
        NumpyNetwork(Architecture("Dropping", (1, 2, 2), (Dropout(0.5),)))


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (
            alexnet,
            {"dense_activation": "tanh"},
            "alexnet: dense_activation must be 'sigmoid' or 'relu', received 'tanh'",
        ),
        (alexnet, {"classes": 0}, "alexnet: classes must be at least 1, received 0"),
        (alexnet2012, {"width": 0}, "alexnet2012: width must be positive and finite, received 0"),
        (alexnet_one_tower, {"size": -3}, "alexnet_one_tower: size must be at least 1, received -3"),
    ],
)
def test_bad_arguments_are_named(build, arguments, message):
    with pytest.raises(ValueError, match=exactly(message)):
        build(**arguments)
