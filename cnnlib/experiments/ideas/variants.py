"""Each idea of AlexNet's paper, one at a time, in a network small enough to be trained many times."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, LocalResponseNorm, Pool
from cnnlib.training import color_components, color_jitter, evaluate, fit, random_crop, random_flip
from cnnlib.training.steps import descend, shuffled_batches

SIDE = 27  # where windows of 2 and of 3 cells, two apart, give as many places: 13, then 6


@dataclass(frozen=True)
class Ideas:
    """Which of the paper's ideas [1]_ a small network has, and its training.

    Attributes
    ----------
    activation : "relu", "tanh" or "sigmoid"
    overlap : bool
        Pool over 3×3 cells, two apart, in place of 2×2.
    norm : bool
        Local response normalisation behind each convolution.
    dropout : bool
        Before the last layer, with rate 1/2.
    first_kernels : int
        Kernels of the first convolution.
    towers : int
        Groups of the second convolution.
    crop, flip, colour : bool
        Windows of 27×27 anywhere in the picture in place of its middle; mirrored or not; colours shifted.
    norm_alpha : float
        Of the normalisation, as PyTorch counts it. The paper's was made for pixels from 0 to 255, and ours go from 0
        to 1: values that are 255 times smaller compete as theirs did where it is 255² times larger. With next to
        nothing the normalisation is a constant factor.
    weight_decay : float

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks* (2012),
       Sec. 3 and 4.
    """

    activation: str = "relu"
    overlap: bool = False
    norm: bool = False
    dropout: bool = False
    first_kernels: int = 16
    towers: int = 1
    crop: bool = False
    flip: bool = False
    colour: bool = False
    norm_alpha: float = 5e-4
    weight_decay: float = 5e-4


NONE = Ideas()
VARIANTS = {
    "none of them": NONE,
    "overlapping pooling": replace(NONE, overlap=True),
    "response normalisation": replace(NONE, norm=True),
    "normalisation, for these pixels": replace(NONE, norm=True, norm_alpha=5e-4 * 255**2),
    "its factor alone": replace(NONE, norm=True, norm_alpha=1e-12),
    "no weight decay": replace(NONE, weight_decay=0.0),
    "dropout": replace(NONE, dropout=True),
    "crops and flips": replace(NONE, crop=True, flip=True),
    "shifted colours": replace(NONE, colour=True),
    "two towers": replace(NONE, towers=2),
    "one tower, half the kernels": replace(NONE, first_kernels=8),
    "all together": Ideas("relu", True, True, True, 16, 2, True, True, True),
    "all but normalisation": Ideas("relu", True, False, True, 16, 2, True, True, True),
}


def small_alexnet(ideas=NONE, *, channels=3, classes=10):
    """Write down AlexNet's plan in four layers: two convolutions with pooling, two dense layers.

    Parameters
    ----------
    ideas : Ideas
    channels, classes : int

    Returns
    -------
    Architecture
        ``channels``×27×27 in, a logit for each class out.
    """
    activation = Activation(ideas.activation)
    pool = Pool("max", 3 if ideas.overlap else 2, stride=2)
    norm = (LocalResponseNorm(5, alpha=ideas.norm_alpha, beta=0.75, k=2.0),) if ideas.norm else ()
    return Architecture(
        f"Small AlexNet ({ideas.activation})",
        (channels, SIDE, SIDE),
        (
            *(Conv(ideas.first_kernels, 3, padding=1), activation, *norm, pool),
            *(Conv(32, 3, padding=1, groups=ideas.towers), activation, *norm, pool),
            Flatten(),
            *(Dense(128), activation),
            *((Dropout(0.5),) if ideas.dropout else ()),
            Dense(classes),
        ),
    )


def middle(images):
    """Cut the window of 27×27 out of the middle of each image, shape (N, C, H, W)."""
    top, left = ((size - SIDE) // 2 for size in images.shape[2:])
    return images[:, :, top : top + SIDE, left : left + SIDE]


def augmentation(ideas, images):
    """Return what turns a batch of whole pictures into what the network is trained on.

    Parameters
    ----------
    ideas : Ideas
    images : ndarray of float, shape (N, C, H, W)
        Those whose principal colours are used, pixels from 0 to 1 or with their mean taken away.

    Returns
    -------
    callable
        As `cnnlib.training.fit` takes it.
    """
    components = color_components(torch.tensor(images)) if ideas.colour else None

    def augment(batch, rng):
        batch = random_crop(batch, rng, SIDE) if ideas.crop else middle(batch)
        batch = random_flip(batch, rng) if ideas.flip else batch
        return color_jitter(batch, rng, components) if ideas.colour else batch

    return augment


def made_for_sigmoids(network, *, centred):
    """Change the starting weights of a network of sigmoids, in place, to what is made for them.

    A sigmoid's slope is a quarter of a tanh's, so that weights four times as large hand on slopes of the same size. And
    its outputs lie around ½ in place of 0, which biases of minus half the sum of each unit's weights make up for.

    Parameters
    ----------
    network : Network
    centred : bool
        Whether to shift the biases, too.

    Returns
    -------
    Network
        The same.
    """
    layers = [layer for layer in network.children() if hasattr(layer, "weight")]
    with torch.no_grad():
        for layer in layers:
            layer.weight *= 4
        for layer in layers[1:] if centred else ():
            layer.bias -= layer.weight.flatten(1).sum(dim=1) / 2
    return network


def race(activation, train, *, learning_rate, seed, limit, goal=0.25, window=50, start=lambda network: network):
    """Train until the training error is at most ``goal``, with momentum and without any regularisation [1]_.

    Parameters
    ----------
    activation : str
        As in `Ideas`.
    train : pair of ndarray: images (N, C, H, W), labels (N,)
    learning_rate : float
        Of every step.
    seed : int
        Of the weights and of the order of the images.
    limit : int
        Most steps to take, each with 50 images.
    goal : float
        Share of wrong answers.
    window : int
        Steps over whose images the error is taken, as they were seen.
    start : callable
        Takes the new network, changes its weights, returns it.

    Returns
    -------
    steps : int or None
        None where the goal was not reached.
    errors : ndarray, shape (steps,)
        Share of wrong answers in each step's images.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton (2012), Fig. 1.
    """
    images, labels = torch.tensor(middle(train[0])), torch.tensor(train[1])
    network = start(Network(small_alexnet(Ideas(activation), channels=images.shape[1]), seed=seed))
    network.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(network.parameters(), momentum=0.9)

    def gradients(batch):
        logits = network(images[batch])
        gpu.cross_entropy(logits, labels[batch]).backward()
        return (logits.argmax(1) != labels[batch]).float().mean().item()

    batches, errors = shuffled_batches(len(labels), 50, limit, np.random.RandomState(seed)), []
    for error in descend(optimizer, batches, limit * [learning_rate], gradients):
        errors.append(error)
        if len(errors) >= window and np.mean(errors[-window:]) <= goal:
            return len(errors), np.array(errors)
    return None, np.array(errors)


def measure(ideas, train, held_out, *, recipe, watched=None):
    """Train a small network with some of the ideas and look once at what was held out.

    Parameters
    ----------
    ideas : Ideas
    train, held_out : pair of ndarray: images (N, C, H, W), labels (N,)
        Whole pictures, at least 27×27.
    recipe : Recipe
        Its seed is also that of the weights and of dropout.
    watched : pair of ndarray, optional
        Pictures, as the others, on whose middles the network is judged after every epoch.

    Returns
    -------
    dict
        ``accuracy`` on the middles of what was held out, ``train_accuracy`` on the middles of the training images
        without dropout, and the number of ``parameters``; with normalisation ``factors``, which say by how much it
        multiplies the first layer's outputs where they are not 0 (their 0.01, 0.5 and 0.99 quantiles over 500
        training images, after training); and if something was watched, ``watched``, its accuracy after every epoch.
    """
    network = Network(small_alexnet(ideas, channels=train[0].shape[1]), seed=recipe.seed)
    network.to(memory_format=torch.channels_last)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        history = fit(
            network,
            train,
            recipe,
            test=None if watched is None else (middle(watched[0]), watched[1]),
            augment=augmentation(ideas, train[0]),
            device="cpu",
            progress=False,
        )
    row = {
        "accuracy": evaluate(network, middle(held_out[0]), held_out[1]).accuracy,
        "train_accuracy": evaluate(network, middle(train[0]), train[1]).accuracy,
        "parameters": sum(value.numel() for value in network.parameters()),
    }
    if ideas.norm:
        row["factors"] = _factors(network, middle(train[0][:500]))
    if watched is not None:
        row["watched"] = [epoch["test_accuracy"] for epoch in history]
    return row


def _factors(network, images):
    with torch.no_grad():
        outputs = network.activations(torch.tensor(images))
    name = next(name for name in outputs if name.startswith(("relu", "tanh", "sigmoid")))
    before, after = outputs[name], outputs["norm1"]
    seen = before != 0
    factors = (after[seen] / before[seen]).numpy()
    return [round(float(each), 4) for each in np.quantile(factors, (0.01, 0.5, 0.99))]


def centred(train, test):
    """Scale pixels to 0 to 1 and take the mean of each channel in ``train`` away, as the paper did pixel by pixel.

    Parameters
    ----------
    train, test : ndarray of uint8, shapes (N, C, H, W) and (M, C, H, W)

    Returns
    -------
    pair of ndarray of float32
    """
    train, test = (images.astype(np.float32) / 255 for images in (train, test))
    mean = train.mean((0, 2, 3), keepdims=True, dtype=np.float64).astype(np.float32)
    return train - mean, test - mean
