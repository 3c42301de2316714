import numpy as np
import pytest
import torch
from oracles import tensor

from cnnlib import definition
from cnnlib.definition import cross_entropy, linear, relu, scaled_tanh, sigmoid, softmax, tanh

TOLERANCE = {"rtol": 1e-12, "atol": 1e-14}


def test_linear_by_hand():
    x, weight = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[10.0, 1.0], [0.0, -1.0], [2.0, 0.0]])
    expected = [[12.5, -2.0, 2.0], [35.5, -5.0, 6.0]]
    np.testing.assert_array_equal(linear(x, weight, np.array([0.5, 0.0, 0.0])), expected)


def test_linear_is_torchs():
    rng = np.random.default_rng(7)
    x, weight, bias = rng.standard_normal((4, 5)), rng.standard_normal((3, 5)), rng.standard_normal(3)
    expected = torch.nn.functional.linear(tensor(x), tensor(weight), tensor(bias))
    np.testing.assert_allclose(linear(x, weight, bias), expected, **TOLERANCE)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_activations_are_torchs(name):
    x = np.array([[-1e4, -30.0, -1.5, -0.0], [np.nan, 0.25, 30.0, 1e4]])
    np.testing.assert_allclose(getattr(definition, name)(x), getattr(torch, name)(tensor(x)), **TOLERANCE)


def test_activations_by_hand():
    log_three = np.array([np.log(3.0)])
    np.testing.assert_allclose(sigmoid(log_three), [0.75], **TOLERANCE)
    np.testing.assert_allclose(tanh(log_three), [0.8], **TOLERANCE)
    np.testing.assert_array_equal(relu(np.array([-2.0, 0.5])), [0.0, 0.5])
    np.testing.assert_allclose(scaled_tanh(1.5 * log_three), [0.8 * 1.7159], **TOLERANCE)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_is_torchs(axis):
    x = np.random.default_rng(8).standard_normal((3, 4, 2)) * 400
    np.testing.assert_allclose(softmax(x, axis), torch.softmax(tensor(x), axis), **TOLERANCE)


def test_softmax_by_hand():
    np.testing.assert_allclose(softmax(np.log([[1.0, 3.0], [1.0, 1.0]])), [[0.25, 0.75], [0.5, 0.5]], **TOLERANCE)
    np.testing.assert_array_equal(softmax(np.array([1e6, 1e6, -1e6])), [0.5, 0.5, 0.0])


def test_cross_entropy_by_hand():
    logits = np.log([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]])
    np.testing.assert_allclose(cross_entropy(logits, np.array([1, 0])), (np.log(4) + np.log(8)) / 2, **TOLERANCE)


def test_cross_entropy_is_torchs_where_exp_would_overflow():
    rng = np.random.default_rng(9)
    logits, labels = rng.standard_normal((5, 7)) * 1e4, rng.integers(0, 7, 5, dtype=np.uint8)
    expected = torch.nn.functional.cross_entropy(tensor(logits), torch.tensor(labels).long())
    np.testing.assert_allclose(cross_entropy(logits, labels), expected, **TOLERANCE)


def test_linear_without_a_bias_adds_nothing():
    np.testing.assert_array_equal(linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])), [[11.0, 17.0]])
