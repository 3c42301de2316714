"""AlexNet cut down to handwritten digits, and digits in colour for what needs colours."""

import numpy as np
import torch

from cnnlib.data import pictures
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Dropout, Flatten, Pool, positive
from cnnlib.training import evaluate, fit


def digits_alexnet(width=1.0):
    """Write down an AlexNet for digits, after a notebook that many readers meet [1]_.

    The plan is AlexNet's: five convolutions, three dense layers, ReLUs, dropout. The sizes are the digits': kernels of
    5×5 and 3×3, two poolings over 2×2 cells, of which the second moves by one.

    Parameters
    ----------
    width : float
        Share of the channels and hidden units to keep.

    Returns
    -------
    Architecture
        1×28×28 in, ten logits out; 11,696,202 parameters.

    Raises
    ------
    ValueError
        If ``width`` is not positive.

    References
    ----------
    .. [1] https://github.com/l5shi/Image-Recognition-on-MNIST-dataset, AlexNet.ipynb.
    """
    share, relu = positive("digits_alexnet", "width", width), Activation("relu")

    def units(count):
        return max(1, round(share * count))

    return Architecture(
        f"AlexNet for digits{'' if width == 1 else f', {width:g} of the width'}",
        (1, 28, 28),
        (
            *(Conv(units(32), 5, padding=1), relu),
            *(Conv(units(64), 3, padding=1), relu, Pool("max", 2)),
            *(Conv(units(96), 3, padding=1), relu),
            *(Conv(units(64), 3, padding=1), relu),
            *(Conv(units(32), 3, padding=1), relu, Pool("max", 2, stride=1)),
            Flatten(),
            *(Dropout(0.5), Dense(units(2048)), relu),
            *(Dropout(0.5), Dense(units(1024)), relu),
            Dense(10),
        ),
    )


def train_and_tell(architecture, train, test, *, recipe, device="cpu"):
    """Train a network and say what it reads, how large it is, and what it took.

    Parameters
    ----------
    architecture : Architecture
    train, test : pair of ndarray: images (N, 1, 28, 28), labels (N,)
    recipe : Recipe
        Its seed is also that of the weights and of dropout.
    device : str

    Returns
    -------
    dict
        ``accuracy`` on ``test``, ``parameters``, ``multiply_adds`` for one image, ``seconds`` of training.
    """
    # Kernels of a few channels run faster where the channels of a pixel lie side by side.
    network = Network(architecture, seed=recipe.seed).to(memory_format=torch.channels_last)
    with torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        history = fit(network, train, recipe, device=device, progress=False)
    report = architecture.trace()
    return {
        "accuracy": evaluate(network, *test).accuracy,
        "parameters": sum(row.parameters for row in report),
        "multiply_adds": sum(row.multiply_adds for row in report),
        "seconds": round(sum(row["seconds"] for row in history), 1),
    }


def coloured_digits(digits, *, seed):
    """Write digits in a colour of their own onto patches of the two photographs that scikit-learn carries.

    Ten classes of small colour pictures that need no download. The ink differs from the patch behind it, in each
    picture by another colour.

    Parameters
    ----------
    digits : ndarray of float, shape (N, 1, 28, 28)
        Paper 0, ink 1.
    seed : int

    Returns
    -------
    ndarray of float32, shape (N, 3, 32, 32)
        From 0 to 1; each digit lies in the middle.
    """
    random, photographs = np.random.RandomState(seed), list(pictures().values())
    patches = np.empty((len(digits), 3, 32, 32), np.float32)
    for patch in patches:
        photograph = photographs[random.randint(len(photographs))]
        top, left = (random.randint(size - 64) for size in photograph.shape[:2])
        # Every second pixel of 64 × 64: an ordinary patch of 32 × 32 is often one flat colour.
        patch[:] = photograph[top : top + 64 : 2, left : left + 64 : 2].transpose(2, 0, 1) / 255
    ink = np.zeros((len(digits), 1, 32, 32), np.float32)
    ink[:, :, 2:30, 2:30] = digits
    colours = random.uniform(0, 1, (len(digits), 3, 1, 1)).astype(np.float32)
    return (1 - ink) * patches + ink * colours
