"""Points in a plane that no line divides, and networks of a few hidden units that learn to."""

import numpy as np

from cnnlib.shapes import choice

CORNERS = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]])
ALIKE = np.array([1, 1, 0, 0])  # do the two numbers have the same sign?

# Each nonlinearity, and its slope from its input z and its output h.
NONLINEARITIES = {
    "none": (lambda z: z, lambda z, h: np.ones_like(z)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, h: h * (1 - h)),
    "tanh": (np.tanh, lambda z, h: 1 - h * h),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z, h: (z > 0) * 1.0),
}


def moons(count=20):
    """Return points on two half circles that reach into each other.

    Parameters
    ----------
    count : int
        Of each half circle.

    Returns
    -------
    points : ndarray, shape (2 * count, 2)
    classes : ndarray of int, shape (2 * count,)

    Examples
    --------
    >>> points, classes = moons(3)
    >>> points.round(2).tolist()[:2], classes.tolist()
    ([[0.55, -0.15], [-0.45, 0.85]], [0, 0, 0, 1, 1, 1])
    """
    angle = np.linspace(0, np.pi, count)
    upper = np.stack([np.cos(angle) - 0.45, np.sin(angle)], axis=1)
    lower = np.stack([0.45 - np.cos(angle), -np.sin(angle)], axis=1)
    shift = np.array([0, 0.15])
    return np.concatenate([upper - shift, lower + shift]), np.repeat([0, 1], count)


def answers(points, hidden, output, nonlinearity):
    """Compute the output of networks with one hidden layer; above zero a network answers 1.

    Parameters
    ----------
    points : ndarray, shape (N, 2)
    hidden : ndarray, shape (…, units, 3)
        Two weights and the bias of each hidden unit; leading axes are those of many networks.
    output : ndarray, shape (…, units + 1)
        A weight for each hidden unit, and the bias.
    nonlinearity : {"none", "sigmoid", "tanh", "ReLU"}

    Returns
    -------
    ndarray, shape (…, N)

    Raises
    ------
    ValueError
        If the nonlinearity is none of these.
    """
    choice("answers", "nonlinearity", nonlinearity, NONLINEARITIES)
    return _forward(points, hidden, output, nonlinearity)[-1]


def _forward(points, hidden, output, nonlinearity):
    """Return sums and outputs of the hidden units, shape (…, N, units), and the networks' output, shape (…, N)."""
    z = points @ hidden[..., :2].swapaxes(-1, -2) + hidden[..., None, :, 2]
    h = NONLINEARITIES[nonlinearity][0](z)
    return z, h, (h @ output[..., :-1, None])[..., 0] + output[..., -1:]


def learn_plane(points, classes, hidden, output, nonlinearity, *, steps, rate=0.5):
    """Train such networks by plain steps on all points at once.

    Parameters
    ----------
    points, hidden, output, nonlinearity
        As `answers` takes them.
    classes : ndarray of int, shape (N,)
        0 or 1.
    steps : int
    rate : float

    Returns
    -------
    hidden, output : ndarray
        After the last step.

    Raises
    ------
    ValueError
        If the nonlinearity is unknown.
    """
    choice("learn_plane", "nonlinearity", nonlinearity, NONLINEARITIES)
    slope = NONLINEARITIES[nonlinearity][1]
    hidden, output = np.array(hidden, float), np.array(output, float)
    for _ in range(steps):
        z, h, out = _forward(points, hidden, output, nonlinearity)
        surplus = (1 / (1 + np.exp(-out)) - classes)[..., None] / len(points)
        back = surplus * output[..., None, :-1] * slope(z, h)
        output -= rate * np.concatenate([(surplus * h).sum(axis=-2), surplus.sum(axis=-2)], axis=-1)
        hidden[..., :2] -= rate * back.swapaxes(-1, -2) @ points
        hidden[..., 2] -= rate * back.sum(axis=-2)
    return hidden, output


def found(units, nonlinearity, *, starts=100, steps=2000):
    """Count the random starts from which a network learns to divide the four corners.

    Parameters
    ----------
    units : int
        In the hidden layer.
    nonlinearity : {"none", "sigmoid", "tanh", "ReLU"}
    starts : int
        Weights are drawn from the standard normal distribution, with the seeds from 0 on; biases start at zero.
    steps : int

    Returns
    -------
    int
    """
    hidden, output = np.zeros((starts, units, 3)), np.zeros((starts, units + 1))
    for seed in range(starts):
        draw = np.random.RandomState(seed)
        hidden[seed, :, :2], output[seed, :-1] = draw.randn(units, 2), draw.randn(units)
    hidden, output = learn_plane(CORNERS, ALIKE, hidden, output, nonlinearity, steps=steps)
    side = answers(CORNERS, hidden, output, nonlinearity) * np.where(ALIKE, 1, -1)
    # A network without a nonlinearity ends at 0 for every corner, where rounding would choose the sign.
    return int((side > 1e-6).all(axis=-1).sum())
