import numpy as np
import pytest
import torch
from vectorized.agreement import assert_agrees, frozen

from cnnlib import definition, vectorized
from cnnlib.vectorized import cross_entropy, cross_entropy_backward, linear, linear_backward

RNG = np.random.default_rng(3)
ELEMENTWISE = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "scaled_tanh": lambda x: 1.7159 * torch.tanh(2 / 3 * x),
}


@pytest.mark.parametrize("batch", [0, 4])
@pytest.mark.parametrize("biased", [False, True])
def test_linear_agrees_with_torch(batch, biased):
    arrays = (RNG.standard_normal((batch, 3)), RNG.standard_normal((5, 3)), RNG.standard_normal(5) if biased else None)
    assert_agrees(linear, linear_backward, torch.nn.functional.linear, *arrays)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(3, 4), (0, 2), (2, 1, 3, 2)])
def test_elementwise_functions_agree_with_torch(name, shape):
    forward, backward = getattr(vectorized, name), getattr(vectorized, f"{name}_backward")
    assert_agrees(forward, backward, ELEMENTWISE[name], 3 * RNG.standard_normal(shape))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_functions_agree_with_their_definitions_at_the_extremes(name):
    x = frozen([-np.inf, -800.0, -1e-300, -0.0, 0.0, 1e-300, 30.0, 800.0, np.inf, np.nan])
    with np.errstate(all="raise", under="ignore"):
        y = getattr(vectorized, name)(x)
    np.testing.assert_allclose(y, getattr(definition, name)(x), rtol=1e-12)


def test_relu_passes_no_gradient_at_zero():
    np.testing.assert_array_equal(vectorized.relu_backward(np.full(3, 7.0), np.array([-1.0, 0.0, 1.0])), [0, 0, 7])


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_agrees_with_torch(axis):
    assert_agrees(
        lambda x: vectorized.softmax(x, axis),
        lambda grad_y, x: vectorized.softmax_backward(grad_y, x, axis),
        lambda x: torch.softmax(x, axis),
        10 * RNG.standard_normal((4, 3, 5)),
    )


def test_softmax_of_huge_scores_is_finite():
    np.testing.assert_allclose(vectorized.softmax(np.array([[1e300, 1e300, -1e300]])), [[0.5, 0.5, 0]])


def test_cross_entropy_agrees_with_torch():
    labels = frozen([2, 0, 1, 2], np.int64)
    assert_agrees(
        lambda logits: cross_entropy(logits, labels),
        lambda grad_y, logits: cross_entropy_backward(grad_y, logits, labels),
        lambda logits: torch.nn.functional.cross_entropy(logits, torch.tensor(labels)),
        5 * RNG.standard_normal((4, 3)),
    )


def test_cross_entropy_by_hand():
    logits = np.log(np.array([[0.25, 0.75], [0.5, 0.5]]))
    labels = np.array([1, 0])
    np.testing.assert_allclose(cross_entropy(logits, labels), (np.log(4 / 3) + np.log(2)) / 2, rtol=1e-14)
    np.testing.assert_allclose(cross_entropy_backward(2.0, logits, labels), [[0.25, -0.25], [-0.5, 0.5]])


@pytest.mark.parametrize("labels", [[-1, 0], [0, 3]])
def test_cross_entropy_backward_refuses_labels_out_of_range(labels):
    with pytest.raises(ValueError, match="cross_entropy_backward: labels must lie between 0 and 2"):
        cross_entropy_backward(1.0, np.zeros((2, 3)), np.array(labels))
