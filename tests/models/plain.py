"""LeNet a second time, from PyTorch's own layers and nothing of cnnlib."""

import torch
from torch import nn

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
LAYERS = ("conv1", "conv2", "dense1", "dense2", "dense3")
POOLINGS = {"average": nn.AvgPool2d, "max": nn.MaxPool2d}


def plain_lenet(weights, activation="sigmoid", pooling="average"):
    """Build LeNet in float64 around the given weights."""
    activate, pool = ACTIVATIONS[activation], POOLINGS[pooling]
    network = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        activate(),
        pool(2),
        nn.Conv2d(6, 16, 5),
        activate(),
        pool(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        activate(),
        nn.Linear(120, 84),
        activate(),
        nn.Linear(84, 10),
    ).double()
    names = [f"{layer}.{kind}" for layer in LAYERS for kind in ("weight", "bias")]
    with torch.no_grad():
        for parameter, name in zip(network.parameters(), names, strict=True):
            parameter.copy_(torch.from_numpy(weights[name]))
    return network
