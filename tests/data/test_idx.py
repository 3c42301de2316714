import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnlib.data import DataError
from cnnlib.data.idx import parse_idx

TWO_BY_THREE = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes([1, 2, 3, 4, 5, 6])


def test_a_file_written_by_hand():
    array = parse_idx(TWO_BY_THREE)
    assert array.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert array.dtype == np.uint8
    assert not array.flags.writeable


def test_sizes_are_big_endian():
    assert parse_idx(bytes([0, 0, 8, 1, 0, 0, 1, 2]) + bytes(258)).shape == (258,)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)))
def test_what_is_written_is_read(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    np.testing.assert_array_equal(parse_idx(header + array.tobytes(), shape=array.shape), array)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"is not an idx file of unsigned bytes: it starts with b''"),
        (b"\0\0\x08", "is not an idx file"),
        (b"<htm", r"starts with b'<htm'"),
        (b"\0\0\x0d\1\0\0\0\0", "is not an idx file of unsigned bytes"),
        (b"\0\1\x08\1\0\0\0\0", "is not an idx file of unsigned bytes"),
        (b"\0\0\x08\0", "is not an idx file of unsigned bytes"),
        (b"\0\0\x08\5" + bytes(20), "is not an idx file of unsigned bytes"),
        (TWO_BY_THREE[:11], "ends inside its idx header, after 11 of 12 bytes"),
        (TWO_BY_THREE[:-1], "holds 17 bytes where its idx header calls for 18"),
        (TWO_BY_THREE + b"\0", "holds 19 bytes where its idx header calls for 18"),
        (b"\0\0\x08\4" + b"\xff" * 16, "holds 20 bytes where its idx header calls for 340,28"),
    ],
)
def test_anything_else_is_refused_with_its_reason(content, reason):
    with pytest.raises(DataError, match=reason):
        parse_idx(content)


def test_the_shape_is_told_before_the_length():
    with pytest.raises(DataError, match=r"is an idx file of shape \(2, 3\), not \(6,\)"):
        parse_idx(TWO_BY_THREE[:-1], shape=(6,))


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: b"\0\0\x08" + tail))
def test_no_bytes_do_worse_than_a_data_error(content):
    with contextlib.suppress(DataError):
        assert parse_idx(content).nbytes == len(content) - 4 - 4 * content[3]
