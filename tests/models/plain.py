"""LeNet a second time, from PyTorch's own layers and nothing of cnnlib."""

import torch
from torch import nn

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
POOLINGS = {"average": nn.AvgPool2d, "max": nn.MaxPool2d}


def plain_lenet(weights, activation="sigmoid", pooling="average"):
    """Build the notes' LeNet in float64 around the given weights, in the order of the layers."""
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
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), weights.values(), strict=True):
            parameter.copy_(torch.from_numpy(value))
    return network
