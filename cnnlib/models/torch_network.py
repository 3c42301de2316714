"""An architecture as a PyTorch module."""

import torch

from cnnlib import gpu
from cnnlib.models.architecture import initial_weights, run


class Weights(torch.nn.Module):
    """The weight and bias of one layer; what to do with them the architecture says."""

    def extra_repr(self):
        return ", ".join(f"{name} {tuple(value.shape)}" for name, value in self.named_parameters())


class Network(torch.nn.Module):
    """A trainable network on ``cnnlib.gpu``'s operators.

    Parameters
    ----------
    architecture : Architecture
    seed : int
        Of the initial weights; the same seed gives the same weights on every machine.

    Examples
    --------
    >>> from cnnlib.models.catalogue import lenet
    >>> network = Network(lenet(), seed=0)
    >>> network(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(self, architecture, *, seed=0):
        super().__init__()
        self.architecture = architecture
        for name, value in initial_weights(architecture, seed).items():
            layer, kind = name.split(".")
            if not hasattr(self, layer):
                self.add_module(layer, Weights())
            getattr(self, layer).register_parameter(kind, torch.nn.Parameter(torch.from_numpy(value)))

    def forward(self, x):
        """Return the logits, shape (N, classes), of images of shape (N, C, H, W)."""
        return list(self.activations(x).values())[-1]

    def activations(self, x):
        """Return every layer's output as a dict, in order; names as in ``architecture.trace()``.

        Dropout acts in training mode only, with PyTorch's random numbers.
        """
        dropout = torch.nn.functional.dropout if self.training else None
        return run(self.architecture, dict(self.named_parameters()), x, ops=gpu, dropout=dropout)

    def weights(self):
        """Return the parameters as NumPy arrays, copied to the CPU."""
        return {name: value.detach().cpu().numpy().copy() for name, value in self.named_parameters()}

    def extra_repr(self):
        parameters = sum(value.numel() for value in self.parameters())
        return f"{self.architecture.name}, {parameters:,} parameters"
