"""A dense layer whose prior says: be a convolution. How strongly it says so is a number, or three.

The layer maps an image of S × S pixels to another, both on a ring in both directions (the digits' blank border makes
that harmless). Its weights are held as ``v[u, d]``, with u the unit and d the *offset* from the unit to the pixel that
the weight reads, so that a convolution is a layer whose weights do not depend on u, and vanish where d is outside the
window. The prior holds three beliefs, each with a precision of its own: neighbouring units have equal weights; weights
outside the window are zero; no weight is large. The layer is trained to take the noise off images.

Everything is quadratic, so that the most probable weights solve one linear system. `Prior.fit` solves it by conjugate
gradients in coordinates in which the prior is the same in every direction; there a precision of a million, or of
infinity, is as easy as one.
"""

from dataclasses import dataclass

import numpy as np

from cnnlib.shapes import integer


@dataclass(frozen=True)
class Prior:
    """Normal prior on the weights of a dense layer from S × S pixels to S × S units.

    Precisions are in units of one over the variance that the targets are believed to have around what the layer says.

    Attributes
    ----------
    sharing : float
        Precision of "neighbouring units have equal weights", for each difference; ``inf`` forbids differences.
    locality : float
        Precision of "nothing outside the window", for each weight there; ``inf`` forbids them.
    ridge : float
        Precision of "no weight is large", for each weight. Without it few images would not determine the layer.
    size : int
        S.
    reach : int
        Pixels from the middle of the window to its edge: the window has ``2 * reach + 1`` cells a side.

    Raises
    ------
    ValueError
        If a precision is negative, ``ridge`` is not positive and finite, or the window exceeds the image.
    """

    sharing: float
    locality: float
    ridge: float
    size: int = 14
    reach: int = 2

    def __post_init__(self):
        integer("Prior", "size", self.size, minimum=1)
        integer("Prior", "reach", self.reach, minimum=0)
        if not (self.sharing >= 0 and self.locality >= 0 and 0 < self.ridge < np.inf):
            raise ValueError(
                f"Prior: sharing and locality must be at least 0 and ridge positive and finite, received "
                f"sharing={self.sharing!r}, locality={self.locality!r} and ridge={self.ridge!r}"
            )
        if 2 * self.reach + 1 > self.size:
            raise ValueError(
                f"Prior: reach must leave the window within the image, received reach={self.reach} for size={self.size}"
            )

    def fit(self, images, targets, *, tolerance=1e-6):
        """Return the most probable weights.

        They minimise ``Σ ‖target − v · image‖² + sharing Σ (v[u', d] − v[u, d])² + locality Σ v[u, outside]² +
        ridge Σ v²``, the second sum over pairs of neighbouring units u and u'.

        Parameters
        ----------
        images, targets : ndarray of float64, shape (N, S, S)
        tolerance : float
            The residual's size at the end, relative to its size at zero weights.

        Returns
        -------
        ndarray of float64, shape (S, S, S, S)
            ``v[u1, u2, d1, d2]``; offset d reads the pixel (u + d) mod S.

        Raises
        ------
        ValueError
            If the shapes are others.
        """
        shape = (len(images), self.size, self.size)
        if images.shape != shape or targets.shape != shape:
            raise ValueError(
                f"Prior.fit: images and targets must have shape (N, {self.size}, {self.size}), "
                f"received {images.shape} and {targets.shape}"
            )
        x, y = images.reshape(len(images), -1), targets.reshape(len(targets), -1)
        gram, cross = x.T @ x, y.T @ x
        waves, scale = self._spectrum()

        def weights(theta):
            return np.einsum("ai,bj,ijde->abde", waves, waves, scale * theta, optimize=True)

        def coordinates(v):
            return scale * np.einsum("ai,bj,abde->ijde", waves, waves, v, optimize=True)

        def normal_matrix(theta):
            return theta + coordinates(by_offset(as_matrix(weights(theta)) @ gram))

        return weights(_conjugate_gradients(normal_matrix, coordinates(by_offset(cross)), tolerance))

    def _spectrum(self):
        """Return the waves in which the prior's beliefs do not mix, and the standard deviation of each.

        "Differ from your neighbour" on a ring has waves as eigenvectors, the columns of the first result; the
        second has axes (wave, wave, offset, offset).
        """
        ring = np.eye(self.size)
        steepness, waves = np.linalg.eigh(2 * ring - np.roll(ring, 1, axis=0) - np.roll(ring, -1, axis=0))
        # Known exactly: a constant has no steps, and so it costs nothing even at an infinite precision.
        steepness[0], waves[:, 0] = 0, self.size**-0.5
        steps = (steepness[:, None] + steepness)[..., None, None]
        outside = ~window(self.size, self.reach)
        precision = self.ridge + _times(self.sharing, steps) + _times(self.locality, outside)
        return waves, precision**-0.5


