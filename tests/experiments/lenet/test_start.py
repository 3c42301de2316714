"""The curves compute what their names say, and slopes that are taken elsewhere change slopes alone."""

import numpy as np
import pytest
import torch

from cnnlib.experiments.lenet.start import CURVES, SLOPES, first_epoch, forward
from cnnlib.models.lenet import LeNet


@pytest.fixture
def images():
    return torch.from_numpy(np.random.RandomState(0).rand(3, 1, 28, 28).astype(np.float32))


def slopes(f, images, raised=0.0):
    network = LeNet(seed=0)
    (forward(network, images, f, raised) ** 2).sum().backward()
    return {name: value.grad for name, value in network.named_parameters()}


def test_the_sigmoid_is_lenet(images):
    torch.testing.assert_close(forward(LeNet(seed=1), images, CURVES["σ"]), LeNet(seed=1)(images))


@pytest.mark.parametrize(
    ("curve", "at_zero", "slope"),
    [
        ("σ", 0.5, 0.25),
        ("σ, gradient × 4", 0.5, 1),
        ("σ − ½", 0, 0.25),
        ("4 σ − 1½", 0.5, 1),
        ("4 σ − 1½, gradient ÷ 4", 0.5, 0.25),
        ("4 σ − 2", 0, 1),
        ("tanh", 0, 1),
    ],
)
def test_a_curve_has_the_value_and_the_slope_at_zero_that_the_chapter_gives(curve, at_zero, slope):
    z = torch.zeros(1, requires_grad=True)
    value = CURVES[curve](z)
    value.backward()
    assert (value.item(), z.grad.item()) == (at_zero, slope)


@pytest.mark.parametrize(("curve", "raised"), SLOPES.values())
def test_raised_slopes_leave_the_answers_and_all_slopes_but_those_of_weights(curve, raised, images):
    f, network = CURVES[curve], LeNet(seed=0)
    torch.testing.assert_close(forward(network, images, f, raised), forward(network, images, f), atol=1e-5, rtol=1e-5)
    plain, moved = slopes(f, images), slopes(f, images, raised)
    for name in plain:
        kept = "bias" in name or name == "conv1.weight"
        assert torch.allclose(plain[name], moved[name], rtol=1e-4, atol=1e-6) == kept, name
    # The slope of W is that of b times what W multiplies: raised by 0.5, every row moves by half the bias' slope.
    bias = plain["dense3.bias"]
    expected = plain["dense3.weight"] + raised * bias[:, None]
    torch.testing.assert_close(moved["dense3.weight"], expected, rtol=1e-4, atol=1e-6)


def test_an_epoch_is_the_same_twice_and_depends_on_the_seed():
    rng = np.random.RandomState(0)
    digits = rng.rand(200, 1, 28, 28).astype(np.float32), rng.randint(0, 10, 200)
    images = digits[0].copy()
    found = [first_epoch("tanh", digits, digits, optimizer="sgd", rate=0.05, seed=seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    np.testing.assert_array_equal(digits[0], images)


def test_balanced_biases_give_the_next_layer_what_it_would_have_without_the_constant(images, monkeypatch):
    seen = []
    monkeypatch.setattr("cnnlib.experiments.lenet.start.descend", lambda *_: iter(()))
    monkeypatch.setattr("cnnlib.experiments.lenet.start.LeNet", lambda seed: seen.append(LeNet(seed=seed)) or seen[-1])
    digits = images.numpy(), np.zeros(3, int)
    first_epoch("σ", digits, digits, balanced=0.5)
    expected = forward(LeNet(seed=0), images, CURVES["σ − ½"])
    torch.testing.assert_close(forward(seen[0], images, CURVES["σ"]), expected, atol=1e-5, rtol=1e-5)


def test_an_unknown_curve_is_named():
    with pytest.raises(KeyError, match="softplus"):
        first_epoch("softplus", None, None)
