"""LeNet in NumPy: layer by layer and step by step what PyTorch computes."""

import numpy as np
import pytest
import torch
from messages import exactly
from models.plain import plain_lenet

from cnnlib.models import numpy_network
from cnnlib.models.architecture import Architecture
from cnnlib.models.catalogue import lenet
from cnnlib.models.numpy_network import NumpyNetwork, fit_numpy
from cnnlib.models.torch_network import Network
from cnnlib.shapes import Activation, Conv, Dense, Flatten, Pool
from cnnlib.training import Recipe, fit
from cnnlib.vectorized import _threads

KINDS = [("sigmoid", "average"), ("tanh", "max"), ("relu", "max")]


def some_digits(count, seed=3):
    rng = np.random.RandomState(seed)
    return rng.uniform(0, 1, (count, 1, 28, 28)), rng.randint(0, 10, count)


@pytest.mark.parametrize(("activation", "pooling"), KINDS)
def test_gradients_of_every_layer_equal_autograds(activation, pooling):
    network = NumpyNetwork(lenet(activation, pooling), seed=4, dtype=np.float64)
    plain = plain_lenet(network.parameters, activation, pooling)
    images, labels = some_digits(5)
    loss = network.loss(images, labels)
    expected = torch.nn.functional.cross_entropy(plain(torch.tensor(images)), torch.tensor(labels))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    for (name, gradient), parameter in zip(network.gradients.items(), plain.parameters(), strict=True):
        np.testing.assert_allclose(gradient, parameter.grad, rtol=0, atol=1e-10, err_msg=name)
        assert np.abs(gradient).max() > 1e-6


def test_fifty_steps_give_the_losses_of_pytorchs_loop():
    images, labels = some_digits(60)
    network = NumpyNetwork(lenet("relu", "max"), seed=2, dtype=np.float64)
    other = Network(lenet("relu", "max"), seed=2).double()
    with torch.no_grad():  # single precision drew other last digits
        for name, parameter in other.named_parameters():
            parameter.copy_(torch.from_numpy(network.parameters[name]))
    losses = fit_numpy(network, (images, labels), epochs=10, batch_size=12, learning_rate=0.003, seed=5)
    recipe = Recipe(10, 12, 0.003, seed=5, schedule="constant")
    theirs = []

    def noted(logits, labels):
        theirs.append(torch.nn.functional.cross_entropy(logits, labels))
        return theirs[-1]

    fit(other, (images, labels), recipe, loss=noted, device="cpu", progress=False)
    assert len(losses) == 50
    np.testing.assert_allclose(losses, [loss.item() for loss in theirs], rtol=0, atol=1e-6)
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize(("threads", "piece"), [(3, 64), (1, 2), (2, 3)])
def test_a_batch_in_parts_has_the_loss_and_gradients_of_the_whole(threads, piece, monkeypatch):
    images, labels = some_digits(7)
    alone, shared = (NumpyNetwork(lenet("tanh", "max"), seed=4, dtype=np.float64) for _ in range(2))
    loss = alone.loss(images, labels)
    monkeypatch.setattr(_threads, "WORTH_THREADS", 0)
    monkeypatch.setattr(_threads, "_available", lambda: threads)
    monkeypatch.setattr(numpy_network, "PIECE", piece)
    assert shared.loss(images, labels) == pytest.approx(loss, rel=1e-13)
    assert shared.gradients.keys() == alone.gradients.keys()
    for name, gradient in shared.gradients.items():
        np.testing.assert_allclose(gradient, alone.gradients[name], rtol=1e-9, atol=1e-15, err_msg=name)


def test_options_and_missing_biases_reach_the_layers():
    layers = (
        Conv(4, (3, 2), stride=(2, 1), padding=(1, 0), groups=2, bias=False),
        Activation("scaled_tanh"),
        Pool("max", (2, 3), stride=1, ceil_mode=True),
        Flatten(),
        Dense(3, bias=False),
    )
    architecture = Architecture("Odd", (2, 7, 6), layers)
    network = NumpyNetwork(architecture, seed=1)
    x = np.random.RandomState(0).standard_normal((3, 2, 7, 6)).astype(np.float32)
    expected = Network(architecture, seed=1)(torch.from_numpy(x)).detach()
    np.testing.assert_allclose(network.forward(x), expected, rtol=1e-4, atol=1e-6)
    assert list(network.parameters) == ["conv1.weight", "dense1.weight"]


def test_it_learns_and_predicts_in_batches():
    rng = np.random.RandomState(0)
    labels = rng.randint(0, 10, 200)
    images = rng.uniform(0, 0.1, (200, 1, 28, 28)).astype(np.float32)
    images[np.arange(200), 0, 2 + 2 * labels, 5:20] += 0.9  # a bar whose height is the label
    network = NumpyNetwork(lenet("relu", "max"), seed=0)
    losses = fit_numpy(network, (images, labels), epochs=6, batch_size=20, learning_rate=0.002)
    assert losses[-1] < 0.2 < 2 < losses[0]
    predictions = network.predict(images, batch_size=30)
    assert np.mean(predictions == labels) > 0.95
    np.testing.assert_array_equal(predictions, network.predict(images))


@pytest.mark.parametrize(
    ("options", "count", "message"),
    [
        ({"epochs": 0}, 3, "fit_numpy: epochs must be at least 1, received 0"),
        ({"epochs": 1, "batch_size": 0}, 3, "fit_numpy: batch_size must be at least 1, received 0"),
        ({"epochs": 1}, 2, "fit_numpy: train must hold as many images as labels and at least one, "
         "received 3 images and 2 labels"),
    ],
)  # fmt: skip
def test_bad_calls_are_refused(options, count, message):
    images, labels = some_digits(3)
    with pytest.raises(ValueError, match=exactly(message)):
        fit_numpy(NumpyNetwork(lenet()), (images, labels[:count]), **options)


def test_a_loss_that_is_no_number_ends_the_run():
    images, labels = some_digits(6)
    images = images.astype(np.float32)
    images[4, 0, 3, 3] = np.nan
    with pytest.raises(FloatingPointError, match="fit_numpy: the loss became nan in epoch 1; try a lower"):
        fit_numpy(NumpyNetwork(lenet()), (images, labels), epochs=2, batch_size=3)
