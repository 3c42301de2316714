from functools import partial

import pytest
import torch
from oracles import HALF, assert_agrees, torch_conv

from cnnlib.gpu.fused import conv2d_relu, conv2d_relu_max_pool2d

OPTIONS = {"stride": (2, 1), "padding": (1, 2), "groups": 2}


def oracle(x, weight, bias, pool=None, **options):
    y = torch_conv(x, weight, bias, **OPTIONS).relu()
    return y if pool is None else torch.nn.functional.max_pool2d(y, pool, **options)


def arrays():
    generator = torch.Generator().manual_seed(0)
    shapes = (3, 4, 9, 7), (6, 2, 3, 4), (6,)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).numpy() / len(shape) for shape in shapes]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_conv2d_relu_and_its_gradients_are_torchs(device, dtype):
    ours = partial(conv2d_relu, algorithm="triton", **OPTIONS)
    assert_agrees(ours, oracle, *arrays(), dtype=dtype, device=device)


@pytest.mark.parametrize("dtype", HALF)
def test_halves_are_rounded_once(device, dtype):
    given = [torch.tensor(array, dtype=dtype, device=device) for array in arrays()]
    y = conv2d_relu(*given, algorithm="triton", **OPTIONS)
    expected = oracle(*(tensor.double() for tensor in given))
    torch.testing.assert_close(y.double(), expected, rtol=HALF[dtype] / 4, atol=HALF[dtype] / 4)


@pytest.mark.parametrize("stride", [None, 1])
def test_the_block_with_pooling_and_its_gradients_are_torchs(device, stride):
    ours = partial(conv2d_relu_max_pool2d, pool=2, pool_stride=stride, algorithm="triton", **OPTIONS)
    assert_agrees(ours, partial(oracle, pool=2, stride=stride), *arrays(), device=device)


@pytest.mark.parametrize("algorithm", ["unfold", "auto"])
def test_other_algorithms_compose_the_block(algorithm):
    ours = partial(conv2d_relu_max_pool2d, pool=2, algorithm=algorithm, **OPTIONS)
    assert_agrees(ours, partial(oracle, pool=2), *arrays())


def test_not_a_number_is_not_rectified_away(device):
    x = torch.full((1, 1, 2, 3), torch.nan, device=device)
    assert conv2d_relu(x, torch.ones(1, 1, 1, 1, device=device), algorithm="triton").isnan().all()
