"""Remove noise from pictures by linear filters: one for all positions, or one for each."""

from dataclasses import dataclass

import numpy as np

from cnnlib.shapes import integer, rank

RIDGES = tuple(10.0**power for power in range(-4, 4))
_BLOCK = 250  # pictures: their windows, side by side, are 25 times as large


@dataclass(frozen=True)
class Moments:
    """What least squares needs to know of noisy pictures and of the pixels that they are to become.

    Attributes
    ----------
    products : ndarray, shape (positions, weights, weights)
        Of the window's entries with each other, summed over the pictures.
    answers : ndarray, shape (positions, weights)
        Of the window's entries with the wanted pixel.
    energy : float
        Of the wanted pixels, summed over pictures and positions.
    pixels : int
        Pictures times positions.
    """

    products: np.ndarray
    answers: np.ndarray
    energy: float
    pixels: int

    def error(self, weights):
        """Return the mean squared error of weights of shape (positions, weights), or (weights,) for all positions."""
        weights = np.broadcast_to(weights, self.answers.shape)
        quadratic = np.einsum("pi,pij,pj", weights, self.products, weights, optimize=True)
        return float((quadratic - 2 * np.sum(weights * self.answers) + self.energy) / self.pixels)


def moments(pictures, *, noise, seed, size=5):
    """Add noise to pictures and sum up what least squares needs, for a window around every pixel.

    Pictures are closed into a ring both ways, so that every window is whole. A constant, one, is the last entry of
    every window: a filter has a bias as well.

    Parameters
    ----------
    pictures : ndarray of float, shape (N, H, W)
        Without noise.
    noise : float
        Standard deviation of what is added to every pixel.
    seed : int
        Of the noise.
    size : int, odd
        Side of the windows in pixels.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If the pictures have another rank, or the size is even.
    """
    rank("moments", "pictures", pictures.shape, ("N", "H", "W"))
    size = integer("moments", "size", size, minimum=1)
    if size % 2 == 0:
        raise ValueError(f"moments: size must be odd, to have a middle, received {size}")
    seen = pictures + noise * np.random.RandomState(seed).standard_normal(pictures.shape)
    half = size // 2
    around = np.pad(seen, ((0, 0), (half, half), (half, half)), mode="wrap")
    products = answers = 0
    for start in range(0, len(pictures), _BLOCK):
        block = slice(start, start + _BLOCK)
        windows = np.lib.stride_tricks.sliding_window_view(around[block], (size, size), axis=(1, 2))
        windows = windows.reshape(len(windows), -1, size**2).transpose(1, 2, 0)  # positions, entries, pictures
        windows = np.concatenate([windows, np.ones_like(windows[:, :1])], axis=1)
        targets = pictures[block].reshape(len(pictures[block]), -1).T[..., None]
        products = products + windows @ windows.transpose(0, 2, 1)
        answers = answers + (windows @ targets)[..., 0]
    return Moments(products, answers, float((pictures**2).sum()), pictures.size)


def fit_filters(train, validation):
    """Fit one filter for all positions, and one for each, by least squares with a ridge.

    Parameters
    ----------
    train : Moments
        Of the pictures to fit to.
    validation : Moments
        Of the pictures by which each kind chooses its ridge, from `RIDGES`.

    Returns
    -------
    shared : ndarray, shape (weights,)
    own : ndarray, shape (positions, weights)
    """

    def best(products, answers):
        ridge = np.eye(products.shape[-1])
        tried = [np.linalg.solve(products + each * ridge, answers[..., None])[..., 0] for each in RIDGES]
        return min(tried, key=validation.error)

    return best(train.products.sum(axis=0), train.answers.sum(axis=0)), best(train.products, train.answers)


def fit_gains(shared, train):
    """Give each position a factor and a constant of its own, for one filter that all positions share.

    Parameters
    ----------
    shared : ndarray, shape (weights,)
        As `fit_filters` returns it.
    train : Moments
        Of the pictures to which factors and constants are fitted, by least squares.

    Returns
    -------
    ndarray, shape (positions, weights)
        The filters that come of it.
    """
    # Two numbers for each position, so all there is to invert is 2×2: what the filter answers, and the constant one.
    basis = np.stack([shared, np.eye(len(shared))[-1]], axis=1)
    both = np.linalg.solve(basis.T @ train.products @ basis, (train.answers @ basis)[..., None])
    return (basis @ both)[..., 0]


def wandering(pictures, seed):
    """Move every picture by a random number of rows and columns; what leaves on one side comes in on the other.

    Parameters
    ----------
    pictures : ndarray, shape (N, H, W)
    seed : int

    Returns
    -------
    ndarray, shape (N, H, W)
    """
    random = np.random.RandomState(seed)
    moves = random.randint(0, pictures.shape[1:], (len(pictures), 2))
    return np.stack([np.roll(picture, move, axis=(0, 1)) for picture, move in zip(pictures, moves, strict=True)])
