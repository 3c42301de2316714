import numpy as np
import pytest
import torch
from vectorized.agreement import assert_agrees

from cnnlib import definition
from cnnlib.vectorized import conv2d, locally_connected2d, locally_connected2d_backward

RNG = np.random.default_rng(5)


def torch_locally_connected(stride):
    def apply(x, weight, bias=None):
        windows = x.unfold(2, weight.shape[4], stride[0]).unfold(3, weight.shape[5], stride[1])
        y = torch.einsum("nchwuv,hwocuv->nohw", windows, weight)
        return y if bias is None else y + bias.permute(2, 0, 1)

    return apply


@pytest.mark.parametrize("batch", [0, 2])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (1, 3)])
def test_agrees_with_torch(batch, biased, stride):
    positions = [(n - k) // s + 1 for n, k, s in zip((7, 6), (3, 2), stride, strict=True)]
    arrays = (
        RNG.standard_normal((batch, 3, 7, 6)),
        RNG.standard_normal((*positions, 5, 3, 3, 2)),
        RNG.standard_normal((*positions, 5)) if biased else None,
    )
    assert_agrees(
        lambda *arrays: locally_connected2d(*arrays, stride=stride),
        lambda grad_y, *arrays: locally_connected2d_backward(grad_y, *arrays, stride=stride),
        torch_locally_connected(stride),
        *arrays,
    )


def test_agrees_with_its_definition():
    x, weight = RNG.standard_normal((2, 2, 5, 4)), RNG.standard_normal((2, 3, 4, 2, 3, 2))
    bias = RNG.standard_normal((2, 3, 4))
    expected = definition.locally_connected2d(x, weight, bias, stride=(2, 1))
    np.testing.assert_allclose(locally_connected2d(x, weight, bias, stride=(2, 1)), expected, rtol=1e-10)


def test_equals_convolution_once_all_positions_share_their_weights():
    x, shared = RNG.standard_normal((2, 3, 6, 5)), RNG.standard_normal((4, 3, 3, 2))
    weight = np.broadcast_to(shared, (4, 4, *shared.shape))
    np.testing.assert_allclose(locally_connected2d(x, weight), conv2d(x, shared), rtol=1e-12)
