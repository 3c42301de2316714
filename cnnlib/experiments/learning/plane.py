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
    """Compute the output of a network with one hidden layer; above zero it answers 1.

    Parameters
    ----------
    points : ndarray, shape (N, 2)
    hidden : ndarray, shape (units, 3)
        Two weights and the bias of each hidden unit.
    output : ndarray, shape (units + 1,)
        A weight for each hidden unit, and the bias.
    nonlinearity : {"none", "sigmoid", "tanh", "ReLU"}

    Returns
    -------
    ndarray, shape (N,)

    Raises
    ------
    ValueError
        If the nonlinearity is none of these.
    """
    choice("answers", "nonlinearity", nonlinearity, NONLINEARITIES)
    curve, _ = NONLINEARITIES[nonlinearity]
    return curve(points @ hidden[:, :2].T + hidden[:, 2]) @ output[:-1] + output[-1]


def learn(points, classes, hidden, output, nonlinearity, *, steps, rate=0.5):
    """Train such a network by plain steps on all points at once.

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
    """
    choice("learn", "nonlinearity", nonlinearity, NONLINEARITIES)
    curve, slope = NONLINEARITIES[nonlinearity]
    hidden, output = hidden.astype(float), output.astype(float)
    for _ in range(steps):
        z = points @ hidden[:, :2].T + hidden[:, 2]
        h = curve(z)
        surplus = (1 / (1 + np.exp(-(h @ output[:-1] + output[-1]))) - classes) / len(points)
        back = np.outer(surplus, output[:-1]) * slope(z, h)
        output = output - rate * np.append(surplus @ h, surplus.sum())
        hidden = hidden - rate * np.column_stack([back.T @ points, back.sum(axis=0)])
    return hidden, output


def finds(units, nonlinearity, seed, *, steps=2000):
    """Tell whether a network that starts at random weights learns to divide the four corners.

    Parameters
    ----------
    units : int
        In the hidden layer.
    nonlinearity : {"none", "sigmoid", "tanh", "ReLU"}
    seed : int
    steps : int

    Returns
    -------
    bool
    """
    draw = np.random.RandomState(seed)
    hidden = np.column_stack([draw.randn(units, 2), np.zeros(units)])
    output = np.append(draw.randn(units), 0.0)
    hidden, output = learn(CORNERS, ALIKE, hidden, output, nonlinearity, steps=steps)
    return bool(np.all((answers(CORNERS, hidden, output, nonlinearity) > 0) == ALIKE))
