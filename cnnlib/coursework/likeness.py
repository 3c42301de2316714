"""How is a wrong array like the right one? Told in sentences, from the numbers alone."""

import re
from itertools import permutations

import numpy as np

from cnnlib.coursework.judging import close, wrong_cells

SAME = 1e-6  # in units of the largest value: alike to six digits
AXES = {
    1: (("place", "places"),),
    2: (("row", "rows"), ("column", "columns")),
    3: (("map", "maps"), ("row", "rows"), ("column", "columns")),
    4: (("picture", "pictures"), ("channel", "channels"), ("row", "rows"), ("column", "columns")),
}
FILTERS = (("filter", "filters"), *AXES[4][1:])


def describe(pairs, tolerance, name=""):
    """Say how the answers to several calls differ from what they should be.

    Parameters
    ----------
    pairs : list of (ndarray, ndarray)
        What came back and what was asked for, in each call where the two differ.
    tolerance : float
        As of `Task`.
    name : str
        What the array is called; it tells filters from pictures.

    Returns
    -------
    (str, str)
        What is true of all calls, and where the first one is wrong; empty where nothing simple is true.
    """
    pairs = [(np.asarray(mine), np.asarray(right)) for mine, right in pairs]
    if not pairs:
        return "", ""
    if all(mine.ndim == right.ndim == 0 for mine, right in pairs):  # numbers: the calls together are an array
        pairs = [tuple(np.array(each, float) for each in zip(*pairs, strict=True))]
        told = _relation(*pairs[0], np.ones(len(pairs[0][0]), bool), ()) if len(pairs[0][0]) > 1 else ""
        return told.replace("Every value", "Every number"), ""
    where = _one(*pairs[0], tolerance, name)[1]
    telling = [pair for pair in pairs if pair[0].size > 1 and pair[1].size > 1] or pairs
    told = [_one(*pair, tolerance, name) for pair in telling]
    first = told[0][0]
    alike = len({_kind(each) for each, _ in told}) == 1
    several = "" if len({each for each, _ in told}) == 1 else " In other cases it is another number."
    return (first + several if first and alike else ""), where


def _kind(sentence):
    """Return a sentence without its numbers."""
    return re.sub(r"[-+]?\d[\d.e+-]*", "#", sentence)


def _one(received, expected, tolerance, name):
    """Say how one array differs from what it should be, and where."""
    if received.ndim != expected.ndim:
        return _another_rank(received, expected), ""
    axes = FILTERS if name.endswith("weight") and expected.ndim == 4 else AXES.get(expected.ndim, ())
    if received.shape != expected.shape:
        return _another_size(received, expected, axes)
    wrong = wrong_cells(received, expected, tolerance)
    if received.dtype == bool:  # whose values have no sizes to compare
        at = received[wrong]
        return (f"Where you are wrong, you have {at[0]}." if np.all(at == at[0]) else ""), _places(wrong, axes)
    how = _overflown(received, expected) or _relation(received.astype(float), expected.astype(float), wrong, axes)
    return how, _places(wrong, axes)


def _overflown(received, expected):
    """Say whether whole numbers lost what their type has no room for."""
    bits = 8 * received.dtype.itemsize
    if received.dtype.kind not in "iu" or expected.dtype.kind not in "iu" or bits == 64:
        return ""
    if np.any((received.astype(np.int64) - expected.astype(np.int64)) % 2**bits):
        return ""
    return f"Your numbers have {bits} bits each, which is too few: larger ones lose what does not fit."


def _another_rank(received, expected):
    if received.size == expected.size and close(received.ravel(), expected.ravel(), SAME):
        return "The numbers are right and laid out in another shape."
    if expected.ndim == 0:
        for word, value in (("sum", received.sum), ("mean", received.mean)):
            if received.size and close(np.asarray(value()), expected, SAME):
                return f"The {word} of your values is what is asked for."
        return f"You return {received.size} values, and one number is asked for."
    for axis in range(received.ndim):
        if received.ndim == expected.ndim + 1 and close(received.sum(axis), expected, SAME):
            return f"Added up along axis {axis}, your values are what is asked for."
    for axis in range(expected.ndim):
        if received.ndim == expected.ndim - 1 and close(received, expected.sum(axis), SAME):
            return f"Your array is the right one added up along axis {axis}."
    more, which = received.ndim - expected.ndim, "many" if received.ndim > expected.ndim else "few"
    return f"Your array has {_count(abs(more), ('axis', 'axes'))} too {which}."


