"""Detectors that share one answer, the largest: turned copies of one, or as many that learn the turns of a letter."""

import numpy as np
import torch

from cnnlib import gpu
from cnnlib.models.architecture import Architecture
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Dense, Flatten, choice, integer
from cnnlib.training import evaluate
from cnnlib.training.steps import fit_steps

LETTER = np.array([[1, 1, 1, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]], np.float32)


def turned_letters(count, seed, turns=4):
    """Draw an F or its mirror image, turned by 0, 90, 180 or 270 degrees, in noise.

    Parameters
    ----------
    count : int
    seed : int
    turns : int
        How many of the four turns occur, from the first.

    Returns
    -------
    images : ndarray of float32, shape (N, 1, 5, 5)
        Ink 1 on paper 0, plus Gaussian noise of standard deviation 0.5.
    labels : ndarray of int, shape (N,)
        1 for the F, 0 for its mirror image.
    turns : ndarray of int, shape (N,)
        Quarter turns against the clock, 0 to 3.

    Examples
    --------
    >>> images, labels, turns = turned_letters(100, seed=0)
    >>> images.shape, sorted(set(labels.tolist())), sorted(set(turns.tolist()))
    ((100, 1, 5, 5), [0, 1], [0, 1, 2, 3])
    """
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    random = np.random.RandomState(seed)
    labels, turns = random.randint(0, 2, count), random.randint(0, turns, count)
    letters = np.stack([[np.rot90(face, k) for k in range(4)] for face in (LETTER[:, ::-1], LETTER)])
    images = letters[labels, turns] + random.normal(0, 0.5, (count, 5, 5))
    return images[:, None].astype(np.float32), labels, turns


class Maxout(Network):
    """For each of two classes, some detectors that look at the whole image, summed up in one score.

    Parameters
    ----------
    members : int
        Detectors of each class.
    summary : "max" or "average"
        Of a class's detectors. The maximum makes this a layer of maxout units [1]_.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of range.

    References
    ----------
    .. [1] Goodfellow, Warde-Farley, Mirza, Courville & Bengio, *Maxout networks* (2013), Sec. 3.
    """

    def __init__(self, members, summary="max", *, seed=0):
        integer("Maxout", "members", members, minimum=1)
        choice("Maxout", "summary", summary, ("max", "average"))
        name = f"Maxout ({summary} of {members})"
        super().__init__(Architecture(name, (1, 5, 5), (Flatten(), Dense(2 * members))), seed=seed)
        self.members, self.summary = members, summary

    def detectors(self, x):
        """Return what every detector says, shape (N, 2, members), of images of shape (N, 1, 5, 5)."""
        answers = gpu.linear(x.flatten(1), self.dense1.weight, self.dense1.bias)
        return answers.unflatten(1, (2, self.members))

    def forward(self, x):
        """Return the two scores, shape (N, 2)."""
        answers = self.detectors(x)
        return answers.amax(2) if self.summary == "max" else answers.mean(2)

    def templates(self):
        """Return the detectors' weights as images, shape (2, members, 5, 5)."""
        return self.weights()["dense1.weight"].reshape(2, self.members, 5, 5)


class TurnedCopies(Network):
    """For each of two classes one learned detector, turned by 0, 90, 180 and 270 degrees, and the largest answer.

    Parameters
    ----------
    seed : int
        Of the initial weights.
    """

    def __init__(self, *, seed=0):
        super().__init__(Architecture("Turned copies", (1, 5, 5), (Flatten(), Dense(2))), seed=seed)

    def forward(self, x):
        """Return the two scores, shape (N, 2), of images of shape (N, 1, 5, 5)."""
        detectors = self.dense1.weight.reshape(2, 5, 5)
        turned = torch.stack([detectors.rot90(k, (1, 2)) for k in range(4)], dim=1)  # 2 × 4 × 5 × 5
        answers = torch.einsum("nij,ctij->nct", x[:, 0], turned)
        return answers.amax(2) + self.dense1.bias


def letter_hidden_layer(units, seed=0):
    """Return a dense network with one hidden layer of ReLUs, the usual rival."""
    layers = (Flatten(), Dense(units), Activation("relu"), Dense(2))
    return Network(Architecture(f"{units} hidden units", (1, 5, 5), layers), seed=seed)


LETTER_READERS = {
    "one detector": lambda seed: Maxout(1, seed=seed),
    "average of eight": lambda seed: Maxout(8, "average", seed=seed),
    "maximum of four": lambda seed: Maxout(4, seed=seed),
    "maximum of eight": lambda seed: Maxout(8, seed=seed),
    "15 hidden units": lambda seed: letter_hidden_layer(15, seed),
    "one, turned four times": lambda seed: TurnedCopies(seed=seed),
}


def read_letters(reader, count, *, rate, seed, turns=4, every_turn=False, fresh, steps=300):
    """Train one of `LETTER_READERS` on letters, and return the share of fresh ones that it reads.

    Parameters
    ----------
    reader : str
    count : int
        Letters to learn from.
    rate : float
        Peak of the learning rate.
    seed : int
        Of the letters, of the initial weights and of the order of the letters.
    turns : int
        How many of the four turns the letters to learn from show.
    every_turn : bool
        Show each of the letters in all four turns.
    fresh : tuple of ndarray
        Images and labels that it is tried on.
    steps : int
        Of 50 letters each, whatever their number.

    Returns
    -------
    float
    """
    images, labels, _ = turned_letters(count, seed + 1000, turns)
    if every_turn:
        images = np.concatenate([np.rot90(images, turn, (2, 3)) for turn in range(4)])
        labels = np.tile(labels, 4)
    network = fit_steps(LETTER_READERS[reader](seed), images, labels, steps=steps, learning_rate=rate, seed=seed)
    return evaluate(network, *fresh).accuracy


@torch.no_grad()
def wins(network, images, labels, turns):
    """Count which detector of its class an image excites most, by the turn of the letter.

    Parameters
    ----------
    network : Maxout
    images, labels, turns : ndarray
        As `turned_letters` returns them.

    Returns
    -------
    ndarray of int, shape (2, 4, members)
        Images by label, turn and winning detector.
    """
    answers = network.detectors(torch.tensor(images)).numpy()
    winner = answers[np.arange(len(labels)), labels].argmax(1)
    counts = np.zeros((2, 4, network.members), int)
    np.add.at(counts, (labels, turns, winner), 1)
    return counts
