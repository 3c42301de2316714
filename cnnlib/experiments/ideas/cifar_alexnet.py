"""AlexNet's plan for pictures of 32×32 pixels, and a training loop that keeps a GPU busy."""

import time

import numpy as np
import torch
from torch import nn

from cnnlib.shapes import integer, positive
from cnnlib.training import one_cycle, random_crop, random_flip


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


class Pictures:
    """Pictures on a device, as bytes; batches of them come out as floats of mean 0 and standard deviation 1.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, 3, H, W)
    labels : ndarray of int, shape (N,)
    device : torch.device
    like : Pictures, optional
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


def train(network, pictures, test, *, epochs, batch_size, learning_rate, seed=0, weight_decay=5e-4, report=print):
    """Train ``network`` in place: crops and flips, smoothed labels, momentum, one cycle, bfloat16 on a GPU.

    Parameters
    ----------
    network : torch.nn.Module
    pictures, test : Pictures
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
    optimizer = torch.optim.SGD(
        network.parameters(), lr=learning_rate, momentum=0.9, nesterov=True, weight_decay=weight_decay
    )
    steps, history = max(1, len(pictures.labels) // batch_size), []
    side = pictures.images.shape[2:]
    run = _compiled(network, pictures.images.device)
    for epoch in range(1, epochs + 1):
        start, rng = time.perf_counter(), np.random.RandomState([seed, epoch])
        order = torch.from_numpy(rng.permutation(len(pictures.labels))).to(pictures.images.device)
        losses, hits = [], []
        network.train()
        for step, batch in enumerate(order.split(batch_size)[:steps]):
            for group in optimizer.param_groups:
                group["lr"] = one_cycle((epoch - 1 + step / steps) / epochs, learning_rate)
            seen = random_flip(random_crop(pictures.images[batch], rng, tuple(side), padding=4), rng)
            with _half(seen.device):
                logits = run(pictures.floats(seen))
                loss = nn.functional.cross_entropy(logits, pictures.labels[batch], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            # Read once an epoch: reading makes a GPU wait.
            losses.append(loss.detach())
            hits.append((logits.argmax(1) == pictures.labels[batch]).float().mean())
        row = {
            "epoch": epoch,
            "loss": torch.stack(losses).mean().item(),
            "accuracy": torch.stack(hits).mean().item(),
            "seconds": time.perf_counter() - start,
            "test_accuracy": float(np.mean(answers(network, test) == test.labels.cpu().numpy())),
        }
        history.append({name: round(value, 4) for name, value in row.items()})
        report(f"epoch {epoch}: training {row['accuracy']:.4f}, test {row['test_accuracy']:.4f}")
    return history


def _compiled(network, device):
    """Compile where it pays: on a GPU. On a CPU the compiler takes longer than it saves in a short run."""
    return torch.compile(network) if device.type == "cuda" else network


def _half(device):
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


@torch.no_grad()
def answers(network, pictures, *, mirrored=False, batch_size=1000):
    """Return the predicted classes, shape (N,); with ``mirrored``, those of the mean over a picture and its mirror."""
    return np.concatenate(
        [
            _probabilities(network, chunk, mirrored).argmax(1).cpu().numpy()
            for chunk in map(pictures.floats, pictures.images.split(batch_size))
        ]
    )


def _probabilities(network, chunk, mirrored):
    network.eval()
    with _half(chunk.device):
        views = [network(chunk), network(chunk.flip(3))] if mirrored else [network(chunk)]
    return sum(view.float().softmax(1) for view in views)


@torch.no_grad()
def hidden_layer(network, pictures, *, batch_size=1000):
    """Return what the last hidden layer makes of each picture, shape (N, units)."""
    network.eval()
    chunks = map(pictures.floats, pictures.images.split(batch_size))
    return torch.cat([network.hidden(network.features(chunk)) for chunk in chunks])


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