def _another_size(received, expected, axes):
    for order in permutations(range(expected.ndim)):
        if close(np.transpose(received, order), expected, SAME):
            return "Your array is the right one with its axes in another order.", ""
    sizes = []
    for mine, right, (one, many) in zip(received.shape, expected.shape, axes, strict=True):
        if mine != right:
            which = "many" if mine > right else "few"
            sizes.append(f"{abs(mine - right)} {one if abs(mine - right) == 1 else many} too {which}")
    return _inside(received, expected, axes), f"You have {' and '.join(sizes)}." if sizes else ""


def _inside(received, expected, axes):
    """Find the smaller of two arrays in the larger: as a block, or as every second row and column."""
    mine_in_right = all(mine <= right for mine, right in zip(received.shape, expected.shape, strict=True))
    right_in_mine = all(mine >= right for mine, right in zip(received.shape, expected.shape, strict=True))
    if not received.size or not (mine_in_right or right_in_mine):
        return ""
    small, large = (received, expected) if mine_in_right else (expected, received)
    rooms = [big - little + 1 for big, little in zip(large.shape, small.shape, strict=True)]
    for at in np.ndindex(*rooms) if np.prod(rooms) <= 400 else ():
        block = large[tuple(slice(start, start + size) for start, size in zip(at, small.shape, strict=True))]
        if not close(block, small, SAME):
            continue
        ends = []
        for start, big, little, (one, many) in zip(at, large.shape, small.shape, axes, strict=True):
            for word, count in (("first", start), ("last", big - little - start)):
                if count:
                    ends.append(f"the {word} {one}" if count == 1 else f"the {word} {count} {many}")
        if mine_in_right:
            return f"Your values are right as far as they go; missing {_are(ends, axes)} {_and(ends)}."
        return f"The right values stand inside of yours; too many {_are(ends, axes)} {_and(ends)}."
    for step in (2, 3, 4):
        grid = large[tuple(slice(None, None, step if axis >= large.ndim - 2 else 1) for axis in range(large.ndim))]
        if min(grid.shape[-2:]) > 1 and close(grid, small, SAME):
            if mine_in_right:
                return f"Your values are every {_nth(step)} of the right ones, along rows and columns."
            return f"Every {_nth(step)} of your values, along rows and columns, is right; the others are too many."
    return ""


def _relation(received, expected, wrong, axes):
    """Say how the values of two arrays of one shape hang together."""
    if received.size < 2:
        return ""  # anything is true of one number
    if not np.all(np.isfinite(received)):
        return "Yours are infinite or NaN where they are wrong." if np.all(~np.isfinite(received[wrong])) else ""
    rows = axes[-2:] if len(axes) >= 2 else axes
    for found in (
        _scaled(received, expected),
        _turned(received, expected, rows),
        _moved(received, expected),
        _reordered(received, expected, axes),
        _copied(received, expected, axes),
        _shifted(received, expected, axes),
        _bent(received, expected, wrong),
    ):
        if found:
            return found
    return ""


def _scaled(received, expected):
    there = np.abs(expected) > SAME * np.max(np.abs(expected), initial=1.0)
    if there.sum() < 2 or np.any(received[~there] > SAME):
        return ""
    ratios = received[there] / expected[there]
    ratio = float(np.median(ratios))
    if not np.allclose(ratios, ratio, rtol=1e-5, atol=0) or ratio in (0.0, 1.0):
        return ""
    if np.isclose(ratio, -1):
        return "Every value has the opposite sign."
    sign = ", with the opposite sign" if ratio < 0 else ""
    if abs(ratio) > 1:
        return f"Every value is {abs(ratio):.4g} times what is asked for{sign}."
    return f"Every value is what is asked for, divided by {abs(1 / ratio):.4g}{sign}."


