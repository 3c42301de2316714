"""The three rooms hold the same operators: same names, same arguments, same values."""

import inspect
from functools import partial

import numpy as np
import pytest
import torch

from cnnlib import definition, gpu, vectorized

_rng = np.random.default_rng(20)
_x = _rng.standard_normal((3, 4, 7, 6))

# One call or more of every operator: name, arrays, options.
CALLS = [
    ("conv1d", [_x[:, :, 0], _rng.standard_normal((6, 2, 3)), _x[0, 0, 0]], {"groups": 2, "padding": "same"}),
    ("conv1d", [_x[:, :, 0], _rng.standard_normal((5, 4, 2))], {"padding": 2, "padding_mode": "circular"}),
    ("conv2d", [_x, _rng.standard_normal((6, 2, 3, 2)), _rng.standard_normal(6)], {"groups": 2, "stride": (2, 1)}),
    ("conv2d", [_x, _rng.standard_normal((5, 4, 2, 3))], {"dilation": (1, 2), "padding": (1, 0)}),
    ("convolve", [_x, _rng.standard_normal((2, 1, 3, 4))], {}),
    ("convolve", [_x[0, 0], _rng.standard_normal((3, 4))], {"mode": "same"}),
    ("correlate", [_x[0], _rng.standard_normal((2, 3, 4))], {"mode": "valid"}),
    ("locally_connected2d", [_x, _rng.standard_normal((3, 5, 2, 4, 3, 2)), _x[0, :3, :5, :2]], {"stride": (2, 1)}),
    ("max_pool2d", [_x], {"kernel_size": (3, 2), "stride": 2, "padding": 1, "ceil_mode": True}),
    ("max_pool2d", [_x], {"kernel_size": 2, "dilation": (3, 2)}),
    ("avg_pool2d", [_x], {"kernel_size": (3, 2), "stride": 2, "padding": 1, "ceil_mode": True}),
    ("avg_pool2d", [_x], {"kernel_size": (2, 3), "padding": (0, 1), "count_include_pad": False}),
    ("lp_pool2d", [np.abs(_x)], {"kernel_size": (3, 2), "norm_type": 2.5, "stride": 2, "ceil_mode": True}),
    ("lp_pool2d", [_x], {"kernel_size": 2, "norm_type": 1, "padding": 1}),
    ("adaptive_avg_pool2d", [_x], {"output_size": (3, 4)}),
    ("adaptive_max_pool2d", [_x], {"output_size": (3, 4)}),
    ("blur_pool2d", [_x], {}),
    ("blur_pool2d", [_x], {"kernel_size": (4, 5), "stride": (1, 2)}),
    ("local_response_norm", [_x], {"size": 3, "alpha": 0.5, "beta": 0.7, "k": 2.0}),
    ("linear", [_x[0, 0], _rng.standard_normal((5, 6)), _rng.standard_normal(5)], {}),
    ("relu", [_x], {}),
    ("sigmoid", [_x], {}),
    ("tanh", [_x], {}),
    ("scaled_tanh", [_x], {}),
    ("softmax", [_x], {"axis": 1}),
    ("cross_entropy", [_x[0, 0], np.array([0, 5, 2, 2, 1, 3, 4])], {}),
]  # fmt: skip
NO_BATCH = {"convolve", "correlate", "cross_entropy"}  # signals of any rank; a mean over no examples


def call(room, name, arrays, options):
    """Call an operator with arrays, whatever the room computes with, and return an array."""
    if room is not gpu:
        return getattr(room, name)(*arrays, **options)
    return getattr(room, name)(*(torch.tensor(array) for array in arrays), **options).numpy()


def in_dtype(arrays, dtype):
    return [array.astype(dtype) if array.dtype.kind == "f" else array for array in arrays]


in_every_other_room = pytest.mark.parametrize(
    "room", [pytest.param(room, id=room.__name__.rpartition(".")[2]) for room in (vectorized, gpu)]
)
in_every_room = pytest.mark.parametrize(
    "room", [pytest.param(room, id=room.__name__.rpartition(".")[2]) for room in (definition, vectorized, gpu)]
)


def on_every_call(test, *, without=()):
    entries = [pytest.param(*entry, id=f"{entry[0]}-{i}") for i, entry in enumerate(CALLS) if entry[0] not in without]
    return pytest.mark.parametrize(("name", "arrays", "options"), entries)(test)


def test_the_calls_cover_every_operator():
    assert {name for name, _, _ in CALLS} == set(definition.__all__)


@in_every_other_room
@pytest.mark.parametrize("name", definition.__all__)
def test_signatures_agree(room, name):
    ours, defined = (inspect.signature(getattr(place, name)).parameters for place in (room, definition))
    shared = {argument: parameter for argument, parameter in ours.items() if argument != "algorithm"}
    assert list(shared.values()) == list(defined.values())


@in_every_other_room
@on_every_call
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_values_agree_with_the_definition(room, name, arrays, options, dtype, tolerance):
    arrays = in_dtype(arrays, dtype)
    y, expected = call(room, name, arrays, options), call(definition, name, arrays, options)
    assert y.dtype == expected.dtype == dtype
    np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance)


def spoilt(arrays, which, value):
    """Copy the arrays, with one value in the middle of one of them replaced."""
    arrays = [array.copy() for array in arrays]
    arrays[which].flat[arrays[which].size // 2] = value
    return arrays


@on_every_call
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_finite_number_goes_the_same_way_in_every_room(name, arrays, options, value):
    # Where a kernel's NaN meets no cell of a signal, the definition multiplies it by zero, and others leave it out.
    changed = arrays[:1] if name in ("convolve", "correlate") else arrays
    for which in (index for index, array in enumerate(changed) if array.dtype.kind == "f"):
        bad = spoilt(arrays, which, value)
        with np.errstate(all="ignore"):
            expected = call(definition, name, bad, options)
            for room in (vectorized, gpu):
                np.testing.assert_allclose(call(room, name, bad, options), expected, rtol=1e-10, atol=1e-10)
        # It comes out again, or is squashed; it is never lost in a comparison.
        assert not np.isnan(value) or np.isnan(expected).any()


@in_every_room
@on_every_call
def test_memory_layout_does_not_matter_and_nothing_is_written(room, name, arrays, options):
    expected = call(room, name, arrays, options)
    scattered = [np.asfortranarray(array) for array in arrays]
    if room is gpu:
        tensors = [torch.from_numpy(array) for array in scattered]
        y = getattr(gpu, name)(*tensors, **options).numpy()
        for tensor, array in zip(tensors, arrays, strict=True):
            np.testing.assert_array_equal(tensor, array)
    else:
        # Backwards in memory too, which PyTorch does not know; and writing raises.
        scattered = [np.flip(np.flip(array).copy(order="F")) for array in scattered]
        for array in scattered:
            array.setflags(write=False)
        y = getattr(room, name)(*scattered, **options)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)


@in_every_room
@partial(on_every_call, without=NO_BATCH)
def test_an_empty_batch_gives_an_empty_batch(room, name, arrays, options):
    whole = call(room, name, arrays, options)
    y = call(room, name, [arrays[0][:0], *arrays[1:]], options)
    assert y.shape == (0, *whole.shape[1:])
    assert y.dtype == whole.dtype
