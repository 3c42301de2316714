"""Look at what a network answers."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.shapes import integer
from cnnlib.training.devices import layers_in


@dataclass(frozen=True)
class Evaluation:
    """A network's answers to a set of images.

    Attributes
    ----------
    probabilities : ndarray of float, shape (N, classes)
    labels : ndarray of int, shape (N,)
    loss : float
        Mean cross-entropy.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    loss: float

    @property
    def predictions(self):
        """The most probable class of each image, shape (N,)."""
        return self.probabilities.argmax(1)

    @property
    def accuracy(self):
        """Share of images whose most probable class is their label."""
        return float(np.mean(self.predictions == self.labels))

    def top(self, count):
        """Return the share of images whose label is among the ``count`` most probable classes."""
        best = np.argsort(-self.probabilities, axis=1)[:, :count]
        return float(np.mean((best == self.labels[:, None]).any(axis=1)))

    def confusion(self):
        """Return counts of shape (classes, classes): row the label, column the prediction."""
        classes = self.probabilities.shape[1]
        cells = self.labels * classes + self.predictions
        return np.bincount(cells, minlength=classes**2).reshape(classes, classes)

    def worst(self, count):
        """Return the indices of the ``count`` wrong answers that were given with most confidence."""
        confidence = np.where(self.predictions == self.labels, -1.0, self.probabilities.max(1))
        order = np.argsort(-confidence, kind="stable")
        return order[: min(count, int(np.sum(confidence >= 0)))]


def evaluate(network, images, labels, *, batch_size=1000):
    """Run a network over images without training it.

    Parameters
    ----------
    network : torch.nn.Module
    images : ndarray of float32, shape (N, C, H, W)
    labels : ndarray of int, shape (N,)
    batch_size : int
        Bounds the memory in use; the answers do not depend on it.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If images and labels differ in number, there are none, or ``batch_size`` is below 1.
    FloatingPointError
        If an answer is infinite or NaN, which NumPy would take for the largest of all.
    """
    integer("evaluate", "batch_size", batch_size, minimum=1)
    if len(images) != len(labels) or not len(images):
        raise ValueError(
            f"evaluate: images and labels must be equally many and at least one, "
            f"received {len(images)} images and {len(labels)} labels"
        )
    parts = (torch.tensor(array).split(batch_size) for array in (images, labels))
    return evaluate_batches(network, zip(*parts, strict=True))


@torch.no_grad()
def evaluate_batches(network, batches, *, precision="float32"):
    """Run a network over images that come in batches; as `evaluate`, which checks its arguments.

    Parameters
    ----------
    network : torch.nn.Module
    batches : iterable of pair of tensor: images (N, C, H, W), labels (N,)
    precision : "float32" or "bfloat16"
        Of the layers' arithmetic.

    Returns
    -------
    Evaluation
        With a loss of 0 if there is no batch.

    Raises
    ------
    FloatingPointError
        If an answer is infinite or NaN.
    """
    network.eval()
    device = next(network.parameters()).device
    logits, labels = [], []
    for images, truth in batches:
        with layers_in(precision, device):
            answer = network(images.to(device))
        # To the CPU before anything else: not every device knows double precision, and half is too coarse for a sum.
        logits.append(answer.to("cpu", torch.promote_types(answer.dtype, torch.float32)))
        labels.append(truth.cpu())
    if not labels:
        return Evaluation(np.empty((0, 0)), np.empty(0, int), 0.0)
    logits, labels = torch.cat(logits), torch.cat(labels)
    sound = logits.isfinite().all(1)
    if not sound.all():
        first = int(sound.int().argmin())
        raise FloatingPointError(f"evaluate: the network's answer must be finite, received another to image {first}")
    loss = float(gpu.cross_entropy(logits, labels))
    return Evaluation(gpu.softmax(logits).numpy(), labels.numpy(), loss)
