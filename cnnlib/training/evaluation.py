"""Look at what a network answers."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.shapes import integer


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


@torch.no_grad()
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
    network.eval()
    device = next(network.parameters()).device
    chunks = torch.tensor(images).split(batch_size)
    logits = torch.cat([network(chunk.to(device)) for chunk in chunks])
    sound = logits.isfinite().all(1)
    if not sound.all():
        first = int(sound.int().argmin())
        raise FloatingPointError(f"evaluate: the network's answer must be finite, received another to image {first}")
    loss = gpu.cross_entropy(logits, torch.tensor(labels, device=device))
    return Evaluation(gpu.softmax(logits).cpu().numpy(), np.asarray(labels), float(loss))
