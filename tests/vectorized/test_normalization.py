import numpy as np
import pytest
import torch
from vectorized.agreement import assert_agrees

from cnnlib import definition
from cnnlib.vectorized import local_response_norm, local_response_norm_backward

X = 3 * np.random.default_rng(2).standard_normal((2, 7, 3, 4))


@pytest.mark.parametrize("size", [1, 2, 5, 20])
@pytest.mark.parametrize("options", [{}, {"alpha": 0.7, "beta": 0.4, "k": 2.0}])
def test_agrees_with_torch(size, options):
    assert_agrees(
        lambda x: local_response_norm(x, size, **options),
        lambda grad_y, x: local_response_norm_backward(grad_y, x, size, **options),
        lambda x: torch.nn.functional.local_response_norm(x, size, **options),
        X,
    )


def test_agrees_with_its_definition():
    options = {"alpha": 0.7, "beta": 0.4, "k": 2.0}
    expected = definition.local_response_norm(X, 4, **options)
    np.testing.assert_allclose(local_response_norm(X, 4, **options), expected, rtol=1e-12)


def test_by_hand():
    x = np.array([1.0, 2.0, 4.0]).reshape(1, 3, 1, 1)
    # Channels before: one; behind: none. Energies 1, 5, 20 over a size of 2.
    y = local_response_norm(x, 2, alpha=2.0, beta=1.0, k=0.0)
    np.testing.assert_allclose(y.ravel(), [1, 2 / 5, 4 / 20], rtol=1e-14)
