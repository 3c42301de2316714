"""An architecture as a PyTorch module."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.architecture import initial_weights, logits, run


class Weights(torch.nn.Module):
    """The weight and bias of one layer; what to do with them the architecture says."""

    def extra_repr(self):
        return ", ".join(f"{name} {tuple(value.shape)}" for name, value in self.named_parameters())


def add_weights(module, weights):
    """Register parameters under their names.

    Parameters
    ----------
    module : torch.nn.Module
    weights : dict of str to ndarray
        ``{"conv1.weight": …, "conv1.bias": …, …}``: each layer becomes a `Weights` of the module's.
    """
    for name, value in weights.items():
        layer, kind = name.split(".")
        if not hasattr(module, layer):
            module.add_module(layer, Weights())
        getattr(module, layer).register_parameter(kind, torch.nn.Parameter(torch.from_numpy(value)))


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
        add_weights(self, initial_weights(architecture, seed))

    def forward(self, x, masks=None):
        """Return the logits, shape (N, classes).

        Parameters
        ----------
        x : tensor of float, shape (N, C, H, W)
        masks : list of tensor of bool, (N, features), optional
            For each dropout layer, which units stay. Without it, dropout draws them itself, in training mode.
        """
        return logits(self.architecture, dict(self.named_parameters()), x, ops=gpu, dropout=self._dropout(masks))

    def activations(self, x):
        """Return every layer's output as a dict, in order; names as in ``architecture.trace()``.

        Dropout acts in training mode only, with PyTorch's random numbers.
        """
        return run(self.architecture, dict(self.named_parameters()), x, ops=gpu, dropout=self._dropout())

    def _dropout(self, masks=None):
        if masks is None:
            return torch.nn.functional.dropout if self.training else None
        remaining = iter(masks)
        return lambda x, rate: x * (next(remaining).to(x.dtype) / (1 - rate))

    def weights(self):
        """Return the parameters as NumPy arrays, copied to the CPU."""
        return {name: value.detach().cpu().numpy().copy() for name, value in self.named_parameters()}

    def extra_repr(self):
        parameters = sum(value.numel() for value in self.parameters())
        return f"{self.architecture.name}, {parameters:,} parameters"


def trained_network(trained):
    """Return the PyTorch network of trained weights, ready to answer.

    Parameters
    ----------
    trained : cnnlib.models.trained.Trained

    Returns
    -------
    Network
    """
    network = Network(trained.architecture)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in trained.weights.items()})
    return network.eval()


def draw_weights(random, shape, fan_in):
    """Draw a parameter for a layer of ReLUs, uniform in ``±sqrt(6 / fan_in)`` [1]_.

    Parameters
    ----------
    random : numpy.random.RandomState
    shape : tuple of int
    fan_in : int
        Inputs of one unit.

    Returns
    -------
    torch.nn.Parameter of float32

    References
    ----------
    .. [1] He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015), Eq. 10.
    """
    bound = np.sqrt(6 / fan_in)
    return torch.nn.Parameter(torch.from_numpy(random.uniform(-bound, bound, shape).astype(np.float32)))
