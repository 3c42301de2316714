"""What a network answered, counted by hand."""

import math

import numpy as np
import pytest
import torch
from messages import exactly
from training.small import bands, small_network

from cnnlib.training import Evaluation, evaluate

ANSWERS = Evaluation(
    probabilities=np.array(
        [
            [0.7, 0.2, 0.1],
            [0.1, 0.6, 0.3],
            [0.1, 0.1, 0.8],
            [0.3, 0.5, 0.2],
            [0.0, 0.05, 0.95],
            [0.1, 0.5, 0.4],
        ]
    ),
    labels=np.array([0, 2, 2, 0, 1, 0]),
    loss=1.0,
)


def test_predictions_and_accuracy():
    assert ANSWERS.predictions.tolist() == [0, 1, 2, 1, 2, 1]
    assert ANSWERS.accuracy == 2 / 6


def test_confusion_counts_labels_in_rows_and_predictions_in_columns():
    assert ANSWERS.confusion().tolist() == [[1, 2, 0], [0, 0, 1], [0, 1, 1]]


def test_confusion_has_a_row_for_classes_that_never_occur():
    answers = Evaluation(np.array([[0.1, 0.8, 0.1, 0.0]]), np.array([0]), 2.3)
    assert answers.confusion().tolist() == [[0, 1, 0, 0], [0] * 4, [0] * 4, [0] * 4]


def test_worst_lists_wrong_answers_by_confidence_and_ties_by_position():
    assert ANSWERS.worst(2).tolist() == [4, 1]
    assert ANSWERS.worst(99).tolist() == [4, 1, 3, 5]
    assert ANSWERS.worst(0).tolist() == []


def test_evaluate_against_a_softmax_in_plain_numpy():
    images, labels = bands(20)
    network = small_network()
    weights = network.weights()
    windows = np.lib.stride_tricks.sliding_window_view(images[:, 0].astype(np.float64), (2, 3), axis=(1, 2))
    maps = np.tanh(np.einsum("nijuv,ouv->noij", windows, weights["conv1.weight"][:, 0]))
    features = np.stack([maps[:, :, 0:2].mean((2, 3)), maps[:, :, 2:4].mean((2, 3))], 2).reshape(20, 6)
    scores = np.exp(features @ weights["dense1.weight"].T)
    probabilities = scores / scores.sum(1, keepdims=True)
    result = evaluate(network, images, labels)
    np.testing.assert_allclose(result.probabilities, probabilities, rtol=1e-5)
    assert result.loss == pytest.approx(-np.mean([math.log(p[k]) for p, k in zip(probabilities, labels, strict=True)]))
    assert result.accuracy == np.mean(probabilities.argmax(1) == labels)
    np.testing.assert_array_equal(result.labels, labels)


@pytest.mark.parametrize("batch_size", [1, 7, 20, 1000])
def test_answers_do_not_depend_on_the_batch_size(batch_size):
    images, labels = bands(20)
    expected = evaluate(small_network(), images, labels)
    result = evaluate(small_network(), images, labels, batch_size=batch_size)
    np.testing.assert_allclose(result.probabilities, expected.probabilities, rtol=1e-5)
    assert result.loss == pytest.approx(expected.loss, rel=1e-6)


def test_evaluation_changes_no_weight_and_keeps_no_gradient():
    network = small_network()
    evaluate(network, *bands(20))
    for name, value in network.weights().items():
        np.testing.assert_array_equal(value, small_network().weights()[name])
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.mark.parametrize(("images", "labels"), [(5, 4), (0, 0)])
def test_images_without_labels_are_refused(images, labels):
    message = (
        f"evaluate: images and labels must be equally many and at least one, "
        f"received {images} images and {labels} labels"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        evaluate(small_network(), bands(5)[0][:images], bands(5)[1][:labels])


def test_a_batch_holds_at_least_one_image():
    with pytest.raises(ValueError, match=exactly("evaluate: batch_size must be at least 1, received 0")):
        evaluate(small_network(), *bands(5), batch_size=0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_an_answer_that_is_no_number_is_no_answer(value):
    images, labels = bands(5)
    images[3, 0, 1, 2] = value
    message = "evaluate: the network's answer must be finite, received another to image 3"
    with pytest.raises(FloatingPointError, match=exactly(message)):
        evaluate(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(30, 3)), images, labels, batch_size=2)
