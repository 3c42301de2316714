"""An architecture trained with nothing but NumPy."""

import numpy as np

from cnnlib.models.architecture import initial_weights
from cnnlib.shapes import Activation, Conv, Dense, Flatten, LocalResponseNorm, Pool, integer
from cnnlib.vectorized import cross_entropy, cross_entropy_backward, layers
from cnnlib.vectorized._arrays import batch_last
from cnnlib.vectorized._memory import Memory
from cnnlib.vectorized.optimizers import Adam

# Images that go through all layers together. With fewer, a step of LeNet is mostly calls; with more, it takes more
# memory and not less time, in `python -m benchmarks.lenet pieces`.
PIECE = 256

_ACTIVATIONS = {"sigmoid": layers.Sigmoid, "tanh": layers.Tanh, "relu": layers.ReLU, "scaled_tanh": layers.ScaledTanh}


class NumpyNetwork(layers.Sequential):
    """An architecture's layers from ``cnnlib.vectorized``, which go forward and backward without PyTorch.

    Parameters
    ----------
    architecture : Architecture
    seed : int
        Of the initial weights; the same seed gives the weights that `Network` starts from.
    dtype : float dtype

    Raises
    ------
    ValueError
        If the architecture holds a layer that is not written for NumPy: dropout.

    Attributes
    ----------
    architecture : Architecture

    Examples
    --------
    >>> from cnnlib.models.catalogue import lenet
    >>> network = NumpyNetwork(lenet(), seed=0)
    >>> network.forward(np.zeros((2, 1, 28, 28), np.float32)).shape
    (2, 10)
    """

    def __init__(self, architecture, *, seed=0, dtype=np.float32):
        self.architecture = architecture
        weights = initial_weights(architecture, seed, dtype=dtype)
        rows = architecture.trace()
        self._memory = Memory()
        super().__init__({row.name: _layer(row, weights) for row in rows})

    def loss(self, images, labels):
        """Go forward to the mean cross-entropy and backward to ``gradients``; return the cross-entropy.

        A large batch goes through all layers in pieces, and their gradients are added up, since that of a mean is the
        mean of those of its parts.

        Parameters
        ----------
        images : ndarray of float, shape (N, C, H, W)
        labels : ndarray of int, shape (N,)

        Returns
        -------
        float
        """
        loss, gradients = 0.0, {}
        with self._memory:
            for piece in _pieces(len(images)):
                weight = len(labels[piece]) / len(images)
                logits = self.forward(innermost(images[piece]))
                self.backward(cross_entropy_backward(weight, logits, labels[piece]), input_gradient=False)
                loss += weight * float(cross_entropy(logits, labels[piece]))
                for name, gradient in self.gradients.items():
                    gradients[name] = gradients[name] + gradient if name in gradients else gradient
        for name, layer in self.layers.items():
            layer.gradients = {kind: gradients[f"{name}.{kind}"] for kind in layer.parameters}
        return loss

    def learn(self, images, labels, optimizer):
        """Take one step down the loss of a batch; return the loss before it. Where it is not finite, stay.

        Parameters
        ----------
        images : ndarray of float, shape (N, C, H, W)
        labels : ndarray of int, shape (N,)
        optimizer : SGD or Adam
            Of ``parameters``.

        Returns
        -------
        float
        """
        loss = self.loss(images, labels)
        if np.isfinite(loss):
            optimizer.step(self.gradients)
        return loss

    def predict(self, images, *, batch_size=500):
        """Return the class of the largest logit of each image, shape (N,); ``batch_size`` bounds the memory."""
        starts = range(0, len(images), integer("predict", "batch_size", batch_size, minimum=1))
        batches = (innermost(images[start : start + batch_size]) for start in starts)
        return np.concatenate([self.forward(batch).argmax(axis=1) for batch in batches])


def _pieces(n):
    """Cut a batch of ``n`` into pieces of at most `PIECE` images, none much smaller than the others."""
    count = max(1, -(-n // PIECE))
    ends = [n * i // count for i in range(count + 1)]
    return list(map(slice, ends[:-1], ends[1:]))


def innermost(images):
    """Copy a batch so that it lies last in memory: each layer keeps it so, and works on long runs of numbers.

    Parameters
    ----------
    images : ndarray, shape (N, C, H, W)

    Returns
    -------
    ndarray, shape (N, C, H, W)
        Its memory is that of a contiguous (W, C, H, N).
    """
    copy_ = batch_last(images.shape, images.dtype)
    copy_[...] = images
    return copy_


def fit_numpy(network, train, *, epochs, batch_size=50, learning_rate=0.001, seed=0):
    """Train ``network`` in place with Adam at one learning rate, on the batches that `cnnlib.training.fit` takes.

    Parameters
    ----------
    network : NumpyNetwork
    train : pair of ndarray: images (N, C, H, W) of float, labels (N,) of int
    epochs, batch_size : int
    learning_rate : float
    seed : int
        Of the order in which the images come.

    Returns
    -------
    list of float
        The loss at each step.

    Raises
    ------
    ValueError
        If images and labels differ in number or there are none, or a number is out of range.
    FloatingPointError
        If the loss becomes infinite or NaN.
    """
    images, labels = train
    if len(images) != len(labels) or not len(images):
        raise ValueError(
            f"fit_numpy: train must hold as many images as labels and at least one, "
            f"received {len(images)} images and {len(labels)} labels"
        )
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        integer("fit_numpy", name, value, minimum=1)
    optimizer = Adam(network.parameters, learning_rate)
    losses = []
    for epoch in range(1, epochs + 1):
        # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
        order = np.random.RandomState([seed, epoch]).permutation(len(images))
        for start in range(0, len(images), batch_size):
            batch = order[start : start + batch_size]
            losses.append(network.learn(images[batch], labels[batch], optimizer))
            if not np.isfinite(losses[-1]):
                raise FloatingPointError(
                    f"fit_numpy: the loss became {losses[-1]} in epoch {epoch}; try a lower learning_rate"
                )
    return losses


def _layer(row, weights):
    """Return the layer of ``cnnlib.vectorized`` for one row of an architecture's report."""
    layer = row.layer
    arrays = weights.get(f"{row.name}.weight"), weights.get(f"{row.name}.bias")
    match layer:
        case Conv():
            return layers.Conv2d(
                *arrays, stride=layer.stride, padding=layer.padding, dilation=layer.dilation, groups=layer.groups
            )
        case Pool():
            pool = layers.MaxPool2d if layer.kind == "max" else layers.AvgPool2d
            return pool(layer.kernel, stride=layer.stride, padding=layer.padding, ceil_mode=layer.ceil_mode)
        case LocalResponseNorm():
            return layers.LocalResponseNorm(layer.size, alpha=layer.alpha, beta=layer.beta, k=layer.k)
        case Activation():
            return _ACTIVATIONS[layer.function]()
        case Flatten():
            return layers.Flatten()
        case Dense():
            return layers.Linear(*arrays)
    raise ValueError(f"NumpyNetwork: architecture must hold no {type(layer).__name__}, received {row.name}")
