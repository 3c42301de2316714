"""Normalise the arguments of an operator, and refuse the ones that make no sense.

Every message follows one pattern, ``operator: argument must be …, received …``, so that the
reader sees which call failed, which argument is at fault and what arrived.
"""

import math
import operator
from collections.abc import Sequence
from functools import cache
from numbers import Real

AXES = {1: ("L",), 2: ("H", "W")}


def describe(**shapes):
    """Spell out shapes for an error message: ``x (1, 3, 8, 8), weight (6, 1, 5, 5)``."""
    return ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items() if shape is not None)


def integer(op, argument, value, *, minimum):
    """Return ``value`` as an int of at least ``minimum``.

    Raises
    ------
    TypeError
        If ``value`` is not an integer (NaN, 2.0, a string and True are not).
    ValueError
        If it is below ``minimum``.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{op}: {argument} must be an integer, received {value!r}") from None
    if number < minimum:
        raise ValueError(f"{op}: {argument} must be at least {minimum}, received {value!r}")
    return number


def ntuple(op, argument, value, n, *, minimum):
    """Return ``value`` as a tuple of ``n`` ints; one int stands for all ``n`` axes.

    Raises
    ------
    TypeError
        If an entry is not an integer.
    ValueError
        If there are not exactly ``n`` entries, or one is below ``minimum``.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        return (integer(op, argument, value, minimum=minimum),) * n
    if len(value) != n:
        raise ValueError(f"{op}: {argument} must be one integer or {n}, received {value!r}")
    return tuple(integer(op, argument, entry, minimum=minimum) for entry in value)


def choice(op, argument, value, options):
    """Return ``value`` if it is one of ``options``; raise ``ValueError`` naming them all otherwise."""
    if not isinstance(value, str) or value not in options:
        listed = ", ".join(repr(option) for option in options)
        raise ValueError(f"{op}: {argument} must be one of {listed}, received {value!r}")
    return value


def same_float_dtype(op, allowed, **dtypes):
    """Require that all arrays of a call share one of the ``allowed`` floating-point dtypes.

    Parameters
    ----------
    op : str
        Name of the operator, for the message.
    allowed : sequence of str
        Names of dtypes, such as ``("float32", "float64")``.
    **dtypes : str or None
        Name of each argument's dtype; None for an optional array that was not given.

    Raises
    ------
    TypeError
        If a dtype is not allowed, or two arguments differ.
    """
    given = {name: dtype for name, dtype in dtypes.items() if dtype is not None}
    for name, dtype in given.items():
        if dtype not in allowed:
            raise TypeError(f"{op}: {name} must be of dtype {' or '.join(allowed)}, received {dtype}")
    if len(set(given.values())) > 1:
        received = ", ".join(f"{name} {dtype}" for name, dtype in given.items())
        raise TypeError(f"{op}: {', '.join(given)} must share one dtype, received {received}")


def float_arrays(op, kind, allowed, **arrays):
    """Require arrays of one class and of one of the ``allowed`` floating-point dtypes.

    Parameters
    ----------
    op : str
        Name of the operator, for the message.
    kind : type
        The class, ``numpy.ndarray`` or ``torch.Tensor``.
    allowed : sequence of str
        Names of dtypes, as in `same_float_dtype`.
    **arrays : kind or None
        The arguments by name; only ``bias``, the one array that a call may leave out, may be None.

    Raises
    ------
    TypeError
        If an argument is of another class or dtype, or two differ in dtype.
    """
    instances(op, kind, **arrays)
    same_float_dtype(op, allowed, **{name: dtype_name(array) for name, array in arrays.items()})


def instances(op, kind, **values):
    """Require that every value is an instance of ``kind``, or a bias that is None; raise ``TypeError`` otherwise."""
    for name, value in values.items():
        if not isinstance(value, kind) and not (name == "bias" and value is None):
            wanted = f"{kind.__module__}.{kind.__qualname__}"
            raise TypeError(f"{op}: {name} must be a {wanted}, received {type(value).__qualname__}")


def dtype_name(array):
    """Name an array's dtype as NumPy does, whatever library the array is of: ``"float32"``; None for None."""
    return None if array is None else _name(array.dtype)


@cache
def _name(dtype):  # NumPy spells it out anew each time, which took as long as an operator on a few thousand numbers
    return str(dtype).removeprefix("torch.")


def positive(op, argument, value):
    """Return ``value`` as a float; raise unless it is a finite real number above zero."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{op}: {argument} must be a number, received {value!r}")
    if not 0 < value < math.inf:
        raise ValueError(f"{op}: {argument} must be positive and finite, received {value!r}")
    return float(value)


def rank(op, argument, shape, axes):
    """Require as many axes as ``axes`` names, for instance ``("N", "C", "H", "W")``."""
    if len(shape) != len(axes):
        raise ValueError(f"{op}: {argument} must have shape ({', '.join(axes)}), received {tuple(shape)}")


def require_cells(op, x_shape):
    """Require at least one cell on every spatial axis of ``x``, whose shape is (N, C, *size)."""
    if 0 in x_shape[2:]:
        raise ValueError(f"{op}: x must have at least one cell on each spatial axis, received {tuple(x_shape)}")
