"""What keeps a LeNet from starting to learn: the curve, its constant, its slopes, the rate, the kind of descent."""

import torch

from cnnlib.gpu import avg_pool2d, conv2d, cross_entropy, linear, relu, sigmoid
from cnnlib.models.lenet import LeNet
from cnnlib.training import Recipe
from cnnlib.training.steps import descend


def steep_back(z):
    """Return the sigmoid, with a gradient four times as large as it is."""
    return 4 * sigmoid(z) - 3 * sigmoid(z).detach()


def flat_back(z):
    """Return 4 σ − 1½, with the gradient of σ, a quarter of its own."""
    return sigmoid(z) + (3 * sigmoid(z) - 1.5).detach()


CURVES = {
    "σ": sigmoid,
    "σ, gradient × 4": steep_back,
    "σ − ½": lambda z: sigmoid(z) - 0.5,
    "4 σ − 1½": lambda z: 4 * sigmoid(z) - 1.5,
    "4 σ − 1½, gradient ÷ 4": flat_back,
    "4 σ − 2": lambda z: 4 * sigmoid(z) - 2,
    "tanh": torch.tanh,
    "ReLU": relu,
    "ReLU + 1": lambda z: relu(z) + 1,
}
# Rates from where a step does too little within an epoch to where the steps of most curves are too long.
START_RATES = {"adam": (0.0003, 0.001, 0.003, 0.01, 0.03), "sgd": (0.03, 0.1, 0.3, 1.0, 2.0, 5.0, 10.0)}
# A curve with the slopes of its weights taken as if its outputs were higher by so much.
SLOPES = {"σ, slopes of σ − ½": ("σ", -0.5), "σ − ½, slopes of σ": ("σ − ½", 0.5)}
# A curve whose constant is made up for by the initial biases, so that the next layer is given what it would be without.
BALANCED = {"σ, biases − ½ Σ w": ("σ", 0.5)}


def first_epoch(curve, train, held_out, *, optimizer="adam", rate=0.003, seed=0, raised=0.0, balanced=0.0):
    """Train a LeNet with average pooling for one epoch, in batches of 50, at a constant rate.

    The initial weights are those of ``LeNet(seed=seed)`` for every curve: only the curve differs.

    Parameters
    ----------
    curve : str
        A key of `CURVES`.
    train, held_out : pair of ndarray: images (N, 1, 28, 28) float32, labels (N,) int
    optimizer : "adam" or "sgd"
    rate : float
    seed : int
        Of the initial weights and of the order of the digits.
    raised : float
        Behind the first convolution, each weight's slope is computed as if what it multiplies were higher by this
        much; the network's answers are not changed by it.
    balanced : float
        Behind the first convolution, each initial bias is lowered by this times the sum of its unit's weights.

    Returns
    -------
    float
        The share of held-out digits that is read correctly.

    Raises
    ------
    KeyError
        If there is no such curve.
    ValueError
        If there is no such optimizer, or the rate or the seed is out of range.
    """
    network, f = LeNet(seed=seed), CURVES[curve]
    with torch.no_grad():
        for name in ("conv2", "dense1", "dense2", "dense3"):
            weight, bias = getattr(network, name).parameters()
            bias -= balanced * weight.flatten(start_dim=1).sum(dim=1)
    recipe = Recipe(1, 50, rate, seed, optimizer=optimizer, schedule="constant")
    images, labels = torch.from_numpy(train[0]), torch.tensor(train[1])

    def gradients(batch):
        cross_entropy(forward(network, images[batch], f, raised), labels[batch]).backward()

    # As the chapter's own loop shuffles, so that its numbers are found here again.
    batches = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed)).split(recipe.batch_size)
    for _ in descend(recipe.optimizer_of(network.parameters()), batches, [rate] * len(batches), gradients):
        pass
    with torch.no_grad():
        answers = forward(network, torch.from_numpy(held_out[0]), f).argmax(dim=1).numpy()
    return float((answers == held_out[1]).mean())


def forward(network, x, f, raised=0.0):
    """Return the logits (N, 10) of a LeNet whose every nonlinearity is ``f``; ``raised`` as in `first_epoch`."""

    def layer(apply, x, name, above=0.0):
        weight, bias = getattr(network, name).parameters()
        if not above:
            return apply(x, weight, bias)
        # The value of Wx + b; the slope of W is that of W(x + above) + b.
        constant = above * weight.detach().flatten(start_dim=1).sum(dim=1)
        return apply(x + above, weight, bias) - constant.view(-1, *[1] * (x.ndim - 2))

    x = avg_pool2d(f(conv2d(x, *network.conv1.parameters(), padding=2)), 2)
    x = avg_pool2d(f(layer(conv2d, x, "conv2", raised)), 2)
    x = f(layer(linear, x.flatten(start_dim=1), "dense1", raised))
    x = f(layer(linear, x, "dense2", raised))
    return layer(linear, x, "dense3", raised)
