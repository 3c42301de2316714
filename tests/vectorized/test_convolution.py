import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import conv_cases
from vectorized.agreement import assert_agrees, central_difference, frozen

from cnnlib import definition
from cnnlib.shapes import conv_geometry
from cnnlib.vectorized import _winograd, conv1d, conv1d_backward, conv2d, conv2d_backward

RNG = np.random.default_rng(7)


def torch_convolution(options):
    """Return PyTorch's convolution with these options; padding is done by indexing, so that it may be anything."""

    def convolve(x, weight, bias=None):
        spatial = x.ndim - 2
        dilation, padding = options["dilation"], options["padding"]
        for axis in range(spatial):
            d = dilation if isinstance(dilation, int) else dilation[axis]
            total = d * (weight.shape[2 + axis] - 1)
            if padding == "same":
                before, after = total // 2, total - total // 2
            elif padding == "valid":
                before, after = 0, 0
            else:
                before = after = padding if isinstance(padding, int) else padding[axis]
            n = x.shape[2 + axis]
            index = torch.arange(-before, n + after)
            x = x.index_select(2 + axis, index % n)
            if options["padding_mode"] == "zeros":
                inside = ((index >= 0) & (index < n)).to(x.dtype)
                x = x * inside.reshape([-1 if a == 2 + axis else 1 for a in range(x.ndim)])
        function = torch.nn.functional.conv1d if spatial == 1 else torch.nn.functional.conv2d
        return function(x, weight, bias, stride=options["stride"], dilation=dilation, groups=options["groups"])

    return convolve


def test_conv2d_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    weight = np.array([[[[10.0, 1.0]]], [[[0.0, 100.0]]]])
    y = conv2d(x, weight, np.array([0.5, 0.0]))
    np.testing.assert_array_equal(y, [[[[12.5, 23.5], [45.5, 56.5]], [[200, 300], [500, 600]]]])


def test_conv2d_backward_by_hand():
    x, weight = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 1.0]]]])
    grad_x, grad_weight, grad_bias = conv2d_backward(np.array([[[[1.0, 2.0]]]]), x, weight, np.zeros(1))
    np.testing.assert_array_equal(grad_x, [[[[10, 21, 2]]]])
    np.testing.assert_array_equal(grad_weight, [[[[5, 8]]]])
    np.testing.assert_array_equal(grad_bias, [3])


@given(conv_cases(2))
def test_conv2d_agrees_with_torch(case):
    assert_agrees(
        lambda *arrays: conv2d(*arrays, **case.options),
        lambda grad_y, *arrays: conv2d_backward(grad_y, *arrays, **case.options),
        torch_convolution(case.options),
        case.x,
        case.weight,
        case.bias,
    )


@pytest.mark.parametrize("algorithm", ["fft", "toeplitz"])
@given(case=conv_cases(2))
def test_conv2d_by_name_agrees_with_torch(algorithm, case):
    assert_agrees(
        lambda *arrays: conv2d(*arrays, **case.options, algorithm=algorithm),
        lambda grad_y, *arrays: conv2d_backward(grad_y, *arrays, **case.options, algorithm=algorithm),
        torch_convolution(case.options),
        case.x,
        case.weight,
        case.bias,
    )


