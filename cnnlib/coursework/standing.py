"""How far a student is: what the checks of this session found."""

PATIENCE = 2  # failed checks after which the hints are mentioned

_fared = {}  # (assignment, name of the function): how often its check failed, and whether the last one passed


def note(assignment, task, verdicts):
    """Remember how a check went, and say what comes next.

    Parameters
    ----------
    assignment : str
    task : Task
    verdicts : list of Verdict

    Returns
    -------
    str
        A sentence; empty where there is nothing to say.
    """
    failures, _ = _fared.get((assignment, task.name), (0, False))
    ok = all(verdict.ok for verdict in verdicts)
    begun = any("not written yet" not in verdict.message for verdict in verdicts)
    _fared[assignment, task.name] = (failures + (begun and not ok), ok)
    if not ok and begun and failures + 1 >= PATIENCE:
        return "The folded hints above the function are meant for now: open the first."
    return ""


def progress(assignment, **points):
    """Print how many points the functions have that this session's checks found right, and what is next.

    Parameters
    ----------
    assignment : str
    **points : int
        What each function is worth, in order; what no check can judge, as ``open``.

    Examples
    --------
    >>> progress("convolution", correlate2d=10, conv2d=25, open=15)
    0 of 50 points so far, by the examples of this notebook. Next: correlate2d (10 points).
    """
    right = [name for name in points if _fared.get((assignment, name), (0, False))[1]]
    left = [name for name in points if name not in right]
    sure = f"{sum(points[name] for name in right)} of {sum(points.values())} points so far, by the examples of this"
    if left == ["open"]:
        print(f"{sure} notebook. Next: the open question ({points['open']} points), which a person reads.")
    elif left:
        print(f"{sure} notebook. Next: {left[0]} ({points[left[0]]} points).")
    else:
        print(f"{sure} notebook: all of them.")
