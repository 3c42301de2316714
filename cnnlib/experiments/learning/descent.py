"""A unit of one weight and one bias that learns from six digits: a loss that can be drawn, and three ways down."""

import numpy as np

from cnnlib.shapes import choice

# Of six digits of MNIST, four times the mean ink of the sixteen pixels in the middle; three are zeros, three eights.
INK_OF_SIX = np.array([0.0, 0.5, 2.1, 0.8, 2.6, 3.5])
EIGHT = np.array([0, 0, 0, 1, 1, 1])
SIX = (10, 317, 599, 399, 165, 476)  # their places in the training digits

METHODS = ("plain", "momentum", "Adam")


def loss(w, b):
    """Return the mean of −log p over the six digits, p the probability that the unit gives to the right answer.

    Parameters
    ----------
    w, b : float or ndarray, any shape
        Weight and bias; arrays broadcast.

    Returns
    -------
    float or ndarray
        Of their shape.
    """
    z = np.multiply.outer(w, INK_OF_SIX) + np.asarray(b)[..., None]
    return np.logaddexp(0, np.where(EIGHT, -z, z)).mean(axis=-1)


def loss_slopes(w, b):
    """Return how fast the loss rises with the weight, and with the bias.

    Parameters
    ----------
    w, b : float

    Returns
    -------
    ndarray, shape (2,)
    """
    surplus = 1 / (1 + np.exp(-(w * INK_OF_SIX + b))) - EIGHT
    return np.array([(surplus * INK_OF_SIX).mean(), surplus.mean()])


def walk(method, rate, steps, start=(0.0, 0.0), *, keep=0.9):
    """Walk down the loss from a start.

    Parameters
    ----------
    method : {"plain", "momentum", "Adam"}
        Adam's two means keep 0.9 and 0.999 [1]_.
    rate : float
    steps : int
    start : pair of float
        Weight and bias.
    keep : float
        How much of its last direction momentum keeps.

    Returns
    -------
    ndarray, shape (steps + 1, 2)
        Every place on the way, the start first.

    Raises
    ------
    ValueError
        If the method is none of these.

    References
    ----------
    .. [1] Kingma & Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1.

    Examples
    --------
    >>> walk("plain", rate=1.0, steps=1).round(3).tolist()
    [[0.0, 0.0], [0.358, 0.0]]
    """
    choice("walk", "method", method, METHODS)
    place, mean, square = np.array(start, float), np.zeros(2), np.zeros(2)
    path = [place]
    for step in range(1, steps + 1):
        slope = loss_slopes(*place)
        match method:
            case "plain":
                move = slope
            case "momentum":
                move = mean = keep * mean + slope
            case "Adam":
                mean = 0.9 * mean + 0.1 * slope
                square = 0.999 * square + 0.001 * slope**2
                # Both began at zero; the divisors make up for that.
                move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        place = place - rate * move
        path.append(place)
    return np.array(path)


def lowest():
    """Return the loss at the bottom of the surface.

    Examples
    --------
    >>> round(lowest(), 4)
    0.5088
    """
    return float(loss(*walk("plain", rate=2.0, steps=500)[-1]))


def steps_needed(method, rate, within=0.001, most=600, *, keep=0.9):
    """Count the steps after which the loss stays within a margin of the lowest.

    Parameters
    ----------
    method : {"plain", "momentum", "Adam"}
    rate : float
    within : float
    most : int
        Steps that are tried.
    keep : float
        As `walk` takes it.

    Returns
    -------
    int or None
        None where they were not enough.
    """
    far = loss(*walk(method, rate, most, keep=keep).T) > lowest() + within
    if far[-1]:
        return None
    # One place in front, which is always too far, so that the last far one is the number of steps.
    return int(np.flatnonzero([True, *far])[-1])