def _turned(received, expected, rows):
    if len(rows) < 2:
        return ""
    for flipped, words in (
        (received[..., ::-1, ::-1], "turned upside down and back to front"),
        (received[..., ::-1, :], "turned upside down"),
        (received[..., ::-1], "mirrored, left for right"),
        (np.swapaxes(received, -2, -1), "with rows and columns exchanged"),
    ):
        if _equal(flipped, expected):
            return f"Your picture is the right one {words}."
    return ""


def _equal(one, other):
    return one.shape == other.shape and close(one, other, SAME)


def _moved(received, expected):
    """Find a small move along the last two axes after which what overlaps is equal."""
    if expected.ndim < 2 or min(expected.shape[-2:]) < 1:
        return ""
    height, width = expected.shape[-2:]
    for down, right in sorted(np.ndindex(7, 7), key=lambda at: abs(at[0] - 3) + abs(at[1] - 3)):
        down, right = down - 3, right - 3
        if (down, right) == (0, 0) or abs(down) > height // 2 or abs(right) > width // 2:
            continue
        mine = received[..., max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
        theirs = expected[..., max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)]
        if mine.size < 2 or np.ptp(theirs) == 0 or not close(mine, theirs, SAME):
            continue
        steps = [(abs(down), "row", "down" if down > 0 else "up")] if down else []
        steps += [(abs(right), "column", "to the right" if right > 0 else "to the left")] if right else []
        words = [f"{count} {what}{'s' if count > 1 else ''} {where}" for count, what, where in steps]
        return f"Your values are right and stand elsewhere: {_and(words)} of where they belong."
    return ""


def _reordered(received, expected, axes):
    """Find an axis along which the right slices stand in another order."""
    for axis, (_, many) in enumerate(axes):
        mine, theirs = np.moveaxis(received, axis, 0), np.moveaxis(expected, axis, 0)
        if not 2 <= len(theirs) <= 64 or (theirs.ndim > 1 and theirs[0].size < 2 and len(theirs) < 3):
            continue
        order = [next((k for k, each in enumerate(theirs) if close(part, each, SAME)), None) for part in mine]
        if None not in order and sorted(order) == list(range(len(theirs))) and len(theirs) > 2 - (theirs.ndim > 1):
            shown = f": {', '.join(map(str, order))}" if len(order) <= 8 else ""
            return f"Your {many} are right and in another order{shown}."
    return ""


def _copied(received, expected, axes):
    """Find an axis along which all slices are one, which the right ones are not."""
    for axis, (one, many) in enumerate(axes):
        mine, theirs = np.moveaxis(received, axis, 0), np.moveaxis(expected, axis, 0)
        if len(mine) < 2 or mine[0].size < 2 or close(theirs, np.broadcast_to(theirs[:1], theirs.shape), SAME):
            continue
        if not close(mine, np.broadcast_to(mine[:1], mine.shape), SAME):
            continue
        right = [k for k, each in enumerate(theirs) if close(mine[0], each, SAME)]
        if np.ptp(mine[0]) > 0 or right:
            return f"All your {many} are the same" + (f": each is {one} {right[0]}." if right else ".")
    return ""


def _shifted(received, expected, axes):
    """Find a number, or one for each slice along an axis, by which all values are off."""
    off = received - expected
    scale = SAME * max(1.0, float(np.max(np.abs(expected))))
    if off.size > 1 and np.ptp(off) <= scale:
        return f"Every value is too {'large' if off.flat[0] > 0 else 'small'} by {abs(off.flat[0]):.4g}."
    for axis, (one, _) in enumerate(axes[:-2] if len(axes) > 2 else ()):
        slices = np.moveaxis(off, axis, 0).reshape(off.shape[axis], -1)
        if slices.shape[1] > 2 and np.all(np.ptp(slices, axis=1) <= scale):
            return f"In each {one} all values are off by one number: {_numbers(slices[:, 0])}."
    return ""


