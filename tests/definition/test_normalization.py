import numpy as np
import pytest
import torch
from oracles import tensor

from cnnlib.definition import local_response_norm


def test_local_response_norm_by_hand():
    x = np.array([3.0, 4.0, 2.0]).reshape(1, 3, 1, 1)
    y = local_response_norm(x, 3, alpha=3.0, beta=1.0, k=1.0)
    np.testing.assert_allclose(y.ravel(), [3 / 26, 4 / 30, 2 / 21], rtol=1e-15)


def test_an_even_window_reaches_further_back_than_ahead():
    x = np.array([3.0, 4.0, 2.0]).reshape(1, 3, 1, 1)
    y = local_response_norm(x, 2, alpha=2.0, beta=1.0, k=0.0)
    np.testing.assert_allclose(y.ravel(), [3 / 9, 4 / 25, 2 / 20], rtol=1e-15)


@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_local_response_norm_is_torchs(size):
    x = np.random.default_rng(5).standard_normal((2, 7, 3, 4)) * 10
    options = {"alpha": 0.3, "beta": 0.6, "k": 1.5}
    expected = torch.nn.functional.local_response_norm(tensor(x), size, **options)
    np.testing.assert_allclose(local_response_norm(x, size, **options), expected, rtol=1e-12)


def test_the_papers_constants_in_pytorchs_convention():
    # ImageNet paper, Sec. 3.3: b = a / (2 + 1e-4 · sum of a² over five channels) ** 0.75.
    x = np.random.default_rng(6).standard_normal((1, 9, 2, 3)) * 50
    y = local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2.0)
    energy = (x[0, 2:7] ** 2).sum(0)
    np.testing.assert_allclose(y[0, 4], x[0, 4] / (2 + 1e-4 * energy) ** 0.75, rtol=1e-12)


def test_the_defaults_are_torchs():
    x = np.random.default_rng(7).standard_normal((2, 7, 3, 4)) * 100
    expected = torch.nn.functional.local_response_norm(tensor(x), 5)
    np.testing.assert_allclose(local_response_norm(x, 5), expected, rtol=1e-12)