@given(
    st.tuples(st.integers(1, 11), st.integers(1, 11)),
    st.sampled_from([0, 1, 3]),
    st.sampled_from([(1, 2, 3), (2, 4, 2), (3, 3, 6)]),
    st.sampled_from([1, (2, 1), "same"]),
)
def test_conv2d_by_winograd_agrees_with_torch(output, batch, channels, padding):
    groups, in_channels, out_channels = channels
    options = {"stride": 1, "padding": padding, "dilation": 1, "groups": groups, "padding_mode": "zeros"}
    rng = np.random.default_rng(output)
    assert_agrees(
        lambda *arrays: conv2d(*arrays, **options, algorithm="winograd"),
        lambda grad_y, *arrays: conv2d_backward(grad_y, *arrays, **options, algorithm="winograd"),
        torch_convolution(options),
        rng.standard_normal((batch, in_channels, *output)),
        rng.standard_normal((out_channels, in_channels // groups, 3, 3)),
        rng.standard_normal(out_channels),
    )


@given(conv_cases(1))
def test_conv1d_agrees_with_torch(case):
    assert_agrees(
        lambda *arrays: conv1d(*arrays, **case.options),
        lambda grad_y, *arrays: conv1d_backward(grad_y, *arrays, **case.options),
        torch_convolution(case.options),
        case.x,
        case.weight,
        case.bias,
    )


@given(conv_cases(2))
def test_conv2d_agrees_with_its_definition(case):
    expected = definition.conv2d(case.x, case.weight, case.bias, **case.options)
    np.testing.assert_allclose(conv2d(case.x, case.weight, case.bias, **case.options), expected, rtol=1e-10, atol=1e-10)


def test_conv2d_backward_agrees_with_central_differences():
    x, weight, bias = RNG.standard_normal((2, 4, 6, 5)), RNG.standard_normal((6, 2, 3, 2)), RNG.standard_normal(6)
    options = {"stride": (2, 1), "padding": (1, 0), "groups": 2, "padding_mode": "circular"}
    grad_y = RNG.standard_normal(conv2d(x, weight, bias, **options).shape)
    grads = conv2d_backward(grad_y, x, weight, bias, **options)
    functions = (
        lambda a: conv2d(a, weight, bias, **options),
        lambda a: conv2d(x, a, bias, **options),
        lambda a: conv2d(x, weight, a, **options),
    )
    for array, function, grad in zip((x, weight, bias), functions, grads, strict=True):
        np.testing.assert_allclose(grad, central_difference(function, array, grad_y), atol=1e-7)


@pytest.mark.parametrize(
    ("algorithm", "filters"), [("im2col", 4), ("im2col", 64), ("toeplitz", 4), ("fft", 4), ("winograd", 4)]
)
def test_conv2d_in_several_chunks(algorithm, filters):
    """A batch larger than one chunk, and images larger than one band of rows."""
    x, weight = RNG.standard_normal((7, 3, 144, 136)), RNG.standard_normal((filters, 3, 3, 3))
    y = conv2d(x, weight, algorithm=algorithm)
    tensors = torch.tensor(x, requires_grad=True), torch.tensor(weight, requires_grad=True)
    expected = torch.nn.functional.conv2d(*tensors)
    np.testing.assert_allclose(y, expected.detach(), rtol=1e-10, atol=1e-10)
    grad_y = RNG.standard_normal(y.shape)
    grads = conv2d_backward(grad_y, x, weight, algorithm=algorithm)[:2]
    for grad, expected_grad in zip(grads, torch.autograd.grad(expected, tensors, torch.tensor(grad_y)), strict=True):
        np.testing.assert_allclose(grad, expected_grad, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("tile", [2, 4])
def test_winograds_both_tiles_agree_with_im2col(tile):
    x, weight = RNG.standard_normal((2, 3, 13, 10)), RNG.standard_normal((4, 3, 3, 3))
    geometry = conv_geometry("conv2d", x.shape, weight.shape, spatial=2)
    y = _winograd.forward(x, weight, geometry, tile=tile)
    np.testing.assert_allclose(y, conv2d(x, weight, algorithm="im2col"), rtol=1e-10, atol=1e-10)
    grad = _winograd.grad_weight(y, x, geometry, tile=tile)
    expected = conv2d_backward(y, x, weight, algorithm="im2col")[1]
    np.testing.assert_allclose(grad, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("option", [{"stride": 2}, {"dilation": (1, 2)}])
def test_winograd_says_what_it_cannot_do(option):
    with pytest.raises(ValueError, match="conv2d: algorithm must not be 'winograd' unless the kernel is 3×3"):
        conv2d(np.ones((1, 1, 9, 9)), np.ones((1, 1, 3, 3)), algorithm="winograd", **option)


def test_conv2d_takes_arrays_of_any_layout():
    x = frozen(RNG.standard_normal((5, 9, 2, 3)))
    weight = frozen(RNG.standard_normal((3, 2, 3, 8)))
    views = x.transpose(2, 3, 1, 0)[:, :, ::-1], weight.transpose(3, 0, 2, 1)[::2]
    copies = [np.ascontiguousarray(view) for view in views]
    np.testing.assert_array_equal(conv2d(*views), conv2d(*copies))
    grad_y = np.asfortranarray(RNG.standard_normal(conv2d(*copies).shape))
    for ours, expected in zip(conv2d_backward(grad_y, *views), conv2d_backward(grad_y, *copies), strict=True):
        if expected is not None:
            np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_conv2d_backward_names_a_gradient_of_the_wrong_shape():
    with pytest.raises(
        ValueError, match=r"conv2d_backward: grad_y must have shape \(1, 1, 2, 3\), received \(1, 1, 3, 2\)"
    ):
        conv2d_backward(np.ones((1, 1, 3, 2)), np.ones((1, 1, 3, 4)), np.ones((1, 1, 2, 2)))


@pytest.mark.parametrize("size", [(5, 9), (20, 17)])
@pytest.mark.parametrize("options", [{}, {"groups": 2, "stride": (2, 1), "dilation": (1, 2), "padding": 1}])
def test_conv2d_with_many_filters_agrees_with_torch(size, options):
    """From 64 filters a group on im2col lays its columns out another way."""
    groups = options.get("groups", 1)
    assert_agrees(
        lambda *arrays: conv2d(*arrays, **options),
        lambda grad_y, *arrays: conv2d_backward(grad_y, *arrays, **options),
        lambda *tensors: torch.nn.functional.conv2d(*tensors, **options),
        RNG.standard_normal((3, 4, *size)),
        RNG.standard_normal((64 * groups, 4 // groups, 3, 2)),
        RNG.standard_normal(64 * groups),
    )


def test_auto_is_fft_for_large_kernels_and_im2col_elsewhere():
    x = RNG.standard_normal((4, 8, 64, 50))
    for kernel, padding, algorithm in (((25, 31), (12, 15), "fft"), ((3, 5), (1, 2), "im2col")):
        weight = RNG.standard_normal((8, 8, *kernel))
        expected = conv2d(x, weight, padding=padding, algorithm=algorithm)
        np.testing.assert_array_equal(conv2d(x, weight, padding=padding), expected)


@pytest.mark.parametrize(
    ("x_shape", "weight_shape", "padding"),
    [((64, 1, 28, 26), (6, 1, 5, 5), 2), ((64, 6, 14, 12), (16, 6, 5, 5), 0), ((16, 64, 12, 14), (256, 64, 3, 3), 1)],
)
def test_conv2d_needs_no_more_memory_than_three_images_columns(x_shape, weight_shape, padding):
    x, weight = (RNG.standard_normal(shape).astype(np.float32) for shape in (x_shape, weight_shape))
    y = conv2d(x, weight, padding=padding)
    tracemalloc.start()
    conv2d(x, weight, padding=padding)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    columns = weight[0].nbytes * y.shape[2] * y.shape[3]
    assert peak < 3 * columns + x.nbytes + y.nbytes
