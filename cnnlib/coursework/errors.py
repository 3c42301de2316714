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


def _sizes(shape):
    return [int(size) for size in shape.split(",") if size]


def _two_shapes(one, other):
    first, second = _sizes(one), _sizes(other)
    told = f"Arrays of the shapes ({one}) and ({other}) meet in this line and do not fit."
    if min(len(first), len(second)) > 1 and first[-2:] == second[:-3:-1] != second[-2:]:
        return f"{told} Their last two sizes stand in another order: are rows and columns exchanged?"
    if len(first) == len(second) and sorted(first) == sorted(second):
        return f"{told} They have the same sizes in another order: are two axes exchanged?"
    few, many = sorted((first, second), key=len)
    if len(few) < len(many) and few and many[: len(few)] == few and many[-1] != few[-1]:
        return (
            f"{told} Shapes are laid on each other from their ends, so that {many[-1]} meets {few[-1]}. A sum or a "
            "maximum along an axis takes that axis away; `keepdims=True` leaves it there, with one place."
        )
    pairs = list(zip(reversed(first), reversed(second), strict=False))
    if 0 not in first and all(size == like or 1 in (size, like) for size, like in pairs[:2]):
        if max(len(first), len(second)) == 4:
            return (
                f"{told} Rows and columns do; an axis before them does not. Is anything cut, padded or added up along "
                "it? `np.pad(x, P)` pads every axis, channels and pictures, too."
            )
        return (
            f"{told} Their last two axes do; one before these does not. Is anything cut, padded or added up along "
            "another axis than it should be?"
        )
    return (
        f"{told} A slice that reaches beyond the end of an array is cut off without a word, and one that begins before "
        "its start is empty: does this one stay inside, at the last place of the loops, too?"
    )


def _into(one, other):
    if len(_sizes(one)) <= len(_sizes(other)):
        return _two_shapes(one, other)
    return (
        f"An array of the shape ({one}) has more axes than its place on the left, of the shape ({other}). Is a sum or "
        "a maximum taken along too few axes, or with `keepdims=True`?"
    )


def _out_of_bounds(index, axis, size):
    places = {"0": "no place at all", "1": "one place, number 0"}.get(size, f"{size} places, 0 to {int(size) - 1}")
    return (
        f"Along axis {axis} the array has {places}, and number {index} is asked for. Do the loops run over the sizes "
        "of this array, are its axes in the order in which it is indexed, and can what is added to an index carry it "
        "past the end?"
    )


_MEANINGS = (
    (r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", _out_of_bounds),
    (rf"operands could not be broadcast together with shapes {SHAPE} {SHAPE}", _two_shapes),
    (rf"could not broadcast input array from shape {SHAPE} into shape {SHAPE}", _into),
    (rf"output operand with shape {SHAPE} doesn't match the broadcast shape {SHAPE}", _two_shapes),
    (
        r"indexing arrays could not be broadcast",
        lambda: (
            "Two index arrays are taken in pairs, one cell for each pair: `x[[0, 1], [2, 3]]` is the two cells `x[0, "
            "2]` and `x[1, 3]`. `x[np.ix_(rows, columns)]` takes every row with every column."
        ),
    ),
    (
        r"only integer scalar arrays can be converted",
        lambda: (
            "An array stands where one whole number is due. A list takes no array for an index, and `range` and `axis` "
            "take none either; `np.concatenate` wants its arrays in one list."
        ),
    ),
    (
        r"'float' object cannot be interpreted as an integer|slice indices must be integers|only integer",
        lambda: (
            "A size or an index is a float. `/` gives a float, also where nothing is left over; `//` gives a whole "
            "number."
        ),
    ),
    (
        r"inhomogeneous shape|all input arrays must have the same shape|all the input array dimensions",
        lambda: (
            "The rows that you put together differ in length or in shape. Print the shape of each before this line."
        ),
    ),
    (
        r"setting an array element with a sequence",
        lambda: "One cell is given several numbers: on the right stands an array where a single number is due.",
    ),
    (
        r"only (?:length-1|0-dim\w*) arrays can be",
        lambda: (
            "`math.sqrt`, `float`, `int` and their like take one number, and are given an array. NumPy's own "
            "functions, such as `np.sqrt`, take arrays; Python's `sum` of a picture adds up its rows and leaves a row."
        ),
    ),
    (
        r"matmul: .*\(size (\d+) is different from (\d+)\)",
        lambda below, above: (
            f"In `a @ b`, the rows of `a` and the columns of `b` have to be of one length; here {above} meets {below}. "
            "Print both shapes: is one of them to be transposed?"
        ),
    ),
    (
        r"array split does not result",
        lambda: (
            "`np.split` cuts into equal parts only. Print the array's shape: is it cut along the axis that you mean?"
        ),
    ),
    (
        r"truth value of an array",
        lambda: (
            "An array stands where one True or False is due: in an `if`, with `and` or `or`, or in a `max` that "
            "compares arrays. `max` and `sorted` take a `key`, a function that makes a number of each."
        ),
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
    (
        r"list index out of range",
        lambda: (
            "The list ends before this index. Negative ones count from its end, and beyond the end there is nothing: "
            "can what is added to the index carry it past `len(…)`?"
        ),
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