def _times(precision, quantity):
    """Multiply, with infinity times nothing being nothing."""
    return np.where(quantity > 0, precision, 0.0) * np.where(quantity > 0, quantity, 1.0)


def _conjugate_gradients(matrix, right, tolerance):
    """Solve ``matrix(x) = right`` for a symmetric positive definite ``matrix``.

    Hestenes & Stiefel, *Methods of conjugate gradients for solving linear systems* (1952), Eqs. 3:1.
    """
    x, residual = np.zeros_like(right), right
    direction, size = residual, np.vdot(right, right)
    enough = tolerance**2 * size
    while size > enough:
        image = matrix(direction)
        step = size / np.vdot(direction, image)
        x, residual = x + step * direction, residual - step * image
        before, size = size, np.vdot(residual, residual)
        direction = residual + size / before * direction
    return x


def window(size, reach):
    """Say which offsets lie in the window, shape (S, S), offset 0 first and the negative ones at the end."""
    near = np.minimum(np.arange(size), size - np.arange(size)) <= reach
    return near[:, None] & near


def as_matrix(v):
    """Turn weights by offset, (S, S, S, S), into the matrix (S², S²) from pixels to units."""
    size = len(v)
    matrix = np.empty((size**2, size**2))
    np.put_along_axis(matrix, _pixels(size), v.reshape(size**2, size**2), axis=1)
    return matrix


def by_offset(matrix):
    """Turn a matrix from pixels to units, (S², S²), into weights by offset, (S, S, S, S)."""
    size = round(len(matrix) ** 0.5)
    return np.take_along_axis(matrix, _pixels(size), axis=1).reshape(4 * (size,))


def _pixels(size):
    """Say which pixel offset d of unit u reads, shape (S², S²)."""
    places = (np.arange(size)[:, None] + np.arange(size)) % size
    return (places[:, None, :, None] * size + places[None, :, None, :]).reshape(size**2, size**2)


def apply(v, images):
    """Let a layer with weights ``v`` look at images (N, S, S); return what it says, same shape."""
    return (images.reshape(len(images), -1) @ as_matrix(v).T).reshape(images.shape)


def distances(v, reach=2):
    """Say how far weights are from sharing and from locality.

    Parameters
    ----------
    v : ndarray, shape (S, S, S, S)
    reach : int

    Returns
    -------
    sharing, locality : float
        Share of the weights' length that goes to differences between units, and to what is outside the window:
        0 for a convolution.
    """
    length = np.linalg.norm(v)
    differences, outside = v - v.mean(axis=(0, 1)), v * ~window(len(v), reach)
    return float(np.linalg.norm(differences) / length), float(np.linalg.norm(outside) / length)


def noisy_digits(split, *, size=14, noise=0.3, seed=0):
    """Return digits at a lower resolution, noisy and clean, float64, shape (N, size, size) each.

    Parameters
    ----------
    split : Split
        Of `cnnlib.data.mnist`.
    size : int
        A divisor of 28.
    noise : float
        Standard deviation of what is added to every pixel.
    seed : int
    """
    clean = split.images.reshape(-1, size, 28 // size, size, 28 // size).mean(axis=(2, 4)) / 255
    return clean + noise * np.random.RandomState(seed).normal(size=clean.shape), clean


def drawn(pair, count, seed):
    """Draw ``count`` of the noisy and clean images of ``pair``; every seed draws others."""
    chosen = np.random.RandomState(seed).permutation(len(pair[0]))[:count]
    return pair[0][chosen], pair[1][chosen]


def squared_error(v, pair):
    """Return the mean squared error of a layer, per pixel, on noisy and clean images."""
    return float(np.mean((apply(v, pair[0]) - pair[1]) ** 2))


def wandering_pairs(pair, seed):
    """Move each noisy image and its clean one by the same random number of rows and columns, around the ring."""
    size = pair[0].shape[1]
    moves = np.random.RandomState(seed).randint(size, size=(len(pair[0]), 2))
    rows, columns = ((np.arange(size) - moves[:, [axis]]) % size for axis in (0, 1))
    image = np.arange(len(moves))[:, None, None]
    return tuple(part[image, rows[:, :, None], columns[:, None, :]] for part in pair)
