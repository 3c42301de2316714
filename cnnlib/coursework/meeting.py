"""Two shapes do not fit: what that means, in plain words."""

import re

BEYOND = (
    "A slice that reaches beyond the end of an array is cut off without a word, and one that begins before its start "
    "is empty: does this one stay inside, at the last place of the loops, too?"
)


def in_an_operation(one, other, line="", pads=False):
    """Say why two arrays cannot be added, multiplied or compared.

    Parameters
    ----------
    one, other : str
        The shapes, as NumPy writes them between the brackets.
    line : str
        The student's line.
    pads : bool
        Whether the student's function calls ``np.pad``.

    Returns
    -------
    str
    """
    first, second = _sizes(one), _sizes(other)
    told = _meet(one, other)
    if 0 in first + second:
        return f"{told} One of them is empty. {BEYOND}"
    few, many = sorted((first, second), key=len)
    shared = len(few)
    if shared > 1 and few[-2:] == many[:-3:-1] != many[-2:]:
        return f"{told} Their last two sizes stand in another order: are rows and columns exchanged?"
    if shared > 1 and sorted(few) == sorted(many[-shared:]):
        return f"{told} They have the same sizes in another order: are two axes exchanged?"
    from_the_ends = f"Shapes are laid on each other from their ends, so that {many[-1]} meets {few[-1]}." if few else ""
    if shared == 1 and len(many) > 2 and few[0] in many[:-1]:
        return (
            f"{told} {from_the_ends} To which axis do the {few[0]} numbers belong? `v[:, None, None]` puts them two "
            "axes further to the front."
        )
    if 0 < shared < len(many) and many[:shared] == few and many[-shared:] != few:
        return (
            f"{told} {from_the_ends} A sum or a maximum along an axis takes that axis away; `keepdims=True` leaves it "
            "there, with one place."
        )
    if len(first) == len(second) == 4 and first[1:] == second[1:]:
        return (
            f"{told} Behind their first axis they do. Do pictures meet filters there? Every filter looks at every "
            "picture: multiply with one filter at a time."
        )
    pairs = list(zip(reversed(first), reversed(second), strict=False))
    if all(size == like or 1 in (size, like) for size, like in pairs[:2]):
        even = all((size - like) % 2 == 0 or 1 in (size, like) for size, like in pairs[2:])
        too = " `np.pad(x, P)` pads every axis, channels and pictures, too." if pads and even else ""
        return (
            f"{told} Their last two axes do; one before these does not. Is anything cut, padded or added up along "
            f"another axis than it should be?{too}"
        )
    return f"{told} {BEYOND}" if _slices(line) else f"{told} Print both shapes before this line: which is not as meant?"


def when_written(right, left, line="", pads=False):
    """Say why what stands on the right cannot be written into what stands on the left; as `in_an_operation`."""
    sizes, place = _sizes(right), _sizes(left)
    told = f"An array of the shape ({right}) is written into a place of the shape ({left}) and does not fit."
    if 0 in sizes + place:
        return f"{told} One of them is empty. {BEYOND}"
    if "keepdims" in line and 1 in sizes:
        return f"{told} `keepdims` left the axes that were reduced, with one place each; here they are too many."
    if len(sizes) > len(place):
        return (
            f"An array of the shape ({right}) has more axes than its place on the left, of the shape ({left}). Is a "
            "sum or a maximum taken along too few axes, or with `keepdims=True`?"
        )
    if any(size > 1 and there == 1 for size, there in zip(reversed(sizes), reversed(place), strict=False)):
        return (
            f"{told} The left side does not stretch: the right side has an axis too many, or one that should have one "
            "place. Over which axes is it added up, or the largest taken?"
        )
    return in_an_operation(right, left, line, pads)


def _sizes(text):
    return [int(size) for size in text.split(",") if size]


def _meet(one, other):
    return f"Arrays of the shapes ({one}) and ({other}) meet in this line and do not fit."


def _slices(line):
    """Say whether a line cuts anything; where the line is not known, it may."""
    return not line or bool(re.search(r"\[[^\]]*:[^\]]*\]", line)) or "=" not in line
