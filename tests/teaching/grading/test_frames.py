"""Nothing that comes through the channel is believed."""

import io
import json
import os
import struct
import time

import numpy as np
import pytest

from teaching.grading.frames import LARGEST, BrokenFrameError, LateError, Reader
from teaching.grading.runner import Channel, plain


def received(data, seconds=5.0):
    """Return what a reader makes of bytes, all frames."""
    reading, writing = os.pipe()
    try:
        os.write(writing, data)
        os.close(writing)
        reader, frames = Reader(reading, lambda: None), []
        while (frame := reader.frame(time.monotonic() + seconds)) is not None:
            frames.append(frame)
        return frames
    finally:
        os.close(reading)


def frame(head, tail=b""):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + tail


def sent(value):
    """Return a value after its way through the channel."""
    file, arrays = io.BytesIO(), []
    Channel(file).send({"value": plain(value, arrays)}, arrays)
    return received(file.getvalue())[0]["value"]


@pytest.mark.parametrize(
    "value", [3, 2.5, True, None, "text", [1, 2], (1, [2.0, "a"]), {"a": 1, "b": (2, 3)}, float("inf"), ()]
)
def test_a_plain_value_comes_through(value):
    assert sent(value) == value
    assert type(sent(value)) is type(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float32", ">f8", "complex128"])
def test_an_array_comes_through(dtype):
    array = np.arange(12).reshape(3, 4)[:, ::2].astype(dtype)
    back = sent({"deep": (array, 1)})["deep"][0]
    assert back.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, array)


def test_arrays_without_elements_and_without_axes_come_through():
    assert sent(np.zeros((0, 3))).shape == (0, 3)
    assert sent(np.float32(2)) == 2
    assert sent(np.float32(2)).dtype == np.float32


@pytest.mark.parametrize("value", [object(), np.array([None]), np.array(["a"]), np.longdouble(1), [[[[1]]]], {1, 2}])
def test_anything_else_is_told_by_its_type(value):
    with pytest.raises(TypeError, match=r"^returned a"):
        plain(value, [])


def test_an_object_that_says_it_is_an_array_is_none():
    class Liar:
        __class__ = np.ndarray

        def __array__(self, *_, **__):
            return np.zeros(3)

    with pytest.raises(TypeError, match="returned a Liar"):
        plain(Liar(), [])


@pytest.mark.parametrize(
    "data",
    [
        b"ab",
        struct.pack(">I", 1 << 30),
        frame(b"not json"),
        frame(b"[" * 10_000),
        frame([]),
        frame({}),
        frame({"arrays": [["object", [1]]]}, bytes(8)),
        frame({"arrays": [["float64", [-1]]]}),
        frame({"arrays": [["float64", [1.5]]]}),
        frame({"arrays": [["float64", "ab"]]}),
        frame({"arrays": [["float64", [10**12]]]}),
        frame({"arrays": [["float64", [1] * 100]]}, bytes(8)),
        frame({"arrays": [3]}),
        frame({"arrays": [[["float64"], [1]]]}, bytes(8)),
        frame({"arrays": [["float64", [2]]]}, bytes(8)),
        frame({"arrays": [], "value": {"array": 0}}),
        frame({"arrays": [], "value": {"array": True}}),
        frame({"arrays": [], "value": {"dict": [1]}}),
        frame({"arrays": [], "n": 0}).replace(b'"n": 0', b'"n": ' + b"9" * 5000),
    ],
)
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(BrokenFrameError):
        received(data)


def test_too_much_is_refused_before_it_is_read():
    with pytest.raises(BrokenFrameError, match="too much came back"):
        received(frame({"arrays": [["uint8", [LARGEST]]]}))


def test_silence_ends():
    reading, writing = os.pipe()
    try:
        with pytest.raises(LateError):
            Reader(reading, lambda: None).frame(time.monotonic() + 0.05)
    finally:
        os.close(reading)
        os.close(writing)
