from math import comb

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from hypothesis import given
from hypothesis import strategies as st
from vectorized.agreement import assert_agrees

from cnnlib import definition, vectorized
from cnnlib.vectorized import blur_pool2d, blur_pool2d_backward

RNG = np.random.default_rng(11)
SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(st.sampled_from(["avg", "max"]), SIZES, SIZES, st.sampled_from([0, 1, 2]))
def test_adaptive_pooling_agrees_with_torch(kind, size, output_size, batch):
    name = f"adaptive_{kind}_pool2d"
    assert_agrees(
        lambda x: getattr(vectorized, name)(x, output_size),
        lambda grad_y, x: getattr(vectorized, f"{name}_backward")(grad_y, x, output_size),
        lambda x: getattr(F, name)(x, output_size),
        RNG.standard_normal((batch, 3, *size)),
    )


def test_adaptive_max_pool2d_gives_ties_to_the_first():
    grad = vectorized.adaptive_max_pool2d_backward(np.ones((1, 1, 1, 1)), np.array([[[[1.0, 4.0], [4.0, 0.0]]]]), 1)
    np.testing.assert_array_equal(grad, [[[[0, 1], [0, 0]]]])


def torch_blur(kernel_size, stride):
    rows, columns = (torch.tensor([comb(k - 1, i) / 2 ** (k - 1) for i in range(k)]).double() for k in kernel_size)

    def blur(x):
        above, left = ((k - 1) // 2 for k in kernel_size)
        below, right = (k // 2 for k in kernel_size)
        x = F.pad(x, (left, right, above, below), mode="reflect")
        weight = torch.outer(rows, columns).to(x.dtype).expand(x.shape[1], 1, -1, -1)
        return F.conv2d(x, weight, stride=stride, groups=x.shape[1])

    return blur


@pytest.mark.parametrize("kernel_size", [(3, 3), (1, 2), (5, 4), (2, 7)])
@pytest.mark.parametrize("stride", [(2, 2), (1, 3)])
def test_blur_pool2d_agrees_with_torch(kernel_size, stride):
    assert_agrees(
        lambda x: blur_pool2d(x, kernel_size, stride=stride),
        lambda grad_y, x: blur_pool2d_backward(grad_y, x, kernel_size, stride=stride),
        torch_blur(kernel_size, stride),
        RNG.standard_normal((2, 3, 8, 9)),
    )


def test_blur_pool2d_by_hand():
    x = np.array([[[[0.0, 4.0, 8.0, 0.0, 16.0]]]])
    np.testing.assert_array_equal(blur_pool2d(x, (1, 3)), [[[[2, 5, 8]]]])


def test_blur_pool2d_agrees_with_its_definition():
    x = RNG.standard_normal((1, 2, 6, 7))
    np.testing.assert_allclose(blur_pool2d(x, (3, 4)), definition.blur_pool2d(x, (3, 4)), rtol=1e-10)


def test_blur_pool2d_of_no_images():
    assert blur_pool2d(np.ones((0, 3, 8, 6))).shape == (0, 3, 4, 3)
    assert blur_pool2d_backward(np.ones((0, 3, 4, 3)), np.ones((0, 3, 8, 6))).shape == (0, 3, 8, 6)
