"""How far a student is: what the checks of this session found, and which hint is due."""

from dataclasses import dataclass

PATIENCE = 2  # failed checks after which a hint opens


@dataclass
class _Try:
    """How a function has fared: failed checks, the hints that were opened; whether the last check passed, how well."""

    failures: int = 0
    opened: tuple = ()
    right: bool = False
    share: float | None = None


_worth = {}  # assignment: points by the names of its functions
_fared = {}  # (assignment, name of a function): _Try


def begin(assignment, **points):
    """Say what each function is worth; the checks count from then on.

    Parameters
    ----------
    assignment : str
    **points : int
        By name, in the notebook's order; what no check can judge, as ``open``.
    """
    _worth[assignment] = points


def note(assignment, task, verdicts):
    """Remember how a check went, and choose a hint where one is due.

    Parameters
    ----------
    assignment : str
    task : Task
    verdicts : list of Verdict

    Returns
    -------
    Hint or None
        Of those that fit the first wrong case, the first that was not opened yet; with none left, one for any failure.
        None before the second failed check, and where nothing is written yet.
    """
    if verdicts[0].message == "not written yet":
        _fared.pop((assignment, task.name), None)
        return None
    tried = _fared.setdefault((assignment, task.name), _Try())
    tried.right = all(verdict.ok for verdict in verdicts)
    tried.share = verdicts[-1].share
    if tried.right:
        return None
    tried.failures += 1
    if tried.failures < PATIENCE or not task.hints:
        return None
    number = next(place for place, verdict in enumerate(verdicts, 1) if not verdict.ok)
    ordered = sorted(task.hints, key=lambda hint: _distance(hint, task, number, verdicts[number - 1]))
    due = next((hint for hint in ordered if hint.title not in tried.opened), ordered[0])
    tried.opened += (due.title,)
    return due


def _distance(hint, task, number, verdict):
    """Rank a hint: below 0 where it fits a failure, 0 where it fits any, above where it is about something else."""
    part = task.returns[int(verdict.part)] if verdict.part.isdigit() else verdict.part
    if hint.said and hint.said in verdict.message:
        return -3
    alike = {number, verdict.property, part} & set(hint.fits)
    return -len(alike) if alike or not (hint.fits or hint.said) else 1


def standing(assignment):
    """Say how many points the functions have that the checks found right, and what is next.

    Parameters
    ----------
    assignment : str

    Returns
    -------
    str
        Empty where nobody said what the functions are worth.
    """
    points = _worth.get(assignment)
    if not points:
        return ""
    right = [name for name in points if _fared.get((assignment, name), _Try()).right]
    left = [name for name in points if name not in right]
    sure = f"{sum(points[name] for name in right)} of {sum(points.values())} points."
    if not left:
        return sure
    if left == ["open"]:
        return (
            f"{sure} All functions are right. Next: the open question ({points['open']} points), which a person reads."
        )
    return f"{sure} Next: {left[0]} ({points[left[0]]} points)."


def progress(assignment):
    """Print every function, whether the checks since the kernel's start found it right, and the points so far.

    Parameters
    ----------
    assignment : str

    Raises
    ------
    ValueError
        If `begin` has not said what its functions are worth.

    Examples
    --------
    >>> begin("convolution", correlate2d=10, conv2d=25, open=15)
    >>> progress("convolution")
      – correlate2d  10
      – conv2d       25
        open         15  a person reads it
    0 of 50 points. Next: correlate2d (10 points).
    """
    if assignment not in _worth:
        raise ValueError(f"progress: assignment must be one that has begun, received {assignment!r}")
    points = _worth[assignment]
    width = max(map(len, points))
    for name, worth in points.items():
        tried = _fared.get((assignment, name))
        mark = " " if name == "open" else "–" if tried is None else "✓" if tried.right else "✗"
        read = "  a person reads it" if name == "open" else ""
        read = f"  read {tried.share:.1%}" if tried is not None and tried.share is not None else read
        print(f"  {mark} {name:{width}}  {worth}{read}")
    print(standing(assignment))
