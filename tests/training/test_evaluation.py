"""What a network answered, counted by hand."""

import math

import numpy as np
import pytest
import torch
from messages import exactly
from training.small import bands, small_network

from cnnlib.models.trained import Colours
from cnnlib.training import Evaluation, evaluate, pick_device
from cnnlib.training.evaluation import evaluate_batches
from cnnlib.training.large.preparation import Preparation, measure_colours

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


class NoDoublePrecision(torch.Tensor):
    """A tensor on a device that knows no float64, as Apple's GPUs do; what is moved to the CPU is free of it."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function is torch.Tensor.to and "cpu" in args:
            return args[0].as_subclass(torch.Tensor).to(*args[1:], **(kwargs or {}))
        result = super().__torch_function__(function, types, args, kwargs or {})
        if isinstance(result, cls) and result.dtype == torch.float64:
            raise TypeError("the device has no float64")
        return result


class OnSuchADevice(torch.nn.Linear):
    """A network whose answers lie there."""

    def forward(self, x):
        return super().forward(x.flatten(1)).as_subclass(NoDoublePrecision)


def test_the_stand_in_refuses_double_precision():
    with pytest.raises(TypeError, match="no float64"):
        torch.zeros(2).as_subclass(NoDoublePrecision).double()


def test_sums_are_taken_where_double_precision_exists():
    network = OnSuchADevice(4, 3)
    images, labels = np.random.RandomState(0).rand(7, 1, 2, 2).astype(np.float32), np.arange(7) % 3
    result = evaluate(network, images, labels, batch_size=3)
    plain = torch.nn.functional.linear(torch.from_numpy(images).flatten(1), network.weight, network.bias)
    np.testing.assert_allclose(result.probabilities, plain.softmax(1).detach(), rtol=1e-6)
    evaluate_batches(network, [(torch.from_numpy(images), torch.from_numpy(labels))], precision="bfloat16")
    colours = Colours(np.array([0.5]), np.array([0.25]))  # float64, as they are measured
    pictures = torch.full((2, 1, 28, 28), 255, dtype=torch.uint8).as_subclass(NoDoublePrecision)
    assert Preparation((1, 28, 28), 28, colours)(pictures).unique().tolist() == [2.0]
    assert measure_colours(pictures.as_subclass(torch.Tensor)).mean.tolist() == [1.0]


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_picks_the_gpu_that_is_there(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(torch, "empty", lambda *size, device: None)  # neither is there really
    assert pick_device("auto").type == expected
