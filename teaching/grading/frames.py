"""Read what the runner wrote, believing nothing: every length, type and shape is checked before it is used."""

import json
import math
import os
import select
import struct
import time

import numpy as np

from teaching.grading.runner import DTYPES

LARGEST_HEAD = 1 << 20  # bytes of a frame's JSON
LARGEST = 64 << 20  # bytes of everything that one run may write


class BrokenFrameError(Exception):
    """What came is not what the runner writes."""


class LateError(Exception):
    """Nothing more came in time."""


class Reader:
    """Read frames from a pipe, each by a deadline.

    Parameters
    ----------
    file : int
        The pipe's descriptor.
    watch : callable
        Called several times a second while waiting; it may raise.
    """

    def __init__(self, file, watch):
        self.file, self.watch, self.read = file, watch, 0

    def frame(self, deadline):
        """Return the next frame with its arrays in place, or None where the pipe ends between two.

        Raises
        ------
        LateError
            If it has not come at ``deadline``, in seconds of ``time.monotonic``.
        BrokenFrameError
            If what came is not a frame.
        """
        prefix = self._bytes(4, deadline, at_end=True)
        if prefix is None:
            return None
        length = struct.unpack(">I", prefix)[0]
        if length > LARGEST_HEAD:
            raise BrokenFrameError("a frame is too long")
        try:
            head = json.loads(self._bytes(length, deadline))
        except (ValueError, RecursionError) as error:
            raise BrokenFrameError("a frame is not JSON") from error
        if not isinstance(head, dict) or not isinstance(head.get("arrays"), list):
            raise BrokenFrameError("a frame has not the right fields")
        arrays = [self._array(each, deadline) for each in head.pop("arrays")]
        return {key: _filled(value, arrays) for key, value in head.items()}

    def _array(self, described, deadline):
        try:
            dtype, shape = described
            sound = dtype in DTYPES and len(shape) <= 32 and all(type(n) is int and 0 <= n < 2**40 for n in shape)
        except (TypeError, ValueError):
            sound = False
        if not sound:
            raise BrokenFrameError("an array is not described as it should be")
        dtype = np.dtype(dtype)
        data = self._bytes(math.prod(shape) * dtype.itemsize, deadline)
        return np.frombuffer(data, dtype).reshape(shape)

    def _bytes(self, count, deadline, at_end=False):
        self.read += count
        if self.read > LARGEST:
            raise BrokenFrameError("too much came back")
        parts = bytearray()
        while len(parts) < count:
            if time.monotonic() > deadline:
                raise LateError
            self.watch()
            if not select.select([self.file], [], [], 0.1)[0]:
                continue
            part = os.read(self.file, min(count - len(parts), 1 << 20))
            if not part:
                if at_end and not parts:
                    return None
                raise BrokenFrameError("it stopped in the middle")
            parts += part
        return bytes(parts)


def _filled(value, arrays):
    """Put the arrays where the JSON names them."""
    if isinstance(value, list):
        return [_filled(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"array"}:
        index = value["array"]
        if type(index) is not int or not 0 <= index < len(arrays):
            raise BrokenFrameError("an array is missing")
        return arrays[index]
    if set(value) in ({"tuple"}, {"list"}) and isinstance(value.get("tuple", value.get("list")), list):
        [(kind, items)] = value.items()
        filled = [_filled(each, arrays) for each in items]
        return tuple(filled) if kind == "tuple" else filled
    if set(value) == {"dict"}:
        try:
            return {str(key): _filled(each, arrays) for key, each in value["dict"]}
        except (TypeError, ValueError) as error:
            raise BrokenFrameError("a dict is not written as it should be") from error
    return {str(key): _filled(each, arrays) for key, each in value.items()}
