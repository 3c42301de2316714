"""How a chapter states a claim and has it checked.

A claim is a sentence with a number in it, an id, and what that number must be: exactly so, close to a value, or within
bounds. `claim` compares, prints one line, and raises where the sentence is not true. What differs from machine to
machine is printed between ⟨ and ⟩: the regression test compares everything outside these marks and nothing inside.
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


def claim(claim_id, statement, *, measured, equals=None, about=None, within=None, at_least=None, at_most=None):
    """Check a sentence of the text against a measured value, and print the verdict.

    Parameters
    ----------
    claim_id : str
        Lower-case words joined by hyphens; unique in the book.
    statement : str
        The sentence, true alone.
    measured : number, or with ``equals`` any value that has ``==``
        What the cell computed.
    equals : same type as ``measured``, optional
        Exact value. Must stand alone; the value is then printed, being the same everywhere.
    about, within : number, optional
        The value that the sentence gives, and how far from it the measured one may lie; both or neither.
        The measured value is then printed between marks, as it is with bounds.
    at_least, at_most : number, optional
        Inclusive bounds; one or both. For what has no value to be close to: an error that is at most rounding.

    Raises
    ------
    ClaimError
        If the measured value is not as claimed; NaN never is.
    ValueError, TypeError
        If the id is malformed, the statement empty, or what is claimed is missing, contradictory or not a number.

    Examples
    --------
    >>> claim("kernel-weights", "A 5×5 kernel has 25 weights.", measured=5 * 5, equals=25)
    ✓ A 5×5 kernel has 25 weights. · 25
    >>> claim("network-reads", "It reads 97 of 100 digits.", measured=0.971, about=0.97, within=0.01)
    ✓ It reads 97 of 100 digits. · ⟨0.971⟩ = 0.97 ± 0.01
    >>> claim("error-is-small", "The two agree up to rounding.", measured=1e-9, at_most=1e-6)
    ✓ The two agree up to rounding. · ⟨1e-09⟩ ≤ 1e-06
    """
    if not isinstance(claim_id, str) or not _ID.fullmatch(claim_id):
        raise ValueError(f"claim: claim_id must be lower-case words joined by hyphens, received {claim_id!r}")
    if not isinstance(statement, str) or not statement.strip():
        raise ValueError(f"claim {claim_id}: statement must be a sentence, received {statement!r}")
    given = [
        names
        for names, values in {
            "equals": (equals,), "about and within": (about, within), "at_least and at_most": (at_least, at_most)
        }.items()
        if any(value is not None for value in values)
    ]  # fmt: skip
    if len(given) != 1:
        received = " as well as ".join(given) or "none of them"
        raise ValueError(
            f"claim {claim_id}: give equals, or about and within, or at_least or at_most or both of these, "
            f"received {received}"
        )
    if equals is not None:
        holds, shown = _exactly(claim_id, measured, equals)
    elif given == ["about and within"]:
        holds, shown = _close(claim_id, measured, about, within)
    else:
        holds, shown = _bounded(claim_id, measured, at_least, at_most)
    if not holds:
        raise ClaimError(f"✗ {claim_id}: {statement} · {shown}")
    print(f"✓ {statement} · {shown}")


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


def _close(claim_id, measured, about, within):
    _numbers(claim_id, measured=measured, about=about, within=within)
    if not within > 0:
        raise ValueError(f"claim {claim_id}: within must be above 0, received {within}")
    return abs(measured - about) <= within, f"⟨{measured:.4g}⟩ = {_number(about)} ± {_number(within)}"


def _bounded(claim_id, measured, at_least, at_most):
    bounds = {name: value for name, value in (("at_least", at_least), ("at_most", at_most)) if value is not None}
    _numbers(claim_id, measured=measured, **bounds)
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


def _numbers(claim_id, **values):
    for name, value in values.items():
        if not isinstance(value, Real):
            raise TypeError(f"claim {claim_id}: {name} must be a number, received {type(value).__name__}")


def _number(value):
    if isinstance(value, Integral) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else f"{value}"
