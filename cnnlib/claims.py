"""How a chapter states a claim and has it checked.

A claim is a sentence of the text with a number in it, an id, and a bound. `claim` compares, prints
one line, and raises where the sentence is not true. What differs from machine to machine is printed
between ⟨ and ⟩: the regression test compares everything outside these marks and nothing inside.
"""

import math
import re
from numbers import Integral, Real

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ClaimError(AssertionError):
    """A sentence of the book is not true on this machine."""


def measured(value, spec=".3g"):
    """Format a machine-dependent value so that the regression test does not compare it.

    Parameters
    ----------
    value : float or int
    spec : str
        Format specification.

    Returns
    -------
    str

    Examples
    --------
    >>> print("one epoch took", measured(1.2345, ".1f"), "s")
    one epoch took ⟨1.2⟩ s
    """
    return f"⟨{value:{spec}}⟩"


def claim(claim_id, statement="", *, measured, equals=None, at_least=None, at_most=None):
    """Check a sentence of the text against a measured value, and print the verdict.

    Parameters
    ----------
    claim_id : str
        Lower-case words joined by hyphens; unique in the book.
    statement : str, optional
        The sentence, as the line shall show it; the id stands in for it when left out.
    measured : number, or with ``equals`` any value that has ``==``
        What the cell computed.
    equals : same type as ``measured``, optional
        Exact value. Must stand alone; the value is then printed, being the same everywhere.
    at_least, at_most : number, optional
        Inclusive bounds; one or both. The measured value is then printed between marks.

    Raises
    ------
    ClaimError
        If the measured value is not as claimed; NaN never is.
    ValueError, TypeError
        If the id is malformed, or the bounds are missing, contradictory or not numbers.

    Examples
    --------
    >>> claim("kernel-weights", "A 5×5 kernel has 25 weights.", measured=5 * 5, equals=25)
    ✓ A 5×5 kernel has 25 weights. · 25
    >>> claim("error-is-small", measured=1e-9, at_most=1e-6)
    ✓ error-is-small: ⟨1e-09⟩ ≤ 1e-06
    """
    if not isinstance(claim_id, str) or not _ID.fullmatch(claim_id):
        raise ValueError(f"claim: claim_id must be lower-case words joined by hyphens, received {claim_id!r}")
    if equals is not None and (at_least is not None or at_most is not None):
        raise ValueError(f"claim {claim_id}: give equals, or at_least and at_most, not both")
    if equals is not None:
        holds, shown = _exactly(claim_id, measured, equals)
    else:
        holds, shown = _bounded(claim_id, measured, at_least, at_most)
    if not holds:
        raise ClaimError(f"✗ {claim_id}: {statement} · {shown}" if statement else f"✗ {claim_id}: {shown}")
    print(f"✓ {statement} · {shown}" if statement else f"✓ {claim_id}: {shown}")


def _exactly(claim_id, measured, equals):
    if isinstance(measured, Integral):  # NumPy's integers compare to NumPy's booleans
        measured = int(measured)
    # An array would compare element by element, and a float hides rounding: neither is "exact".
    if isinstance(measured, float) or type(measured == equals) is not bool:
        raise TypeError(
            f"claim {claim_id}: equals compares exact values such as int, str or tuple, "
            f"received {type(measured).__name__}; use at_least and at_most"
        )
    holds = measured == equals
    return holds, _number(equals) if holds else f"{_number(measured)}, not {_number(equals)}"


def _bounded(claim_id, measured, at_least, at_most):
    if at_least is None and at_most is None:
        raise ValueError(f"claim {claim_id}: give equals, at_least or at_most")
    for name, value in {"measured": measured, "at_least": at_least, "at_most": at_most}.items():
        if value is not None and not isinstance(value, Real):
            raise TypeError(f"claim {claim_id}: {name} must be a number, received {type(value).__name__}")
    low = -math.inf if at_least is None else at_least
    high = math.inf if at_most is None else at_most
    if not low <= high:
        raise ValueError(f"claim {claim_id}: at_least must not exceed at_most, received {at_least} and {at_most}")
    shown = f"⟨{measured:.4g}⟩"
    if at_least is not None:
        shown = f"{_number(at_least)} ≤ {shown}"
    if at_most is not None:
        shown = f"{shown} ≤ {_number(at_most)}"
    return low <= measured <= high, shown


def _number(value):
    if isinstance(value, Integral) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else f"{value}"
