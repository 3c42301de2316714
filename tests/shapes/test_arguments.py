"""One integer or one for each axis; everything else is refused by name."""

import math

import numpy as np
import pytest

from cnnlib.shapes import choice, ntuple, rank, same_float_dtype


def test_one_integer_stands_for_all_axes():
    assert ntuple("op", "stride", 3, 2, minimum=1) == (3, 3)
    assert ntuple("op", "stride", np.int64(3), 1, minimum=1) == (3,)
    assert ntuple("op", "stride", [3, 4], 2, minimum=1) == (3, 4)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, r"op: stride must be at least 1, received 0"),
        ((2, 0), ValueError, r"op: stride must be at least 1, received 0"),
        ((1, 2, 3), ValueError, r"op: stride must be one integer or 2, received \(1, 2, 3\)"),
        (2.0, TypeError, r"op: stride must be an integer, received 2\.0"),
        (math.nan, TypeError, r"op: stride must be an integer, received nan"),
        (True, TypeError, r"op: stride must be an integer, received True"),
        ("2", TypeError, r"op: stride must be an integer, received '2'"),
        (None, TypeError, r"op: stride must be an integer, received None"),
    ],
)
def test_what_is_no_size_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        ntuple("op", "stride", value, 2, minimum=1)


def test_choice_lists_the_options():
    assert choice("op", "mode", "full", ("full", "same")) == "full"
    with pytest.raises(ValueError, match=r"op: mode must be one of 'full', 'same', received 'ful'"):
        choice("op", "mode", "ful", ("full", "same"))


def test_rank_names_the_axes():
    with pytest.raises(ValueError, match=r"op: x must have shape \(N, C\), received \(3,\)"):
        rank("op", "x", (3,), ("N", "C"))


def test_dtypes_must_be_floating_and_agree():
    allowed = ("float32", "float64")
    same_float_dtype("op", allowed, x="float32", weight="float32", bias=None)
    with pytest.raises(TypeError, match=r"op: x must be of dtype float32 or float64, received int64"):
        same_float_dtype("op", allowed, x="int64", weight="float32")
    with pytest.raises(TypeError, match=r"op: x, weight must share one dtype, received x float32, weight float64"):
        same_float_dtype("op", allowed, x="float32", weight="float64")
