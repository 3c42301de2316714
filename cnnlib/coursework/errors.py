"""What Python's and NumPy's commonest errors mean, in plain words."""

import re

SHAPE = r"\(([\d,]*)\)"


def meaning(failure):
    """Say what an error means and where to look.

    Parameters
    ----------
    failure : str
        As of `Answer`.

    Returns
    -------
    str
        Empty where the error says it all.
    """
    for pattern, explain in _MEANINGS:
        found = re.search(pattern, failure)
        if found:
            return explain(*found.groups())
    return ""


def _two_shapes(one, other):
    first, second = ([int(size) for size in text.split(",") if size] for text in (one, other))
    told = f"Arrays of the shapes ({one}) and ({other}) meet in this line and do not fit."
    if len(first) == len(second) and sorted(first) == sorted(second):
        return f"{told} They have the same sizes in another order: are rows and columns exchanged?"
    few, many = sorted((first, second), key=len)
    if len(few) < len(many) and few and many[: len(few)] == few and many[-len(few) :] != few:
        return (
            f"{told} Shapes are laid on each other from their ends, so that {many[-1]} meets {few[-1]}. A sum or a "
            "maximum along an axis takes that axis away; `keepdims=True` leaves it there, with one place."
        )
    pairs = enumerate(zip(reversed(first), reversed(second), strict=False), 1)
    if (
        not any(place <= 2 and size != like and 1 not in (size, like) for place, (size, like) in pairs)
        and 0 not in first
    ):
        return (
            f"{told} Rows and columns do; an axis before them does not. Is anything cut, padded or added up along it? "
            "`np.pad(x, P)` pads every axis, channels and pictures, too."
        )
    return (
        f"{told} A slice that reaches beyond the end of an array is cut off without a word, and one that begins before "
        "its start is empty: does this one stay inside, at the last place of the loops, too?"
    )


def _out_of_bounds(index, axis, size):
    places = "one place, number 0" if size == "1" else f"{size} places, 0 to {int(size) - 1}"
    return (
        f"Along axis {axis} the array has {places}, and number {index} is asked for. Do the loops run over the sizes "
        "of this array, and are its axes in the order in which it is indexed?"
    )


_MEANINGS = (
    (r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", _out_of_bounds),
    (rf"operands could not be broadcast together with shapes {SHAPE} {SHAPE}", _two_shapes),
    (rf"could not broadcast input array from shape {SHAPE} into shape {SHAPE}", _two_shapes),
    (rf"output operand with shape {SHAPE} doesn't match the broadcast shape {SHAPE}", _two_shapes),
    (
        r"'float' object cannot be interpreted as an integer|slice indices must be integers|only integer",
        lambda: (
            "A size or an index is a float. `/` gives a float, also where nothing is left over; `//` gives a whole "
            "number."
        ),
    ),
    (
        r"setting an array element with a sequence|only (?:length-1|0-dim\w*) arrays can be",
        lambda: "One cell is given several numbers: on the right stands an array where a single number is due.",
    ),
    (
        r"Cannot cast ufunc",
        lambda: "The array on the left holds whole numbers and cannot take decimals: it was made from integers.",
    ),
    (
        r"UnboundLocalError: \D*'(\w+)'",
        lambda name: f"`{name}` is used in the function before the function has given it a value.",
    ),
    (
        r"NameError: name '(\w+)'",
        lambda name: f"There is nothing called `{name}` here. Is it misspelt, or is its cell still to be run?",
    ),
    (r"KeyError: '?([^'\n]+)'?", lambda name: f"The dict has no `{name}`; `sorted(…)` of it shows the names it has."),
    (r"'NoneType' object", lambda: "Something here is None: perhaps a function that you call returns nothing."),
    (r"ZeroDivisionError", lambda: "Something is divided by 0. Print the divisor in the line before."),
    (r"RecursionError", lambda: "The function calls itself without end."),
    (
        r"missing \d+ required positional|takes \d+ positional",
        lambda: "A function is called with too few or too many arguments; `help(…)` shows which it takes.",
    ),
)
