"""AlexNet's plan for pictures of 32×32 pixels, and a training loop that keeps a GPU busy."""

import time

import numpy as np
import torch
from torch import nn

from cnnlib.shapes import integer, positive
from cnnlib.training import one_cycle, random_crop, random_flip
from cnnlib.training.devices import layers_in
from cnnlib.training.evaluation import evaluate_batches
from cnnlib.training.steps import descend


class CifarAlexNet(nn.Module):
    """AlexNet with five changes for CIFAR-10: small first kernels, padded pooling, batch norm, narrow dense layers.

    The first convolution has kernels of 5×5 a pixel apart in place of 11×11 four apart: a picture of 32 pixels has
    nothing to skip. Pooling keeps the paper's overlap, padded so that 32 becomes 16, 8 and 4. Batch normalisation
    stands behind each convolution in place of local response normalisation behind two. The dense layers have 1,024
    units for 4,096, and there is one tower.

    Parameters
    ----------
    width : float
        Share of the channels and hidden units to keep.
    dropout : float
        Rate before each hidden dense layer.
    seed : int
        Of the initial weights.

    Attributes
    ----------
    features, hidden, head : torch.nn.Sequential and torch.nn.Linear
        Convolutions and pooling; the two hidden dense layers; the last layer.
    """

    def __init__(self, *, width=1.0, dropout=0.5, seed=0):
        super().__init__()
        share = positive("CifarAlexNet", "width", width)
        first, second, third, dense = (max(2, round(share * count)) for count in (96, 256, 384, 1024))
        pool = nn.MaxPool2d(3, stride=2, padding=1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(integer("CifarAlexNet", "seed", seed, minimum=0))
            self.features = nn.Sequential(
                *(*_convolution(3, first, 5), pool),
                *(*_convolution(first, second, 5), pool),
                *_convolution(second, third, 3),
                *_convolution(third, third, 3),
                *(*_convolution(third, second, 3), pool),
                nn.Flatten(),
            )
            self.hidden = nn.Sequential(
                *(nn.Dropout(dropout), nn.Linear(16 * second, dense), nn.ReLU()),
                *(nn.Dropout(dropout), nn.Linear(dense, dense), nn.ReLU()),
            )
            self.head = nn.Linear(dense, 10)

    def forward(self, x):
        """Return the logits, shape (N, 10), of pictures of shape (N, 3, 32, 32)."""
        return self.head(self.hidden(self.features(x)))


def _convolution(channels, kernels, size):
    return nn.Conv2d(channels, kernels, size, padding=size // 2, bias=False), nn.BatchNorm2d(kernels), nn.ReLU()


class BytePictures:
    """Pictures on a device, as bytes; batches of them come out as floats of mean 0 and standard deviation 1.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, 3, H, W)
    labels : ndarray of int, shape (N,)
    device : torch.device
    like : BytePictures, optional
        Whose mean and standard deviation to use; their own by default.
    """

    def __init__(self, images, labels, device, *, like=None):
        self.images, self.labels = torch.tensor(images, device=device), torch.tensor(labels, device=device)
        axes = (0, 2, 3)
        self.mean = like.mean if like else torch.tensor(images.mean(axes, keepdims=True), device=device).float()
        self.scale = like.scale if like else torch.tensor(images.std(axes, keepdims=True), device=device).float()

    def floats(self, images):
        """Return a batch of bytes as the network reads it, channels last in memory."""
        scaled = (images.float() - self.mean) / self.scale
        return scaled.contiguous(memory_format=torch.channels_last)

    def batches(self, size=1000):
        """Yield what the network reads, shape (size, 3, H, W), and the labels."""
        for images, labels in zip(self.images.split(size), self.labels.split(size), strict=True):
            yield self.floats(images), labels


class Mirrored(nn.Module):
    """A network that looks at a picture and at its mirror, and answers with the mean of its probabilities.

    Parameters
    ----------
    network : torch.nn.Module
    """

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        """Return the logarithms of the probabilities, shape (N, classes): logits of which they are the softmax."""
        return sum(self.network(view).float().softmax(1) / 2 for view in (x, x.flip(3))).log()


def precision_on(device):
    """Return the precision in which the layers compute: half of it where a GPU is built for that."""
    return "bfloat16" if device.type == "cuda" else "float32"


def fit_bytes(network, pictures, test, *, epochs, batch_size, learning_rate, seed=0, weight_decay=5e-4, report=print):
    """Train ``network`` in place: crops and flips, smoothed labels, momentum, one cycle, bfloat16 on a GPU.

    Parameters
    ----------
    network : torch.nn.Module
    pictures, test : BytePictures
        On the network's device. ``test`` is evaluated after each epoch and chooses nothing.
    epochs, batch_size, seed : int
        The pictures that no longer fill a batch at the end of an epoch are left out of it.
    learning_rate : float
        Peak of the cycle.
    weight_decay : float
    report : callable
        Gets a line of text after each epoch.

    Returns
    -------
    list of dict
        For each epoch ``epoch``, ``loss`` and ``accuracy`` on the pictures as they were seen, ``test_accuracy``, and
        ``seconds`` of training.
    """
    optimizer = torch.optim.SGD(network.parameters(), momentum=0.9, nesterov=True, weight_decay=weight_decay)
    device, side = pictures.images.device, tuple(pictures.images.shape[2:])
    steps, history = max(1, len(pictures.labels) // batch_size), []
    run = _compiled(network, device)
    for epoch in range(1, epochs + 1):
        start, rng = time.perf_counter(), np.random.RandomState([seed, epoch])
        order = torch.from_numpy(rng.permutation(len(pictures.labels))).to(device)
        rates = (one_cycle((epoch - 1 + step / steps) / epochs, learning_rate) for step in range(steps))

        def gradients(batch, rng=rng):
            seen = random_flip(random_crop(pictures.images[batch], rng, side, padding=4), rng)
            with layers_in(precision_on(device), device):
                logits = run(pictures.floats(seen))
                loss = nn.functional.cross_entropy(logits, pictures.labels[batch], label_smoothing=0.1)
            loss.backward()
            # Read once an epoch: reading makes a GPU wait.
            return torch.stack([loss.detach(), (logits.argmax(1) == pictures.labels[batch]).float().mean()])

        network.train()
        seen = torch.stack([*descend(optimizer, order.split(batch_size)[:steps], rates, gradients)])
        loss, accuracy = seen.mean(0).tolist()
        row = {
            "epoch": epoch,
            "loss": loss,
            "accuracy": accuracy,
            "seconds": time.perf_counter() - start,
            "test_accuracy": evaluate_batches(network, test.batches(), precision=precision_on(device)).accuracy,
        }
        history.append({name: round(value, 4) for name, value in row.items()})
        report(f"epoch {epoch}: training {row['accuracy']:.4f}, test {row['test_accuracy']:.4f}")
    return history


def _compiled(network, device):
    """Compile where it pays: on a GPU. On a CPU the compiler takes longer than it saves in a short run."""
    return torch.compile(network) if device.type == "cuda" else network


@torch.no_grad()
def hidden_layer(network, pictures, *, batch_size=1000):
    """Return what the last hidden layer makes of each picture, shape (N, units)."""
    network.eval()
    return torch.cat([network.hidden(network.features(x)) for x, _ in pictures.batches(batch_size)])


def nearest(queries, known, count):
    """Find the nearest neighbours by Euclidean distance.

    Parameters
    ----------
    queries : tensor of float, shape (M, D)
    known : tensor of float, shape (N, D)
    count : int

    Returns
    -------
    ndarray of int, shape (M, count)
        Rows of ``known``, the nearest first.
    """
    # ‖q − k‖² without ‖q‖², which is the same for all that one q is compared with.
    distances = known.square().sum(1) - 2 * queries @ known.T
    return distances.topk(count, dim=1, largest=False).indices.cpu().numpy()
