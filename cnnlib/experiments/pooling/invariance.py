"""How much of a representation changes when the image does."""

import numpy as np


def compare_values(before, after, *, threshold=0.1):
    """Mark the values that change, and count them among those that say something.

    Parameters
    ----------
    before, after : ndarray of float, equal shapes
    threshold : float
        What counts as a change and as saying something, as a share of the largest magnitude in ``before``.

    Returns
    -------
    changed : ndarray of bool, same shape
        Where the two differ by more than the threshold.
    share : float
        Their number, over the number of places where either of the two exceeds the threshold.

    Raises
    ------
    ValueError
        If the shapes differ, or nothing exceeds the threshold.

    Examples
    --------
    >>> changed, share = compare_values(np.array([0.0, 1.0, 0.5, 0.0]), np.array([0.0, 1.0, 0.1, 0.0]))
    >>> changed.tolist(), share
    ([False, False, True, False], 0.5)
    """
    _check("compare_values", before, after)
    level = threshold * np.abs(before).max()
    changed = np.abs(after - before) > level
    speaking = np.maximum(np.abs(before), np.abs(after)) > level
    return changed, float(changed.sum() / speaking.sum())


def relative_change(before, after):
    """Return the sum of all changes over the sum of all values, each by magnitude.

    Parameters
    ----------
    before, after : ndarray of float, equal shapes

    Returns
    -------
    float
        0 where nothing changes, about 2 where nothing is left in its place.

    Raises
    ------
    ValueError
        If the shapes differ, or ``before`` is zero everywhere.

    Examples
    --------
    >>> relative_change(np.array([2.0, 0.0]), np.array([1.0, 0.5]))
    0.75
    """
    _check("relative_change", before, after)
    return float(np.abs(after - before).sum() / np.abs(before).sum())


def _check(function, before, after):
    if np.shape(before) != np.shape(after):
        raise ValueError(
            f"{function}: before and after must have equal shapes, received {np.shape(before)} and {np.shape(after)}"
        )
    if not np.any(before):
        raise ValueError(f"{function}: before must hold a value other than zero, received shape {np.shape(before)}")
