from functools import partial

import numpy as np
import pytest
import scipy.signal
import torch
from oracles import HALF, assert_agrees, on_each_device, tensor

from cnnlib.gpu import convolve, correlate

SIGNALS = [((6,), (3,)), ((3,), (6,)), ((5, 4), (2, 3)), ((4, 3, 5), (2, 3, 2))]


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize(("shape", "kernel"), SIGNALS)
def test_values_are_scipys(shape, kernel, mode):
    rng = np.random.default_rng(0)
    x, k = rng.standard_normal(shape), rng.standard_normal(kernel)
    for ours, scipys in ((convolve, scipy.signal.convolve), (correlate, scipy.signal.correlate)):
        y = ours(tensor(x), tensor(k), mode=mode)
        np.testing.assert_allclose(y, scipys(x, k, mode, "direct"), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("operator", [convolve, correlate])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_both_signals_pass_gradcheck(operator, mode):
    generator = torch.Generator().manual_seed(1)
    x, kernel = (
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True) for shape in ((4, 5), (2, 3))
    )
    assert torch.autograd.gradcheck(partial(operator, mode=mode), (x, kernel))


@on_each_device
@pytest.mark.parametrize("operator", [convolve, correlate])
@pytest.mark.parametrize("dtype", [torch.float32, *HALF])
def test_signals_in_every_precision(device, operator, dtype):
    rng = np.random.default_rng(2)
    x, kernel = rng.standard_normal((4, 6)), rng.standard_normal((2, 3)) / 6**0.5
    assert_agrees(operator, operator, x, kernel, dtype=dtype, device=device)


def test_signals_by_hand():
    x, kernel = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0])
    assert convolve(x, kernel).tolist() == [4.0, 13.0, 22.0, 15.0]
    assert correlate(x, kernel).tolist() == [5.0, 14.0, 23.0, 12.0]
