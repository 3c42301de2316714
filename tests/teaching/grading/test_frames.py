"""Nothing that comes through the channel is believed."""

import json
import struct

import numpy as np
import pytest

from teaching.grading.frames import LARGEST, LARGEST_HEAD, MOST, BrokenFrameError, clean, decode, encode


def frame(head, tail=b""):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + tail


def valued(value, arrays=(), tail=b""):
    return frame({"value": value, "arrays": list(arrays)}, tail)


@pytest.mark.parametrize(
    "value", [3, 2.5, True, None, "text", [1, 2], (1, [2.0, "a"]), {"a": 1, "b": (2, 3)}, float("inf"), (), -(2**63)]
)
def test_a_plain_value_comes_through(value):
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float32", ">f8", "complex128"])
def test_an_array_comes_through(dtype):
    array = np.arange(12).reshape(3, 4)[:, ::2].astype(dtype)
    back = decode(encode({"deep": (array, 1)}))["deep"][0]
    assert back.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, array)


def test_arrays_without_elements_and_without_axes_come_through():
    assert decode(encode(np.zeros((0, 3)))).shape == (0, 3)
    assert decode(encode(np.float32(2))) == 2
    assert decode(encode(np.float32(2))).dtype == np.float32


@pytest.mark.parametrize(
    "value",
    [object(), np.array([None]), np.array(["a"]), np.longdouble(1), [[[[[[1]]]]]], {1, 2}, 2**64, np.datetime64("now")],
)
def test_anything_else_is_told_by_its_type(value):
    with pytest.raises(TypeError, match=r"^returned an? "):
        encode(value)


def test_an_object_that_says_it_is_an_array_is_none():
    class Liar:
        __class__ = np.ndarray

        def __array__(self, *_, **__):
            return np.zeros(3)

    with pytest.raises(TypeError, match="returned a Liar"):
        encode(Liar())


def test_numbers_and_texts_of_kinds_of_their_own_come_as_what_they_are():
    class Count(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    assert type(decode(encode(Count(3)))) is int


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ab",
        struct.pack(">I", 1 << 30),
        frame(b"not json"),
        frame(b"[" * 10_000),
        frame(b'{"value": ' + b"[" * 700 + b"]" * 700 + b', "arrays": []}'),
        frame([]),
        frame({}),
        frame({"value": 1}),
        frame({"value": 1, "arrays": [], "more": 1}),
        frame({"value": 1, "arrays": {}}),
        valued(1, [["object", [1]]], bytes(8)),
        valued(1, [["float64", [-1]]]),
        valued(1, [["float64", [1.5]]]),
        valued(1, [["float64", [True]]], bytes(8)),
        valued(1, [["float64", "ab"]]),
        valued(1, [["float64", [10**12]]]),
        valued(1, [["float64", [0, 2**39, 2**39, 2**39]]]),
        valued(1, [["float64", [0, 2**26, 2**26]]]),
        valued(1, [["float64", [1] * 100]], bytes(8)),
        valued(1, [3]),
        valued(1, [[["float64"], [1]]], bytes(8)),
        valued(1, [["float64", [2]]], bytes(8)),
        valued(1, [], bytes(8)),
        valued({"array": 0}),
        valued({"array": True}),
        valued({"array": -1}, [["uint8", [1]]], b"1"),
        valued({"dict": [1]}),
        valued({"dict": [["a", 1, 2]]}),
        valued({"dict": [[1, 1]]}),
        valued({"tuple": 3}),
        valued({"set": []}),
        valued({}),
        valued([1]),
        valued({"list": [{"list": [{"list": [{"list": [{"list": [{"list": [1]}]}]}]}]}]}),
        valued({"list": [0] * MOST}),
        valued(2**64),
        frame(b'{"arrays": [], "value": ' + b"9" * 5000 + b"}"),
        frame(b'{"arrays": [], "value": "' + b"a" * LARGEST_HEAD + b'"}'),
        bytes(LARGEST + 1),
    ],
)
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(BrokenFrameError):
        decode(data)


def test_half_a_letter_is_replaced():
    assert decode(frame(b'{"arrays": [], "value": "a\\ud800b"}')) == "a?b"
    assert clean("\udc80\ud800x" * 9, 3) == "??x"
