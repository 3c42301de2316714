import numpy as np
import pytest
import torch
from hypothesis import given
from oracles import tensor, torch_conv
from scipy.signal import correlate2d
from strategies import conv_cases

from cnnlib.definition import conv1d, conv2d, locally_connected2d

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # PyTorch's copy is its own


def test_conv2d_by_hand():
    image = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    kernel = np.array([[[[1.0, 10.0]]], [[[0.0, -1.0]]]])
    expected = [[[[21.0, 32.0], [54.0, 65.0]], [[-1.5, -2.5], [-4.5, -5.5]]]]
    np.testing.assert_array_equal(conv2d(image, kernel, np.array([0.0, 0.5])), expected)


def test_conv2d_reads_zeros_or_the_other_side_beyond_the_edge():
    image, kernel = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[1.0, 10.0, 100.0]]]])
    zeros = conv2d(image, kernel, padding=(0, 1))
    circular = conv2d(image, kernel, padding=(0, 1), padding_mode="circular")
    np.testing.assert_array_equal(zeros, [[[[210.0, 421.0, 42.0]]]])
    np.testing.assert_array_equal(circular, [[[[214.0, 421.0, 142.0]]]])


def test_conv1d_by_hand_with_stride_dilation_and_groups():
    x = np.array([[[1.0, 2.0, 3.0, 4.0, 5.0], [10.0, 20.0, 30.0, 40.0, 50.0]]])
    weight = np.array([[[1.0, -2.0]], [[3.0, 0.0]]])
    y = conv1d(x, weight, stride=2, dilation=2, groups=2)
    np.testing.assert_array_equal(y, [[[-5.0, -7.0], [30.0, 90.0]]])


def test_same_padding_puts_the_odd_cell_behind():
    x, weight = np.array([[[1.0, 2.0, 3.0]]]), np.array([[[1.0, 10.0]]])
    np.testing.assert_array_equal(conv1d(x, weight, padding="same"), [[[21.0, 32.0, 3.0]]])


@given(case=conv_cases(spatial=1))
def test_conv1d_is_torchs(case):
    expected = torch_conv(tensor(case.x), tensor(case.weight), tensor(case.bias), **case.options)
    np.testing.assert_allclose(conv1d(case.x, case.weight, case.bias, **case.options), expected, **TOLERANCE)


@given(case=conv_cases(spatial=2))
def test_conv2d_is_torchs(case):
    expected = torch_conv(tensor(case.x), tensor(case.weight), tensor(case.bias), **case.options)
    np.testing.assert_allclose(conv2d(case.x, case.weight, case.bias, **case.options), expected, **TOLERANCE)


@pytest.mark.parametrize(("padding_mode", "boundary"), [("zeros", "fill"), ("circular", "wrap")])
def test_conv2d_is_scipys_correlation(padding_mode, boundary):
    rng = np.random.default_rng(0)
    image, kernel = rng.standard_normal((7, 5)), rng.standard_normal((3, 5))
    y = conv2d(image[None, None], kernel[None, None], padding="same", padding_mode=padding_mode)
    np.testing.assert_allclose(y[0, 0], correlate2d(image, kernel, "same", boundary), **TOLERANCE)


def test_single_precision_sums_are_rounded_once():
    rng = np.random.default_rng(1)
    x, weight = rng.standard_normal((2, 3, 6, 5), np.float32), rng.standard_normal((4, 3, 3, 2), np.float32)
    y = conv2d(x, weight)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, conv2d(x.astype(float), weight.astype(float)).astype(np.float32))


def test_locally_connected2d_by_hand():
    image = np.array([[[[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]]])
    weight = np.arange(8.0).reshape(1, 2, 2, 1, 2, 1)  # two positions, two filters of two rows each
    bias = np.array([[[0.0, 0.5], [0.25, 0.0]]])
    expected = [[[[0 * 1 + 1 * 8, 4 * 4 + 5 * 32 + 0.25]], [[2 * 1 + 3 * 8 + 0.5, 6 * 4 + 7 * 32]]]]
    np.testing.assert_array_equal(locally_connected2d(image, weight, bias, stride=2), expected)


@pytest.mark.parametrize(("stride", "positions"), [(1, (4, 5)), ((3, 2), (2, 3))])
def test_locally_connected2d_multiplies_each_unfolded_patch_by_its_own_filters(stride, positions):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3, 2, 6, 7))
    weight = rng.standard_normal((*positions, 5, 2, 3, 3))
    bias = rng.standard_normal((*positions, 5))
    patches = torch.nn.functional.unfold(tensor(x), (3, 3), stride=stride)
    by_position = tensor(weight).reshape(-1, 5, 2 * 3 * 3)
    expected = torch.einsum("pok,nkp->nop", by_position, patches).reshape(3, 5, *positions)
    expected = expected + tensor(bias).permute(2, 0, 1)
    np.testing.assert_allclose(locally_connected2d(x, weight, bias, stride=stride), expected, **TOLERANCE)


def test_locally_connected2d_with_one_filter_everywhere_is_a_convolution():
    rng = np.random.default_rng(3)
    x, weight = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 2, 3))
    shared = np.broadcast_to(weight, (4, 2, *weight.shape))
    np.testing.assert_allclose(locally_connected2d(x, shared), conv2d(x, weight), **TOLERANCE)
