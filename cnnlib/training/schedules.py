"""Learning rates over a run: functions of the share of steps that are done, so that a resume needs no state."""

import numpy as np


def constant(progress, peak):
    """Return ``peak`` throughout.

    Parameters
    ----------
    progress : float
        Not used.
    peak : float

    Returns
    -------
    float
    """
    return float(peak)


def one_cycle(progress, peak):
    """Return the learning rate after a share ``progress`` of all steps.

    It climbs linearly to ``peak`` over the first 30 %, then falls to zero along a half cosine [1]_.

    Parameters
    ----------
    progress : float
        From 0 before the first step to 1 after the last.
    peak : float

    Returns
    -------
    float

    References
    ----------
    .. [1] Smith & Topin, *Super-convergence* (2018), with the cosine of Loshchilov & Hutter, *SGDR* (2017), Eq. 5.

    Examples
    --------
    >>> one_cycle(0.15, peak=0.01), one_cycle(0.3, peak=0.01), round(one_cycle(0.65, peak=0.01), 6)
    (0.005, 0.01, 0.005)
    """
    return _up_and_down(progress, peak, warm_up=0.3)


def three_drops(progress, peak):
    """Return the learning rate of AlexNet's paper: divided by ten, three times [1]_.

    The authors divided it by hand, when the validation error stopped improving. Nobody watches here: the drops come
    after 1/3, 2/3 and 8/9 of all steps, which are 30, 60 and 80 of 90 epochs.

    Parameters
    ----------
    progress : float
        From 0 before the first step to 1 after the last.
    peak : float
        The rate to begin with.

    Returns
    -------
    float

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks*
       (2012), Sec. 5.

    Examples
    --------
    >>> [round(three_drops(epoch / 90, peak=0.01), 6) for epoch in (0, 29, 30, 60, 80)]
    [0.01, 0.01, 0.001, 0.0001, 1e-05]
    """
    drops = sum(progress >= share for share in (1 / 3, 2 / 3, 8 / 9))
    return float(peak / 10**drops)


def warm_up_cosine(progress, peak):
    """Return the learning rate that climbs for 5 % of all steps and falls to zero along a half cosine [1]_.

    Parameters
    ----------
    progress : float
        From 0 before the first step to 1 after the last.
    peak : float

    Returns
    -------
    float

    References
    ----------
    .. [1] Goyal et al., *Accurate, large minibatch SGD* (2017), Sec. 2.2, with the cosine of Loshchilov & Hutter,
       *SGDR* (2017), Eq. 5.

    Examples
    --------
    >>> warm_up_cosine(0.025, peak=0.08), warm_up_cosine(0.05, peak=0.08), round(warm_up_cosine(0.525, peak=0.08), 6)
    (0.04, 0.08, 0.04)
    """
    return _up_and_down(progress, peak, warm_up=0.05)


def _up_and_down(progress, peak, warm_up):
    """Climb linearly over a share ``warm_up`` of the run, then fall along a half cosine."""
    if progress < warm_up:
        return float(peak * progress / warm_up)
    return float(peak * (1 + np.cos(np.pi * (progress - warm_up) / (1 - warm_up))) / 2)


SCHEDULES = {
    "one_cycle": one_cycle,
    "constant": constant,
    "three_drops": three_drops,
    "warm_up_cosine": warm_up_cosine,
}