def _bent(received, expected, wrong):
    """Find a function of one value that makes one array of the other, or what the wrong cells have in common."""
    for values, words in (
        (np.maximum(expected, 0), "Your values are right, with 0 wherever a negative number is asked for."),
        (np.abs(expected), "Your values are right but for their signs: none is negative."),
        (np.trunc(expected), "Your values are the right ones without their decimals."),
        *(
            (np.round(expected, digits), f"Your values are the right ones, rounded to {digits} decimals.")
            for digits in (2, 3, 4)
        ),
        (expected**2, "Your values are the squares of the right ones."),
        (~(expected != 0), "You have 1 for 0, and 0 for 1."),
    ):
        if _equal(received, np.asarray(values, float)):
            return words
    if np.all(np.isclose(received[wrong], 0, atol=1e-12)):
        return "Where you are wrong, you have 0: is anything written there?"
    if wrong.sum() > 1 and np.all(wrong) and np.ptp(received) <= 1e-12:
        return f"All your values are {received.flat[0]:.4g}."
    return ""


def _places(wrong, axes):
    """Say where the wrong cells are."""
    if wrong.all():
        return ""
    told = []
    for axis, (one, many) in enumerate(axes[:-2]):
        hit = wrong.any(axis=tuple(k for k in range(wrong.ndim) if k != axis))
        if not hit.all():
            told.append(f"in {_indices(hit, one, many)}")
    leading = tuple(range(wrong.ndim - 2)) if wrong.ndim > 2 else ()
    told += [_on_the_grid(wrong.any(axis=leading) if leading else wrong, axes[-2:])]
    told = [each for each in told if each]
    return f"Wrong {', '.join(told)}." if told else ""


def _on_the_grid(wrong, axes):
    if wrong.ndim == 1:
        return f"at {_indices(wrong, *axes[0])}"
    if wrong.all():
        return "all over the picture"
    rows, columns = wrong.any(axis=1), wrong.any(axis=0)
    if np.array_equal(wrong, np.logical_and.outer(rows, columns)):
        told = [_indices(hit, *axis) for hit, axis in zip((rows, columns), axes, strict=True) if not hit.all()]
        return f"in {' of '.join(told)}"
    full_rows, full_columns = wrong.all(axis=1), wrong.all(axis=0)
    if np.array_equal(wrong, np.logical_or.outer(full_rows, full_columns)):
        border = not full_rows[1:-1].any() and not full_columns[1:-1].any() and full_rows[[0, -1]].all()
        if border and full_columns[[0, -1]].all():
            return "along the border, and nowhere inside"
        return f"in {_indices(full_rows, *axes[0])} and in {_indices(full_columns, *axes[1])}"
    if min(wrong.shape) > 2 and not wrong[1:-1, 1:-1].any():
        return "along the border only"
    count = int(wrong.sum())
    if count <= 3:
        return "at " + _and([f"[{i}, {j}]" for i, j in np.argwhere(wrong)])
    return ""


def _indices(hit, one, many):
    """Name the places that are True in as few words as they need."""
    at, last = np.flatnonzero(hit), len(hit) - 1
    if len(at) == 1:
        words = {0: f"the first {one}", last: f"the last {one}"}
        return words.get(int(at[0]), f"{one} {at[0]}")
    missing = np.flatnonzero(~hit)
    if len(missing) == 1 and missing[0] in (0, last):
        return f"all {many} but the {'first' if missing[0] == 0 else 'last'}"
    steps = np.diff(at)
    if np.all(steps == 1):
        if at[-1] == last:
            return f"all {many} from {at[0]} on"
        return f"{many} {at[0]} to {at[-1]}"
    if len(at) > 2 and np.all(steps == steps[0]):
        return f"every {_nth(steps[0])} {one}, from {at[0]} on"
    return f"{many} {_and([str(k) for k in at])}" if len(at) <= 5 else f"{len(at)} of {len(hit)} {many}"


def _nth(number):
    return {2: "second", 3: "third", 4: "fourth"}.get(int(number), f"{number}th")


def _numbers(values):
    shown = ", ".join(f"{value:+.4g}" for value in values[:6])
    return shown if len(values) <= 6 else f"{shown}, …"


def _count(number, words):
    return f"{number} {words[0] if number == 1 else words[1]}"


def _are(ends, axes):
    """Return the verb for one end of an axis, or for several."""
    return "is" if len(ends) == 1 and ends[0].endswith(tuple(one for one, _ in axes)) else "are"


def _and(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
