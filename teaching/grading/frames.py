"""Values as bytes, for both ends of the channel to a submission; what comes back is believed in nothing.

A frame is the length of its head, the head, which is JSON, and the bytes of its arrays. This file is also sent into the
room, where it stands alone: Python's own modules and NumPy.
"""

import json
import math
import struct

from numpy import asarray, dtype, frombuffer, generic, ndarray

INTEGERS = (f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))
DTYPES = frozenset(["bool", "float16", "float32", "float64", "complex64", "complex128", *INTEGERS])
DEEPEST = 5  # nesting of a value
MOST = 20_000  # values in a frame
LONGEST = 1000  # letters of a text that comes back
LARGEST_HEAD = 1 << 20  # bytes of a frame's JSON
LARGEST = 64 << 20  # bytes of a frame
PLAIN = (bool, int, float, type(None))
_LENGTH = struct.Struct(">I")


class BrokenFrameError(Exception):
    """What came is not what the other end writes."""


def clean(text, longest=LONGEST):
    """Return the beginning of a text, with what no file can hold replaced."""
    return text[:longest].encode("utf-8", "replace").decode()


def encode(value):
    """Write a value as a frame.

    Parameters
    ----------
    value : object
        Numbers, texts, None, arrays of numbers, and tuples, lists and dicts of these.

    Returns
    -------
    bytes

    Raises
    ------
    TypeError
        If it holds anything else; the message says what, as the end of "the function …".
    """
    arrays = []
    node = _written(value, arrays, 0)
    head = json.dumps({"value": node, "arrays": [[each.dtype.name, list(each.shape)] for each in arrays]}).encode()
    return b"".join([_LENGTH.pack(len(head)), head, *(each.tobytes() for each in arrays)])


def _written(value, arrays, depth):
    kind = type(value)  # isinstance believes what an object says that it is
    if kind is str:
        return value
    if kind in PLAIN:
        if kind is int and not -(2**63) <= value < 2**64:
            raise TypeError("returned a number of more than 64 bits")
        return value
    if issubclass(kind, ndarray | generic | complex):
        array = asarray(value)
        if array.dtype.name not in DTYPES:
            raise TypeError(f"returned an array of {array.dtype}, not of the usual numbers")
        arrays.append(array.astype(array.dtype.newbyteorder("=")))
        return {"array": len(arrays) - 1}
    if issubclass(kind, str | int | float):
        return _written(next(base for base in (str, int, float) if issubclass(kind, base))(value), arrays, depth)
    if issubclass(kind, tuple | list | dict) and depth < DEEPEST:
        if issubclass(kind, dict):
            return {"dict": [[str(key), _written(each, arrays, depth + 1)] for key, each in value.items()]}
        name = "tuple" if issubclass(kind, tuple) else "list"
        return {name: [_written(each, arrays, depth + 1) for each in value]}
    raise TypeError(
        f"returned {'an' if kind.__name__[:1] in 'AEIOaeio' else 'a'} {kind.__name__}, not an array or a number"
    )


def decode(data):
    """Read a frame.

    Parameters
    ----------
    data : bytes
        Whatever it is.

    Returns
    -------
    object

    Raises
    ------
    BrokenFrameError
        If it is no frame, or one larger, deeper or of other types than there may be.
    """
    if not 4 <= len(data) <= LARGEST:
        raise BrokenFrameError("a frame is too short or too long")
    length = _LENGTH.unpack_from(data)[0]
    if length > min(LARGEST_HEAD, len(data) - 4):
        raise BrokenFrameError("a frame is too short or too long")
    try:
        head = json.loads(data[4 : 4 + length])
    except (ValueError, RecursionError) as error:
        raise BrokenFrameError("a frame is not JSON") from error
    if not isinstance(head, dict) or set(head) != {"value", "arrays"} or not isinstance(head["arrays"], list):
        raise BrokenFrameError("a frame has not the right fields")
    described = [_described(each) for each in head["arrays"]]
    if 4 + length + sum(size for _, _, size in described) != len(data):
        raise BrokenFrameError("arrays are not as large as they are said to be")
    arrays, offset = [], 4 + length
    for kind, shape, size in described:
        arrays.append(frombuffer(data, kind, size // kind.itemsize, offset).reshape(shape))
        offset += size
    return _Filling(arrays).fill(head["value"], 0)


def _described(entry):
    """Return an array's dtype, shape and bytes; nothing is made yet."""
    if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) and entry[0] in DTYPES):
        raise BrokenFrameError("an array is not described as it should be")
    kind, shape = dtype(entry[0]), entry[1]
    if not isinstance(shape, list) or len(shape) > 32 or not all(type(n) is int and 0 <= n <= LARGEST for n in shape):
        raise BrokenFrameError("an array is not described as it should be")
    # An array without elements may have axes whose product no machine can hold.
    if math.prod(max(n, 1) for n in shape) * kind.itemsize > LARGEST:
        raise BrokenFrameError("an array is too large")
    return kind, shape, math.prod(shape) * kind.itemsize


class _Filling:
    """Make values of JSON, with the arrays where it names them."""

    def __init__(self, arrays):
        self.arrays, self.made = arrays, 0

    def fill(self, node, depth):
        self.made += 1
        if depth > DEEPEST or self.made > MOST:
            raise BrokenFrameError("a value is nested too deep or has too many parts")
        if node is None or isinstance(node, bool | float):
            return node
        if isinstance(node, int):
            if not -(2**63) <= node < 2**64:
                raise BrokenFrameError("a number has more than 64 bits")
            return node
        if isinstance(node, str):
            return clean(node, LARGEST_HEAD)
        if not isinstance(node, dict) or len(node) != 1:
            raise BrokenFrameError("a value is not written as it should be")
        [(kind, items)] = node.items()
        if kind == "array" and type(items) is int and 0 <= items < len(self.arrays):
            return self.arrays[items]
        if kind in ("tuple", "list") and isinstance(items, list):
            filled = [self.fill(each, depth + 1) for each in items]
            return tuple(filled) if kind == "tuple" else filled
        if kind == "dict" and isinstance(items, list) and all(_is_pair(each) for each in items):
            return {clean(key): self.fill(each, depth + 1) for key, each in items}
        raise BrokenFrameError("a value is not written as it should be")


def _is_pair(entry):
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)
