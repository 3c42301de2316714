"""Convolution on tensors whose values are of any size, or no numbers: on a CPU it means what the sum means."""

import numpy as np
import pytest
import torch
from extremes import assert_as_good_as_the_sum, convolution_by_loops, extreme_calls, overflows
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib.gpu import conv1d, conv2d
from cnnlib.shapes import conv_geometry

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
in_both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.mark.parametrize("algorithm", ["unfold", "cudnn", "auto"])
@in_both_precisions
@pytest.mark.parametrize("convolve", [conv1d, conv2d])
@given(data=st.data())
def test_infinities_stay_in_their_windows_and_rounding_beside_them(convolve, dtype, algorithm, data):
    spatial = 1 if convolve is conv1d else 2
    grad_y, x, weight, options = data.draw(extreme_calls(spatial, dtype))
    assume(not overflows(grad_y, x, weight, dtype=dtype))
    if algorithm != "unfold" and np.any(conv_geometry("", x.shape, weight.shape, spatial=spatial, **options).padding):
        # PyTorch's kernels may leave out the products with padding, where an infinity would make NaN of a zero.
        assume(np.isfinite(weight).all() and np.isfinite(grad_y).all())
    of_y, of_x, of_weight = convolution_by_loops(grad_y, x, weight, spatial=spatial, **options)
    inputs = [torch.tensor(array, requires_grad=True) for array in (x, weight)]
    y = convolve(*inputs, algorithm=algorithm, **options)
    grad_x, grad_weight = torch.autograd.grad(y, inputs, torch.tensor(grad_y))
    assert_as_good_as_the_sum(y.detach().numpy(), of_y, weight[0].size)
    assert_as_good_as_the_sum(grad_x.numpy(), of_x, weight.size)
    assert_as_good_as_the_sum(grad_weight.numpy(), of_weight, grad_y[:, 0].size)
